//! Numbers in running text, and the sums that are made with them.

use std::collections::BTreeSet;

const WORDS: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];
const MORE: [(&str, f64); 13] = [
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
    ("half", 0.5),
    ("half", 2.0),
    ("third", 3.0),
    ("quarter", 4.0),
    ("fifth", 5.0),
    ("tenth", 10.0),
];

/// A number as it stands in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// What it says, with `k` and `M` multiplied out.
    pub value: f64,
    /// What it says without them.
    pub bare: f64,
    /// The place of its last digit that is not a filling zero: 100 for 18,400 and 0.01 for 1.07.
    pub unit: f64,
    /// Bytes of the text.
    pub at: std::ops::Range<usize>,
}

/// All numbers of a text, in digits or words, in order.
pub fn numbers(text: &str) -> Vec<Number> {
    let mut found = vec![];
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_digit() {
            let number = digits(text, at);
            at = number.at.end;
            found.push(number);
        } else if bytes[at].is_ascii_alphabetic() {
            let end = text[at..].find(|c: char| !c.is_ascii_alphabetic()).map_or(text.len(), |n| at + n);
            let tens =
                MORE.iter().find(|(name, value)| *value >= 20.0 && text[at..end].eq_ignore_ascii_case(name));
            if let (Some((_, tens)), Some(rest)) = (tens, text[end..].strip_prefix('-'))
                && let Some(ones) = (1..10).find(|ones| rest.to_lowercase().starts_with(WORDS[*ones]))
            {
                let value = tens + ones as f64;
                let end = end + 1 + WORDS[ones].len();
                found.push(Number { value, bare: value, unit: 1.0, at: at..end });
                at = end;
                continue;
            }
            for value in word(&text[at..end]) {
                found.push(Number { value, bare: value, unit: 1.0, at: at..end });
            }
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

/// What a word means as a number. `half` means two things.
pub fn word(word: &str) -> Vec<f64> {
    let lower = word.to_lowercase();
    let named = WORDS.iter().position(|name| *name == lower).map(|place| place as f64);
    named.into_iter().chain(MORE.iter().filter(|(name, _)| *name == lower).map(|(_, value)| *value)).collect()
}

fn digits(text: &str, start: usize) -> Number {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = start;
    let mut plain = String::new();
    while digit(end) {
        plain.push(bytes[end] as char);
        end += 1;
        // A comma belongs to the number where three digits and no fourth follow.
        let groups = plain.len() <= 3 || plain.contains('\u{1}');
        if bytes.get(end) == Some(&b',') && groups && (1..=3).all(|n| digit(end + n)) && !digit(end + 4) {
            plain.push('\u{1}');
            end += 1;
        }
    }
    let plain = plain.replace('\u{1}', "");
    let mut unit = 10f64.powi((plain.len() - plain.trim_end_matches('0').len()) as i32);
    let mut decimal = plain.clone();
    if bytes.get(end) == Some(&b'.') && digit(end + 1) {
        let from = end;
        end += 1;
        while digit(end) {
            end += 1;
        }
        decimal.push_str(&text[from..end]);
        unit = 0.1f64.powi((end - from - 1) as i32);
    }
    let bare: f64 = decimal.parse().unwrap();
    let follows_word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let factor = match bytes.get(end) {
        Some(b'k') if !follows_word(end + 1) => 1e3,
        Some(b'M') if !follows_word(end + 1) => 1e6,
        _ => 1.0,
    };
    if factor > 1.0 {
        end += 1;
    }
    Number { value: bare * factor, bare, unit: unit * factor, at: start..end }
}

/// Everything that a text's numbers may mean, for looking one up.
#[derive(Clone, Debug, Default)]
pub struct Known(BTreeSet<u64>);

impl Known {
    pub fn of(text: &str) -> Self {
        let mut known = Self::default();
        for number in numbers(text) {
            known.add(number.value);
            known.add(number.bare);
        }
        known
    }

    pub fn add(&mut self, value: f64) {
        self.0.insert((value * 1e4).round() as u64);
    }

    pub fn has(&self, value: f64) -> bool {
        self.0.contains(&((value * 1e4).round() as u64))
    }
}

/// A sum: its value, and the numbers that were put into it.
#[derive(Debug, PartialEq)]
pub struct Sum {
    pub value: f64,
    pub operands: Vec<f64>,
}

/// Works out `2 * (60 + 35) / hour`. `column` adds up a column of a table: `sum(jobs)`, `sum(jobs, kind=new)`.
pub fn work_out(text: &str, column: &dyn Fn(&str) -> Result<f64, String>) -> Result<Sum, String> {
    let mut parser = Parser { text, at: 0, operands: vec![], column };
    let value = parser.sum()?;
    parser.skip_space();
    match &text[parser.at..] {
        "" => Ok(Sum { value, operands: parser.operands }),
        rest => Err(format!("`{rest}` is left over")),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    operands: Vec<f64>,
    column: &'a dyn Fn(&str) -> Result<f64, String>,
}

impl Parser<'_> {
    fn skip_space(&mut self) {
        self.at += self.text[self.at..].len() - self.text[self.at..].trim_start().len();
    }

    fn eat(&mut self, sign: char) -> bool {
        self.skip_space();
        let there = self.text[self.at..].starts_with(sign);
        self.at += if there { sign.len_utf8() } else { 0 };
        there
    }

    fn sum(&mut self) -> Result<f64, String> {
        let mut value = self.product()?;
        loop {
            if self.eat('+') {
                value += self.product()?;
            } else if self.eat('-') {
                value -= self.product()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn product(&mut self) -> Result<f64, String> {
        let mut value = self.power()?;
        loop {
            if self.eat('*') {
                value *= self.power()?;
            } else if self.eat('/') {
                value /= self.power()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn power(&mut self) -> Result<f64, String> {
        let value = self.atom()?;
        if self.eat('^') { Ok(value.powf(self.atom()?)) } else { Ok(value) }
    }

    fn atom(&mut self) -> Result<f64, String> {
        if self.eat('(') {
            let value = self.sum()?;
            return if self.eat(')') { Ok(value) } else { Err("a bracket is not closed".into()) };
        }
        let counted = self.eat('~');
        let rest = &self.text[self.at..];
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            let number = digits(self.text, self.at);
            self.at = number.at.end;
            if !counted {
                self.operands.push(number.value);
            }
            return Ok(number.value);
        }
        let end = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(rest.len());
        let name = &rest[..end];
        self.at += end;
        if name == "sum" {
            let rest = &self.text[self.at..];
            let inside = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
            let (inside, _) = inside.ok_or("sum needs a column in brackets")?;
            self.at += inside.len() + 2;
            return (self.column)(inside);
        }
        if name == "ln" || name == "ceil" {
            let value = self.atom()?;
            return Ok(if name == "ln" { value.ln() } else { value.ceil() });
        }
        unit(name).ok_or_else(|| format!("`{name}` is neither a number nor a unit"))
    }
}

fn unit(name: &str) -> Option<f64> {
    Some(match name {
        "hour" => 60.0,
        "day" => 24.0,
        "week" => 7.0,
        "weeks" => 52.0,
        "month" => 30.0,
        "months" => 12.0,
        "days" => 365.0,
        "percent" => 100.0,
        "thousand" => 1e3,
        "million" => 1e6,
        "bits" => 8.0,
        "working_day" => 8.0,
        "working_week" => 40.0,
        "working_year" => 220.0,
        _ => return None,
    })
}

#[test]
fn numbers_are_read_as_people_write_them() {
    let values = |text: &str| numbers(text).iter().map(|number| number.value).collect::<Vec<_>>();
    assert_eq!(values("1,100 nodes of 8 GPUs, $3 each"), [1100.0, 8.0, 3.0]);
    assert_eq!(values("Sixty-one services and forty machines"), [61.0, 40.0]);
    assert_eq!(values("$1.06M and $64k, 99.95%"), [1_060_000.0, 64_000.0, 99.95]);
    assert_eq!(values("Eleven of the nineteen kept 2,140."), [11.0, 19.0, 2140.0]);
    assert_eq!(values("r880"), [880.0]);
}

#[test]
fn sums_are_worked_out_with_the_usual_precedence() {
    let value = |text: &str| work_out(text, &|_| Ok(7.0)).unwrap().value;
    assert_eq!(value("2 + 3 * 4 ^ 2 - (10 - 4) / 2"), 47.0);
    assert_eq!(value("sum(jobs, kind=new) * hour"), 420.0);
    assert_eq!(value("ceil(5 / 2)"), 3.0);
    assert!(work_out("2 +", &|_| Ok(0.0)).is_err());
    assert!(work_out("2 3", &|_| Ok(0.0)).is_err());
    assert!(work_out("2 * fortnight", &|_| Ok(0.0)).is_err());
}

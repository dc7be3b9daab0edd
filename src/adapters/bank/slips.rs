//! What a person most likely did where a text is no YAML: told at the place where they did it, which is often far above the
//! place at which a parser gives up.

/// A slip, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// 1 for the first line.
    pub line: usize,
    /// 1 for the first column, in characters.
    pub column: usize,
    /// Lowercase: what is wrong.
    pub message: String,
    /// What to do.
    pub advice: String,
}

impl Slip {
    fn at(line: usize, column: usize, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { line, column, message: message.into(), advice: advice.into() }
    }
}

/// The slip behind a parser's message about a place of `text`, if it is one that people make.
pub fn find(text: &str, line: usize, column: usize, message: &str) -> Option<Slip> {
    let lines: Vec<&str> = crate::core::lint::tree::lines(text).collect();
    if message.contains("multiple YAML documents") {
        return Some(second_document(&lines, line));
    }
    let outline = Outline::of(&lines);
    let is_escape = ["escape", "hexadecimal", "surrogate"].iter().any(|word| message.contains(word));
    let quote = || outline.open_quote(line).filter(|_| !is_escape);
    let indent = || {
        outline.misplaced(&lines, line).filter(|_| message.contains("mapping") || message.contains("block"))
    };
    quote().or_else(|| tab(&lines, line)).or_else(indent).or_else(|| known(line, column, message))
}

/// Words of the parser, and the same for people.
const KNOWN: [(&str, &str, &str); 15] = [
    (
        "after single-quoted scalar",
        "there is more text behind the closing quote",
        "write an apostrophe inside single quotes twice ('don''t'), or put the text in double quotes",
    ),
    (
        "after double-quoted scalar",
        "there is more text behind the closing quote",
        "write a double quote inside double quotes as \\\"",
    ),
    (
        "mapping values are not allowed",
        "a colon with a space behind it doesn't fit here",
        "put a text that holds a colon and a space in double quotes; keys of one block begin in one column",
    ),
    ("found a tab", "there is a tab where only spaces can be", "indent with spaces"),
    ("start with a tab", "there is a tab where only spaces can be", "indent with spaces"),
    ("unexpected character", "a text can't begin with this character", "put the text in double quotes"),
    (
        "unknown anchor",
        "`*` at the beginning of a text refers to something that isn't there",
        "put the text in double quotes",
    ),
    (
        "expected ',' or ']'",
        "a list in brackets isn't closed, or has no comma here",
        "close it with `]`; put a text with a comma or a bracket in double quotes",
    ),
    (
        "expected ',' or '}'",
        "a block in braces isn't closed, or has no comma here",
        "close it with `}`; put a text with a comma or a brace in double quotes",
    ),
    (
        "unknown escape",
        "`\\` and the letter behind it mean nothing in double quotes",
        "write a backslash as `\\\\`, or put the text in single quotes",
    ),
    (
        "expected '-' indicator",
        "this doesn't line up with the list above it",
        "begin each entry with `-` in one column, and its keys in one column behind that",
    ),
    (
        "document start",
        "what begins here belongs to nothing above it",
        "begin the keys of one block in one column, and put texts with special characters in double quotes",
    ),
    ("simple key", "a key has to stand on one line, with a colon behind it", "write `key: value`"),
    ("block scalar", "`|` or `>` has more text behind it", "begin the text on the next line"),
    (
        "expected key",
        "this doesn't line up with the keys above it",
        "begin the keys of one block in one column, each as `key: value`",
    ),
];

fn known(line: usize, column: usize, message: &str) -> Option<Slip> {
    let (told, advice) = match KNOWN.iter().find(|(words, ..)| message.contains(words)) {
        Some((_, told, advice)) => (*told, *advice),
        None if message.starts_with("while ") => ("the YAML is broken here", "put the text in double quotes"),
        None => return None,
    };
    Some(Slip::at(line, column, told, advice))
}

/// A second document begins at `---`; the parser tells of the first thing in it.
fn second_document(lines: &[&str], line: usize) -> Slip {
    let marks = lines.iter().enumerate().take(line).filter(|(_, text)| text.starts_with("---"));
    let at = marks.map(|(index, _)| index + 1).next_back().unwrap_or(line);
    let is_empty = lines.iter().skip(at).all(|text| text.trim().is_empty() || text.trim().starts_with('#'));
    let advice = match is_empty {
        true => "take this line away: nothing comes after it",
        false => "put each scenario and each rubric in a file of its own",
    };
    Slip::at(at, 1, "a second document begins here, and a file holds one", advice)
}

/// A tab in front of the line, or of the one behind it, where the parser stops before it.
fn tab(lines: &[&str], line: usize) -> Option<Slip> {
    (line..=line + 1).find_map(|number| {
        let text = lines.get(number.checked_sub(1)?)?;
        let indent = text.chars().take_while(|c| c.is_whitespace());
        let tab = indent.clone().position(|c| c == '\t').filter(|_| !text.trim().is_empty())?;
        Some(Slip::at(
            number,
            tab + 1,
            "this line is indented with a tab",
            "indent with spaces: YAML takes no tabs there",
        ))
    })
}

/// What a person sees of a file's structure: which lines begin something, in which columns, and which texts in quotes go
/// over several lines. It goes by the lines' beginnings, so it holds for texts that no parser takes.
#[derive(Debug, Default)]
struct Outline {
    rows: Vec<Row>,
    quotes: Vec<Quote>,
}

/// A line that begins an entry or a key.
#[derive(Debug)]
struct Row {
    line: usize,
    /// Columns of its dashes, 0 for the first.
    dashes: Vec<usize>,
    /// The column of what comes behind them.
    key: usize,
}

/// A text in quotes that doesn't end on its line.
#[derive(Debug)]
struct Quote {
    mark: char,
    line: usize,
    column: usize,
    /// The line with the next such mark.
    end: Option<usize>,
}

/// What a line leaves open for the next one.
#[derive(Debug, Default)]
enum Open {
    #[default]
    Nothing,
    /// A block of text, until a line that isn't deeper than this column.
    Block(usize),
    /// Plain words, which go on in lines that are deeper and begin nothing.
    Plain(usize),
    /// A text in quotes.
    Quote(char),
    /// So many brackets.
    Flow(usize),
}

impl Outline {
    fn of(lines: &[&str]) -> Self {
        let mut outline = Self::default();
        let mut open = Open::Nothing;
        for (number, text) in (1..).zip(lines) {
            let chars: Vec<char> = text.chars().collect();
            open = outline.take(number, &chars, open);
        }
        outline
    }

    fn take(&mut self, number: usize, chars: &[char], open: Open) -> Open {
        let indent = chars.iter().take_while(|c| c.is_whitespace()).count();
        let rest = &chars[indent..];
        let is_blank = rest.is_empty() || rest[0] == '#';
        match open {
            Open::Quote(mark) => {
                let Some(end) = closing(chars, 0, mark) else { return open };
                if let Some(quote) = self.quotes.last_mut() {
                    quote.end = Some(number);
                }
                self.behind(number, chars, end, indent)
            }
            Open::Flow(depth) => self.flow(number, chars, 0, depth),
            Open::Block(parent) if rest.is_empty() || indent > parent => open,
            Open::Plain(parent) if is_blank || indent > parent && !begins_something(rest) => open,
            _ if is_blank => Open::Nothing,
            _ => self.row(number, chars, indent),
        }
    }

    /// A line that begins something: dashes, a key, a value.
    fn row(&mut self, number: usize, chars: &[char], indent: usize) -> Open {
        let (mut at, mut dashes) = (indent, vec![]);
        while chars.get(at) == Some(&'-') && chars.get(at + 1).is_none_or(|c| *c == ' ') {
            dashes.push(at);
            at = skip_spaces(chars, at + 1);
        }
        let parent = dashes.last().copied();
        self.rows.push(Row { line: number, dashes, key: at });
        self.value(number, chars, at, parent.unwrap_or(at))
    }

    /// A value, or a key with its value, from a column on. `parent` is the column of what it belongs to.
    fn value(&mut self, number: usize, chars: &[char], at: usize, parent: usize) -> Open {
        match chars.get(at) {
            None => Open::Nothing,
            Some(mark @ ('"' | '\'')) => match closing(chars, at + 1, *mark) {
                Some(end) => self.behind(number, chars, end, at),
                None => self.quote(number, at, *mark),
            },
            Some('[' | '{') => self.flow(number, chars, at, 0),
            Some('|' | '>') => Open::Block(parent),
            Some(_) => match colon(chars, at) {
                Some(colon) => self.value(number, chars, skip_spaces(chars, colon + 1), at),
                None => Open::Plain(parent),
            },
        }
    }

    /// What comes behind a closing quote: the value, if that was a key.
    fn behind(&mut self, number: usize, chars: &[char], end: usize, key: usize) -> Open {
        let at = skip_spaces(chars, end + 1);
        match chars.get(at) {
            Some(':') => self.value(number, chars, skip_spaces(chars, at + 1), key),
            _ => Open::Nothing,
        }
    }

    fn flow(&mut self, number: usize, chars: &[char], from: usize, mut depth: usize) -> Open {
        let (mut at, mut before) = (from, ',');
        while let Some(c) = chars.get(at) {
            match c {
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                mark @ ('"' | '\'') if "[{,:".contains(before) => match closing(chars, at + 1, *mark) {
                    Some(end) => at = end,
                    None => return self.quote(number, at, *mark),
                },
                _ => {}
            }
            if !c.is_whitespace() {
                before = *c;
            }
            at += 1;
            if depth == 0 {
                return Open::Nothing;
            }
        }
        Open::Flow(depth)
    }

    fn quote(&mut self, line: usize, column: usize, mark: char) -> Open {
        self.quotes.push(Quote { mark, line, column, end: None });
        Open::Quote(mark)
    }

    /// The text in quotes that a place lies in although it was meant to end above.
    fn open_quote(&self, line: usize) -> Option<Slip> {
        let is_around = |quote: &&Quote| quote.line < line && quote.end.is_none_or(|end| line <= end);
        let unended = |quote: &&Quote| quote.line <= line && quote.end.is_none();
        let quote = self.quotes.iter().find(|quote| is_around(quote) || unended(quote))?;
        let advice = match quote.mark {
            '"' => "close it with \" where its text ends; a \" inside is written \\\"",
            _ => "close it with ' where its text ends; an apostrophe inside is written twice ('')",
        };
        Some(Slip::at(quote.line, quote.column + 1, "the quote that opens here isn't closed", advice))
    }

    /// A line that begins in a column in which nothing around it does.
    fn misplaced(&self, lines: &[&str], line: usize) -> Option<Slip> {
        let mut around: Vec<(usize, usize, bool)> = vec![];
        for row in self.rows.iter().take_while(|row| row.line < line) {
            let columns = row.dashes.iter().map(|column| (*column, true)).chain([(row.key, false)]);
            for (column, is_dash) in columns {
                around.retain(|(other, _, dash)| *other < column || *other == column && *dash == is_dash);
                if around.last().is_none_or(|(other, ..)| *other != column) {
                    around.push((column, row.line, is_dash));
                }
            }
        }
        let text = lines.get(line.checked_sub(1)?)?;
        let column = text.chars().take_while(|c| c.is_whitespace()).count();
        let is_dash = text.trim_start().starts_with("- ");
        if text.trim().is_empty() || around.iter().any(|(other, ..)| *other == column) {
            return None;
        }
        let like = around.iter().filter(|(.., dash)| *dash == is_dash);
        let (right, like, _) = like.min_by_key(|(other, ..)| (other.abs_diff(column), usize::MAX - other))?;
        let message = format!("this line begins in column {}, and nothing around it does", column + 1);
        let advice = format!("begin it in column {}, as line {like} does", right + 1);
        Some(Slip::at(line, column + 1, message, advice))
    }
}

/// Whether a line begins an entry or a key.
fn begins_something(rest: &[char]) -> bool {
    rest.starts_with(&['-', ' ']) || colon(rest, 0).is_some()
}

/// The colon that ends a plain key.
fn colon(chars: &[char], from: usize) -> Option<usize> {
    (from..chars.len()).find(|at| chars[*at] == ':' && chars.get(at + 1).is_none_or(|c| c.is_whitespace()))
}

/// The mark that closes a text in quotes, from inside it.
fn closing(chars: &[char], from: usize, mark: char) -> Option<usize> {
    let mut at = from;
    while let Some(c) = chars.get(at) {
        match c {
            '\\' if mark == '"' => at += 1,
            c if *c == mark && mark == '\'' && chars.get(at + 1) == Some(&mark) => at += 1,
            c if *c == mark => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn skip_spaces(chars: &[char], from: usize) -> usize {
    from + chars.iter().skip(from).take_while(|c| c.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use crate::adapters::bank::yaml;

    /// `line:column: message` of what is wrong with a text.
    fn told(text: &str) -> String {
        let fault = yaml::tree(text).unwrap_err();
        format!("{}:{}: {}", fault.line, fault.column, fault.line())
    }

    #[test]
    fn a_quote_that_is_not_closed_is_told_where_it_opens() {
        const DOUBLE: &str = "the quote that opens here isn't closed: close it with \" where its text ends; a \" inside is \
            written \\\"";
        const SINGLE: &str = "the quote that opens here isn't closed: close it with ' where its text ends; an apostrophe \
            inside is written twice ('')";
        for (text, place, message) in [
            ("a: 1\nb: \"open\nc: |\n  words\nd: he said \"no\" twice\n", "2:4", DOUBLE),
            ("a: 'open\nb: it's late\n", "1:4", SINGLE),
            ("a: 1\nb: 'open\n", "2:4", SINGLE),
            ("a:\n  - about: \"open\n    tell: x\n  - about: \"y\"\n", "2:12", DOUBLE),
            ("a: [\"x\", \"open]\nb: \"y\"\n", "1:10", DOUBLE),
            ("\"a: 1\nb: \"y\"\n", "1:1", DOUBLE),
            ("a: >-\n  \"words\nb: it's\nc: \"open\nd: \"x\"\n", "4:4", DOUBLE),
            ("a: it's\n  \"fine\nc: 'it''s\n  long'\nd: \"open\n", "5:4", DOUBLE),
            // Quotes that are closed are not to blame.
            (
                "a: 'it''s\n  long'\nb: \"x\" y\n",
                "3:8",
                "there is more text behind the closing quote: write a double \
                quote inside double quotes as \\\"",
            ),
        ] {
            assert_eq!(told(text), format!("{place}: {message}"), "{text}");
        }
    }

    #[test]
    fn a_tab_is_told_on_the_line_that_it_indents() {
        const TAB: &str = "this line is indented with a tab: indent with spaces: YAML takes no tabs there";
        for (text, place) in [
            ("a: b\n\tc: d\n", "2:1"),
            ("a:\n  - b: c\n  \td: e\n", "3:3"),
            ("a:\n\t- b\n", "2:1"),
            ("a: >-\n\tb\n", "2:1"),
        ] {
            assert_eq!(told(text), format!("{place}: {TAB}"), "{text}");
        }
    }

    #[test]
    fn a_line_in_the_wrong_column_is_told_where_it_belongs() {
        for (text, message) in [
            (
                "a: b\n c: d\n",
                "2:2: this line begins in column 2, and nothing around it does: begin it in column 1, as line 1 does",
            ),
            (
                "a:\n  - b: c\n   d: e\n",
                "3:4: this line begins in column 4, and nothing around it does: begin it in column 5, as line 2 does",
            ),
            (
                "a:\n    b: c\n  d: e\n",
                "3:3: this line begins in column 3, and nothing around it does: begin it in column 5, as line 2 does",
            ),
        ] {
            assert_eq!(told(text), message, "{text}");
        }
    }

    #[test]
    fn a_second_document_is_told_in_words_for_people() {
        let text = "---\na: b\n---\n# again\na: c\n";
        assert_eq!(
            told(text),
            "3:1: a second document begins here, and a file holds one: put each scenario and each rubric in a file of its own"
        );
        assert_eq!(
            told("a: b\n---\n"),
            "2:1: a second document begins here, and a file holds one: take this line away: nothing comes after it"
        );
    }
}

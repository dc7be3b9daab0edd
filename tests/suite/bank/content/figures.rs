//! Figures: those that are worked out, those that are referred to, and those that could contradict.

use std::collections::BTreeMap;

use pushback::core::bank::Case;

use super::{
    artifacts, bank, flat, is_open_prompt,
    numbers::{Known, numbers, work_out},
};

/// Hand-checked arithmetic; the file says how it is written.
const ARITHMETIC: &str = include_str!("figures.txt");

/// Everything that the candidate may be told, in the order of telling.
fn told(case: &Case) -> Vec<(String, &str)> {
    let scenario = &case.scenario;
    let mut texts =
        vec![("setting".to_owned(), scenario.setting.as_str()), ("opening".into(), &scenario.opening)];
    texts.extend(scenario.facts.iter().map(|fact| (format!("fact `{}`", fact.about), fact.tell.as_str())));
    texts.extend(
        scenario.probes.iter().map(|probe| (format!("probe `{}`", probe.missing), probe.ask.as_str())),
    );
    texts.push(("twist".into(), &scenario.twist));
    texts
}

#[test]
fn every_sum_comes_out_as_the_author_says_and_uses_the_figures_of_the_case() {
    let bank = bank();
    let mut known: BTreeMap<&str, Known> = BTreeMap::new();
    let mut wrong = vec![];
    for line in ARITHMETIC.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (id, sum) = line.split_once(": ").expect(line);
        let (sum, claim) = sum.split_once(" = ").expect(line);
        let case = bank.case(id).expect(line);
        let texts = told(case);
        let notes = case.scenario.notes.as_deref().unwrap_or_default();
        let everything =
            flat(&[texts.iter().map(|(_, text)| *text).collect(), vec![notes]].concat().join(" "));
        let known = known.entry(id).or_insert_with(|| {
            let mut known = Known::of(&case.scenario.title);
            let artifact = artifacts::text(case);
            let told = texts.iter().map(|(_, text)| *text).chain([artifact.as_str()]);
            told.flat_map(numbers).for_each(|number| {
                known.add(number.value);
                known.add(number.bare);
            });
            known.add(1.0);
            known.add(2.0);
            known
        });
        if !everything.contains(&flat(claim)) {
            wrong.push(format!("{line}\n    `{claim}` stands nowhere in the scenario"));
            continue;
        }
        let worked_out = match work_out(sum, &|column| artifacts::sum(case, column)) {
            Ok(worked_out) => worked_out,
            Err(message) => {
                wrong.push(format!("{line}\n    {message}"));
                continue;
            }
        };
        for operand in worked_out.operands.iter().filter(|operand| !known.has(**operand)) {
            wrong.push(format!("{line}\n    {operand} stands nowhere in the scenario"));
        }
        let claimed = &numbers(claim)[0];
        let fits = [claimed.value, claimed.bare].iter().any(|claimed_value| {
            let unit = claimed.unit * claimed_value / claimed.value.max(f64::MIN_POSITIVE);
            // 18,400 may stand for 18,432, but 30 must not stand for 34.
            let rounded = if unit > 1.0 { unit.min(claimed_value * 0.05) } else { unit };
            (worked_out.value - claimed_value).abs() <= rounded / 2.0 * (1.0 + 1e-6)
        });
        if !fits {
            wrong.push(format!("{line}\n    comes out as {}", worked_out.value));
        }
        known.add(claimed.value);
        known.add(claimed.bare);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for case in bank.cases() {
        let id = &case.scenario.id;
        let sums = ARITHMETIC.lines().filter(|line| line.starts_with(&format!("{id}: "))).count();
        let fewest = if is_open_prompt(case) { 2 } else { 4 };
        assert!(sums >= fewest, "{id}: {sums} of its figures are worked out");
    }
}

/// References to a figure that was not told before, with the reason why they may stand.
const INTRODUCED: [(&str, &str, &str); 5] = [
    ("a-council-for-everything", "three it refused", "61 less the 58 that it passed"),
    ("eight-weeks-without-you", "38, after four minutes", "360 less 322"),
    ("rent-or-grow-the-eyes", "46,000 terminals", "news about terminals that were mentioned"),
    ("rent-or-grow-the-eyes", "2,300 alerts", "news about a vendor that alerts"),
    ("rent-or-grow-the-eyes", "600 station restaurants", "news about a railway"),
];

/// A fact may be told alone, and the twist comes to those who asked nothing: whoever says "the 34" must have
/// been told of 34.
#[test]
fn a_figure_that_is_spoken_of_as_known_was_told() {
    const DEFINITE: [&str; 12] =
        ["the", "all", "those", "these", "our", "my", "your", "her", "his", "their", "its", "both"];
    let bank = bank();
    let mut unknown = vec![];
    for case in bank.cases() {
        let scenario = &case.scenario;
        let artifact = artifacts::text(case);
        let before = Known::of(&format!("{} {} {artifact}", scenario.setting, scenario.opening));
        for (place, text) in told(case).into_iter().skip(2) {
            for number in numbers(text).into_iter().filter(|number| number.value > 2.0) {
                let definite = text[..number.at.start]
                    .trim_end_matches(['$', '€'])
                    .strip_suffix(' ')
                    .and_then(|text| text.rsplit(|c: char| !c.is_alphabetic()).next())
                    .is_some_and(|word| DEFINITE.contains(&word.to_lowercase().as_str()));
                let ordinal = text[number.at.end..].starts_with(char::is_alphabetic);
                let fraction =
                    ["half", "third", "quarter", "fifth", "tenth"].contains(&&text[number.at.clone()]);
                let elsewhere =
                    Known::of(&format!("{} {}", &text[..number.at.start], &text[number.at.end..]));
                if !definite || ordinal || fraction || before.has(number.value) || elsewhere.has(number.value)
                {
                    continue;
                }
                let words = flat(&text[number.at.start..]).chars().take(40).collect::<String>();
                let introduced =
                    INTRODUCED.iter().any(|(id, start, _)| *id == scenario.id && words.starts_with(start));
                if !introduced {
                    unknown.push(format!("{}: {place}: the {words}", scenario.id));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

/// The same words behind two different figures, with the reason why both are true.
const BOTH_TRUE: [(&str, &str, &str); 2] = [
    ("two-hundred-and-ninety-doors", "times last", "the doors, and the cuts between the regions"),
    ("two-hundred-and-ninety-doors", "million parcels", "last year's, and the pharmacy's"),
];

/// "nine working days" in the setting and "ten working days" in a fact contradict each other, unless somebody has
/// looked and said why not.
#[test]
fn the_same_two_words_do_not_follow_two_different_figures() {
    let bank = bank();
    let mut contradictions = vec![];
    for case in bank.cases() {
        let id = &case.scenario.id;
        let mut first: BTreeMap<String, (f64, String)> = BTreeMap::new();
        for (place, text) in told(case) {
            let in_setting = place == "setting";
            for number in numbers(text) {
                let Some(words) = two_words(&text[number.at.end..]) else { continue };
                if in_setting {
                    first.entry(words).or_insert((number.value, place.clone()));
                    continue;
                }
                let Some((value, _)) = first.get(&words) else { continue };
                let explained = BOTH_TRUE.iter().any(|(case, both, _)| case == id && *both == words);
                if *value != number.value && !explained {
                    contradictions
                        .push(format!("{id}: {value} {words} in the setting, {} in {place}", number.value));
                }
            }
        }
    }
    assert!(contradictions.is_empty(), "{}", contradictions.join("\n"));
}

/// The two words that say what a figure counts, or nothing where there are no two.
fn two_words(rest: &str) -> Option<String> {
    const NO_NOUN: [&str; 30] = [
        "of", "the", "a", "an", "and", "or", "in", "on", "at", "to", "for", "from", "by", "with", "as", "is",
        "are", "was", "were", "has", "have", "had", "that", "which", "who", "it", "they", "when", "per",
        "more",
    ];
    let rest = rest.strip_prefix(' ')?;
    let mut words = vec![];
    for word in rest.split(' ').take(2) {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let is_word = bare.chars().all(|c| c.is_alphabetic() || c == '-' || c == '\'');
        if bare.is_empty() || !is_word || NO_NOUN.contains(&bare.as_str()) {
            return None;
        }
        let ends = word.len() != bare.len();
        words.push(bare);
        if ends && words.len() < 2 {
            return None;
        }
    }
    (words.len() == 2).then(|| words.join(" "))
}

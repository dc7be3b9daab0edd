//! What makes a scenario fail although it has the right keys.

use std::collections::BTreeSet;

use super::{
    Finding, Rule, count, met_before,
    rubric::Signals,
    tree::{Node, Value},
    wording,
};
use crate::core::session::MOST_PROBES;

/// Fewest and most words of a setting that is read; 120 to 220 are usual.
const SETTING: (usize, usize) = (60, 300);
/// Fewest and most words of a setting and an opening that are spoken: 20 to 40 seconds.
const SPOKEN: (usize, usize) = (60, 110);
/// Most words of an open prompt, where nearly everything has to be asked for.
const OPEN_PROMPT: usize = 50;
/// Most words of an opening or a probe.
const LONGEST_QUESTION: usize = 100;
/// Minutes: how long a hundred words take to read, and how long answers to opening, probe and twist take at least.
const READING: f64 = 0.5;
const OPENING: f64 = 2.5;
const FOLLOW_UP: f64 = 1.0;

/// What makes the scenario worse than it could be. `signals` are those of its rubric.
pub fn check(tree: &Node, signals: Option<&Signals>, found: &mut Vec<Finding>) {
    probes(tree, signals, found);
    facts(tree, found);
    length(tree, found);
    if let Some((text, span)) = tree.text("opening") {
        question("the opening", text, span, found);
        let given =
            signals.into_iter().flatten().find(|(_, _, statement)| wording::gives_away(text, statement));
        if let Some((id, _, _)) = given {
            found.push(given_away("the opening", id, span));
        }
    }
    minutes(tree, found);
}

fn probes(tree: &Node, signals: Option<&Signals>, found: &mut Vec<Finding>) {
    let mut met = BTreeSet::new();
    for probe in tree.items("probes") {
        if let Some((text, span)) = probe.text("ask") {
            question("the probe", text, span, found);
        }
        let Some((missing, span)) = probe.text("missing") else { continue };
        if met_before(&mut met, missing) {
            let finding = Finding::new(Rule::DuplicateProbe, span, format!("a second probe for `{missing}`"));
            found.push(finding.suggest("keep the better one"));
        }
        let Some(signals) = signals else { continue };
        let signal = signals.iter().find(|(id, _, _)| id == missing);
        if let (Some((id, _, statement)), Some((ask, span))) = (signal, probe.text("ask"))
            && wording::gives_away(ask, statement)
        {
            found.push(given_away("the probe", id, span));
        }
    }
    let Some(signals) = signals else { return };
    let early = |missing: &str| {
        let level = signals.iter().find(|(id, _, _)| id == missing).map(|(_, level, _)| level.as_str());
        matches!(level, Some("mid" | "senior" | "staff"))
    };
    let asked = met.iter().filter(|missing| early(missing)).count();
    if asked < MOST_PROBES {
        let message = format!("{asked} probes are for signals at staff or below");
        let span = tree.get("probes").map_or(&tree.span, |node| &node.span);
        let free: Vec<&str> = signals
            .iter()
            .map(|(id, _, _)| id.as_str())
            .filter(|id| early(id) && !met.contains(id))
            .take(4)
            .collect();
        let finding = Finding::new(Rule::FewProbes, span, message);
        found.push(match free.is_empty() {
            true => finding.suggest("write three, for a person who interviews for staff"),
            false => finding.suggest(format!("write three; `{}` have none", free.join("`, `"))),
        });
    }
}

fn facts(tree: &Node, found: &mut Vec<Finding>) {
    let around: Vec<&str> = ["setting", "opening", "title"]
        .iter()
        .filter_map(|key| tree.text(key))
        .map(|(text, _)| text)
        .collect();
    let around = wording::telling(&around.join(" "));
    for fact in tree.items("facts") {
        let Some((about, span)) = fact.text("about") else { continue };
        let ways: Vec<(&str, &Node)> =
            fact.items("ask").iter().filter_map(|node| node.as_text().map(|text| (text, node))).collect();
        if ways.is_empty() {
            let finding =
                Finding::new(Rule::NobodyAsks, span, format!("no way to ask for “{about}” is given"));
            found.push(finding.suggest("add `ask:` with two to four questions in a candidate's own words"));
            continue;
        }
        let asked: Vec<&str> = ways.iter().map(|(text, _)| *text).chain([about]).collect();
        // A question may use another word ("cheaper" for a price): then what is told shows that it belongs to the case.
        let told = wording::telling(fact.text("tell").map_or("", |(text, _)| text));
        let belongs = told.intersection(&around).count() >= 2;
        if !belongs && wording::telling(&asked.join(" ")).is_disjoint(&around) {
            let message = format!("nothing in the setting leads to “{about}”");
            let finding = Finding::new(Rule::NobodyAsks, span, message);
            found.push(finding.suggest("let the setting mention what it is about, without the answer"));
        }
    }
}

/// A case with an author's view is spoken: what counts there is how long setting and opening take together.
fn length(tree: &Node, found: &mut Vec<Finding>) {
    let Some((setting, span)) = tree.text("setting") else { return };
    let (words, allowed, message, suggestion) = if tree.text("view").is_none() {
        let words = count(setting);
        let suggestion = "120 to 220 are usual: the company, the system, the people, the numbers".to_owned();
        (words, SETTING.0..=SETTING.1, format!("the setting has {words} words"), suggestion)
    } else {
        let words = count(setting) + tree.text("opening").map_or(0, |(text, _)| count(text));
        let is_open = tree.items("shape").iter().any(|shape| shape.as_text() == Some("open-prompt"));
        let (fewest, most) = if is_open { (1, OPEN_PROMPT) } else { SPOKEN };
        let limits = if is_open { format!("{most} at most") } else { format!("{fewest} to {most}") };
        let suggestion = format!("a spoken case has {limits}: make a fact of whatever can be asked for");
        (words, fewest..=most, format!("the setting and the opening have {words} words together"), suggestion)
    };
    if !allowed.contains(&words) {
        found.push(Finding::new(Rule::SettingLength, span, message).suggest(suggestion));
    }
}

fn minutes(tree: &Node, found: &mut Vec<Finding>) {
    let Some(node) = tree.get("minutes") else { return };
    let Value::Whole(minutes, _) = node.value else { return };
    let read = tree.text("setting").map_or(0, |(text, _)| count(text)) as f64 / 100.0 * READING;
    let follow_ups = tree.items("probes").len().min(MOST_PROBES) as f64 + 1.0;
    let needed = (read + OPENING + follow_ups * FOLLOW_UP).ceil();
    if minutes > 0 && (minutes as f64) < needed {
        let message = format!(
            "{minutes} minutes can't hold the setting, the opening, {} follow-ups and the twist",
            follow_ups - 1.0
        );
        let finding = Finding::new(Rule::TooShort, &node.span, message);
        found.push(finding.suggest(format!("{needed} at least; 12 is usual")));
    }
}

fn question(what: &str, text: &str, span: &super::tree::Span, found: &mut Vec<Finding>) {
    if count(text) > LONGEST_QUESTION {
        let message = format!("{what} has {} words: {LONGEST_QUESTION} are enough", count(text));
        found.push(
            Finding::new(Rule::LongQuestion, span, message).suggest("move what it tells into the setting"),
        );
    }
}

fn given_away(what: &str, signal: &str, span: &super::tree::Span) -> Finding {
    Finding::new(Rule::GivesAway, span, format!("{what} says what `{signal}` is there to find out"))
        .suggest("ask about the situation, and leave the behaviour to the candidate")
}

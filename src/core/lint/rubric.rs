//! What makes a rubric fail although it has the right keys.

use std::collections::BTreeSet;

use super::{Finding, Rule, Signals, count, met_before, tree::Node, wording};

/// Longest statement that is judged well, in words.
const LONGEST_STATEMENT: usize = 32;

/// The signals of a rubric's tree.
pub fn signals(tree: &Node) -> Signals {
    let text = |node: &Node, key: &str| node.text(key).map_or("", |(text, _)| text).to_owned();
    let criteria = tree.items("criteria").iter();
    criteria
        .flat_map(|criterion| criterion.items("signals"))
        .map(|signal| (text(signal, "id"), text(signal, "level"), text(signal, "statement")))
        .collect()
}

/// Rules beyond the shape.
pub fn check(tree: &Node, found: &mut Vec<Finding>) {
    let (mut criteria, mut behaviours) = (BTreeSet::new(), BTreeSet::new());
    for criterion in tree.items("criteria") {
        let name = criterion.text("id").map_or("", |(id, _)| id);
        if let Some((id, span)) = criterion.text("id").filter(|(id, _)| met_before(&mut criteria, id)) {
            found.push(Finding::new(
                Rule::DuplicateId,
                span,
                format!("there are two criteria called `{id}`"),
            ));
        }
        let signals = criterion.items("signals");
        for behaviour in signals.iter().chain(criterion.items("red-flags")) {
            if let Some((id, span)) = behaviour.text("id").filter(|(id, _)| met_before(&mut behaviours, id)) {
                let message = format!("there are two signals or red flags called `{id}`");
                found.push(Finding::new(Rule::DuplicateId, span, message));
            }
            statement(behaviour, found);
        }
        for signal in signals.iter().filter(|signal| signal.get("coach").is_none()) {
            if let Some((id, span)) = signal.text("id") {
                let finding = Finding::new(Rule::NoCoach, span, format!("`{id}` has no `coach`"));
                found.push(
                    finding.suggest("add `coach:` with one sentence that would show it, about another case"),
                );
            }
        }
        let levels: BTreeSet<&str> =
            signals.iter().filter_map(|signal| signal.text("level")).map(|(level, _)| level).collect();
        if let (Some(node), true) = (criterion.get("signals"), signals.len() > 1 && levels.len() == 1) {
            let level = levels.first().copied().unwrap_or_default();
            let message = format!("all signals of `{name}` are of the level {level}");
            let finding = Finding::new(Rule::OneLevel, &node.span, message);
            found.push(finding.suggest("what would somebody one level up do that these don't?"));
        }
    }
}

fn statement(behaviour: &Node, found: &mut Vec<Finding>) {
    let Some((text, span)) = behaviour.text("statement") else { return };
    if let Some(word) = wording::vague(text) {
        let finding =
            Finding::new(Rule::VagueStatement, span, format!("no sentence can be pointed at for `{word}`"));
        found.push(
            finding.suggest("say what is done or said, as in “Names the person who makes the final call.”"),
        );
    }
    if let Some(second) = wording::second_behaviour(text) {
        let finding =
            Finding::new(Rule::TwoBehaviours, span, format!("a second behaviour begins at “{second} …”"));
        found.push(
            finding.suggest("make two signals of it, or one behaviour with the other as its condition"),
        );
    }
    if count(text) > LONGEST_STATEMENT {
        let message = format!("the statement has {} words: {LONGEST_STATEMENT} are enough", count(text));
        found.push(Finding::new(Rule::LongStatement, span, message));
    }
}

//! What makes a rubric fail although it has the right keys.

use std::collections::BTreeSet;

use super::{Finding, Rule, count, tree::Node, wording};
use crate::core::bank::rubric::Rubric;

/// A rubric's signals: id, level and statement. Red flags are none.
pub type Signals = Vec<(String, String, String)>;

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

/// The signals of a rubric.
pub fn signals_of(rubric: &Rubric) -> Signals {
    rubric.signals().map(|s| (s.id.clone(), s.level.name().to_owned(), s.statement.clone())).collect()
}

/// What makes the rubric worse than it could be.
pub fn check(tree: &Node, found: &mut Vec<Finding>) {
    coach(tree, found);
    for criterion in tree.items("criteria") {
        let name = criterion.text("id").map_or("", |(id, _)| id);
        let signals = criterion.items("signals");
        for behaviour in signals.iter().chain(criterion.items("red-flags")) {
            statement(behaviour, found);
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

/// One note for a rubric, however many of its signals have no `coach`.
fn coach(tree: &Node, found: &mut Vec<Finding>) {
    let signals = || tree.items("criteria").iter().flat_map(|criterion| criterion.items("signals"));
    let without: Vec<&Node> = signals().filter(|signal| signal.get("coach").is_none()).collect();
    let Some((_, span)) = without.iter().find_map(|signal| signal.text("id")) else { return };
    let message = match (without.len(), signals().count()) {
        (count, all) if count == all => "no signal has a `coach`".to_owned(),
        (1, _) => "one signal has no `coach`".to_owned(),
        (count, all) => format!("{count} of {all} signals have no `coach`"),
    };
    let finding = Finding::new(Rule::NoCoach, span, message);
    found.push(finding.suggest("`coach:` is one sentence that would show the signal, about another case"));
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

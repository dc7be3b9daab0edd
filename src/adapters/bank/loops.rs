//! Files of interview loops: those that are built in, and the person's own, which go before them.

use std::{collections::BTreeMap, sync::OnceLock};

use super::{library, sources, yaml};
use crate::{
    adapters::paths::Home,
    core::{
        bank::{Bank, Problem},
        interview_loop::{InterviewLoop, LoopFault},
        lint::{
            Finding, Rule, shape,
            tree::{Node, Span},
        },
    },
};

/// Loads the interview loops. `bank` is what their rounds are drawn from. A file with a problem is left out and told.
pub fn load(home: &Home, bank: &Bank) -> (Vec<InterviewLoop>, Vec<Problem>) {
    let mut problems = vec![];
    let mut loops: BTreeMap<String, InterviewLoop> = BTreeMap::new();
    for files in [library::built_in_loops(), library::texts_in(&home.scenarios().join(library::LOOPS))] {
        for (file, text) in files {
            match text.map(|text| read(&text, bank)) {
                Ok(Ok(one)) => {
                    loops.insert(one.id.clone(), one);
                }
                Ok(Err(found)) => {
                    problems.extend(found.into_iter().filter_map(|finding| Problem::of(&file, &[finding])));
                }
                Err(message) => problems.push(Problem { place: file, message }),
            }
        }
    }
    (loops.into_values().collect(), problems)
}

/// A loop, or everything that is wrong with it.
///
/// # Errors
///
/// Everything that is wrong, as the loader and the linter tell it.
pub fn read(text: &str, bank: &Bank) -> Result<InterviewLoop, Vec<Finding>> {
    static SCHEMA: OnceLock<serde_json::Value> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| schemars::schema_for!(InterviewLoop).to_value());
    let tree = yaml::tree(text).map_err(|fault| vec![sources::finding(Rule::Syntax, fault)])?;
    let mut found = vec![];
    shape::check(&tree, schema, &mut found);
    let read = yaml::read::<InterviewLoop>(text);
    match read {
        Ok(one) => {
            let faults = one.faults(bank);
            found.extend(
                faults
                    .into_iter()
                    .map(|fault| Finding::new(Rule::InterviewLoop, &place(&tree, &fault), fault.message)),
            );
            if found.is_empty() { Ok(one) } else { Err(found) }
        }
        Err(fault) if found.is_empty() => Err(vec![sources::finding(Rule::Refused, fault)]),
        Err(_) => Err(found),
    }
}

/// Where a fault stands: at its key, or at the round that should have it.
fn place(tree: &Node, fault: &LoopFault) -> Span {
    let round = tree.items("rounds").get(fault.round);
    let at = round.and_then(|round| round.get(fault.key)).or(round).unwrap_or(tree);
    at.span.clone()
}

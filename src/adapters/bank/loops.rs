//! Files of interview loops: those that are built in, and the person's own, which go before them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::OnceLock,
};

use super::{
    library::{self, Files},
    sources, yaml,
};
use crate::{
    adapters::paths::Home,
    core::{
        bank::{Bank, Problem},
        interview_loop::{InterviewLoop, LoopFault},
        lint::{
            Finding, Rule, errors, shape,
            tree::{Node, Span},
        },
    },
};

/// Loads the interview loops. `bank` is what their rounds are drawn from. A file with a problem is left out and told.
pub fn load(home: &Home, bank: &Bank) -> (Vec<InterviewLoop>, Vec<Problem>) {
    let mut problems = vec![];
    let mut loops: BTreeMap<String, InterviewLoop> = BTreeMap::new();
    for files in [library::built_in_loops(), library::texts_in(&home.scenarios().join(library::LOOPS))] {
        for (file, read) in read(&files, bank) {
            match read {
                Ok(one) => {
                    loops.insert(one.id.clone(), *one);
                }
                Err(found) => {
                    problems.extend(found.into_iter().filter_map(|finding| Problem::of(&file, &[finding])));
                }
            }
        }
    }
    (loops.into_values().collect(), problems)
}

/// A loop, or everything that is wrong with its file.
pub type Checked = Result<Box<InterviewLoop>, Vec<Finding>>;

/// Each file of a folder with its loop, or everything that is wrong with it, as the loader and the linter tell it.
pub fn read(files: &Files, bank: &Bank) -> Vec<(String, Checked)> {
    let trees: BTreeMap<&str, Node> = files
        .iter()
        .filter_map(|(file, text)| Some((file.as_str(), yaml::tree(text.as_ref().ok()?).ok()?)))
        .collect();
    let names: BTreeSet<&str> = files.iter().map(|(file, _)| file.as_str()).collect();
    // A sync or an editor has left a copy beside the file itself.
    let copy = |file: &str| {
        let (id, span) = trees.get(file)?.text("id")?;
        let named = Path::new(file).with_file_name(format!("{id}.yaml")).display().to_string();
        let other = trees.get(named.as_str()).and_then(|tree| tree.text("id"));
        let is_copy = named != file && names.contains(named.as_str());
        (is_copy && other.is_none_or(|(other, _)| other == id)).then(|| errors::belongs(id, span))
    };
    let check = |(file, text): &(String, Result<String, String>)| {
        let read = match text {
            Ok(text) => take(text, bank).map(Box::new),
            Err(why) => Err(vec![Finding::new(Rule::Unreadable, &Span::default(), why.clone())]),
        };
        let read = match copy(file) {
            Some(copy) => Err(read.err().into_iter().flatten().chain([copy]).collect()),
            None => read,
        };
        (file.clone(), read)
    };
    files.iter().map(check).collect()
}

/// A loop, or everything that is wrong with it alone.
fn take(text: &str, bank: &Bank) -> Result<InterviewLoop, Vec<Finding>> {
    static SCHEMA: OnceLock<serde_json::Value> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| schemars::schema_for!(InterviewLoop).to_value());
    let tree = yaml::tree(text).map_err(|fault| vec![sources::finding(Rule::Syntax, fault)])?;
    let mut found = vec![];
    shape::check(&tree, schema, &mut found);
    match yaml::read::<InterviewLoop>(text) {
        Ok(one) => {
            let faults = one.faults(bank).into_iter();
            found.extend(
                faults.map(|fault| Finding::new(Rule::InterviewLoop, &place(&tree, &fault), fault.message)),
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

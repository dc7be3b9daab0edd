//! What keeps a scenario or a rubric out of the bank: the one place that says so. The loader leaves out what has an error
//! here, and the linter tells the same errors beside its warnings.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::OnceLock,
};

use super::{
    Finding, Fix, Rule,
    rubric::{self, Signals},
    shape,
    source::{Kind, Source},
    tree::{Node, Span},
};
use crate::core::{bank::scenario::is_id, nearest::nearest};

/// JSON Schema of scenario files, from the type.
pub fn scenario_schema() -> &'static serde_json::Value {
    static SCHEMA: OnceLock<serde_json::Value> = OnceLock::new();
    SCHEMA.get_or_init(|| schemars::schema_for!(crate::core::bank::scenario::Scenario).to_value())
}

/// JSON Schema of rubric files, from the type.
pub fn rubric_schema() -> &'static serde_json::Value {
    static SCHEMA: OnceLock<serde_json::Value> = OnceLock::new();
    SCHEMA.get_or_init(|| schemars::schema_for!(crate::core::bank::rubric::Rubric).to_value())
}

/// What is wrong with the files of one place, each by itself and beside the others; in their order. `unreadable` are the
/// files beside them that aren't even YAML.
pub fn of_place(sources: &[Source], unreadable: &[String]) -> Vec<Vec<Finding>> {
    let owners = owners(sources);
    let check = |(index, source): (usize, &Source)| {
        let mut found = of_file(source);
        found.extend(taken(index, source, sources, &owners).or_else(|| copy(source, unreadable)));
        found
    };
    sources.iter().enumerate().map(check).collect()
}

/// What is wrong with a file by itself.
fn of_file(source: &Source) -> Vec<Finding> {
    let mut found = vec![];
    let tree = &source.tree;
    match source.kind() {
        Kind::Scenario => shape::check(tree, scenario_schema(), &mut found),
        Kind::Rubric => {
            shape::check(tree, rubric_schema(), &mut found);
            twice(tree, &mut found);
        }
    }
    if let (Some(node), Some(Err(why))) = (tree.get("artifact"), &source.artifact) {
        found.push(Finding::new(Rule::Artifact, &node.span, why.clone()));
    }
    // The rules know the words for what is wrong; what they let through must be readable all the same.
    if found.is_empty() {
        found = source.unreadable();
    }
    found
}

/// Ids that a rubric gives out a second time.
fn twice(tree: &Node, found: &mut Vec<Finding>) {
    let (mut criteria, mut behaviours) = (BTreeSet::new(), BTreeSet::new());
    let mut take = |node: &Node, is_criterion: bool| {
        let Some((id, span)) = node.text("id") else { return };
        let (met, what) = match is_criterion {
            true => (&mut criteria, "criteria"),
            false => (&mut behaviours, "signals or red flags"),
        };
        if !met.insert(id.to_owned()) {
            found.push(Finding::new(Rule::DuplicateId, span, format!("there are two {what} called `{id}`")));
        }
    };
    for criterion in tree.items("criteria") {
        take(criterion, true);
        criterion.items("signals").iter().chain(criterion.items("red-flags")).for_each(|it| take(it, false));
    }
}

/// Whose each id is: of several files with one id, that of the file which is called so, else that of the first.
fn owners(sources: &[Source]) -> BTreeMap<(Kind, &str), usize> {
    let mut owners = BTreeMap::new();
    for (index, source) in sources.iter().enumerate() {
        let Some(id) = source.id() else { continue };
        let owner = owners.entry((source.kind(), id)).or_insert(index);
        if source.stem() == id && sources[*owner].stem() != id {
            *owner = index;
        }
    }
    owners
}

fn taken(
    index: usize,
    source: &Source,
    sources: &[Source],
    owners: &BTreeMap<(Kind, &str), usize>,
) -> Option<Finding> {
    let (id, span) = source.tree.text("id")?;
    let owner = *owners.get(&(source.kind(), id))?;
    if owner == index {
        return None;
    }
    if sources[owner].file == named(source, id) {
        return Some(belongs(id, span));
    }
    let message = format!("the id `{id}` is taken by {}", sources[owner].file);
    Some(Finding::new(Rule::DuplicateId, span, message).suggest("give one of them another id"))
}

/// A copy of a file that can't be read at the moment: nobody wants to play a stale one in its place.
fn copy(source: &Source, unreadable: &[String]) -> Option<Finding> {
    let (id, span) = source.tree.text("id")?;
    let named = named(source, id);
    (named != source.file && unreadable.contains(&named)).then(|| belongs(id, span))
}

/// The file beside a source that is named after an id.
fn named(source: &Source, id: &str) -> String {
    Path::new(&source.file).with_file_name(format!("{id}.yaml")).display().to_string()
}

/// What is told of a copy that a sync or an editor has left beside the file itself.
pub fn belongs(id: &str, span: &Span) -> Finding {
    let message = format!("the id `{id}` belongs to `{id}.yaml` beside it");
    Finding::new(Rule::DuplicateId, span, message).suggest("give this one another id, or delete it")
}

/// The rubrics that a scenario may name.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// Signals of those that are right, by their ids.
    pub rubrics: BTreeMap<String, Signals>,
    /// Ids of those that have errors of their own.
    pub broken: BTreeSet<String>,
}

impl Shelf {
    /// Puts the rubrics of `sources` on it, by what was found wrong with each.
    pub fn put(&mut self, sources: &[Source], errors: &[Vec<Finding>]) {
        for (source, errors) in sources.iter().zip(errors) {
            let Some(id) = source.id().filter(|_| source.kind() == Kind::Rubric) else { continue };
            if errors.is_empty() {
                self.rubrics.insert(id.to_owned(), rubric::signals(&source.tree));
            } else {
                self.broken.insert(id.to_owned());
            }
        }
    }
}

/// What a scenario names that isn't there. `signals` are those of its rubric, if that was found.
pub fn of_references(tree: &Node, shelf: &Shelf, signals: Option<&Signals>) -> Vec<Finding> {
    let Some((id, span)) = tree.text("rubric") else { return vec![] };
    let Some(signals) = signals else {
        let finding = Finding::new(Rule::UnknownRubric, span, format!("there is no rubric `{id}`"));
        return vec![match nearest(id, shelf.rubrics.keys().map(String::as_str)) {
            _ if shelf.broken.contains(id) => Finding {
                message: format!("the rubric `{id}` has an error of its own"),
                ..finding.suggest("fix that first")
            },
            Some(near) => finding.suggest(format!("did you mean `{near}`?")).fix(Fix::new(span, id, near)),
            None if is_id(id) => finding.suggest(format!("`pushback rubric new {id}` makes one")),
            None => finding.suggest("`pushback rubric list` shows what there is"),
        }];
    };
    let missing = tree.items("probes").iter().filter_map(|probe| probe.text("missing"));
    let unknown = missing.filter(|(missing, _)| !signals.iter().any(|(known, _, _)| known == missing));
    unknown
        .map(|(missing, span)| {
            let message = format!("a probe is for `{missing}`, which is no signal of the rubric `{id}`");
            let finding = Finding::new(Rule::UnknownSignal, span, message);
            match nearest(missing, signals.iter().map(|(id, _, _)| id.as_str())) {
                Some(near) => {
                    finding.suggest(format!("did you mean `{near}`?")).fix(Fix::new(span, missing, near))
                }
                None => finding.suggest(format!("`pushback rubric show {id}` lists the signals")),
            }
        })
        .collect()
}

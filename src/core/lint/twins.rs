//! Scenarios that are nearly the same.

use std::{
    collections::{BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{Finding, Kind, Known, Rule, Source};
use crate::core::judging::sentences::words;

/// Words in a row that two texts have to share.
const RUN: usize = 5;
/// Share of the shorter one's runs above which two scenarios are twins.
const ALIKE: f64 = 0.4;
/// Scenarios that are remembered for a run: enough to find a twin, and few enough when a thousand are the same.
const MOST_HOLDERS: usize = 8;

/// Scenarios so far, by the runs of words that they hold.
#[derive(Default)]
struct Index {
    names: Vec<String>,
    sizes: Vec<usize>,
    holders: HashMap<u64, Vec<usize>>,
}

impl Index {
    fn add(&mut self, name: String, runs: &BTreeSet<u64>) {
        for run in runs {
            let holders = self.holders.entry(*run).or_default();
            if holders.len() < MOST_HOLDERS {
                holders.push(self.names.len());
            }
        }
        self.names.push(name);
        self.sizes.push(runs.len());
    }

    /// The scenario that shares most, with its share, if that is enough.
    fn twin(&self, runs: &BTreeSet<u64>) -> Option<(&str, f64)> {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for number in runs.iter().filter_map(|run| self.holders.get(run)).flatten() {
            *shared.entry(*number).or_default() += 1;
        }
        shared
            .into_iter()
            .map(|(number, count)| (number, count as f64 / self.sizes[number].min(runs.len()).max(1) as f64))
            .filter(|(_, share)| *share >= ALIKE)
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
            .map(|(number, share)| (self.names[number].as_str(), share))
    }
}

/// For each scenario that is nearly the same as an earlier one or one of the bank: its place and the finding.
pub fn find(sources: &[Source], known: &Known) -> Vec<(usize, Finding)> {
    let checked: BTreeSet<&str> =
        sources.iter().filter_map(|source| source.tree.text("id")).map(|(id, _)| id).collect();
    let mut index = Index::default();
    for (id, text) in known.scenarios.iter().filter(|(id, _)| !checked.contains(id.as_str())) {
        index.add(format!("`{id}`"), &runs(text));
    }
    let mut found = vec![];
    for (place, source) in sources.iter().enumerate().filter(|(_, source)| source.kind() == Kind::Scenario) {
        let Some((setting, span)) = source.tree.text("setting") else { continue };
        let runs = runs(setting);
        if let Some((name, share)) = index.twin(&runs) {
            let message = format!("{:.0}% of the setting is word for word that of {name}", 100.0 * share);
            let finding = Finding::new(Rule::NearDuplicate, span, message);
            found.push((place, finding.suggest("keep one of them, or tell another story")));
        }
        index.add(source.file.clone(), &runs);
    }
    found
}

fn runs(text: &str) -> BTreeSet<u64> {
    words(text)
        .windows(RUN)
        .map(|window| {
            let mut hasher = DefaultHasher::new();
            window.hash(&mut hasher);
            hasher.finish()
        })
        .collect()
}

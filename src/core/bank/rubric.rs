//! Rubrics: what a good answer shows, as criteria made of observable signals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scenario::{ID, LONGEST_TEXT, is_false};
use crate::core::level::Level;

/// What answers to a kind of scenario are scored against. File: `rubrics/<id>.yaml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rubric {
    /// Unique in the bank; the file's name.
    #[schemars(regex(pattern = ID))]
    pub id: String,
    /// For people.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub title: String,
    /// Three to six.
    #[schemars(length(min = 3, max = 6))]
    pub criteria: Vec<Criterion>,
    /// A draft is never drawn, nor is a scenario that is scored against it: `pushback rubric accept` takes this away
    /// when its author has read it through.
    #[serde(default, skip_serializing_if = "is_false")]
    pub draft: bool,
}

/// One dimension of judgment, with its own level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Criterion {
    /// Unique in the rubric.
    #[schemars(regex(pattern = ID))]
    pub id: String,
    /// For people.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub name: String,
    /// What the interviewer asks themselves.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub question: String,
    /// Share in the overall level, relative to the other criteria's. 1 to 10.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 10))]
    pub weight: u32,
    /// How this criterion reads at each level.
    pub levels: LevelDescriptors,
    /// What the level descriptors draw on: a published work and what was taken from it, in the author's own
    /// words. For people who judge the rubric; no model reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Observable behaviours, one each.
    #[schemars(length(min = 1, max = MOST_SIGNALS))]
    pub signals: Vec<Signal>,
    /// Behaviours that cap the criterion.
    #[serde(default)]
    pub red_flags: Vec<RedFlag>,
}

/// Most signals of one criterion: the tally goes through every combination of them.
pub const MOST_SIGNALS: usize = 12;

fn one() -> u32 {
    1
}

/// One sentence a level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)] // the fields are the levels
pub struct LevelDescriptors {
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub mid: String,
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub senior: String,
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub staff: String,
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub senior_staff: String,
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub principal: String,
}

impl LevelDescriptors {
    /// How the criterion reads at `level`.
    pub fn at(&self, level: Level) -> &str {
        match level {
            Level::Mid => &self.mid,
            Level::Senior => &self.senior,
            Level::Staff => &self.staff,
            Level::SeniorStaff => &self.senior_staff,
            Level::Principal => &self.principal,
        }
    }
}

/// One behaviour that one to three sentences can show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Signal {
    /// Unique in the rubric, red flags included.
    #[schemars(regex(pattern = ID))]
    pub id: String,
    /// Expected from this level on.
    pub level: Level,
    /// Third person, present tense: "Names the person who makes the final call."
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub statement: String,
    /// What would have shown it. For practice and review only, never for live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coach: Option<String>,
    /// What the statement and its level draw on, as in [`Criterion::source`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// One behaviour that keeps a criterion from reading higher.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RedFlag {
    /// Unique in the rubric, signals included.
    #[schemars(regex(pattern = ID))]
    pub id: String,
    /// Where the flag is present, the criterion reads no higher.
    pub cap: Level,
    /// Third person, present tense.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub statement: String,
}

impl Rubric {
    /// All signals, in the rubric's order.
    pub fn signals(&self) -> impl Iterator<Item = &Signal> {
        self.criteria.iter().flat_map(|criterion| &criterion.signals)
    }

    /// The signal with this id.
    pub fn signal(&self, id: &str) -> Option<&Signal> {
        self.signals().find(|signal| signal.id == id)
    }

    /// Ids and statements of everything that the judge looks for: signals and red flags.
    pub fn statements(&self) -> impl Iterator<Item = (&str, &str)> {
        self.criteria.iter().flat_map(|criterion| {
            let signals = criterion.signals.iter().map(|s| (s.id.as_str(), s.statement.as_str()));
            let flags = criterion.red_flags.iter().map(|f| (f.id.as_str(), f.statement.as_str()));
            signals.chain(flags)
        })
    }
}

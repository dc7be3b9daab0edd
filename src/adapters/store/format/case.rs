//! Scenarios and rubrics as journals hold them: like the bank's files, but for a key that isn't known, which is ignored
//! here and an error there.

use serde::{Deserialize, Serialize};

use super::{mirror::mirrors, voice::Voice};
use crate::core::{
    bank::scenario::{Domain, RoundKind, Shape},
    level::{Level, TargetLevel},
};

/// What is mirrored: the types that the program works with.
mod program {
    pub use crate::core::{
        bank::{
            rubric::{Criterion, LevelDescriptors, RedFlag, Rubric, Signal},
            scenario::{Fact, Probe, Scenario},
        },
        record::{Corrected, Drawn},
    };
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    target: TargetLevel,
    seed: Option<u64>,
    scenario: Scenario,
    artifact: Option<String>,
    rubric: Rubric,
    scenario_hash: String,
    rubric_hash: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Corrected {
    rubric: Rubric,
    rubric_hash: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Scenario {
    id: String,
    title: String,
    theme: String,
    rubric: String,
    round: RoundKind,
    minutes: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<TargetLevel>,
    #[serde(default, skip_serializing_if = "Domain::is_any")]
    domain: Domain,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interviewer: Option<Voice>,
    setting: String,
    opening: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    artifact: Option<String>,
    #[serde(default)]
    facts: Vec<Fact>,
    #[serde(default)]
    probes: Vec<Probe>,
    twist: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shape: Vec<Shape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    view: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    draft: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Fact {
    about: String,
    tell: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ask: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    decisive: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Probe {
    missing: String,
    ask: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Rubric {
    id: String,
    title: String,
    criteria: Vec<Criterion>,
    #[serde(default, skip_serializing_if = "is_false")]
    draft: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Criterion {
    id: String,
    name: String,
    question: String,
    #[serde(default = "one")]
    weight: u32,
    levels: LevelDescriptors,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    signals: Vec<Signal>,
    #[serde(default)]
    red_flags: Vec<RedFlag>,
}

fn one() -> u32 {
    1
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct LevelDescriptors {
    mid: String,
    senior: String,
    staff: String,
    senior_staff: String,
    principal: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Signal {
    id: String,
    level: Level,
    statement: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coach: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct RedFlag {
    id: String,
    cap: Level,
    statement: String,
}

mirrors! {
    Drawn is Drawn { target, seed, artifact, scenario_hash, rubric_hash; with scenario, rubric }
    Corrected is Corrected { rubric_hash; with rubric }
    Scenario is Scenario {
        id, title, theme, rubric, round, minutes, level, domain, setting, opening, artifact, twist, shape, view, notes,
        draft; each facts, probes; maybe interviewer
    }
    Fact is Fact { about, tell, ask, why, decisive }
    Probe is Probe { missing, ask }
    Rubric is Rubric { id, title, draft; each criteria }
    Criterion is Criterion { id, name, question, weight, source; each signals, red_flags; with levels }
    LevelDescriptors is LevelDescriptors { mid, senior, staff, senior_staff, principal }
    Signal is Signal { id, level, statement, coach, source }
    RedFlag is RedFlag { id, cap, statement }
}

//! Scenarios: the cases that the interviewer plays.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::core::{hash::fingerprint, level::TargetLevel, nearest::meant, turn::Voice};

/// A judgment case. File: `scenarios/<theme>/<id>.yaml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scenario {
    /// Unique in the bank; the file's name.
    #[schemars(regex(pattern = ID))]
    pub id: String,
    /// For people.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub title: String,
    /// The folder it lies in; the draw can be limited to it.
    #[schemars(regex(pattern = ID))]
    pub theme: String,
    /// Id of the rubric that answers are scored against.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub rubric: String,
    /// Which interview of a loop it is from.
    pub round: RoundKind,
    /// How long the round is meant to take, in minutes.
    #[schemars(range(min = 1, max = LONGEST_ROUND))]
    pub minutes: u32,
    /// The level of the role that the setting puts the candidate in. A case without one is for any level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<TargetLevel>,
    /// Which kind of role it is for.
    #[serde(default, skip_serializing_if = "Domain::is_any")]
    pub domain: Domain,
    /// Who asks, and how they speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interviewer: Option<Voice>,
    /// The company, the system, the people, the numbers.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub setting: String,
    /// The interviewer's first question.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub opening: String,
    /// A file beside the scenario that is shown with the setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<String>,
    /// Told only when the candidate asks.
    #[serde(default)]
    pub facts: Vec<Fact>,
    /// Follow-ups, each for one signal that is missing.
    #[serde(default)]
    pub probes: Vec<Probe>,
    /// Late news that a good answer takes into account.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub twist: String,
    /// How the case is built, for whoever puts a bank together. It gives the answer away: never shown to the
    /// candidate, never sent to a model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shape: Vec<Shape>,
    /// What the author makes of the case, written for the candidate and shown after the card. Never sent to a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// The author's own verdict and remarks. Never shown to the candidate, never sent to a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// A draft is never drawn: `pushback scenario accept` takes this away when its author has read it through.
    #[serde(default, skip_serializing_if = "is_false")]
    pub draft: bool,
}

pub(super) fn is_false(value: &bool) -> bool {
    !value
}

/// Which interview of a loop a scenario belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoundKind {
    /// A recruiter's opener.
    RecruiterScreen,
    /// One to one with the hiring manager.
    HiringManager,
    /// A panel of peers.
    Panel,
    /// With a director, a VP or a C-level.
    Executive,
}

impl fmt::Display for RoundKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::RecruiterScreen => "recruiter screen",
            Self::HiringManager => "hiring manager",
            Self::Panel => "panel",
            Self::Executive => "executive",
        })
    }
}

/// A word that names no kind of round.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a kind of round: {meant}", meant = meant(.0, &["recruiter-screen", "hiring-manager", "panel", "executive"]))]
pub struct UnknownRound(String);

impl FromStr for RoundKind {
    type Err = UnknownRound;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "recruiter-screen" => Ok(Self::RecruiterScreen),
            "hiring-manager" => Ok(Self::HiringManager),
            "panel" => Ok(Self::Panel),
            "executive" => Ok(Self::Executive),
            _ => Err(UnknownRound(word.to_owned())),
        }
    }
}

/// One thing that a case's author says about how it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Doing nothing, or taking something away, is the right call.
    LeaveOrDelete,
    /// Two opposite answers can both be defended.
    TwoAnswers,
    /// The interviewer speaks as a junior.
    PlaysAJunior,
    /// The interviewer speaks as a peer, or as the lead of another team.
    PlaysAPeer,
    /// The interviewer speaks as a VP or as one of the C-level.
    PlaysAnExecutive,
    /// What is asked for is right, and the answer is how.
    AskerIsRight,
    /// A plain yes is the best answer.
    PlainYes,
    /// The twist shows that what a good candidate argued was wrong.
    TwistOverturns,
    /// Two sentences, and everything else has to be asked for.
    OpenPrompt,
    /// An incident is going on.
    Incident,
    /// One of the facts is wrong, and a good candidate notices.
    WrongFact,
}

/// The kind of role that a scenario is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Domain {
    /// Site reliability.
    Sre,
    /// Platform engineering.
    Platform,
    /// Training and serving models, and the machines for it.
    AiInfrastructure,
    /// Any of them.
    #[default]
    Any,
}

impl Domain {
    /// Whether it is for no kind of role in particular.
    pub fn is_any(&self) -> bool {
        *self == Self::Any
    }

    /// Whether a scenario of this domain suits somebody who interviews for a role in `wanted`.
    pub fn suits(self, wanted: Self) -> bool {
        self == Self::Any || wanted == Self::Any || self == wanted
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sre => "SRE",
            Self::Platform => "platform",
            Self::AiInfrastructure => "AI infrastructure",
            Self::Any => "any",
        })
    }
}

/// A word that names no domain.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a domain: {meant}", meant = meant(.0, &["sre", "platform", "ai-infrastructure", "any"]))]
pub struct UnknownDomain(String);

impl FromStr for Domain {
    type Err = UnknownDomain;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "sre" => Ok(Self::Sre),
            "platform" => Ok(Self::Platform),
            "ai-infrastructure" => Ok(Self::AiInfrastructure),
            "any" => Ok(Self::Any),
            _ => Err(UnknownDomain(word.to_owned())),
        }
    }
}

/// Something the interviewer knows and tells when asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fact {
    /// What it is about, in a few words.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub about: String,
    /// What the interviewer says, word for word.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub tell: String,
    /// Ways in which a candidate may ask for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask: Vec<String>,
    /// Why asking for it matters, or why it doesn't: for the debrief. Never sent to a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Whether it changes what a good answer is.
    #[serde(default, skip_serializing_if = "is_false")]
    pub decisive: bool,
}

/// A follow-up for a signal that the answer has not shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Probe {
    /// Id of the signal.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub missing: String,
    /// What the interviewer asks, word for word.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub ask: String,
}

/// The longest text that any field of a scenario or rubric may hold, in characters.
pub const LONGEST_TEXT: usize = 20_000;

/// The longest that a round may take, in minutes.
pub const LONGEST_ROUND: u32 = 180;

/// What [`is_id`] accepts, for schemas.
pub const ID: &str = "^[a-z0-9-]{1,80}$";

impl Scenario {
    /// A hash over all that the scenario tells, with the text of its artifact; see [`super::Case::told_hash`].
    pub fn told_hash(&self, artifact: Option<&str>) -> String {
        let facts: Vec<&str> = self.facts.iter().map(|fact| fact.tell.as_str()).collect();
        fingerprint(&(&self.setting, &self.opening, &self.twist, facts, artifact))
    }
}

/// Whether a word may be an id: lowercase letters, digits and hyphens.
pub fn is_id(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 80
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

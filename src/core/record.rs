//! The records of a session: what its journal holds, apart from the events of the state machine. How they stand on disk
//! is the store's business.
//!
//! A line is never changed. A correction is a new line, and the latest one counts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    bank::{rubric::Rubric, scenario::Scenario},
    judging::{Judge, Observation, Unscored, Usage, sentences::SentenceSpan, verdict::Score},
    level::TargetLevel,
    live::{Cut, Rules, Seal, Sighting},
    turn::Asked,
};

/// One line of a journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// 0 for the first line, then one more each.
    pub seq: u64,
    /// Wall time at which it was written.
    pub at: Timestamp,
    /// SHA-256 of the line before, in hexadecimal; of nothing for the first line.
    pub prev: String,
    /// What happened.
    pub record: Record,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// The first line of every journal.
    Opened(Opened),
    /// A case was drawn. Holds the case itself, so that a review needs nothing but the journal.
    Drawn(Box<Drawn>),
    /// The interviewer said something.
    Asked(Asked),
    /// The candidate said something. On disk before anything is done with it.
    Said {
        /// Their words, unchanged.
        text: String,
    },
    /// What the last message was taken for.
    Routed {
        /// What it was taken for.
        route: Route,
        /// Who decided that.
        by: RoutedBy,
    },
    /// A command that leaves a trace in the round.
    Used {
        /// Which one.
        what: Use,
    },
    /// What the judge saw.
    Observed(Box<Observed>),
    /// The judge saw nothing, and why.
    Unobserved {
        /// What it was asked for.
        purpose: Purpose,
        /// Why.
        why: Unscored,
    },
    /// The round's score, computed from the latest observations for the card.
    Scored(Box<Score>),
    /// From here on the round is scored against another version of its rubric.
    Corrected(Box<Corrected>),
    /// At which level the candidate thinks that each criterion read, said before they saw the card.
    SelfRated {
        /// 0 ("no evidence") to 5 by the criterion's id; a criterion that they passed over is absent.
        levels: BTreeMap<String, u8>,
    },
    /// The candidate says that the judge is wrong. The judge's record stays as it is.
    Disputed(Disputed),
    /// What holds in a live session.
    Rules(Box<Rules>),
    /// What a live session saw beside the words.
    Sighted(Sighting),
    /// A live round ended before its interviewer was through.
    Ended {
        /// Why.
        why: Cut,
    },
    /// Closes what comes before it in a live session.
    Sealed(Seal),
}

/// A rubric that was corrected after a round was played against it.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    /// The rubric as it is now.
    pub rubric: Rubric,
    /// SHA-256 of it.
    pub rubric_hash: String,
}

/// What a candidate says against an observation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disputed {
    /// Id of the signal or red flag.
    pub signal: String,
    /// Whether the candidate holds that their words show it: the contrary of what the judge saw.
    pub present: bool,
    /// Why, in their words.
    pub reason: String,
    /// Whether they take back what they said against it before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

/// The header of a journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// Version of the program that began it.
    pub program: String,
    /// The session's id, which is also the file's name.
    pub session: String,
    /// Whether the program coached.
    pub mode: Mode,
}

/// With coaching between answers, or without any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Coaches between answers.
    Practice,
    /// Gives no assistance of any kind.
    Live,
}

/// A case as it was played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The level that the candidate interviews for.
    pub target: TargetLevel,
    /// What the draw was seeded with, if it was a draw.
    pub seed: Option<u64>,
    /// The scenario.
    pub scenario: Scenario,
    /// Text of its artifact.
    pub artifact: Option<String>,
    /// Its rubric.
    pub rubric: Rubric,
    /// SHA-256 of the scenario, to tell versions apart.
    pub scenario_hash: String,
    /// SHA-256 of the rubric.
    pub rubric_hash: String,
}

/// What a message of the candidate's is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "route", rename_all = "kebab-case")]
pub enum Route {
    /// An answer, or a part of one.
    Answer,
    /// A question that a fact answers.
    Fact {
        /// Its index in the scenario.
        fact: usize,
    },
    /// A question about the case that no fact answers.
    Unknown,
    /// "Could you say that again?"
    Repeat,
    /// A request for help.
    Help,
    /// "That's all from me."
    Done,
}

/// Who decided on a route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum RoutedBy {
    /// A fixed rule: the message is too long to be a question, or there was no model to ask.
    Rule,
    /// The model.
    Model {
        /// Its name.
        model: String,
        /// How sure it was, 0 to 1.
        p: f64,
    },
}

/// A command that leaves a trace in the round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "use", rename_all = "kebab-case")]
pub enum Use {
    /// A coach text was shown.
    Hint {
        /// For which signal.
        signal: String,
    },
    /// The rubric was shown.
    Rubric,
    /// The last answered question is answered again; what was said to it before doesn't count.
    Retry,
    /// The question is left unanswered.
    Skip,
    /// The person stopped for a while.
    Pause,
    /// The person came back.
    Continue,
}

/// Why the judge is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To choose the next probe.
    Probe,
    /// For the score card.
    Card,
}

/// What the judge saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// What it was asked for.
    pub purpose: Purpose,
    /// Who observed.
    pub judge: Judge,
    /// One for every signal and red flag that was asked about.
    pub observations: Vec<Observation>,
    /// The sentences that the numbers in the observations mean, in order: number 1 first.
    pub sentences: Vec<SentenceSpan>,
    /// Tokens that it cost.
    pub usage: Usage,
    /// Milliseconds that it took.
    pub ms: u64,
}

impl Observed {
    /// What there is to see where nothing was said that could show anything. No model needs to be asked.
    pub fn nothing(purpose: Purpose, sentences: Vec<SentenceSpan>) -> Self {
        let judge = Judge::nobody();
        Self { purpose, judge, observations: vec![], sentences, usage: Usage::default(), ms: 0 }
    }
}

/// The case of a session, if one was drawn.
pub fn drawn(lines: &[Line]) -> Option<&Drawn> {
    lines.iter().find_map(|line| match &line.record {
        Record::Drawn(drawn) => Some(&**drawn),
        _ => None,
    })
}

/// What holds in a live session.
pub fn rules(lines: &[Line]) -> Option<&Rules> {
    lines.iter().find_map(|line| match &line.record {
        Record::Rules(rules) => Some(&**rules),
        _ => None,
    })
}

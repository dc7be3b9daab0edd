//! What a session comes down to, in a row: for lists, for trends, and for the next draw.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Card, Outcome, Review, clock::Moment};
use crate::core::{
    interval::Interval,
    level::{Level, TargetLevel},
    record::Mode,
};

/// A session in a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The session's id.
    pub session: String,
    /// Whether the program coached.
    pub mode: Mode,
    /// When it was opened.
    pub began: Timestamp,
    /// When the round ended.
    pub ended: Timestamp,
    /// How long it took, in seconds, without the times in which the person was away.
    pub seconds: f64,
    /// Id of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Its theme.
    pub theme: String,
    /// Id of its rubric.
    pub rubric: String,
    /// The level that the candidate interviewed for.
    pub target: TargetLevel,
    /// How far it came.
    pub state: State,
    /// The score, where there is one.
    pub score: Option<ScoreSummary>,
    /// How many probes were needed.
    pub probes: usize,
    /// How many hints were shown.
    pub hints: usize,
    /// How many facts were asked for, and how many there were.
    pub facts: (usize, usize),
    /// Seconds from the first question to the first answer.
    pub first_answer: Option<f64>,
    /// Ids of the signals and red flags on which the candidate contradicted the judge.
    pub disputed: Vec<String>,
}

/// How far a session came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It was scored.
    Scored,
    /// Too little was said to show anything: no model was asked, and it says nothing about the person.
    Empty,
    /// All was said, but there is no score.
    Unscored,
    /// It was left for good.
    Abandoned,
    /// All was said and sealed, and the judge has not been asked.
    Unjudged,
    /// It can be taken up again.
    CutOff,
}

/// The latest score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreSummary {
    /// The continuous level, 0 to 5.
    pub overall: f64,
    /// Where it most likely lies.
    pub interval: Interval,
    /// The level that it read at.
    pub read: Option<Level>,
    /// Probability that it reads at the target level or above.
    pub at_bar: f64,
    /// The model that observed.
    pub model: String,
    /// One a criterion, in the rubric's order.
    pub criteria: Vec<CriterionSummary>,
}

/// A criterion in a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriterionSummary {
    /// Its id.
    pub id: String,
    /// For people.
    pub name: String,
    /// The continuous level, 0 to 5.
    pub level: f64,
    /// Where it most likely lies.
    pub interval: Interval,
    /// The level that the candidate thought it read at, 0 to 5, where they said so.
    pub own: Option<u8>,
    /// Ids of the signals that were shown.
    pub shown: Vec<String>,
    /// Ids of the signals at or below the target level that were not.
    pub missing: Vec<String>,
    /// Ids of the red flags that were seen.
    pub red_flags: Vec<String>,
}

/// Sums a session up.
pub fn summary(review: &Review) -> Summary {
    let (state, score) = match &review.outcome {
        Outcome::Scored(card) if card.judge.is_nobody() => (State::Empty, None),
        Outcome::Scored(card) => (State::Scored, Some(score(card, review))),
        Outcome::Unscored(_) => (State::Unscored, None),
        Outcome::Abandoned => (State::Abandoned, None),
        Outcome::Unjudged => (State::Unjudged, None),
        Outcome::Unfinished => (State::CutOff, None),
    };
    let scenario = &review.drawn.scenario;
    Summary {
        session: review.session.clone(),
        mode: review.mode,
        began: review.began,
        ended: review.ended,
        seconds: review.clock.seconds,
        scenario: scenario.id.clone(),
        title: scenario.title.clone(),
        theme: scenario.theme.clone(),
        rubric: review.drawn.rubric.id.clone(),
        target: review.drawn.target,
        state,
        score,
        probes: review.clock.count(|moment| matches!(moment, Moment::Probe(_))),
        hints: review.clock.count(|moment| *moment == Moment::Hint),
        facts: (review.facts.iter().filter(|fact| fact.asked).count(), review.facts.len()),
        first_answer: review.clock.first_answer(),
        disputed: review.disputes.iter().map(|dispute| dispute.signal.clone()).collect(),
    }
}

fn score(card: &Card, review: &Review) -> ScoreSummary {
    let target = review.drawn.target.level();
    let criteria = card.criteria.iter().map(|criterion| {
        let ids = |wanted: &dyn Fn(&&super::SignalView) -> bool| {
            criterion.signals.iter().filter(wanted).map(|signal| signal.id.clone()).collect()
        };
        CriterionSummary {
            id: criterion.id.clone(),
            name: criterion.name.clone(),
            level: criterion.level,
            interval: criterion.interval,
            own: review.own.get(&criterion.id).copied(),
            shown: ids(&|signal| signal.present),
            missing: ids(&|signal| !signal.present && signal.level <= target),
            red_flags: criterion
                .red_flags
                .iter()
                .filter(|flag| flag.present)
                .map(|flag| flag.id.clone())
                .collect(),
        }
    });
    ScoreSummary {
        overall: card.score.overall,
        interval: card.score.interval,
        read: card.score.read,
        at_bar: card.score.verdict.at + card.score.verdict.above,
        model: card.judge.model.clone(),
        criteria: criteria.collect(),
    }
}

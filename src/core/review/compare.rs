//! Two results side by side: two tries at a case, or two scorings of one try.

use crate::core::interval::Interval;
use serde::Serialize;

use super::{Card, CriterionView, Outcome, Review, SignalView};
use crate::core::level::TargetLevel;

/// Two results, criterion by criterion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What is compared.
    pub sides: [Side; 2],
    /// Whether the words are the same, so that only the judge differs.
    pub same_session: bool,
    /// The bar.
    pub target: TargetLevel,
    /// One a criterion that both have, in the first one's order.
    pub criteria: Vec<CriterionPair>,
}

/// One of two results.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// The session.
    pub session: String,
    /// Which scoring of it.
    pub scoring: Option<usize>,
    /// The model that observed.
    pub judge: String,
    /// The continuous level, 0 to 5.
    pub overall: f64,
    /// Where it most likely lies.
    pub interval: Interval,
    /// Probes that were needed.
    pub probes: usize,
    /// Seconds that it took.
    pub seconds: f64,
}

/// A criterion in both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CriterionPair {
    /// Both readings.
    pub readings: [CriterionView; 2],
    /// Ids of the signals and red flags that both saw.
    pub both: Vec<String>,
    /// Those that only the first saw.
    pub only_first: Vec<SignalView>,
    /// Those that only the second saw.
    pub only_second: Vec<SignalView>,
}

/// Why two results can't be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// One of them has no score.
    #[error("the session {0} has no score to compare")]
    NotScored(String),
    /// They were scored against different rubrics.
    #[error("`{0}` and `{1}` are scored against different rubrics: their levels mean different things")]
    OtherRubric(String, String),
    /// It is the same scoring twice.
    #[error("that is the same scoring twice: `ID#1` and `ID#2` name two scorings of one session")]
    Same,
}

/// Sets two results side by side.
///
/// # Errors
///
/// When one has no score or the rubrics differ.
pub fn compare(first: &Review, second: &Review) -> Result<Comparison, CompareError> {
    let (one, other) = (scored(first)?, scored(second)?);
    if first.drawn.rubric.id != second.drawn.rubric.id {
        let (a, b) = (first.drawn.rubric.id.clone(), second.drawn.rubric.id.clone());
        return Err(CompareError::OtherRubric(a, b));
    }
    let same_session = first.session == second.session;
    if same_session && first.shown == second.shown {
        return Err(CompareError::Same);
    }
    let criteria = one.criteria.iter().filter_map(|criterion| {
        let twin = other.criteria.iter().find(|twin| twin.id == criterion.id)?;
        Some(pair(criterion, twin))
    });
    Ok(Comparison {
        sides: [side(first, one), side(second, other)],
        same_session,
        target: first.drawn.target,
        criteria: criteria.collect(),
    })
}

fn scored(review: &Review) -> Result<&Card, CompareError> {
    match &review.outcome {
        Outcome::Scored(card) => Ok(card),
        _ => Err(CompareError::NotScored(review.session.clone())),
    }
}

fn side(review: &Review, card: &Card) -> Side {
    use super::clock::Moment;
    Side {
        session: review.session.clone(),
        scoring: review.shown,
        judge: card.judge.model.clone(),
        overall: card.score.overall,
        interval: card.score.interval,
        probes: review.clock.count(|moment| matches!(moment, Moment::Probe(_))),
        seconds: review.clock.seconds,
    }
}

fn pair(first: &CriterionView, second: &CriterionView) -> CriterionPair {
    let seen = |criterion: &CriterionView| -> Vec<SignalView> {
        criterion.signals.iter().chain(&criterion.red_flags).filter(|view| view.present).cloned().collect()
    };
    let (one, other) = (seen(first), seen(second));
    let has = |views: &[SignalView], id: &str| views.iter().any(|view| view.id == id);
    CriterionPair {
        both: one.iter().filter(|view| has(&other, &view.id)).map(|view| view.id.clone()).collect(),
        only_first: one.iter().filter(|view| !has(&other, &view.id)).cloned().collect(),
        only_second: other.iter().filter(|view| !has(&one, &view.id)).cloned().collect(),
        readings: [first.clone(), second.clone()],
    }
}

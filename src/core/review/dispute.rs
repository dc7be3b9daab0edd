//! Disputes: what a candidate says against the judge, and the labels that come of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Card, Outcome, Review, SignalView};
use crate::core::{
    judging::tally,
    level::Level,
    nearest::{nearest, suggestion},
    record::Disputed,
    session::Session,
    turn::Turn,
};

/// Why something can't be disputed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DisputeError {
    /// There is no score to say anything against.
    #[error("the session {0} has no score to dispute")]
    NotScored(String),
    /// The rubric has no such signal.
    #[error("the rubric has no signal or red flag `{signal}`{}", suggestion(.near.as_deref()))]
    NoSignal {
        /// What was named.
        signal: String,
        /// What may have been meant.
        near: Option<String>,
    },
    /// There is nothing to take back.
    #[error("you have not disputed `{0}`")]
    NotDisputed(String),
    /// A dispute without a reason helps nobody.
    #[error("a dispute needs a reason: say what the judge overlooked, or what it took for something else")]
    NoReason,
}

/// Turns "the judge is wrong about this signal" into a record.
///
/// # Errors
///
/// When there is no score, no such signal, or no reason.
pub fn dispute(review: &Review, signal: &str, reason: &str) -> Result<Disputed, DisputeError> {
    let view = view(review, signal)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(DisputeError::NoReason);
    }
    let (signal, reason) = (signal.to_owned(), reason.to_owned());
    Ok(Disputed { signal, present: !view.present, reason, withdrawn: false })
}

/// Turns "I take that back" into a record.
///
/// # Errors
///
/// When there is no score, no such signal, or no dispute of it.
pub fn withdraw(review: &Review, signal: &str) -> Result<Disputed, DisputeError> {
    view(review, signal)?;
    let dispute = review.disputes.iter().find(|dispute| dispute.signal == signal);
    let dispute = dispute.ok_or_else(|| DisputeError::NotDisputed(signal.to_owned()))?;
    Ok(Disputed { withdrawn: true, ..dispute.clone() })
}

fn view<'a>(review: &'a Review, signal: &str) -> Result<&'a SignalView, DisputeError> {
    let Outcome::Scored(card) = &review.outcome else {
        return Err(DisputeError::NotScored(review.session.clone()));
    };
    views(card).find(|view| view.id == signal).ok_or_else(|| {
        let near = nearest(signal, views(card).map(|view| view.id.as_str())).map(str::to_owned);
        DisputeError::NoSignal { signal: signal.to_owned(), near }
    })
}

/// All signals and red flags of a card.
pub fn views(card: &Card) -> impl Iterator<Item = &SignalView> {
    card.criteria.iter().flat_map(|criterion| criterion.signals.iter().chain(&criterion.red_flags))
}

/// A disputed session as a labelled answer for `judge fit`: the judge's observations with the candidate's in their
/// place where they disagree, and the levels that follow. `None` where nothing is disputed.
pub fn label(review: &Review, session: &Session) -> Option<Value> {
    let Outcome::Scored(card) = &review.outcome else { return None };
    if review.disputes.is_empty() {
        return None;
    }
    let shows = |view: &SignalView| {
        let dispute = review.disputes.iter().find(|dispute| dispute.signal == view.id);
        dispute.map_or(view.present, |dispute| dispute.present)
    };
    let signals: BTreeMap<&str, u8> =
        views(card).map(|view| (view.id.as_str(), u8::from(shows(view)))).collect();
    let evidence: BTreeMap<&str, &str> = views(card)
        .filter(|view| shows(view))
        .filter_map(|view| Some((view.id.as_str(), view.evidence.first()?.1.as_str())))
        .collect();
    let levels = |views: &[SignalView]| -> Vec<Level> {
        views.iter().filter(|view| shows(view)).map(|view| view.level).collect()
    };
    let criteria: BTreeMap<&str, u8> = card
        .criteria
        .iter()
        .map(|criterion| {
            let read = tally::read(levels(&criterion.signals), &levels(&criterion.red_flags));
            (criterion.id.as_str(), read.number())
        })
        .collect();
    let weights = review.drawn.rubric.criteria.iter().map(|criterion| {
        let level = criteria.get(criterion.id.as_str()).copied().unwrap_or_default();
        (f64::from(criterion.weight), f64::from(level))
    });
    let (sum, weight) =
        weights.fold((0.0, 0.0), |(sum, all), (weight, level)| (sum + weight * level, all + weight));
    let answers: Vec<String> =
        session.turns().iter().map(Turn::answer).filter(|answer| !answer.trim().is_empty()).collect();
    Some(json!({
        "id": review.session,
        "scenario": review.drawn.scenario.id,
        "told_hash": review.drawn.scenario.told_hash(review.drawn.artifact.as_deref()),
        "kind": "disputed",
        "answer": answers.join("\n\n"),
        "overall": (sum / weight.max(1.0)).round() as u8,
        "criteria": criteria,
        "signals": signals,
        "evidence": evidence,
        "disputed": review.disputes,
    }))
}

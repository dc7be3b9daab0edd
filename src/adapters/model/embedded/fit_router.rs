//! From labelled messages to a router: runs the model over them once and fits.

use std::{collections::BTreeMap, path::Path};

use super::{
    EngineError,
    engine::{Engine, Taps},
    prompt,
    readout::Weights,
    router::{self, Asked, FORMAT, Memory, Router},
};
use crate::core::{
    bank::Case,
    lab::{
        fit::{self, Example, Scale, WeightedSum},
        routing_card::LabelledMessage,
    },
    record::Route,
    session::routing::Kind,
};

/// A router with what it promises.
pub struct Fitted {
    /// The router.
    pub router: Router,
    /// What each message would have been taken for had its scenario not been there.
    pub left_out: Vec<Route>,
}

/// The layer whose states are read, counted from 1.
const LAYER: usize = 14;
/// Layers whose attention is read, counted from 0.
const ATTENTION: std::ops::Range<usize> = 4..14;
/// How much the kinds' weights may lean on the data: see [`fit::logistic`].
const TRUST: f64 = 0.01;
/// Penalty of the pointer: see [`fit::ridge`].
const PENALTY: f64 = 8.0;
/// Scenarios are left out in this many groups.
const FOLDS: usize = 5;

/// Runs the model over all messages and fits a router.
///
/// # Errors
///
/// When the model can't be run, or the labels don't hold every kind of message.
pub fn fit(
    model: &Path,
    messages: &Messages<'_>,
    data_hash: String,
    progress: &dyn Fn(usize),
) -> Result<Fitted, EngineError> {
    let engine = Engine::load(model)?;
    let taps = Taps { hidden: vec![LAYER], attention: ATTENTION.collect() };
    let mut memory = Memory::default();
    let mut read = vec![];
    for (done, (message, case)) in messages.iter().enumerate() {
        let facts = (case.scenario.opening.as_str(), case.scenario.facts.as_slice());
        read.push(router::read(&engine, &mut memory, &taps, facts, &message.message)?);
        progress(done + 1);
    }
    let all: Vec<usize> = (0..messages.len()).collect();
    let mut scenarios: Vec<&str> = messages.iter().map(|(_, case)| case.scenario.id.as_str()).collect();
    scenarios.sort_unstable();
    scenarios.dedup();
    let fold =
        |at: usize| scenarios.iter().position(|id| *id == messages[at].1.scenario.id).unwrap_or(0) % FOLDS;
    let likeness = likeness(messages, &read, &fold).ok_or(EngineError::Labels)?;
    let on = |places: &[usize]| -> Option<Router> {
        let kinds = kinds(messages, &read, places)?;
        let pointer = pointer(messages, &read, places)?;
        Some(Router {
            format: FORMAT,
            data_hash: data_hash.clone(),
            messages: places.len(),
            prompt_hash: prompt::routing_hash(),
            layer: LAYER,
            attention: taps.attention.clone(),
            kinds: kinds.into_iter().map(|(kind, line)| (kind, Weights::of(&line))).collect(),
            pointer: Weights::of(&pointer),
            likeness,
        })
    };
    let mut left_out = vec![Route::Answer; messages.len()];
    for out in 0..FOLDS.min(scenarios.len()) {
        let (inside, rest): (Vec<usize>, Vec<usize>) = all.iter().partition(|at| fold(**at) == out);
        let router = on(&rest).ok_or(EngineError::Labels)?;
        for at in inside {
            left_out[at] = router.decide(&read[at])?.route;
        }
    }
    Ok(Fitted { router: on(&all).ok_or(EngineError::Labels)?, left_out })
}

type Messages<'a> = [(&'a LabelledMessage, &'a Case)];

/// Weights for each kind.
fn kinds(messages: &Messages<'_>, read: &[Asked], places: &[usize]) -> Option<BTreeMap<Kind, WeightedSum>> {
    let line = |kind: Kind| {
        let examples: Vec<Example<'_>> =
            places.iter().map(|at| (read[*at].state.as_slice(), messages[*at].0.route == kind)).collect();
        Some((kind, fit::logistic(&examples, TRUST, false)?))
    };
    Kind::ALL.into_iter().map(line).collect()
}

/// Weights for the fact.
fn pointer(messages: &Messages<'_>, read: &[Asked], places: &[usize]) -> Option<WeightedSum> {
    let (mut rows, mut asked) = (vec![], vec![]);
    for at in places {
        // Labels count facts from 1.
        let Some(fact) = messages[*at].0.fact else { continue };
        for (place, features) in (1..).zip(&read[*at].facts) {
            rows.push(features.as_slice());
            asked.push(f64::from(u8::from(place == fact)));
        }
    }
    let scale = Scale::of(&rows);
    let scaled: Vec<Vec<f32>> = rows.iter().map(|row| scale.apply(row)).collect();
    let line = fit::ridge(&scaled, &[asked], PENALTY)?.pop()?;
    let weights: Vec<f64> = line.weights.iter().map(|weight| f64::from(*weight)).collect();
    Some(scale.undo(&weights, line.bias))
}

/// What likeness weighs beside the scores of pointers that had not seen the scenario.
fn likeness(messages: &Messages<'_>, read: &[Asked], fold: &dyn Fn(usize) -> usize) -> Option<f64> {
    let (mut features, mut asked) = (vec![], vec![]);
    for out in 0..FOLDS {
        let (inside, rest): (Vec<usize>, Vec<usize>) = (0..messages.len()).partition(|at| fold(*at) == out);
        let pointer = pointer(messages, read, &rest)?;
        for at in inside {
            let Some(fact) = messages[at].0.fact else { continue };
            for (place, (looks, likeness)) in (1..).zip(read[at].facts.iter().zip(&read[at].likeness)) {
                features.push([pointer.score(looks) as f32, *likeness as f32]);
                asked.push(place == fact);
            }
        }
    }
    let examples: Vec<Example<'_>> = features.iter().map(|f| f.as_slice()).zip(asked).collect();
    let line = fit::logistic(&examples, 1.0, false)?;
    Some(f64::from(line.weights[1]) / f64::from(line.weights[0]))
}

//! What a model's probabilities mean, learnt from labels.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    fit::{self, Example, sigmoid},
    labelled::Labelled,
};
use crate::core::judging::{Observation, whole};

/// Log-odds are `slope` times the model's own, plus `bias`: Platt's scaling (1999), fitted to labelled answers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recalibration {
    /// Below 1 where the model is surer than it should be.
    pub slope: f64,
    /// Below 0 where it says yes too often.
    pub bias: f64,
}

/// A recalibration with what it promises.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// Fitted to all answers.
    pub recalibration: Recalibration,
    /// What would have been observed in each answer had its scenario not been there.
    pub left_out: Vec<Vec<Observation>>,
}

/// Probabilities nearer to 0 or 1 than this say no more than that.
const SUREST: f64 = 0.005;
/// How much the two numbers may lean on the data: see [`fit::logistic`].
const TRUST: f64 = 1.0;

impl Recalibration {
    /// Fits to what was observed in labelled answers. `None` where there is one scenario or one kind of label alone.
    pub fn fit(labelled: &[Labelled<'_>], observed: &[Vec<Observation>]) -> Option<Fitted> {
        let scenarios: BTreeSet<&str> = labelled.iter().map(|l| l.case.scenario.id.as_str()).collect();
        let (mut features, mut shown, mut groups) = (vec![], vec![], vec![]);
        for (labelled, observations) in labelled.iter().zip(observed) {
            let id = labelled.case.scenario.id.as_str();
            let group = scenarios.iter().take_while(|other| **other < id).count();
            for observation in observations.iter().filter(has_label) {
                let statement =
                    labelled.exam.statements.iter().position(|s| s.signal == observation.signal)?;
                features.push([log_odds(observation.p) as f32]);
                shown.push(labelled.shown[statement]);
                groups.push(group);
            }
        }
        let examples: Vec<Example<'_>> = features.iter().map(|f| f.as_slice()).zip(shown).collect();
        let line = |seen: &[Example<'_>]| fit::logistic(seen, TRUST, false);
        let mut scores = fit::left_out(&examples, &groups, line)?.into_iter();
        let mut left_out = observed.to_vec();
        let labelled_ones = left_out.iter_mut().flatten().filter(|seen| has_label(&&**seen));
        for (observation, score) in labelled_ones.zip(&mut scores) {
            observation.p = sigmoid(score);
        }
        let line = line(&examples)?;
        let recalibration = Self { slope: f64::from(*line.weights.first()?), bias: line.bias };
        Some(Fitted { recalibration, left_out })
    }

    /// What a probability means.
    pub fn of(&self, p: f64) -> f64 {
        sigmoid(self.slope * log_odds(p) + self.bias)
    }
}

/// What is said of the whole has no label.
fn has_label(observation: &&Observation) -> bool {
    !whole::is_whole(&observation.signal)
}

fn log_odds(p: f64) -> f64 {
    let p = p.clamp(SUREST, 1.0 - SUREST);
    (p / (1.0 - p)).ln()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_likelier_stays_likelier(a in 0.0..=1.0f64, b in 0.0..=1.0f64, slope in 0.01..5.0f64, bias in -5.0..5.0f64) {
            let recalibration = Recalibration { slope, bias };
            let (low, high) = (recalibration.of(a.min(b)), recalibration.of(a.max(b)));
            prop_assert!(low <= high && low > 0.0 && high < 1.0);
        }
    }

    #[test]
    fn without_a_change_a_probability_means_itself() {
        let plain = Recalibration { slope: 1.0, bias: 0.0 };
        assert!((plain.of(0.3) - 0.3).abs() < 1e-9);
    }
}

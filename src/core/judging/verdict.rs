//! From ratings to one score, and to a verdict against the target level.

use serde::{Deserialize, Serialize};

use super::{Observation, questions::Exam, tally};
use crate::core::{
    level::{Level, TargetLevel},
    rubric::Rubric,
};

/// A round's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// One a criterion, in the rubric's order.
    pub ratings: Vec<tally::Rating>,
    /// 0 to 5, continuous: the weighted mean of the criteria.
    pub overall: f64,
    /// The middle 80%, on the same scale.
    pub interval: (f64, f64),
    /// The level that the round reads at; `None` is "no evidence".
    pub read: Option<Level>,
    /// How the round stands to the target level.
    pub verdict: Verdict,
}

/// Probabilities that the round reads below, at or above the target level. They add up to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The level that the candidate interviews for.
    pub target: TargetLevel,
    /// Probability that it reads below it.
    pub below: f64,
    /// Probability that it reads at it.
    pub at: f64,
    /// Probability that it reads above it.
    pub above: f64,
}

/// Scores a round from what was observed. The order of criteria and observations changes nothing.
pub fn score(rubric: &Rubric, exam: &Exam, observations: &[Observation], target: TargetLevel) -> Score {
    let said_nothing = exam.is_empty();
    let mut overall = Overall::default();
    // Sums of floating-point numbers depend on their order; ids give them one that is always the same.
    let mut criteria: Vec<_> = rubric.criteria.iter().collect();
    criteria.sort_by(|a, b| a.id.cmp(&b.id));
    for criterion in criteria {
        let distribution = if said_nothing {
            [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        } else {
            tally::distribution(criterion, observations)
        };
        overall.add(&distribution, criterion.weight as usize);
    }
    let ratings =
        if said_nothing { tally::nothing_said(rubric) } else { tally::ratings(rubric, observations) };
    let mean = overall.mean();
    Score {
        ratings,
        overall: mean,
        interval: overall.interval(),
        read: Level::reads(mean),
        verdict: overall.verdict(target),
    }
}

/// The distribution of a weighted sum of criteria, exact because weights are whole numbers: index `i` is
/// the probability of the sum `i`.
struct Overall {
    sums: Vec<f64>,
    weight: usize,
}

impl Default for Overall {
    fn default() -> Self {
        Self { sums: vec![1.0], weight: 0 }
    }
}

impl Overall {
    fn add(&mut self, distribution: &tally::Distribution, weight: usize) {
        let mut sums = vec![0.0; self.sums.len() + 5 * weight];
        for (sum, p) in self.sums.iter().enumerate() {
            for (place, q) in distribution.iter().enumerate() {
                sums[sum + place * weight] += p * q;
            }
        }
        self.sums = sums;
        self.weight += weight;
    }

    fn scale(&self, sum: f64) -> f64 {
        if self.weight == 0 { 0.0 } else { sum / self.weight as f64 }
    }

    fn mean(&self) -> f64 {
        self.scale(tally::mean(&self.sums))
    }

    fn interval(&self) -> (f64, f64) {
        let (low, high) = tally::interval(&self.sums, tally::INTERVAL);
        (self.scale(low as f64), self.scale(high as f64))
    }

    fn verdict(&self, target: TargetLevel) -> Verdict {
        let bar = f64::from(target.level().number());
        let (mut below, mut at, mut above) = (0.0, 0.0, 0.0);
        for (sum, p) in self.sums.iter().enumerate() {
            // The same rounding as `Level::reads`: half-way reads as the higher level.
            let place = self.scale(sum as f64).round();
            *(if place < bar {
                &mut below
            } else if place > bar {
                &mut above
            } else {
                &mut at
            }) += p;
        }
        let mass = below + at + above;
        Verdict { target, below: below / mass, at: at / mass, above: above / mass }
    }
}

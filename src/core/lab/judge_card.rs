//! The judge's card: how far the judge in use can be trusted, beside judges that one would not want to do worse than.

use serde::{Deserialize, Serialize};

use super::figures::Figures;
use crate::core::judging::{Judge, Trust};

/// Everything that `pushback judge card` finds out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgeCard {
    /// Who judged.
    pub judge: Judge,
    /// The judge beside the labels.
    pub figures: Figures,
    /// The length of the answer as the only judge.
    pub length: Baseline,
    /// One prompt that asks the same model for a level from 1 to 5.
    pub one_prompt: Option<Baseline>,
    /// Attacks: what was tried, how often, and how often it gained nothing.
    pub attacks: Vec<Held>,
    /// Taking out all sentences that a labeller quoted for a signal: how often, and how often its probability fell.
    pub deletions: (usize, usize),
    /// Median seconds an answer.
    pub seconds: f64,
    /// Mean tokens read an answer.
    pub tokens: f64,
}

/// How a simpler judge does on the overall level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Pearson's correlation.
    pub r: Option<f64>,
    /// Mean absolute error, after the best straight line through the labels where the judge knows no levels.
    pub error: Option<f64>,
}

/// How a judge stands an attack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// What was tried.
    pub attack: String,
    /// How often.
    pub tried: usize,
    /// How often it gained nothing.
    pub held: usize,
}

impl JudgeCard {
    /// The part that score cards quote.
    pub fn trust(&self) -> Option<Trust> {
        Some(Trust {
            answers: self.figures.answers,
            kappa: self.figures.kappa?,
            overall_r: self.figures.overall_r?,
            overall_error: self.figures.overall_error?,
        })
    }
}

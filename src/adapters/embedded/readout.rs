//! The linear readout: from a hidden state to the probability that a statement is true.
//!
//! Asked in words, a model of this size is nearly useless as a judge; its hidden state knows far more than it
//! says. The readout is a logistic regression on that state, fitted to labelled answers by
//! `pushback judge fit` and stored in a small file, with where it came from.

use serde::{Deserialize, Serialize};

use super::EngineError;

/// Version of the file's format.
pub const FORMAT: u32 = 1;

/// What turns hidden states into probabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Readout {
    /// [`FORMAT`].
    pub format: u32,
    /// SHA-256 of the labelled answers that it was fitted to.
    pub data_hash: String,
    /// How many labels those were.
    pub labels: usize,
    /// Hash of the words that the model read; a readout fits no others.
    pub prompt_hash: String,
    /// Layers whose output is read, counted from 1, in ascending order.
    pub layers: Vec<usize>,
    /// Attention heads that point at evidence: layer and head, both counted from 0.
    pub pointers: Vec<(usize, usize)>,
    /// Calibration, fitted on scenarios that the weights had not seen: `p = sigmoid(scale * score + shift)`.
    pub scale: f64,
    /// See `scale`.
    pub shift: f64,
    /// Added to the weighted sum.
    pub bias: f64,
    /// For each layer the weights of the state at the statement's last token, then those of the mean over
    /// the statement's tokens.
    pub weights: Vec<f32>,
}

impl Readout {
    /// The readout that comes with the program, if it fits what the program asks.
    ///
    /// # Errors
    ///
    /// When the stored file is not for these words.
    pub fn built_in() -> Result<Self, EngineError> {
        let readout: Self =
            serde_json::from_str(include_str!("readout.json")).map_err(|_| EngineError::Readout)?;
        if readout.format != FORMAT || readout.prompt_hash != super::prompt::hash() {
            return Err(EngineError::Readout);
        }
        Ok(readout)
    }

    /// The deepest layer that has to be run.
    pub fn depth(&self) -> usize {
        let pointed = self.pointers.iter().map(|(layer, _)| layer + 1);
        self.layers.iter().copied().chain(pointed).max().unwrap_or(0)
    }

    /// The probability that a statement with this state is true.
    ///
    /// # Errors
    ///
    /// When the state has another size than the readout was fitted to.
    pub fn probability(&self, state: &[f32]) -> Result<f64, EngineError> {
        if state.len() != self.weights.len() {
            return Err(EngineError::Readout);
        }
        let sum: f64 = state.iter().zip(&self.weights).map(|(x, w)| f64::from(*x) * f64::from(*w)).sum();
        Ok(sigmoid(self.scale * (sum + self.bias) + self.shift))
    }
}

/// From log-odds to a probability.
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

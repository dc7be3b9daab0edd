//! The readout: from the model's inside to the probability that a statement is true, and the sentences that show it.
//!
//! Asked in words, a model of this size is nearly useless as a judge; its inside knows far more than it says. Three
//! weighted sums are read from it, fitted to labelled answers by `pushback judge fit` and stored in one file:
//!
//! - of the *state* that the answer puts a statement in: is it true at all?
//! - of the *attention* that a statement pays to each sentence: which one is it about?
//! - for each statement that was seen while fitting, of each sentence's own state: is it like the sentences that showed
//!   this very statement in other answers to other cases?

use std::{collections::BTreeMap, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use half::f16;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{
    EngineError,
    engine::Taps,
    readings::{Readings, SENTENCE_LAYER, StatementReading},
};
use crate::{
    adapters::files,
    core::{
        judging::{Observation, questions::Exam, whole},
        lab::fit::{WeightedSum, sigmoid},
    },
};

/// Version of the file's format.
pub const FORMAT: u32 = 3;

/// Most sentences that are named as evidence for one statement.
const MOST_EVIDENCE: usize = 2;
/// A second sentence is named only if its score is no further below the first one's.
const CLOSE: f64 = 0.5;

/// What turns readings into decisions.
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
    /// Layers whose states are read, counted from 1.
    pub layers: Vec<usize>,
    /// Layers whose attention is read, counted from 0, all heads of each.
    pub attention: Vec<usize>,
    /// The layer whose states stand for sentences, counted from 1: [`SENTENCE_LAYER`], or it is for another program.
    pub sentence_layer: usize,
    /// Of a statement's state.
    pub state: Weights,
    /// Of a statement's attention to a sentence: see [`pointer_features`].
    pub pointer: Weights,
    /// Of a sentence's state, for each statement that was seen while fitting, by the statement's hash.
    pub familiar: BTreeMap<String, Weights>,
    /// For statements that were seen: see [`Calibration`].
    pub familiar_calibration: Calibration,
    /// For all others.
    pub new_calibration: Calibration,
    /// Of the mean state of the statements about the whole, if it was fitted to a panel's order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<Whole>,
}

/// What places an answer as a whole on the scale of levels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whole {
    /// The level, of [`whole_features`].
    pub level: Weights,
    /// Standard deviation of what the level is off, in answers to cases that were left out.
    pub spread: f64,
}

/// The numbers of a weighted sum, as 16-bit floating-point numbers in base64 in the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Added to the sum.
    pub bias: f64,
    /// All weights were divided by this, to make good use of 16 bits.
    pub scale: f32,
    /// One a feature.
    #[serde(serialize_with = "packed", deserialize_with = "unpacked")]
    pub weights: Vec<f32>,
}

/// Log-odds from the state's score and the best sentence's: `state * s + sentence * max + bias`. Fitted to scores of
/// scenarios (for new statements: of whole rubrics) that the weights had not seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Of the state's score.
    pub state: f64,
    /// Of the best sentence's score.
    pub sentence: f64,
    /// Added to the sum.
    pub bias: f64,
}

/// What is decided about one statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Probability that it is true.
    pub p: f64,
    /// Numbers of the sentences that show it, likeliest first.
    pub sentences: Vec<u32>,
}

impl Weights {
    /// What the file can hold of a fitted line.
    pub fn of(line: &WeightedSum) -> Self {
        let scale = line.weights.iter().fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs()));
        let weights = line.weights.iter().map(|weight| f16::from_f32(weight / scale).to_f32()).collect();
        Self { bias: line.bias, scale, weights }
    }

    /// The weighted sum.
    ///
    /// # Errors
    ///
    /// When there are more or fewer features than weights.
    pub fn score(&self, features: &[f32]) -> Result<f64, EngineError> {
        if features.len() != self.weights.len() {
            return Err(EngineError::Readout);
        }
        let sum: f64 = features.iter().zip(&self.weights).map(|(x, w)| f64::from(*x) * f64::from(*w)).sum();
        Ok(sum * f64::from(self.scale) + self.bias)
    }
}

fn packed<S: Serializer>(weights: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
    let bytes: Vec<u8> = weights.iter().flat_map(|weight| f16::from_f32(*weight).to_le_bytes()).collect();
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn unpacked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
    let bytes = STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)?;
    Ok(bytes.chunks_exact(2).map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32()).collect())
}

/// A name for a statement that doesn't depend on the id that a rubric gives it.
pub fn name(statement: &str) -> String {
    crate::core::hash::hash(statement.trim().as_bytes())[..12].to_owned()
}

/// For each sentence what the pointer reads: the looks of each head, the same less their mean over the answer's
/// sentences, and the sentence's length.
pub fn pointer_features(reading: &StatementReading, words: &[f32]) -> Vec<Vec<f32>> {
    let count = words.len().max(1) as f32;
    let means: Vec<f32> = reading.looks.iter().map(|row| row.iter().sum::<f32>() / count).collect();
    (0..words.len())
        .map(|sentence| {
            let looks = reading.looks.iter().map(|row| row[sentence]);
            let centred = looks.clone().zip(&means).map(|(look, mean)| look - mean);
            looks.chain(centred).chain([words[sentence].max(1.0).ln()]).collect()
        })
        .collect()
}

impl Readout {
    /// The readout that comes with the program, if it fits what the program asks.
    ///
    /// # Errors
    ///
    /// When the stored file is not for these words.
    pub fn built_in() -> Result<Self, EngineError> {
        Self::read(include_str!("readout.json"))
    }

    /// A person's own readout, if there is one.
    ///
    /// # Errors
    ///
    /// When the file can't be read, or is not for these words.
    pub fn own(file: &Path) -> Result<Option<Self>, EngineError> {
        match files::kept_text(file) {
            Ok(text) => {
                let foreign = |_| EngineError::OwnReadout { path: crate::adapters::paths::display(file) };
                Self::read(&text).map(Some).map_err(foreign)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A readout from a file's text.
    ///
    /// # Errors
    ///
    /// When it is none, or not for the words that this program asks or the layers that it reads.
    pub fn read(text: &str) -> Result<Self, EngineError> {
        let readout: Self = serde_json::from_str(text).map_err(|_| EngineError::Readout)?;
        let is_ours = readout.format == FORMAT
            && readout.prompt_hash == super::prompt::hash()
            && readout.sentence_layer == SENTENCE_LAYER;
        if is_ours { Ok(readout) } else { Err(EngineError::Readout) }
    }

    /// What has to be read.
    pub fn taps(&self) -> Taps {
        Taps { hidden: self.layers.clone(), attention: self.attention.clone() }
    }

    /// Decides on one statement. `name` is its, see [`name`]; `may_show` says which sentences may be its evidence.
    ///
    /// # Errors
    ///
    /// When the readings have another size than the readout was fitted to.
    pub fn decide(
        &self,
        reading: &StatementReading,
        readings: &Readings,
        name: &str,
        may_show: &[bool],
    ) -> Result<Decision, EngineError> {
        let familiar = self.familiar.get(name);
        let mut scores = pointer_features(reading, &readings.sentence_words)
            .iter()
            .map(|features| self.pointer.score(features))
            .collect::<Result<Vec<f64>, _>>()?;
        if let Some(familiar) = familiar {
            for (score, state) in scores.iter_mut().zip(&readings.sentence_states) {
                *score += familiar.score(state)?;
            }
        }
        let calibration = if familiar.is_some() { self.familiar_calibration } else { self.new_calibration };
        let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let log_odds = calibration.state * self.state.score(&reading.state)?
            + if scores.is_empty() { 0.0 } else { calibration.sentence * best }
            + calibration.bias;
        let (scores, numbers): (Vec<f64>, Vec<u32>) = scores
            .into_iter()
            .zip(&readings.sentences)
            .zip(may_show)
            .filter_map(|(scored, may)| may.then_some((scored.0, *scored.1)))
            .unzip();
        Ok(Decision { p: sigmoid(log_odds), sentences: strongest(&scores, &numbers) })
    }

    /// What is said to the statements about the whole; nothing where they were not asked or nobody fitted that.
    ///
    /// # Errors
    ///
    /// When the readings have another size than the readout was fitted to.
    pub fn whole(&self, exam: &Exam, readings: &Readings) -> Result<Vec<Observation>, EngineError> {
        let (Some(whole), Some(features)) = (&self.whole, whole_features(exam, readings)) else {
            return Ok(vec![]);
        };
        let level = whole.level.score(&features)?.clamp(0.0, 5.0);
        Ok(whole::observations(level, whole.spread))
    }
}

/// What places an answer as a whole: the mean state of the statements about it. `None` where they were not asked.
pub fn whole_features(exam: &Exam, readings: &Readings) -> Option<Vec<f32>> {
    let asked = exam.statements.iter().zip(&readings.statements);
    let states: Vec<&[f32]> = asked
        .filter(|(s, _)| whole::is_whole(&s.signal))
        .map(|(_, reading)| reading.state.as_slice())
        .collect();
    let mut mean = vec![0.0; states.first()?.len()];
    for state in &states {
        for (mean, x) in mean.iter_mut().zip(*state) {
            *mean += x / states.len() as f32;
        }
    }
    Some(mean)
}

/// The numbers of the sentences with the best scores, likeliest first.
pub fn strongest(scores: &[f64], numbers: &[u32]) -> Vec<u32> {
    let mut ranked: Vec<(f64, u32)> = scores.iter().copied().zip(numbers.iter().copied()).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let Some(&(best, _)) = ranked.first() else { return vec![] };
    let close = ranked.iter().take(MOST_EVIDENCE).take_while(|(score, _)| best - score <= CLOSE);
    close.map(|(_, number)| *number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_readout_says_what_it_was_fitted_to_and_is_refused_for_anything_else() {
        let text = include_str!("readout.json");
        assert!(Readout::read(text).is_ok());
        let stored: serde_json::Value = serde_json::from_str(text).unwrap();
        for (field, other) in [
            ("format", 2.into()),
            ("prompt_hash", "00000000".into()),
            ("sentence_layer", (SENTENCE_LAYER - 1).into()),
            ("sentence_layer", serde_json::Value::Null),
            ("layers", serde_json::Value::Null),
            ("attention", serde_json::Value::Null),
        ] {
            let mut changed = stored.clone();
            changed[field] = other;
            assert!(Readout::read(&changed.to_string()).is_err(), "{field}");
        }
    }
}

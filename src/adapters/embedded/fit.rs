//! From labelled answers to a readout: runs the model over them once and fits.

use std::path::Path;

use super::{
    EngineError,
    engine::Engine,
    judge::{self, Memory},
    prompt,
    readout::{FORMAT, Readout, sigmoid},
};
use crate::core::judging::{
    agreement::Pair,
    fit::{self, Example},
    questions::Exam,
};

/// An exam with its labels.
pub struct Labelled {
    /// The questions about one answer.
    pub exam: Exam,
    /// The label of each statement, in the exam's order.
    pub shown: Vec<bool>,
    /// For each statement, the numbers of the sentences that the labeller quoted.
    pub evidence: Vec<Vec<u32>>,
    /// Which scenario: those of one scenario are left out together.
    pub group: usize,
}

/// A readout with what it promises on scenarios that it had not seen.
pub struct Result {
    /// The readout.
    pub readout: Readout,
    /// Calibrated probabilities beside labels, each with its scenario left out.
    pub left_out: Vec<Pair>,
    /// How often the first evidence sentence is one that the labeller quoted, and out of how many.
    pub hits: (usize, usize),
}

/// Layers that are read, counted from 1.
const LAYERS: [usize; 2] = [14, 18];
/// Heads that point at evidence: layer and head, counted from 0.
const POINTERS: [(usize, usize); 2] = [(16, 4), (12, 1)];

/// Runs the model over all exams and fits a readout.
///
/// # Errors
///
/// When the model can't be run, or the labels are all the same.
pub fn fit(
    model: &Path,
    labelled: &[Labelled],
    data_hash: String,
    progress: &dyn Fn(usize),
) -> std::result::Result<Result, EngineError> {
    let engine = Engine::load(model)?;
    let mut readout = Readout {
        format: FORMAT,
        data_hash,
        labels: labelled.iter().map(|labelled| labelled.shown.len()).sum(),
        prompt_hash: prompt::hash(),
        layers: LAYERS.to_vec(),
        pointers: POINTERS.to_vec(),
        scale: 1.0,
        shift: 0.0,
        bias: 0.0,
        weights: vec![],
    };
    let taps = judge::taps(&readout);
    let mut memory = Memory::default();
    let mut examples = vec![];
    let mut answers = vec![];
    let mut hits = (0, 0);
    for (answer, labelled) in labelled.iter().enumerate() {
        let readings = judge::read(&engine, &mut memory, &labelled.exam, &taps, &POINTERS, &|_, _| true)?;
        for (pointed, quoted) in judge::evidence(&readings).iter().zip(&labelled.evidence) {
            if !quoted.is_empty() {
                hits.1 += 1;
                hits.0 += usize::from(pointed.first().is_some_and(|first| quoted.contains(first)));
            }
        }
        for (reading, shown) in readings.statements.into_iter().zip(&labelled.shown) {
            examples.push(Example { state: reading.state, shown: *shown, group: labelled.group });
            answers.push(answer);
        }
        progress(answer + 1);
    }
    let fitted = fit::fit(&examples).ok_or(EngineError::Labels)?;
    (readout.scale, readout.shift, readout.bias) = (fitted.scale, fitted.shift, fitted.bias);
    // Five digits are far below what the labels can tell apart, and keep the file small.
    readout.weights =
        fitted.weights.iter().map(|weight| format!("{weight:.4e}").parse().unwrap_or(*weight)).collect();
    let left_out = fitted
        .left_out
        .iter()
        .zip(&examples)
        .zip(answers)
        .map(|((score, example), answer)| Pair {
            p: sigmoid(readout.scale * score + readout.shift),
            shown: example.shown,
            answer,
        })
        .collect();
    Ok(Result { readout, left_out, hits })
}

//! From a panel's order to what places an answer as a whole: runs the model over the answers once and fits a line.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs,
    path::Path,
};

use half::f16;

use super::{
    EngineError,
    engine::{Engine, Taps},
    judge::{self, Memory},
    readout::{Weights, Whole, whole_features},
};
use crate::core::{
    bank::Case,
    hash::fingerprint,
    judging::{questions::Exam, whole},
    lab::{
        fit::{self, Scale, WeightedSum},
        panel::{Panel, PanelAnswer},
        style::Style,
    },
};

/// How much the line is held to the mean: chosen with cases and voices left out.
const PENALTY: f64 = 1.0;
/// Every so-manieth answer is also read in another dress.
const DRESSED_EVERY: usize = 3;
/// The level of an answer in which there is nothing.
const NOTHING: f64 = 1.0;

/// What was fitted, with what it promises.
pub struct FittedWhole {
    /// The line.
    pub whole: Whole,
    /// The level that each answer would have got had its case not been there, by the answer's id.
    pub case_left_out: BTreeMap<String, f64>,
    /// The same with every answer of its voice not there either.
    pub voice_left_out: BTreeMap<String, f64>,
}

/// An answer that was read, in one dress.
struct Row<'a> {
    answer: &'a PanelAnswer,
    target: f64,
    /// As it was given, and not dressed up otherwise.
    is_plain: bool,
    features: Vec<f32>,
}

/// Runs the model over the answers of a panel, each as it came and some in another style, and over the hollow ones, and fits.
/// What was read is kept in `readings`, so that a fit that was interrupted goes on there.
///
/// # Errors
///
/// When the model can't be run, or there is nothing to learn.
pub fn fit(
    model: &Path,
    panel: &Panel,
    case_of: &dyn Fn(&PanelAnswer) -> Option<Case>,
    readings: &Path,
    progress: &dyn Fn(usize, usize) -> bool,
) -> Result<FittedWhole, EngineError> {
    let places = panel.places();
    let placed = panel.answers.iter().filter_map(|answer| {
        let place = places.get(answer.id.as_str())?;
        Some((answer, Panel::level(*place)))
    });
    let hollow = panel.hollow.iter().map(|answer| (answer, NOTHING));
    let jobs: Vec<(&PanelAnswer, f64, PanelAnswer, bool)> = placed
        .chain(hollow)
        .enumerate()
        .flat_map(|(at, (answer, target))| {
            let other = (at % DRESSED_EVERY == 0).then(|| dressed(answer, at / DRESSED_EVERY));
            let plain = (answer, target, answer.clone(), true);
            std::iter::once(plain).chain(other.map(|other| (answer, target, other, false)))
        })
        .collect();
    let mut engine = Reader { model, loaded: None, readings };
    let mut rows = vec![];
    for (done, (answer, target, said, is_plain)) in jobs.iter().enumerate() {
        if !progress(done, jobs.len()) {
            return Err(EngineError::Cancelled);
        }
        let Some(case) = case_of(answer) else { continue };
        let exam = said.exam(&case, whole::is_whole);
        if let Some(features) = engine.features(&exam)? {
            rows.push(Row { answer, target: *target, is_plain: *is_plain, features });
        }
    }
    fitted(&rows).ok_or(EngineError::Labels)
}

/// Another way to write an answer down, so that nothing is learnt from how it is written; and of every second the beginning
/// alone, or a part of it as the answer to the twist, so that nothing is learnt from how far a round came.
fn dressed(answer: &PanelAnswer, at: usize) -> PanelAnswer {
    let style = Style::ALL[at % Style::ALL.len()];
    let mut other = answer.clone();
    match (at % 2, &answer.twist) {
        (0, Some(_)) => other.twist = None,
        (0, None) => {
            let words: Vec<&str> = answer.answer.split_whitespace().collect();
            let (first, last) = words.split_at(words.len() * 2 / 3);
            (other.answer, other.twist) = (first.join(" "), Some(last.join(" ")));
        }
        _ => {}
    }
    other.answer = style.of(&other.answer);
    other.twist = other.twist.map(|said| style.of(&said));
    other
}

/// Reads exams with the model, or finds that they were read.
struct Reader<'a> {
    model: &'a Path,
    loaded: Option<(Engine, Memory)>,
    readings: &'a Path,
}

impl Reader<'_> {
    fn features(&mut self, exam: &Exam) -> Result<Option<Vec<f32>>, EngineError> {
        let texts: Vec<&str> = exam.statements.iter().map(|statement| statement.text.as_str()).collect();
        let prefix = super::prompt::prefix(exam).text;
        let key = fingerprint(&(super::prompt::hash(), prefix, texts, fit_layers()));
        let file = self.readings.join(format!("{key}.state"));
        if let Ok(bytes) = fs::read(&file) {
            let numbers = bytes.chunks_exact(2).map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32());
            return Ok(Some(numbers.collect()));
        }
        if self.loaded.is_none() {
            self.loaded = Some((Engine::load(self.model)?, Memory::default()));
        }
        let Some((engine, memory)) = &mut self.loaded else { return Ok(None) };
        let taps = Taps { hidden: fit_layers(), attention: vec![] };
        let sorted = judge::in_order(exam);
        let read = judge::read(engine, memory, &sorted, &taps, &|_, _| true)?;
        let features = whole_features(&sorted, &read);
        if let Some(features) = &features {
            let bytes: Vec<u8> = features.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect();
            fs::create_dir_all(self.readings)?;
            fs::write(&file, bytes)?;
        }
        Ok(features)
    }
}

/// The layers that a label fit reads: a readout has one list for all of it.
fn fit_layers() -> Vec<usize> {
    super::fit_judge::LAYERS.to_vec()
}

fn fitted(rows: &[Row<'_>]) -> Option<FittedWhole> {
    let case_left_out = left_out(rows, false)?;
    let voice_left_out = left_out(rows, true)?;
    let all: Vec<usize> = (0..rows.len()).collect();
    let line = line(rows, &all)?;
    // Held to the mean, levels come out too near to each other: the left-out ones say by how much.
    let (stretch, shift) = straight(rows, &case_left_out)?;
    let level = |score: f64| (stretch * score + shift).clamp(0.0, 5.0);
    let off: Vec<f64> = (0..rows.len()).map(|at| level(case_left_out[at]) - rows[at].target).collect();
    let spread = (off.iter().map(|off| off * off).sum::<f64>() / off.len() as f64).sqrt();
    let weights = line.weights.iter().map(|weight| weight * stretch as f32).collect();
    let line = WeightedSum { weights, bias: line.bias * stretch + shift };
    let by_id = |scores: &[f64]| {
        let plain = rows.iter().zip(scores).filter(|(row, _)| row.is_plain);
        plain.map(|(row, score)| (row.answer.id.clone(), level(*score))).collect()
    };
    Some(FittedWhole {
        whole: Whole { level: Weights::of(&line), spread },
        case_left_out: by_id(&case_left_out),
        voice_left_out: by_id(&voice_left_out),
    })
}

/// The score of each row by a line that was fitted without the rows of its case and, where that is asked for, without those
/// of its voice either.
fn left_out(rows: &[Row<'_>], also_voices: bool) -> Option<Vec<f64>> {
    let mut lines: BTreeMap<(&str, &str), WeightedSum> = BTreeMap::new();
    rows.iter()
        .map(|row| {
            let (case, voice) = (row.answer.scenario.as_str(), row.answer.voice.as_str());
            let key = (case, if also_voices { voice } else { "" });
            let line = match lines.entry(key) {
                Entry::Occupied(fitted) => fitted.into_mut(),
                Entry::Vacant(place) => {
                    let goes_with = |other: &Row<'_>| {
                        other.answer.scenario == case || also_voices && other.answer.voice == voice
                    };
                    let seen: Vec<usize> = (0..rows.len()).filter(|at| !goes_with(&rows[*at])).collect();
                    place.insert(line(rows, &seen)?)
                }
            };
            Some(line.score(&row.features))
        })
        .collect()
}

fn line(rows: &[Row<'_>], seen: &[usize]) -> Option<WeightedSum> {
    let features: Vec<&[f32]> = seen.iter().map(|at| rows[*at].features.as_slice()).collect();
    let scale = Scale::of(&features);
    let scaled: Vec<Vec<f32>> = features.iter().map(|row| scale.apply(row)).collect();
    let targets = vec![seen.iter().map(|at| rows[*at].target).collect()];
    let line = fit::ridge(&scaled, &targets, PENALTY)?.pop()?;
    let weights: Vec<f64> = line.weights.iter().map(|weight| f64::from(*weight)).collect();
    Some(scale.undo(&weights, line.bias))
}

/// The straight line from scores to targets with the least squared error.
fn straight(rows: &[Row<'_>], scores: &[f64]) -> Option<(f64, f64)> {
    let count = rows.len() as f64;
    let (x, y) = (scores.iter().sum::<f64>() / count, rows.iter().map(|row| row.target).sum::<f64>() / count);
    let (xy, xx) = rows.iter().zip(scores).fold((0.0, 0.0), |(xy, xx), (row, score)| {
        (xy + (score - x) * (row.target - y), xx + (score - x).powi(2))
    });
    (xx > 0.0).then(|| (xy / xx, y - xy / xx * x))
}

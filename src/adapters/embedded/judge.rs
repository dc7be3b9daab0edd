//! The judge's passes: the answer is run once, all statements are packed behind it, and each statement's
//! hidden state and attention are handed back.

use candle_core::{IndexOp, Tensor};

use super::{
    EngineError,
    engine::{Cache, Engine, Taps},
    prompt::{self, Prefix},
    readout::Readout,
};
use crate::core::judging::{
    Observation, Usage,
    questions::{Exam, Statement},
};

/// Statements in one pass: more fill the cores better, but attention weights of all of them are in memory.
const PACK: usize = 12;
/// Most sentences that are named as evidence for one statement.
const MOST_EVIDENCE: usize = 2;
/// A second sentence is named only if it draws this share of what the first one draws.
const SECOND: f32 = 0.8;

/// What the model's inside says about one statement.
pub struct Reading {
    /// For each tapped layer the state at the statement's last token, then the mean over its tokens.
    pub state: Vec<f32>,
    /// For each pointer head, how much the statement's tokens look at each countable sentence.
    pub looks: Vec<Vec<f32>>,
}

/// Readings of all statements of an exam, in the order in which they were given.
pub struct Readings {
    /// One a statement.
    pub statements: Vec<Reading>,
    /// Numbers of the sentences that `looks` is about.
    pub sentences: Vec<u32>,
    /// What it cost.
    pub usage: Usage,
}

/// What was run last, so that a longer answer to the same question only costs what is new.
#[derive(Default)]
pub struct Memory {
    tokens: Vec<u32>,
    cache: Cache,
    depth: usize,
}

/// Told after every pass how many statements are read; answers whether to go on.
pub type Progress<'a> = &'a dyn Fn(usize, usize) -> bool;

/// Reads all statements of an exam.
///
/// # Errors
///
/// When the text is too long, the pass fails, or `progress` says to stop.
pub fn read(
    engine: &Engine,
    memory: &mut Memory,
    exam: &Exam,
    taps: &Taps,
    heads: &[(usize, usize)],
    progress: Progress<'_>,
) -> Result<Readings, EngineError> {
    let prefix = prompt::prefix(exam);
    let (tokens, offsets) = engine.tokens_with_offsets(&prefix.text)?;
    let of_sentence = sentence_tokens(&prefix, &offsets);
    let cached = memory.run(engine, &tokens, taps.depth, &|| progress(0, exam.statements.len()))?;
    let mut usage = Usage { prompt: tokens.len() as u64, cached: cached as u64, generated: 0 };
    let mut readings = vec![];
    for pack in exam.statements.chunks(PACK) {
        if !progress(readings.len(), exam.statements.len()) {
            return Err(EngineError::Cancelled);
        }
        let parts =
            pack.iter().map(|statement| Part::new(engine, statement)).collect::<Result<Vec<_>, _>>()?;
        let slices: Vec<&[u32]> = parts.iter().map(|part| part.tokens.as_slice()).collect();
        usage.prompt += slices.iter().map(|part| part.len() as u64).sum::<u64>();
        let pass = engine.packed(&memory.cache, &slices, taps)?;
        let mut start = 0;
        for part in &parts {
            let (from, count) = (start + part.lead, part.tokens.len() - part.lead);
            let mut state = vec![];
            for layer in &pass.hidden {
                state.extend(layer.i(from + count - 1)?.to_vec1::<f32>()?);
                state.extend(layer.narrow(0, from, count)?.mean(0)?.to_vec1::<f32>()?);
            }
            let looks = heads
                .iter()
                .map(|&(layer, head)| {
                    let tapped = taps.attention.iter().position(|tap| *tap == layer);
                    let weights = tapped.map(|tap| &pass.attention[tap]).ok_or(EngineError::Readout)?;
                    looks(&weights.i(head)?, from, count, &of_sentence)
                })
                .collect::<Result<Vec<_>, EngineError>>()?;
            readings.push(Reading { state, looks });
            start += part.tokens.len();
        }
    }
    progress(readings.len(), exam.statements.len());
    let sentences = prefix.sentences.iter().map(|(number, _)| *number).collect();
    Ok(Readings { statements: readings, sentences, usage })
}

/// Decides on all statements of an exam.
///
/// # Errors
///
/// When the text is too long, the pass fails, or `progress` says to stop.
pub fn observe(
    engine: &Engine,
    memory: &mut Memory,
    readout: &Readout,
    exam: &Exam,
    progress: Progress<'_>,
) -> Result<(Vec<Observation>, Usage), EngineError> {
    let taps = taps(readout);
    // Packed in an order of its own, so that the order of criteria in a rubric changes nothing.
    let mut order: Vec<usize> = (0..exam.statements.len()).collect();
    order.sort_by(|a, b| exam.statements[*a].signal.cmp(&exam.statements[*b].signal));
    let mut sorted = exam.clone();
    sorted.statements = order.iter().map(|index| exam.statements[*index].clone()).collect();
    let readings = read(engine, memory, &sorted, &taps, &readout.pointers, progress)?;
    let evidence = evidence(&readings);
    let mut observations = vec![];
    for (place, index) in order.iter().enumerate() {
        let p = readout.probability(&readings.statements[place].state)?;
        let signal = exam.statements[*index].signal.clone();
        observations.push((*index, Observation { signal, p, sentences: evidence[place].clone() }));
    }
    observations.sort_by_key(|(index, _)| *index);
    Ok((observations.into_iter().map(|(_, observation)| observation).collect(), readings.usage))
}

/// Runs what is known of an answer so far, as long as `go_on` says so.
///
/// # Errors
///
/// When the text is too long, the pass fails, or there was something else to do.
pub fn read_ahead(
    engine: &Engine,
    memory: &mut Memory,
    readout: &Readout,
    exam: &Exam,
    go_on: &dyn Fn() -> bool,
) -> Result<(), EngineError> {
    let prefix = prompt::prefix(exam);
    let tokens = engine.tokens(&prefix.text[..prefix.answer_ends])?;
    memory.run(engine, &tokens, taps(readout).depth, go_on).map(|_| ())
}

/// What has to be tapped for a readout.
pub fn taps(readout: &Readout) -> Taps {
    let mut attention: Vec<usize> = readout.pointers.iter().map(|(layer, _)| *layer).collect();
    attention.sort_unstable();
    attention.dedup();
    Taps { hidden: readout.layers.clone(), attention, depth: Some(readout.depth()) }
}

/// The sentences that each statement looks at more than the other statements do.
///
/// Some sentences draw every statement's attention; what a statement adds to that is what points.
pub fn evidence(readings: &Readings) -> Vec<Vec<u32>> {
    let count = readings.statements.len();
    let width = readings.sentences.len();
    let mut points = vec![vec![0.0f32; width]; count];
    let heads = readings.statements.first().map_or(0, |reading| reading.looks.len());
    for head in 0..heads {
        let mean: Vec<f32> = (0..width)
            .map(|s| readings.statements.iter().map(|r| r.looks[head][s]).sum::<f32>() / count as f32)
            .collect();
        let rest = |r: usize, s: usize| readings.statements[r].looks[head][s] - mean[s];
        let square: f32 =
            (0..count).flat_map(|r| (0..width).map(move |s| (r, s))).map(|(r, s)| rest(r, s).powi(2)).sum();
        // With one statement alone nothing is left over: then its own attention has to do.
        let spread = (square / (count * width).max(1) as f32).sqrt();
        for (r, row) in points.iter_mut().enumerate() {
            for (s, point) in row.iter_mut().enumerate() {
                *point +=
                    if spread > 1e-9 { rest(r, s) / spread } else { readings.statements[r].looks[head][s] };
            }
        }
    }
    points.iter().map(|row| strongest(row, &readings.sentences)).collect()
}

fn strongest(points: &[f32], numbers: &[u32]) -> Vec<u32> {
    let mut ranked: Vec<(f32, u32)> = points.iter().copied().zip(numbers.iter().copied()).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let Some(&(best, _)) = ranked.first() else { return vec![] };
    ranked
        .iter()
        .take(MOST_EVIDENCE)
        .enumerate()
        .take_while(|(rank, (point, _))| *rank == 0 || best > 0.0 && *point >= SECOND * best)
        .map(|(_, (_, number))| *number)
        .collect()
}

/// How much the rows of a statement look at each sentence, on average.
fn looks(
    weights: &Tensor,
    from: usize,
    count: usize,
    of_sentence: &[Vec<usize>],
) -> Result<Vec<f32>, EngineError> {
    let mean = weights.narrow(0, from, count)?.mean(0)?.to_vec1::<f32>()?;
    Ok(of_sentence.iter().map(|tokens| tokens.iter().map(|token| mean[*token]).sum()).collect())
}

/// For each countable sentence the tokens of the prefix that it is made of.
fn sentence_tokens(prefix: &Prefix, offsets: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let tokens_in = |range: &std::ops::Range<usize>| {
        let overlaps = |(from, to): &(usize, usize)| *from < range.end && *to > range.start;
        offsets.iter().enumerate().filter(|(_, offset)| overlaps(offset)).map(|(index, _)| index).collect()
    };
    prefix.sentences.iter().map(|(_, range)| tokens_in(range)).collect()
}

/// A statement's tokens behind a lead that is the same for all.
struct Part {
    tokens: Vec<u32>,
    lead: usize,
}

impl Part {
    fn new(engine: &Engine, statement: &Statement) -> Result<Self, EngineError> {
        let (lead, clause) = prompt::statement(&statement.text);
        let mut tokens = engine.tokens(lead)?;
        let lead = tokens.len();
        tokens.extend(engine.tokens(&clause)?);
        Ok(Self { tokens, lead })
    }
}

impl Memory {
    /// Tokens of a prefix that are run in one go. A token always goes with the same neighbours, whatever was in memory
    /// before: sums in another grouping would differ in their last bits, and a score must not depend on its history.
    const STRIDE: usize = 64;

    /// Makes this the memory of `tokens`; returns how many of them need not be run again.
    ///
    /// # Errors
    ///
    /// When the pass fails or `go_on` says to stop.
    pub fn run(
        &mut self,
        engine: &Engine,
        tokens: &[u32],
        depth: Option<usize>,
        go_on: &dyn Fn() -> bool,
    ) -> Result<usize, EngineError> {
        let depth = depth.unwrap_or(usize::MAX);
        let limit = super::engine::MAX_POSITIONS / 2;
        if tokens.len() > limit {
            return Err(EngineError::TooLong { tokens: tokens.len(), limit });
        }
        if depth != self.depth {
            *self = Self { depth, ..Self::default() };
        }
        let equal = self.tokens.iter().zip(tokens).take_while(|(old, new)| old == new).count();
        let whole = equal == tokens.len() && equal == self.tokens.len();
        let shared = if whole { equal } else { equal / Self::STRIDE * Self::STRIDE };
        if shared < self.tokens.len() {
            self.cache = self.cache.cut(shared)?;
            self.tokens.truncate(shared);
        }
        for stride in tokens[shared..].chunks(Self::STRIDE) {
            if !go_on() {
                return Err(EngineError::Cancelled);
            }
            let taps = Taps { depth: Some(depth), ..Taps::default() };
            self.cache = engine.extend(&self.cache, stride, &taps)?.cache;
            self.tokens.extend_from_slice(stride);
        }
        Ok(shared)
    }
}

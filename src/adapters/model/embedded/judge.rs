//! The judge's passes: the answer is run once, all statements are packed behind it, and what the model's inside says
//! about each of them is handed to the readout.

use std::{collections::BTreeMap, ops::Range};

use super::{
    EngineError,
    engine::{Cache, Engine, Question, Reading, Span, Taps},
    prepared::Prepared,
    prompt::{self, Prefix},
    readings::{Readings, StatementReading},
    readout::{self, Readout},
};
use crate::core::judging::{
    Observation, Usage,
    questions::{Exam, Statement},
    whole,
};

/// Statements in one pass: more fill the cores better, but attention weights of all of them are in memory.
const PACK: usize = 12;

/// What was run before and need not be run again.
#[derive(Default)]
pub struct Memory {
    answer: Prepared,
    meanings: Meanings,
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
    progress: Progress<'_>,
) -> Result<Readings, EngineError> {
    let total = exam.statements.len();
    let prefix = prompt::prefix(exam);
    let (tokens, offsets) = engine.tokens_with_offsets(&prefix.text)?;
    let of_sentence = sentence_tokens(&prefix, &offsets);
    let cached = memory.answer.run(engine, &tokens, taps.depth(), &|| progress(0, total))?;
    let mut usage = Usage { prompt: tokens.len() as u64, cached: cached as u64, generated: 0 };
    let mut ask = |questions: &[Question]| {
        usage.prompt += questions.iter().map(|question| question.tokens.len() as u64).sum::<u64>();
        engine.read(&memory.answer.cache, questions, taps)
    };
    // What any statement looks at, whatever it says: the same for every exam, so that what is seen of one statement
    // doesn't depend on which others are asked.
    let common =
        prompt::COMMON.iter().map(|clause| question(engine, clause)).collect::<Result<Vec<_>, _>>()?;
    let common: Vec<Vec<Vec<f32>>> =
        ask(&common)?.iter().map(|reading| looks(reading, &of_sentence)).collect();
    let mut statements = vec![];
    for pack in exam.statements.chunks(PACK) {
        if !progress(statements.len(), total) {
            return Err(EngineError::Cancelled);
        }
        let questions = pack.iter().map(|s| statement(engine, s)).collect::<Result<Vec<_>, _>>()?;
        for (reading, statement) in ask(&questions)?.into_iter().zip(pack) {
            let mut looks = looks(&reading, &of_sentence);
            for (head, row) in looks.iter_mut().enumerate() {
                for (sentence, look) in row.iter_mut().enumerate() {
                    let usual: f32 = common.iter().map(|rows| rows[head][sentence]).sum();
                    *look -= usual / common.len() as f32;
                }
            }
            let meaning = memory.meanings.of(engine, statement, taps)?;
            let state = reading.state.iter().zip(meaning).map(|(state, meaning)| state - meaning).collect();
            statements.push(StatementReading { state, looks });
        }
    }
    progress(statements.len(), total);
    let sentence_states = of_sentence.iter().map(|tokens| memory.answer.mean_state(tokens)).collect();
    let (sentences, sentence_words) = prefix
        .sentences
        .iter()
        .map(|(number, range)| (*number, prefix.text[range.clone()].split_whitespace().count() as f32))
        .unzip();
    Ok(Readings { statements, sentences, sentence_states, sentence_words, usage })
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
    let sorted = in_order(exam);
    let readings = read(engine, memory, &sorted, &readout.taps(), progress)?;
    let mut observations = vec![];
    for (statement, reading) in sorted.statements.iter().zip(&readings.statements) {
        if whole::is_whole(&statement.signal) {
            continue;
        }
        let may_show = eligible(&sorted, statement, &readings.sentences);
        let name = readout::name(&statement.text);
        let decision = readout.decide(reading, &readings, &name, &may_show)?;
        let signal = statement.signal.clone();
        observations.push(Observation { signal, p: decision.p, sentences: decision.sentences });
    }
    let place = |seen: &Observation| exam.statements.iter().position(|s| s.signal == seen.signal);
    observations.sort_by_key(place);
    observations.extend(readout.whole(&sorted, &readings)?);
    Ok((observations, readings.usage))
}

/// The exam with its statements in an order of their own, those about the whole last: packs are the same whatever order a
/// rubric has.
pub(super) fn in_order(exam: &Exam) -> Exam {
    let mut sorted = exam.clone();
    sorted.statements.sort_by_key(|s| (whole::is_whole(&s.signal), s.signal.clone()));
    sorted
}

/// For each sentence that was read, whether it may be what shows a statement.
pub(super) fn eligible(exam: &Exam, statement: &Statement, sentences: &[u32]) -> Vec<bool> {
    sentences.iter().map(|number| exam.may_show(statement, *number)).collect()
}

/// The level that the model names when it is asked for one: the mean over the digits, by their probability.
///
/// # Errors
///
/// When the text is too long or the pass fails.
pub fn grade(engine: &Engine, exam: &Exam) -> Result<f64, EngineError> {
    let logprobs = engine.next_token(&engine.tokens(&prompt::grade(exam))?)?;
    let (mut sum, mut mass) = (0.0, 0.0);
    for level in 1..=5u8 {
        let token = engine.tokens(&level.to_string())?.first().copied().unwrap_or_default();
        let p = f64::from(logprobs.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY)).exp();
        sum += f64::from(level) * p;
        mass += p;
    }
    Ok(sum / mass)
}

/// Runs what is known of an answer so far, as long as `go_on` says so; and what the statements mean, of which there is
/// nothing to wait for.
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
    let taps = readout.taps();
    memory.answer.run(engine, &tokens, taps.depth(), go_on)?;
    for statement in &exam.statements {
        if !go_on() {
            return Err(EngineError::Cancelled);
        }
        memory.meanings.of(engine, statement, &taps)?;
    }
    Ok(())
}

/// How much a question looks at each stretch of tokens, as a logarithm, head by head.
pub(super) fn looks(reading: &Reading, of_sentence: &[Range<usize>]) -> Vec<Vec<f32>> {
    /// Less attention than this is none.
    const FLOOR: f32 = 1e-5;
    let row = |weights: &Vec<f32>| {
        of_sentence.iter().map(|tokens| (weights[tokens.clone()].iter().sum::<f32>() + FLOOR).ln()).collect()
    };
    reading.attention.iter().map(row).collect()
}

/// For each countable sentence the tokens of the prefix that it is made of.
fn sentence_tokens(prefix: &Prefix, offsets: &[Span]) -> Vec<Range<usize>> {
    prefix.sentences.iter().map(|(_, range)| tokens_in(range, offsets)).collect()
}

/// The tokens that stand for a stretch of bytes.
pub(super) fn tokens_in(range: &Range<usize>, offsets: &[Span]) -> Range<usize> {
    let first = offsets.iter().position(|(_, to)| *to > range.start).unwrap_or(offsets.len());
    let count = offsets[first..].iter().take_while(|(from, _)| *from < range.end).count();
    first..first + count
}

fn statement(engine: &Engine, statement: &Statement) -> Result<Question, EngineError> {
    question(engine, &prompt::clause(&statement.text))
}

/// A clause behind a lead that is the same for all.
fn question(engine: &Engine, clause: &str) -> Result<Question, EngineError> {
    let mut tokens = engine.tokens(prompt::BEFORE_STATEMENT)?;
    let lead = tokens.len();
    tokens.extend(engine.tokens(clause)?);
    Ok(Question { tokens, lead })
}

/// The states of statements behind no answer.
#[derive(Default)]
struct Meanings(BTreeMap<String, Vec<f32>>);

impl Meanings {
    fn of(&mut self, engine: &Engine, asked: &Statement, taps: &Taps) -> Result<&[f32], EngineError> {
        if !self.0.contains_key(&asked.text) {
            let nothing = engine.tokens(&prompt::nothing())?;
            let (cache, _) = engine.extend(&Cache::default(), &nothing, taps.depth(), 0)?;
            let taps = Taps { attention: vec![], ..taps.clone() };
            let mut readings = engine.read(&cache, &[statement(engine, asked)?], &taps)?;
            let reading = readings.pop().ok_or(EngineError::Readout)?;
            self.0.insert(asked.text.clone(), reading.state);
        }
        self.0.get(&asked.text).map(Vec::as_slice).ok_or(EngineError::Readout)
    }
}

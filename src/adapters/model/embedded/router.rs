//! Recognises what a message is, and which fact it asks for.
//!
//! The case's facts are run once, and every message is read behind them. As with the judge, the model is not asked in
//! words: two kinds of weighted sums, fitted to labelled messages by `pushback judge fit-routing`, are read from its
//! inside: of the *state* that a message leaves (what is it?), and of the *attention* that it pays to each fact.

use std::{collections::BTreeMap, ops::Range};

use serde::{Deserialize, Serialize};

use super::{
    EngineError,
    engine::{Engine, Question, Taps},
    judge::{looks, tokens_in},
    prepared::Prepared,
    prompt,
    readout::Weights,
};
use crate::{
    core::{bank::scenario::Fact, lab::fit::sigmoid, record::Route, session::routing::Kind},
    ports::Routing,
};

/// Version of the file's format.
pub const FORMAT: u32 = 1;

/// Ways of asking in one pass.
const PACK: usize = 12;

/// What turns what is read of a message into a route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Router {
    /// [`FORMAT`].
    pub format: u32,
    /// SHA-256 of the labelled messages that it was fitted to.
    pub data_hash: String,
    /// How many those were.
    pub messages: usize,
    /// Hash of the words that the model read; a router fits no others.
    pub prompt_hash: String,
    /// The layer whose states are read, counted from 1.
    pub layer: usize,
    /// Layers whose attention is read, counted from 0, all heads of each.
    pub attention: Vec<usize>,
    /// Of a message's state, for each kind of message.
    pub kinds: BTreeMap<Kind, Weights>,
    /// Of a message's attention to a fact: see [`Asked::facts`].
    pub pointer: Weights,
    /// What a message's likeness to the ways in which a fact is asked for weighs beside the pointer's score.
    pub likeness: f64,
}

/// What the model's inside says about a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The state at its last token, and the mean over all of them.
    pub state: Vec<f32>,
    /// For each fact and head, how much more the message looks at it than at the other facts, as a logarithm, beyond what
    /// any message looks at it: at what it is about, at what is told, at how it is asked for, and at most of the three.
    pub facts: Vec<Vec<f32>>,
    /// For each fact how much the message is like the ways in which the fact is asked for, -1 to 1: the mean over the two
    /// that it is most like.
    pub likeness: Vec<f64>,
}

/// The facts of a case, run once.
#[derive(Default)]
pub struct Memory {
    facts: Prepared,
    /// For each fact, which tokens stand for its parts.
    places: Vec<[Range<usize>; 3]>,
    /// What messages that are about nothing in particular look at.
    vague: Vec<Vec<f32>>,
    /// The mean state of all ways in which facts are asked for.
    centre: Vec<f32>,
    /// The fact and the state, as seen from the centre, of each way.
    ways: Vec<(usize, Vec<f32>)>,
}

impl Memory {
    /// Makes this the memory of a case, unless it is that already.
    ///
    /// # Errors
    ///
    /// When the facts are too long, the pass fails, or `go_on` says to stop.
    pub fn prepare(
        &mut self,
        engine: &Engine,
        taps: &Taps,
        opening: &str,
        facts: &[Fact],
        go_on: &dyn Fn() -> bool,
    ) -> Result<(), EngineError> {
        let (text, places) = prompt::facts(opening, facts);
        let (tokens, offsets) = engine.tokens_with_offsets(&text)?;
        if self.facts.tokens == tokens && !self.vague.is_empty() {
            return Ok(());
        }
        self.vague.clear();
        self.facts.run(engine, &tokens, taps.depth(), go_on)?;
        self.places =
            places.iter().map(|parts| parts.each_ref().map(|part| tokens_in(part, &offsets))).collect();
        let vague = prompt::VAGUE.iter().map(|text| question(engine, text)).collect::<Result<Vec<_>, _>>()?;
        let readings = engine.read(&self.facts.cache, &vague, taps)?;
        let looked = readings.iter().map(|reading| looks(reading, &self.parts())).collect::<Vec<_>>();
        let heads = looked.first().map_or(0, Vec::len);
        let ways = facts.iter().enumerate().flat_map(|(place, fact)| {
            std::iter::once(&fact.about).chain(&fact.ask).map(move |way| (place, way))
        });
        let ways: Vec<(usize, &String)> = ways.collect();
        let states_only = Taps { attention: vec![], ..taps.clone() };
        let mut states = vec![];
        for pack in ways.chunks(PACK) {
            if !go_on() {
                return Err(EngineError::Cancelled);
            }
            let pack = pack.iter().map(|(_, way)| question(engine, way)).collect::<Result<Vec<_>, _>>()?;
            let readings = engine.read(&self.facts.cache, &pack, &states_only)?;
            states.extend(readings.iter().map(|reading| mean_state(&reading.state).to_vec()));
        }
        let width = states.first().map_or(0, Vec::len);
        let share = |of: usize| states.iter().map(|state| state[of]).sum::<f32>() / states.len() as f32;
        self.centre = (0..width).map(share).collect();
        self.ways = ways.iter().zip(&states).map(|((place, _), state)| (*place, self.seen(state))).collect();
        self.vague = (0..heads)
            .map(|head| {
                let part = |part: usize| {
                    looked.iter().map(|rows| rows[head][part]).sum::<f32>() / looked.len() as f32
                };
                (0..3 * self.places.len()).map(part).collect()
            })
            .collect();
        Ok(())
    }

    /// A state as seen from the centre.
    fn seen(&self, state: &[f32]) -> Vec<f32> {
        state.iter().zip(&self.centre).map(|(x, centre)| x - centre).collect()
    }

    /// How much a message with this state is like the ways in which each fact is asked for.
    fn likeness(&self, state: &[f32]) -> Vec<f64> {
        let state = self.seen(state);
        let mut alike: Vec<Vec<f64>> = vec![vec![]; self.places.len()];
        for (place, way) in &self.ways {
            alike[*place].push(cosine(&state, way));
        }
        let closest = |mut cosines: Vec<f64>| {
            cosines.sort_by(|a, b| b.total_cmp(a));
            cosines.truncate(2);
            cosines.iter().sum::<f64>() / cosines.len() as f64
        };
        alike.into_iter().map(closest).collect()
    }

    fn parts(&self) -> Vec<Range<usize>> {
        self.places.iter().flatten().cloned().collect()
    }
}

/// Reads a message behind the facts of its case.
///
/// # Errors
///
/// When it is too long or the pass fails.
pub fn read(
    engine: &Engine,
    memory: &mut Memory,
    taps: &Taps,
    case: (&str, &[Fact]),
    text: &str,
) -> Result<Asked, EngineError> {
    memory.prepare(engine, taps, case.0, case.1, &|| true)?;
    let readings = engine.read(&memory.facts.cache, &[question(engine, text)?], taps)?;
    let reading = readings.into_iter().next().ok_or(EngineError::Readout)?;
    let mut looked = looks(&reading, &memory.parts());
    for (row, vague) in looked.iter_mut().zip(&memory.vague) {
        for (look, usual) in row.iter_mut().zip(vague) {
            *look -= usual;
        }
        for part in 0..3 {
            let mean = row.iter().skip(part).step_by(3).sum::<f32>() / memory.places.len() as f32;
            row.iter_mut().skip(part).step_by(3).for_each(|look| *look -= mean);
        }
    }
    let facts = (0..memory.places.len()).map(|fact| {
        let parts = looked.iter().flat_map(|row| row[3 * fact..][..3].iter().copied());
        let most = looked.iter().map(|row| row[3 * fact..][..3].iter().copied().fold(f32::MIN, f32::max));
        parts.chain(most).collect()
    });
    let likeness = memory.likeness(mean_state(&reading.state));
    Ok(Asked { facts: facts.collect(), likeness, state: reading.state })
}

/// The second half of a state at one layer, which is the mean over all tokens.
fn mean_state(state: &[f32]) -> &[f32] {
    &state[state.len() / 2..]
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(f64::MIN_POSITIVE)
}

fn question(engine: &Engine, text: &str) -> Result<Question, EngineError> {
    let mut tokens = engine.tokens(prompt::BEFORE_MESSAGE)?;
    let lead = tokens.len();
    tokens.extend(engine.tokens(&prompt::message(text))?);
    Ok(Question { tokens, lead })
}

impl Router {
    /// The router that comes with the program, if it fits what the program asks.
    ///
    /// # Errors
    ///
    /// When the stored file is not for these words.
    pub fn built_in() -> Result<Self, EngineError> {
        let router: Self =
            serde_json::from_str(include_str!("router.json")).map_err(|_| EngineError::Readout)?;
        if router.format != FORMAT || router.prompt_hash != prompt::routing_hash() {
            return Err(EngineError::Readout);
        }
        Ok(router)
    }

    /// What has to be read.
    pub fn taps(&self) -> Taps {
        Taps { hidden: vec![self.layer], attention: self.attention.clone() }
    }

    /// Decides what a message is.
    ///
    /// # Errors
    ///
    /// When it was read in another size than the router was fitted to.
    pub fn decide(&self, asked: &Asked) -> Result<Routing, EngineError> {
        let mut kinds = vec![];
        for (kind, weights) in &self.kinds {
            if *kind != Kind::Fact || !asked.facts.is_empty() {
                kinds.push((sigmoid(weights.score(&asked.state)?), *kind));
            }
        }
        let sum: f64 = kinds.iter().map(|(p, _)| p).sum();
        let (p, kind) = kinds.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).ok_or(EngineError::Readout)?;
        let route = match kind {
            Kind::Answer => Route::Answer,
            Kind::Unknown => Route::Unknown,
            Kind::Repeat => Route::Repeat,
            Kind::Help => Route::Help,
            Kind::Done => Route::Done,
            Kind::Fact => {
                let score = |(features, likeness): (&Vec<f32>, &f64)| {
                    Ok(self.pointer.score(features)? + self.likeness * likeness)
                };
                let facts = asked.facts.iter().zip(&asked.likeness);
                let scores = facts.map(score).collect::<Result<Vec<f64>, EngineError>>()?;
                Route::Fact { fact: best(&scores).ok_or(EngineError::Readout)? }
            }
        };
        Ok(Routing { route, p: p / sum })
    }
}

/// The place of the highest score, the first one of equals.
pub fn best(scores: &[f64]) -> Option<usize> {
    (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a)))
}

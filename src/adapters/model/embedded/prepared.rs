//! Prefixes that were run and need not be run again.

use std::ops::Range;

use super::{
    EngineError,
    engine::{Cache, Engine, MAX_POSITIONS},
    readings::SENTENCE_LAYER,
};

/// A prefix that was run, so that a longer answer to the same question only costs what is new.
#[derive(Default)]
pub struct Prepared {
    /// What it is.
    pub tokens: Vec<u32>,
    /// What continuations are read behind.
    pub cache: Cache,
    depth: usize,
    /// For each token its state at layer [`SENTENCE_LAYER`], one behind the other.
    states: Vec<f32>,
}

impl Prepared {
    /// Tokens of a prefix that are run in one go, so that stopping doesn't have to wait for all of them. A token always
    /// goes with the same neighbours, whatever was in memory before: sums in another grouping would differ in their
    /// last bits, and a score must not depend on its history.
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
        depth: usize,
        go_on: &dyn Fn() -> bool,
    ) -> Result<usize, EngineError> {
        let limit = MAX_POSITIONS / 2;
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
            self.states.truncate(shared * self.width());
            self.tokens.truncate(shared);
        }
        for stride in tokens[shared..].chunks(Self::STRIDE) {
            if !go_on() {
                return Err(EngineError::Cancelled);
            }
            let (cache, states) = engine.extend(&self.cache, stride, depth, SENTENCE_LAYER)?;
            self.cache = cache;
            self.states.extend(states);
            self.tokens.extend_from_slice(stride);
        }
        Ok(shared)
    }

    /// Numbers in one token's state.
    fn width(&self) -> usize {
        self.states.len() / self.tokens.len().max(1)
    }

    /// The mean state of a stretch of tokens.
    pub fn mean_state(&self, tokens: &Range<usize>) -> Vec<f32> {
        let width = self.width();
        let mut mean = vec![0.0; width];
        for token in tokens.clone() {
            for (sum, x) in mean.iter_mut().zip(&self.states[token * width..][..width]) {
                *sum += x / tokens.len() as f32;
            }
        }
        mean
    }
}

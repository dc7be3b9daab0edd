//! What the model's hidden states say about a statement.

use crate::core::judging::Usage;

/// The layer, counted from 1, whose states stand for sentences.
pub const SENTENCE_LAYER: usize = 18;

/// What the model's inside says about an exam.
pub struct Readings {
    /// One a statement, in the order in which they were asked.
    pub statements: Vec<StatementReading>,
    /// Numbers of the countable sentences.
    pub sentences: Vec<u32>,
    /// For each of them the mean state of its tokens at layer [`SENTENCE_LAYER`].
    pub sentence_states: Vec<Vec<f32>>,
    /// For each of them its words.
    pub sentence_words: Vec<f32>,
    /// What it cost.
    pub usage: Usage,
}

/// What the model's inside says about one statement.
pub struct StatementReading {
    /// [`Reading::state`] behind the answer, less the same behind no answer at all: what the answer makes of the
    /// statement, and not what the statement is about.
    pub state: Vec<f32>,
    /// For each tapped head how much the statement looks at each countable sentence, as a logarithm, beyond what
    /// statements look at it anyway.
    pub looks: Vec<Vec<f32>>,
}

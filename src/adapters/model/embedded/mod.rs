//! The model that runs in this process.

pub mod engine;
pub mod judge;
pub mod prompt;
pub mod readout;
pub mod router;

pub mod fit_judge;
pub mod fit_router;
pub mod fit_whole;
mod prepared;
pub mod readings;
mod worker;

pub use worker::Embedded;

/// Why the in-process model could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The file could not be read.
    #[error("can't read the model file: {0}")]
    Io(#[from] std::io::Error),
    /// candle refused the file or an operation.
    #[error("the model file can't be used: {0}")]
    Candle(#[from] candle_core::Error),
    /// The header lacks a key that every Qwen2 model has.
    #[error("the model file has no `{0}`: is it a Qwen2 model?")]
    MissingKey(String),
    /// Head counts that don't fit together.
    #[error("the model file's head counts don't fit together")]
    Shape,
    /// The readout was fitted to a model of another size.
    #[error("the readout was fitted to another model")]
    Readout,
    /// The person's own readout fits something else.
    #[error("{path} is no readout for this version: fit it again with `pushback judge fit`, or delete it")]
    OwnReadout {
        /// The file.
        path: String,
    },
    /// Nothing can be learnt from labels of one kind or of one scenario.
    #[error("the labels can't be fitted: they need both yes and no, and more than one scenario")]
    Labels,
    /// The tokenizer refused the text.
    #[error("the tokenizer can't read the text: {0}")]
    Tokenizer(String),
    /// More text than the model is given memory for.
    #[error("the text has {tokens} tokens, the most that can be read at once is {limit}")]
    TooLong {
        /// Tokens asked for.
        tokens: usize,
        /// Tokens allowed.
        limit: usize,
    },
    /// The person stopped it.
    #[error("stopped")]
    Cancelled,
}

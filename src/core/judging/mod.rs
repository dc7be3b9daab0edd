//! From what was said to a score: numbered sentences and small questions go out, observations come back,
//! and code turns them into ratings, a score and a verdict.

pub mod asides;
pub mod grounding;
pub mod questions;
pub mod scored;
pub mod sentences;
pub mod tally;
pub mod verdict;
pub mod whole;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::core::text::visible;

/// What the judge saw for one signal or red flag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Id of the signal or red flag.
    pub signal: String,
    /// Probability that the candidate's words show it, 0 to 1.
    pub p: f64,
    /// Numbers of the sentences that show it, likeliest first. Empty: no evidence, so no credit.
    pub sentences: Vec<u32>,
}

impl Observation {
    /// Whether the signal counts as shown: likelier than not, with a sentence to point at.
    pub fn present(&self) -> bool {
        self.p >= 0.5 && !self.sentences.is_empty()
    }
}

/// Tokens that a question cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read, cached ones included.
    pub prompt: u64,
    /// Of those, tokens that had been read before and were not read again.
    pub cached: u64,
    /// Tokens written.
    pub generated: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.prompt += other.prompt;
        self.cached += other.cached;
        self.generated += other.generated;
    }
}

/// Who observed: enough to tell whether two scores can be compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judge {
    /// The model's name.
    pub model: String,
    /// Hash over the wording of the questions and, for the embedded model, its readout.
    pub prompt_hash: String,
    /// How far it can be trusted, where somebody has measured that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<Trust>,
}

impl Judge {
    /// Stands where nothing was said that a model could be asked about.
    pub fn nobody() -> Self {
        Self { model: "none needed".into(), prompt_hash: String::new(), trust: None }
    }

    /// Whether no model was asked.
    pub fn is_nobody(&self) -> bool {
        *self == Self::nobody()
    }
}

/// How a judge did on author-labelled answers that it had not seen: see [`judge_card`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// How many answers.
    pub answers: usize,
    /// Cohen's kappa over signals.
    pub kappa: f64,
    /// Correlation of the overall level.
    pub overall_r: f64,
    /// Mean error of the overall level.
    pub overall_error: f64,
}

/// Why there is no observation, and so no rating. Never a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Unscored {
    /// No model was chosen, or none is installed.
    NoModel,
    /// The model's file can't be used.
    BrokenModel {
        /// What is wrong with it.
        detail: String,
    },
    /// The person stopped it.
    Interrupted,
    /// More text than the model can read at once.
    TooLong {
        /// Tokens that there are.
        tokens: usize,
        /// Tokens that there may be.
        limit: usize,
    },
    /// Nothing answers at the endpoint's address.
    Unreachable,
    /// Whoever answers there can't prove to be the endpoint.
    Untrusted,
    /// The endpoint sends its callers to another place, where nobody said that the answers may go.
    Redirected {
        /// Where to.
        to: String,
    },
    /// The model took too long, here or at an endpoint.
    TimedOut,
    /// The endpoint wants a key, or another one.
    Unauthorized,
    /// The endpoint wants a key, and none is set.
    NoKey,
    /// The endpoint asks for fewer requests.
    RateLimited,
    /// The endpoint answered with another error.
    EndpointFailed {
        /// HTTP status.
        status: u16,
    },
    /// The endpoint answered, but with nothing that can be read as an answer.
    NotAnAnswer {
        /// What was wrong: never the body itself.
        detail: String,
    },
}

impl fmt::Display for Unscored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoModel => write!(f, "no model is in use"),
            Self::BrokenModel { detail } => write!(f, "the model can't be used: {detail}"),
            Self::Interrupted => write!(f, "the model was stopped"),
            Self::TooLong { tokens, limit } => {
                write!(f, "the answer has {tokens} tokens, the most that can be read at once is {limit}")
            }
            Self::Unreachable => write!(f, "the endpoint can't be reached"),
            Self::Untrusted => write!(
                f,
                "the endpoint's certificate isn't trusted here; if it's your own, name your CA's file in SSL_CERT_FILE"
            ),
            Self::Redirected { to } => write!(
                f,
                "the endpoint redirects to {}, and your answers only go to the address you gave; if that's where they \
                 belong, use that address",
                visible(to)
            ),
            Self::TimedOut => write!(f, "the model took too long"),
            Self::Unauthorized => write!(f, "the endpoint refused the key"),
            Self::NoKey => write!(f, "the endpoint wants a key, and none is set; put it in PUSHBACK_API_KEY"),
            Self::RateLimited => write!(f, "the endpoint asks for fewer requests"),
            Self::EndpointFailed { status: 404 } => write!(
                f,
                "the endpoint found nothing there (status 404); check that the address ends the way the server wants it, \
                 usually in /v1, and that it has a model by that name"
            ),
            Self::EndpointFailed { status } => write!(f, "the endpoint failed with status {status}"),
            Self::NotAnAnswer { detail } => write!(f, "the endpoint's reply is no answer: {detail}"),
        }
    }
}

//! What the interviewer asks and what is said to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The only words of an interviewer that are not the scenario's author's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phrase {
    /// No fact covers the question.
    AssumeAndSay,
    /// The candidate asked for help.
    NoHelp,
    /// The question once more; its text follows.
    Again,
}

impl Phrase {
    /// The phrase.
    pub fn text(self) -> &'static str {
        match self {
            Self::AssumeAndSay => "I have nothing on that. Assume what you need, and say so.",
            Self::NoHelp => "I can't help you with that one. Tell me how you see it.",
            Self::Again => "Sure.",
        }
    }
}

/// What an interviewer can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Ask {
    /// The first question.
    Opening,
    /// A follow-up for a signal that is missing.
    Probe {
        /// Id of the signal.
        signal: String,
    },
    /// The late turn of the case.
    Twist,
    /// A fact that was asked for.
    Fact {
        /// Its index in the scenario.
        fact: usize,
    },
    /// One of the fixed phrases.
    Phrase {
        /// Which one.
        phrase: Phrase,
    },
}

/// A line of the interviewer's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// What kind of line.
    #[serde(flatten)]
    pub kind: Ask,
    /// What was said, word for word.
    pub text: String,
}

/// A question and what was said to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What was asked, word for word.
    pub question: String,
    /// What kind of question.
    pub kind: Ask,
    /// The messages that count as the answer.
    pub said: Vec<String>,
}

impl Turn {
    /// The answer as one text.
    pub fn answer(&self) -> String {
        self.said.join("\n\n")
    }
}

/// How an interviewer says what is not in the scenario, in an author's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Voice {
    /// Who asks; shown above every line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Said before the first question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// No fact covers the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assume_and_say: Option<String>,
    /// The candidate asked for help. Must not give any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_help: Option<String>,
    /// Comes before a question that is asked again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<String>,
}

impl Voice {
    /// Who asks where nobody has a name.
    pub const UNNAMED: &'static str = "Interviewer";

    /// This, if it says who asks; if not, `other` with what this says instead.
    pub fn or(self, other: Option<&Self>) -> Self {
        let Some(other) = other.filter(|_| self.name.is_none()) else { return self };
        let other = other.clone();
        Self {
            name: other.name,
            greeting: self.greeting.or(other.greeting),
            assume_and_say: self.assume_and_say.or(other.assume_and_say),
            no_help: self.no_help.or(other.no_help),
            again: self.again.or(other.again),
        }
    }

    /// Who asks.
    pub fn who(&self) -> &str {
        self.name.as_deref().unwrap_or(Self::UNNAMED)
    }

    /// A fixed phrase in this voice.
    pub fn phrase(&self, phrase: Phrase) -> &str {
        let own = match phrase {
            Phrase::AssumeAndSay => &self.assume_and_say,
            Phrase::NoHelp => &self.no_help,
            Phrase::Again => &self.again,
        };
        own.as_deref().map_or(phrase.text(), str::trim)
    }
}

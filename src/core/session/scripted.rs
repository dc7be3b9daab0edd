//! Lines that an interviewer can say without a word of its own: borrowed from the case, from a loop's author, or
//! one of a few fixed phrases. In live mode there is no other kind.

use crate::core::{
    bank::Case,
    record::Route,
    turn::Voice,
    turn::{Ask, Asked, Phrase},
};

/// A line in somebody's own words. It can be made from a case and a voice only, and holds no text but theirs:
/// whatever a model said chooses at most *which* line it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scripted<'a> {
    kind: Ask,
    words: &'a str,
    question: Option<&'a str>,
}

impl<'a> Scripted<'a> {
    /// The first question.
    pub fn opening(case: &'a Case) -> Self {
        Self { kind: Ask::Opening, words: &case.scenario.opening, question: None }
    }

    /// The late turn.
    pub fn twist(case: &'a Case) -> Self {
        Self { kind: Ask::Twist, words: &case.scenario.twist, question: None }
    }

    /// The probe for a signal. `None` if the case has none.
    pub fn probe(case: &'a Case, signal: &str) -> Option<Self> {
        let probe = case.scenario.probes.iter().find(|probe| probe.missing == signal)?;
        let kind = Ask::Probe { signal: probe.missing.clone() };
        Some(Self { kind, words: &probe.ask, question: None })
    }

    /// The reply to a message that is no answer. `open` is the question that was asked last.
    pub fn reply(case: &'a Case, voice: &'a Voice, route: Route, open: &'a Asked) -> Self {
        let phrase =
            |phrase| Self { kind: Ask::Phrase { phrase }, words: voice.phrase(phrase), question: None };
        match route {
            Route::Fact { fact } => match case.scenario.facts.get(fact) {
                Some(known) => Self { kind: Ask::Fact { fact }, words: &known.tell, question: None },
                None => phrase(Phrase::AssumeAndSay),
            },
            Route::Unknown | Route::Answer | Route::Done => phrase(Phrase::AssumeAndSay),
            Route::Help => phrase(Phrase::NoHelp),
            Route::Repeat => Self { question: Some(&open.text), ..phrase(Phrase::Again) },
        }
    }

    /// The line as it is said and stored.
    pub fn spoken(self) -> Asked {
        let words = self.words.trim();
        let text = self.question.map_or(words.to_owned(), |question| format!("{words} {question}"));
        Asked { kind: self.kind, text }
    }
}

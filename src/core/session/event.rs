//! What goes into the state machine and what comes out.

use std::collections::BTreeMap;

use super::policy::{Action, Denied};
use crate::core::{
    judging::{Unscored, questions::Exam},
    live::{Closes, Sighting},
    record::{Observed, Purpose, Record, Route, RoutedBy},
    turn::Asked,
};

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The session was opened, for the first time or again.
    Began,
    /// The candidate sent a message.
    Said(String),
    /// The candidate wants to do something.
    Wants(Action),
    /// The candidate came back from a pause.
    Resumed,
    /// A message was recognised, or could not be.
    Routed(Result<(Route, RoutedBy), Unscored>),
    /// The candidate said at which level each criterion read, by its id: nothing where they skipped all.
    OwnView(BTreeMap<String, u8>),
    /// The judge observed, or could not.
    Observed(Result<Observed, Unscored>),
    /// Live: something was seen beside the words.
    Saw(Sighting),
    /// Live: the time is over, and this is what was typed by then.
    Deadline(String),
    /// Live: the person leaves for good.
    Abandoned,
    /// Live: the journal was sealed, and holds the seal.
    Sealed(Closes),
}

impl Event {
    /// For the message about an event that doesn't fit.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Began => "the beginning",
            Self::Said(_) => "a message",
            Self::Wants(_) => "a command",
            Self::Resumed => "the end of a pause",
            Self::Routed(_) => "what a message is",
            Self::OwnView(_) => "the candidate's own view",
            Self::Observed(_) => "what the judge saw",
            Self::Saw(_) => "a sighting",
            Self::Deadline(_) => "the end of the time",
            Self::Abandoned => "the candidate's leaving",
            Self::Sealed(_) => "a seal",
        }
    }
}

/// What an event leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What is to be done, in order.
    pub effects: Vec<Effect>,
    /// What the round waits for after that.
    pub next: Wait,
}

/// An event came that the round doesn't wait for: a mistake of the program's, never the candidate's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the round waits for {waits_for}, and what came is {event}")]
pub struct Unexpected {
    /// What came.
    pub event: &'static str,
    /// What the round waits for.
    pub waits_for: &'static str,
}

/// Something to be done. None of it brings an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Append this to the journal, and have it on disk before anything else is done.
    Record(Record),
    /// Show something.
    Show(Show),
    /// Live: the last word is sealed. Let the candidate's terminal go.
    LetGo,
}

/// What the round waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wait {
    /// For the candidate: a message, a command, or what live mode sees.
    Listen,
    /// For the candidate's coming back from a pause.
    Rest,
    /// For somebody to find out what the last message is.
    Route {
        /// The message.
        message: String,
        /// The question that it was sent in reply to.
        question: String,
        /// How long that may take, in milliseconds.
        limit: Option<u64>,
    },
    /// For the candidate's own view of each criterion, before they see the card.
    OwnView,
    /// For the judge.
    Observe {
        /// What for.
        purpose: Purpose,
        /// About what.
        exam: Box<Exam>,
        /// How long that may take, in milliseconds.
        limit: Option<u64>,
    },
    /// Live: for the journal to be closed so far.
    Seal(Closes),
    /// Live: for the other rounds of the interview loop. The judge speaks when the session begins again after them.
    Loop,
    /// For nothing: the round is over.
    End,
}

/// What can be shown. The wording is the terminal's business.
#[derive(Clone, Debug, PartialEq)]
pub enum Show {
    /// Setting and artifact.
    Case,
    /// A line of the interviewer's.
    Line(Asked),
    /// What has been said so far, after a session was taken up again.
    Recap,
    /// The facts that were told.
    FactsAsked,
    /// A coach text for the signal with this id, or nothing to hint at.
    Hint(Option<String>),
    /// The rubric.
    Rubric,
    /// Something is not allowed.
    Denied(Denied),
    /// The model could not be asked; the round goes on by fixed rules.
    GoesOn(Unscored),
    /// The result.
    Card,
    /// The message was empty.
    NothingSent,
    /// Live: the time is over.
    TimeIsUp,
}

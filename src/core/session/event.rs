//! What goes into the state machine and what comes out.

use super::policy::{Action, Denied};
use crate::core::{
    judging::{Unscored, questions::Exam},
    live::{Closes, Seal, Sighting},
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
    /// The judge observed, or could not.
    Observed(Result<Observed, Unscored>),
    /// Live: something was seen beside the words.
    Saw(Sighting),
    /// Live: the time is over, and this is what was typed by then.
    Deadline(String),
    /// Live: the person leaves for good.
    Abandoned,
    /// Live: the journal was sealed.
    Sealed(Seal),
}

/// What is to be done, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Append this to the journal, and have it on disk before anything else is done.
    Record(Record),
    /// Show something.
    Show(Show),
    /// Wait for the candidate.
    Listen,
    /// Wait until the candidate comes back.
    Rest,
    /// Find out what the last message is.
    Route {
        /// The message.
        message: String,
        /// The question that it was sent in reply to.
        question: String,
    },
    /// Ask the judge.
    Observe {
        /// What for.
        purpose: Purpose,
        /// About what.
        exam: Box<Exam>,
    },
    /// Live: close the journal so far.
    Seal(Closes),
    /// Nothing is left to be done.
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

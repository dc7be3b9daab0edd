//! What the program needs from outside, as traits. Adapters implement them; [`crate::app`] uses them.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use crate::core::{
    bank::{rubric::Rubric, scenario::Fact},
    judging::{Judge, Observation, Unscored, Usage, questions::Exam},
    live::{Closes, Sighting},
    record::{Line, Record, Route},
    review::Review,
    session::{Session, Show},
};

/// The model: it observes, and it writes no word that anybody gets to read.
pub trait Observer {
    /// Who observes; stored with every observation.
    fn judge(&self) -> Judge;

    /// Decides on every statement of an exam, each by itself.
    ///
    /// # Errors
    ///
    /// Why nothing could be observed. Never a partial result.
    fn observe(&self, exam: &Exam, watch: &dyn Watch) -> Result<Observations, Unscored>;

    /// Recognises what a short message is.
    ///
    /// # Errors
    ///
    /// Why it could not; the caller goes on by fixed rules.
    fn route(&self, message: &Message<'_>, watch: &dyn Watch) -> Result<Routing, Unscored>;

    /// One prompt, one level from 1 to 5 for the whole answer: what Pushback does not do, to compare with.
    ///
    /// # Errors
    ///
    /// Why there is none.
    fn grade(&self, exam: &Exam, watch: &dyn Watch) -> Result<f64, Unscored>;

    /// Takes hints, while the person reads and types, of what will probably be asked about soon: an exam, and the facts
    /// that a message may ask for. `None` where nothing can be done ahead.
    fn head_start(&self) -> Option<HeadStart> {
        None
    }
}

/// Is told what will probably be asked about soon.
pub type HeadStart = Box<dyn Fn(Exam, &[Fact])>;

/// What an observer saw, and what it cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observations {
    /// One for every statement, in the exam's order.
    pub observations: Vec<Observation>,
    /// Tokens.
    pub usage: Usage,
}

/// A message that is to be recognised.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The round's first question.
    pub opening: &'a str,
    /// The question that it was sent in reply to.
    pub question: &'a str,
    /// What was sent.
    pub text: &'a str,
    /// The facts that it may ask for.
    pub facts: &'a [Fact],
}

/// What a message was taken for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Routing {
    /// What it was taken for.
    pub route: Route,
    /// How sure, 0 to 1.
    pub p: f64,
}

/// Follows a long piece of work and can stop it.
pub trait Watch {
    /// `done` of `total` small questions are answered.
    fn step(&self, done: usize, total: usize);

    /// Whether the person wants it stopped.
    fn is_cancelled(&self) -> bool;

    /// Nothing is asked for as long: the endpoint asked for patience.
    fn held(&self, _left: Duration) {}
}

/// Where a session's records go.
pub trait Journal {
    /// Appends a record and returns it as a line of the journal when that is on disk.
    ///
    /// # Errors
    ///
    /// When it could not be written: the session must not go on as if it were.
    fn append(&mut self, record: &Record) -> Result<Line, JournalError>;

    /// Closes the journal so far with a signed line.
    ///
    /// # Errors
    ///
    /// When it can't be signed or written.
    fn seal(&mut self, closes: Closes) -> Result<Line, JournalError>;
}

/// A record could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("can't write to {path}: {cause}")]
pub struct JournalError {
    /// The journal's file.
    pub path: String,
    /// What the system said.
    pub cause: std::io::Error,
}

/// What time it is.
pub trait Clock {
    /// Wall time.
    fn now(&self) -> Timestamp;

    /// Milliseconds on a clock that goes on while the machine sleeps and that nobody can set. Means something only
    /// beside another time of the same machine since its last start.
    fn steady(&self) -> u64;
}

/// Where the candidate reads and types.
pub trait Console {
    /// Shows something of the round.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    fn show(&mut self, show: &Show, session: &Session) -> std::io::Result<()>;

    /// Asks the candidate at which level each criterion read, before they see the card: 0 to 5 by the criterion's
    /// id. Empty where nothing is said.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    fn own_view(&mut self, rubric: &Rubric) -> std::io::Result<BTreeMap<String, u8>>;

    /// Shows what came of the round.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    fn card(&mut self, review: &Review) -> std::io::Result<()>;

    /// The last message is on disk: its draft is no longer needed.
    fn kept(&mut self);

    /// A record could not be written, and nothing goes on before it is: says so, and waits a moment or gives up. Who gives
    /// up gives the terminal back first.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    fn not_kept(&mut self, _error: &JournalError) -> std::io::Result<Keeping> {
        Ok(Keeping::GiveUp)
    }

    /// Waits for a message or a command. `overheard` is told what has been typed so far, after every key.
    ///
    /// # Errors
    ///
    /// When the terminal can't be read.
    fn listen(&mut self, overheard: Option<Overheard>) -> std::io::Result<Heard>;

    /// Waits until the person comes back from a pause.
    ///
    /// # Errors
    ///
    /// When the terminal can't be read.
    fn rest(&mut self) -> std::io::Result<Rested>;

    /// The last word was said: nothing will be listened to any more.
    fn done(&mut self) {}

    /// Shows that the model is at work, until the returned value is dropped.
    fn busy(&self, what: &'static str) -> Box<dyn Watch>;
}

/// Is told a text while it is being typed.
pub type Overheard = std::rc::Rc<dyn Fn(&str)>;

/// What becomes of a record that could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// It is written again.
    TryAgain,
    /// The sitting ends; what is in the journal stays valid.
    GiveUp,
}

/// How a pause ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rested {
    /// The person is back.
    Back,
    /// The person leaves; the session can be taken up again.
    Leave,
}

/// What came from the candidate.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A message was sent.
    Message(String),
    /// Something to do in the round.
    Action(crate::core::session::policy::Action),
    /// The person leaves; the session can be taken up again.
    Leave,
    /// Live: something was seen beside the words. What is being typed goes on with the next call.
    Saw(Box<Sighting>),
    /// Live: the time is over, and this is what was typed by then.
    Deadline(String),
    /// Live: the person leaves for good.
    Abandon,
}

//! The event loop: effects of the round are carried out, and what it waits for goes back to it as an event. Nothing is
//! decided here.

use std::{
    cell::Cell,
    collections::VecDeque,
    io,
    rc::Rc,
    time::{Duration, Instant},
};

use super::observe::without_model;
use crate::{
    core::{
        judging::{Unscored, questions::Exam},
        live::Closes,
        record::{Line, Observed, Purpose, Record, Route, RoutedBy},
        review::{self, FoldError},
        session::{Effect, Event, Session, Show, Step, Unexpected, Wait, opening::Opening},
    },
    ports::{Console, Heard, Journal, JournalError, Keeping, Message, Observer, Overheard, Rested, Watch},
};

/// How a sitting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The round is over and its result was shown.
    Over,
    /// The person left; the session can be taken up again.
    Left,
    /// A round of an interview loop is sealed. The judge speaks when the loop is over.
    Sealed,
}

/// Why a sitting can't go on.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// A record could not be kept. What the person had just said is in here, if it was that.
    #[error(transparent)]
    Journal {
        /// Why.
        #[from]
        cause: JournalError,
    },
    /// The terminal is gone.
    #[error("the terminal is gone: {0}")]
    Console(#[from] io::Error),
    /// The journal is no session.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// An event that the round doesn't wait for.
    #[error("a mistake in pushback ended it: {0}")]
    Unexpected(#[from] Unexpected),
}

/// Writes the records that a session begins with. Nothing of its case may be shown before.
///
/// # Errors
///
/// When one can't be kept.
pub fn open(journal: &mut dyn Journal, opening: &Opening<'_>) -> Result<(Session, Vec<Line>), DriveError> {
    let lines = opening.records().iter().map(|record| journal.append(record)).collect::<Result<_, _>>()?;
    Ok((opening.session(), lines))
}

/// Plays a round until it is over or the person leaves.
///
/// `lines` holds what is in the journal already and grows with it.
///
/// # Errors
///
/// When a record can't be kept or the terminal is gone. What is in the journal stays valid.
pub fn drive(
    session: &mut Session,
    lines: &mut Vec<Line>,
    journal: &mut dyn Journal,
    observer: &dyn Observer,
    console: &mut dyn Console,
) -> Result<Ending, DriveError> {
    warm_up(session, observer);
    let mut waiting = VecDeque::new();
    let mut step = session.handle(Event::Began)?;
    loop {
        let Step { effects, next } = step;
        for effect in effects {
            match effect {
                Effect::Record(record) => {
                    let is_said = matches!(record, Record::Said { .. });
                    waiting.push_back(record);
                    keep(&mut waiting, lines, journal, console)?;
                    if is_said {
                        console.kept();
                    }
                }
                Effect::Show(Show::Card) => console.card(&review::fold(lines)?)?,
                Effect::Show(show) => console.show(&show, session)?,
                Effect::LetGo => console.done(),
            }
        }
        let event = match next {
            Wait::Listen => match console.listen(overhear(session, observer))? {
                Heard::Message(text) => Event::Said(text),
                Heard::Action(action) => Event::Wants(action),
                Heard::Leave => {
                    // What could not be kept until now gets a last try.
                    while let Some(record) = waiting.pop_front() {
                        lines.push(journal.append(&record)?);
                    }
                    return Ok(Ending::Left);
                }
                Heard::Saw(sighting) => Event::Saw(*sighting),
                Heard::Deadline(typed) => Event::Deadline(typed),
                Heard::Abandon => Event::Abandoned,
            },
            Wait::Rest => match console.rest()? {
                Rested::Back => Event::Resumed,
                Rested::Leave => return Ok(Ending::Left),
            },
            Wait::Route { message, question, limit } => {
                Event::Routed(route(session, observer, console, &message, &question, limit))
            }
            Wait::OwnView => Event::OwnView(console.own_view(&session.case().rubric)?),
            Wait::Observe { purpose, exam, limit } => {
                let watch = console.busy(at_work(purpose));
                Event::Observed(within(limit, &*watch, |watch| ask(observer, watch, purpose, &exam)))
            }
            Wait::Seal(closes) => {
                lines.push(seal(closes, journal, console)?);
                Event::Sealed(closes)
            }
            Wait::Loop => return Ok(Ending::Sealed),
            Wait::End => return Ok(Ending::Over),
        };
        step = session.handle(event)?;
    }
}

/// Appends the records that wait, in order. What was seen beside the words may wait for the next record if it can't be
/// written now: nobody is kept from typing for it. For everything else the round waits until it is on disk, or the
/// console gives up.
fn keep(
    waiting: &mut VecDeque<Record>,
    lines: &mut Vec<Line>,
    journal: &mut dyn Journal,
    console: &mut dyn Console,
) -> Result<(), DriveError> {
    while let Some(record) = waiting.front() {
        match journal.append(record) {
            Ok(line) => {
                lines.push(line);
                waiting.pop_front();
            }
            Err(_) if waiting.iter().all(|record| matches!(record, Record::Sighted(_))) => return Ok(()),
            Err(error) => again(error, console)?,
        }
    }
    Ok(())
}

fn seal(closes: Closes, journal: &mut dyn Journal, console: &mut dyn Console) -> Result<Line, DriveError> {
    loop {
        match journal.seal(closes) {
            Ok(line) => return Ok(line),
            Err(error) => again(error, console)?,
        }
    }
}

/// Goes on if what could not be written is to be written again.
fn again(error: JournalError, console: &mut dyn Console) -> Result<(), DriveError> {
    match console.not_kept(&error)? {
        Keeping::TryAgain => Ok(()),
        Keeping::GiveUp => Err(error.into()),
    }
}

/// Lets the model read the case, if it can do so before it is asked. Where the clock runs from the first question on, this
/// comes before the person's word.
pub fn warm_up(session: &Session, observer: &dyn Observer) {
    if let Some(head_start) = observer.head_start() {
        head_start(session.exam_with(""), &session.case().scenario.facts);
    }
}

/// Lets the model read the finished paragraphs of an answer while the next one is being typed.
fn overhear(session: &Session, observer: &dyn Observer) -> Option<Overheard> {
    let head_start = observer.head_start()?;
    let session = session.clone();
    let told = Cell::new(0);
    Some(Rc::new(move |draft| {
        let finished = draft.rfind('\n').unwrap_or(0);
        if told.replace(finished) != finished {
            head_start(session.exam_with(&draft[..finished]), &session.case().scenario.facts);
        }
    }))
}

fn route(
    session: &Session,
    observer: &dyn Observer,
    console: &dyn Console,
    text: &str,
    question: &str,
    limit: Option<u64>,
) -> Result<(Route, RoutedBy), Unscored> {
    let scenario = &session.case().scenario;
    let message = Message { opening: &scenario.opening, question, text, facts: &scenario.facts };
    let watch = console.busy("reading");
    let routing = within(limit, &*watch, |watch| observer.route(&message, watch))?;
    Ok((routing.route, RoutedBy::Model { model: observer.judge().model, p: routing.p }))
}

/// Asks the judge and puts down who was asked, about which sentences, and what it took.
///
/// # Errors
///
/// Why nothing could be observed.
pub fn observe(
    observer: &dyn Observer,
    console: &dyn Console,
    purpose: Purpose,
    exam: &Exam,
) -> Result<Observed, Unscored> {
    ask(observer, &*console.busy(at_work(purpose)), purpose, exam)
}

fn at_work(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Probe => "listening",
        Purpose::Card => "scoring",
    }
}

fn ask(
    observer: &dyn Observer,
    watch: &dyn Watch,
    purpose: Purpose,
    exam: &Exam,
) -> Result<Observed, Unscored> {
    if without_model(exam).is_some() {
        return Ok(Observed::nothing(purpose, exam.spans()));
    }
    let began = Instant::now();
    let seen = observer.observe(exam, watch)?;
    Ok(Observed {
        purpose,
        judge: observer.judge(),
        observations: seen.observations,
        sentences: exam.spans(),
        usage: seen.usage,
        ms: began.elapsed().as_millis() as u64,
    })
}

/// Asks the model something for at most `limit` milliseconds.
fn within<T>(
    limit: Option<u64>,
    watch: &dyn Watch,
    ask: impl FnOnce(&dyn Watch) -> Result<T, Unscored>,
) -> Result<T, Unscored> {
    let Some(limit) = limit else { return ask(watch) };
    let until = Instant::now() + Duration::from_millis(limit);
    let answer = ask(&Limited { watch, until });
    match answer {
        Err(Unscored::Interrupted) if Instant::now() >= until => Err(Unscored::TimedOut),
        answer => answer,
    }
}

/// Stops the model at a point in time.
struct Limited<'a> {
    watch: &'a dyn Watch,
    until: Instant,
}

impl Watch for Limited<'_> {
    fn step(&self, done: usize, total: usize) {
        self.watch.step(done, total);
    }

    fn is_cancelled(&self) -> bool {
        self.watch.is_cancelled() || Instant::now() >= self.until
    }
}

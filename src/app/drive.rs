//! The event loop: effects of the round are carried out, and what comes of them goes back as events.

use std::{cell::Cell, io, rc::Rc, time::Instant};

use crate::{
    core::{
        judging::{Unscored, questions::Exam},
        record::{Line, Observed, Purpose, Record, Route, RoutedBy},
        review::{self, FoldError},
        session::{Effect, Event, Session, Show},
    },
    ports::{Console, Heard, Journal, JournalError, Message, Observer, Overheard},
};

/// How a sitting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The round is over and its result was shown.
    Over,
    /// The person left; the session can be taken up again.
    Left,
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
    if let Some(head_start) = observer.head_start() {
        head_start(session.exam_with(""), &session.case().scenario.facts);
    }
    let mut event = Event::Began;
    loop {
        let mut next = None;
        for effect in session.handle(event) {
            match effect {
                Effect::Record(record) => {
                    lines.push(journal.append(&record)?);
                    if matches!(record, Record::Said { .. }) {
                        console.kept();
                    }
                }
                Effect::Show(Show::Card) => console.card(&review::fold(lines)?)?,
                Effect::Show(show) => console.show(&show, session)?,
                Effect::Listen => match console.listen(overhear(session, observer))? {
                    Heard::Message(text) => next = Some(Event::Said(text)),
                    Heard::Action(action) => next = Some(Event::Wants(action)),
                    Heard::Leave => return Ok(Ending::Left),
                },
                Effect::Rest => match console.rest()? {
                    Heard::Leave => return Ok(Ending::Left),
                    Heard::Message(_) | Heard::Action(_) => next = Some(Event::Resumed),
                },
                Effect::Route { message, question } => {
                    next = Some(Event::Routed(route(session, observer, console, &message, &question)));
                }
                Effect::Observe { purpose, exam } => {
                    if purpose == Purpose::Card && !lines.iter().any(is_own_view) {
                        let levels = console.own_view(&session.case().rubric)?;
                        if !levels.is_empty() {
                            lines.push(journal.append(&Record::SelfRated { levels })?);
                        }
                    }
                    next = Some(Event::Observed(observe(observer, console, purpose, &exam)));
                }
                Effect::End => return Ok(Ending::Over),
            }
        }
        match next {
            Some(following) => event = following,
            None => return Ok(Ending::Left),
        }
    }
}

fn is_own_view(line: &Line) -> bool {
    matches!(line.record, Record::SelfRated { .. })
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
) -> Result<(Route, RoutedBy), Unscored> {
    let scenario = &session.case().scenario;
    let message = Message { opening: &scenario.opening, question, text, facts: &scenario.facts };
    let watch = console.busy("reading");
    let routing = observer.route(&message, &*watch)?;
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
    let began = Instant::now();
    let watch = console.busy(match purpose {
        Purpose::Probe => "listening",
        Purpose::Card => "scoring",
    });
    let seen = observer.observe(exam, &*watch)?;
    Ok(Observed {
        purpose,
        judge: observer.judge(),
        observations: seen.observations,
        sentences: exam.spans(),
        usage: seen.usage,
        ms: began.elapsed().as_millis() as u64,
    })
}

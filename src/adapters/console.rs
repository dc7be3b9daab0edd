//! The terminal as the round sees it: shows with [`crate::render`], reads from a line editor or a script.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;

use crate::{
    core::{
        command::{self, Command, Place},
        judging::Unscored,
        level::Level,
        record::{Ask, Mode, Phrase},
        review::Review,
        rubric::Rubric,
        session::{Session, Show},
        text::one_line,
    },
    ports::{Console, Heard, Overheard, Watch},
    render::term,
};

/// Where typed text comes from.
pub trait Input {
    /// Waits for a text: a message of any number of lines, or one line that begins with a slash. `overheard` is
    /// told the text after every key, where there are keys.
    ///
    /// # Errors
    ///
    /// When the terminal can't be read.
    fn read(&mut self, overheard: Option<Overheard>) -> io::Result<Typed>;

    /// Waits for one line, whatever it is.
    ///
    /// # Errors
    ///
    /// When the terminal can't be read.
    fn read_line(&mut self, prompt: &str) -> io::Result<Typed>;

    /// The last text is kept elsewhere: forget its draft.
    fn kept(&mut self);

    /// How a message is sent, in one line.
    fn how_to_send(&self) -> &'static str;
}

/// What an input gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A text was sent.
    Text(String),
    /// There will be no more.
    End,
}

/// The terminal, or what stands for it.
pub struct Terminal<I> {
    input: I,
    cancelled: Arc<AtomicBool>,
    explained: bool,
    /// Whether to ask for the candidate's own view.
    asks: bool,
    /// The last reason that was told for going on without the model.
    told: Option<Unscored>,
}

impl<I: Input> Terminal<I> {
    /// `cancelled` is set by whoever catches Ctrl-C while the model is at work.
    pub fn new(input: I, cancelled: Arc<AtomicBool>) -> Self {
        Self { input, cancelled, explained: false, asks: false, told: None }
    }

    /// Asks for the candidate's own view of each criterion before the card.
    pub fn asking_for_own_view(self, asks: bool) -> Self {
        Self { asks, ..self }
    }

    /// Where the text comes from.
    pub fn input(&mut self) -> &mut I {
        &mut self.input
    }
}

/// Columns of the terminal, 80 where there is none.
pub fn width() -> usize {
    textwrap::termwidth()
}

/// Prints a line to standard output, without styles where they are not wanted.
///
/// # Errors
///
/// When standard output is closed.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// What is shown, in words. `None` for the card, which needs the journal.
pub fn worded(show: &Show, session: &Session, width: usize) -> Option<String> {
    let case = session.case();
    Some(match show {
        Show::Case => term::case(case, width),
        Show::Line(asked) => {
            let line = format!("\n{}", term::line_by(session.interviewer(), asked, width));
            let refuses = matches!(asked.kind, Ask::Phrase { phrase: Phrase::NoHelp });
            match session.mode() {
                Mode::Practice if refuses => line + &term::help_from_us(width),
                _ => line,
            }
        }
        Show::Recap => term::recap(session, width),
        Show::FactsAsked => term::facts_asked(session, width),
        Show::Hint(signal) => term::hint(&case.rubric, signal.as_deref(), width),
        Show::Rubric => term::rubric(&case.rubric, width),
        Show::Denied(denied) => denied.to_string(),
        Show::GoesOn(why) => {
            let note = term::paint(term::WARN, "Note:");
            term::wrap_hanging(&format!("{note} {why}. The interview goes on by fixed rules."), width, 0, 0)
        }
        Show::NothingSent => {
            let or = match session.mode() {
                Mode::Practice => " /skip leaves the question unanswered.",
                Mode::Live => "",
            };
            format!("That was empty, so nothing was sent.{or}")
        }
        Show::TimeIsUp => "The time is over.".into(),
        Show::Card => return None,
    })
}

/// Prints what came of a round.
///
/// # Errors
///
/// When standard output is closed.
pub fn print_card(review: &Review) -> io::Result<()> {
    print(&format!("\n{}", term::result(review, width())))?;
    print(&term::paint(term::FAINT, format!("Read it again: pushback review {}", review.session)))
}

impl<I: Input> Console for Terminal<I> {
    fn show(&mut self, show: &Show, session: &Session) -> io::Result<()> {
        if let Show::GoesOn(why) = show {
            // Once is enough, until there is another reason.
            if self.told.replace(why.clone()).as_ref() == Some(why) {
                return Ok(());
            }
        }
        worded(show, session, width()).map_or(Ok(()), |text| print(&text))
    }

    fn own_view(&mut self, rubric: &Rubric) -> io::Result<BTreeMap<String, u8>> {
        let mut levels = BTreeMap::new();
        if !self.asks {
            return Ok(levels);
        }
        print(&format!("\n{}", term::own_view(width())))?;
        for criterion in &rubric.criteria {
            let prompt = format!("{} › ", one_line(&criterion.name));
            loop {
                let Typed::Text(text) = self.input.read_line(&prompt)? else { return Ok(levels) };
                match place(&text) {
                    Ok(place) => {
                        levels.extend(place.map(|place| (criterion.id.clone(), place)));
                        break;
                    }
                    Err(why) => print(why)?,
                }
            }
        }
        Ok(levels)
    }

    fn card(&mut self, review: &Review) -> io::Result<()> {
        print_card(review)
    }

    fn kept(&mut self) {
        self.input.kept();
    }

    fn listen(&mut self, overheard: Option<Overheard>) -> io::Result<Heard> {
        if !self.explained {
            self.explained = true;
            print(&term::paint(term::FAINT, self.input.how_to_send()))?;
        }
        loop {
            let Typed::Text(text) = self.input.read(overheard.clone())? else { return Ok(Heard::Leave) };
            match command::parse(&text, Place::Round) {
                None => return Ok(Heard::Message(text)),
                Some(Ok(Command::Act(action))) => return Ok(Heard::Action(action)),
                Some(Ok(Command::Quit)) => return Ok(Heard::Leave),
                Some(Ok(_)) => print(&format!(
                    "{}\n{}",
                    term::help(Place::Round, width()),
                    term::paint(term::FAINT, self.input.how_to_send())
                ))?,
                Some(Err(error)) => print(&format!("{error}. /help lists what there is."))?,
            }
        }
    }

    fn rest(&mut self) -> io::Result<Heard> {
        match self.input.read_line("paused · Enter goes on ")? {
            Typed::Text(text) if text.trim() == "/quit" => Ok(Heard::Leave),
            Typed::Text(text) => Ok(Heard::Message(text)),
            Typed::End => Ok(Heard::Leave),
        }
    }

    fn busy(&self, what: &'static str) -> Box<dyn Watch> {
        Box::new(Busy::new(what, self.cancelled.clone()))
    }
}

/// Shows that a model is at work, until the returned value is dropped; `cancelled` is set by whoever catches Ctrl-C.
pub fn busy(what: &'static str, cancelled: Arc<AtomicBool>) -> Box<dyn Watch> {
    Box::new(Busy::new(what, cancelled))
}

/// A place on the scale, as a number or the level's name; nothing where it is passed over.
fn place(text: &str) -> Result<Option<u8>, &'static str> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Ok(None);
    }
    let named = (1..).zip(Level::ALL).find(|(_, level)| level.name() == text).map(|(place, _)| place);
    let place = named.or_else(|| text.parse().ok().filter(|place| *place <= 5));
    place.map(Some).ok_or("0 to 5, or the name of a level; Enter passes it over, Ctrl-D all that are left")
}

/// A bar that is gone when it is dropped; nothing on anything but a terminal.
pub(super) struct Busy {
    bar: ProgressBar,
    cancelled: Arc<AtomicBool>,
}

impl Busy {
    /// Shows `what` until it is dropped; `cancelled` stops the work.
    pub(super) fn new(what: &'static str, cancelled: Arc<AtomicBool>) -> Self {
        cancelled.store(false, Ordering::SeqCst);
        Self { bar: bar(what), cancelled }
    }
}

fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

impl Watch for Busy {
    fn step(&self, done: usize, total: usize) {
        if self.bar.length() != Some(total as u64)
            && let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {bar:24} {pos}/{len} {elapsed}")
        {
            self.bar.set_style(style.progress_chars("━━─"));
            self.bar.set_length(total as u64);
        }
        self.bar.set_position(done as u64);
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// When something was, in the person's own time zone.
pub fn zone() -> TimeZone {
    TimeZone::system()
}

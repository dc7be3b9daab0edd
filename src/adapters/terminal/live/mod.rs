//! The terminal in live mode: reads every key itself, keeps the clock in the prompt, refuses pastes, and reports
//! what it sees.

mod draft;
mod entrance;
mod painter;
mod raw;
mod round_clock;
mod watching;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

pub use entrance::{Word, ask_sensors, note, wait_for_word};
pub use painter::Painter;
pub use raw::{RawTerminal, repair};
pub use round_clock::RoundClock;

use draft::{Draft, News};

use super::{output::Busy, practice};
use crate::{
    adapters::{store::open_rounds::Lookups, terminal::output},
    core::{
        bank::rubric::Rubric,
        command::{self, Command, Place},
        judging::Unscored,
        live::{
            Sight, Sighting, Thresholds,
            buffer::{Buffer, Edit},
            keys::{Filter, Key, Seen, Stamped},
            typing::{Stroke, Typing},
        },
        review::Review,
        session::{Session, Show},
        turn::Asked,
    },
    ports::{Console, Heard, JournalError, Keeping, Overheard, Rested, Watch},
    render::{style, term},
};

/// Minutes before the end at which the person is told.
const WARNINGS: [u32; 2] = [5, 1];

/// Where the candidate reads and types in live mode.
pub struct LiveTerminal {
    raw: RawTerminal,
    filter: Filter,
    clock: RoundClock,
    painter: Painter,
    buffer: Buffer,
    /// What the buffer held when the wait began, and when that was.
    from: (u64, String),
    strokes: Vec<Stroke>,
    draft: Draft,
    /// Whether a record could not be written, so that it is said when it could.
    is_unkept: bool,
    lookups: Lookups,
    /// What was heard and not handed over yet.
    heard: VecDeque<Heard>,
    is_editing: bool,
    /// When the window lost the focus.
    unfocused: Option<u64>,
    /// The last question, to be shown again when the screen has to be painted anew.
    question: Option<Asked>,
    interviewer: String,
    /// Whether something was asked since the last wait.
    has_asked: bool,
    /// Keys that were explained once.
    explained: BTreeSet<String>,
    warned: BTreeSet<u32>,
    /// Whether the person said once that they want to leave.
    is_leaving: bool,
    signals: Signals,
    /// When keys were looked for last.
    looked: u64,
    told: Option<Unscored>,
}

/// What came from outside.
struct Signals {
    resized: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    interrupted: Arc<AtomicBool>,
}

/// What a round's terminal needs to know.
pub struct Setup {
    /// From where on typing counts as a paste.
    pub thresholds: Thresholds,
    /// The round's clock.
    pub clock: RoundClock,
    /// Where the text that is being typed is kept.
    pub draft: PathBuf,
    /// What other commands wanted to show.
    pub lookups: Lookups,
    /// Set when the program gets an interrupt from outside.
    pub interrupted: Arc<AtomicBool>,
}

impl LiveTerminal {
    /// The terminal for a round. What is in the draft is there to be typed on.
    ///
    /// # Errors
    ///
    /// When signals can't be caught.
    pub fn new(raw: RawTerminal, setup: Setup) -> io::Result<Self> {
        use signal_hook::{
            consts::{SIGTSTP, SIGWINCH},
            flag,
        };
        let signals =
            Signals { resized: Arc::default(), stop: Arc::default(), interrupted: setup.interrupted };
        flag::register(SIGWINCH, signals.resized.clone())?;
        flag::register(SIGTSTP, signals.stop.clone())?;
        let file = Draft::at(setup.draft);
        let draft = file.text();
        let limit = setup.clock.limit();
        Ok(Self {
            raw,
            filter: Filter::new(setup.thresholds),
            painter: Painter::new(),
            from: (setup.clock.elapsed(), draft.clone()),
            buffer: Buffer::new(draft),
            strokes: vec![],
            draft: file,
            is_unkept: false,
            lookups: setup.lookups,
            heard: VecDeque::new(),
            is_editing: false,
            unfocused: None,
            question: None,
            interviewer: String::new(),
            has_asked: true,
            explained: BTreeSet::new(),
            // A round that is shorter than a warning needs none.
            warned: WARNINGS.into_iter().filter(|minutes| u64::from(*minutes) * 60_000 >= limit).collect(),
            is_leaving: false,
            signals,
            looked: setup.clock.elapsed(),
            told: None,
            clock: setup.clock,
        })
    }

    fn saw(&mut self, what: Sight) {
        let ms = self.clock.elapsed();
        self.heard.push_back(Heard::Saw(Box::new(Sighting { ms, what })));
    }

    /// Prints something above the place where the answer is typed.
    fn notice(&mut self, text: &str) -> io::Result<()> {
        self.painter.clear()?;
        Ok(output::print(&style::paint(style::WARN, style::wrap_hanging(text, output::width(), 0, 0)))?)
    }

    /// Begins to listen.
    fn begin(&mut self) -> io::Result<()> {
        self.is_editing = true;
        if std::mem::take(&mut self.has_asked) {
            self.throw_away_ahead()?;
        }
        self.clock.skip();
        self.looked = self.clock.elapsed();
        self.from = (self.clock.elapsed(), self.buffer.text().to_owned());
        self.strokes.clear();
        Ok(())
    }

    /// Stands still as the person's shell asked for. The clock goes on.
    fn stop(&mut self) -> io::Result<()> {
        self.painter.clear()?;
        self.raw.give_back();
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)?;
        self.raw.retake()
    }

    fn still_here(&mut self) -> io::Result<()> {
        self.notice("(still here: your text is kept and the clock runs; /quit leaves the round for good)")
    }

    /// Paints everything that is needed to go on, on an empty screen.
    fn paint_all(&mut self) -> io::Result<()> {
        self.painter.clear_screen()?;
        if let Some(question) = &self.question {
            output::print(&term::line_by(&self.interviewer, question, output::width()))?;
        }
        self.painter.paint(&self.buffer, self.clock.left())
    }

    fn take(&mut self, seen: Seen) -> io::Result<()> {
        match seen {
            Seen::Key(Stamped { at, key }) => self.key(at, key),
            Seen::Focus(has) => {
                self.focus(has);
                Ok(())
            }
            Seen::Paste { marked, text, chars } => {
                self.saw(Sight::Paste { marked, chars, text });
                self.notice(&format!(
                    "Pasting is off in live mode: {chars} characters were refused. That is recorded."
                ))
            }
            Seen::Denied(key) => {
                let is_new = self.explained.insert(key.clone());
                let text = format!("{key} does nothing in live mode.");
                self.saw(Sight::DeniedKey { key });
                if is_new { self.notice(&text) } else { Ok(()) }
            }
            Seen::Report(_) => Ok(()),
        }
    }

    fn key(&mut self, at: u64, key: Key) -> io::Result<()> {
        match key {
            Key::Edit(edit) => self.edit(at, edit),
            Key::Enter => {
                let text = self.buffer.text();
                if text == "." || text.ends_with("\n.") || command::parse(text, Place::Live).is_some() {
                    return self.send();
                }
                self.edit(at, Edit::Insert('\n'));
            }
            Key::Send => return self.send(),
            Key::Interrupt => return self.still_here(),
            Key::Redraw => return self.paint_all(),
        }
        Ok(())
    }

    fn edit(&mut self, ms: u64, edit: Edit) {
        self.buffer.apply(edit);
        self.strokes.push(Stroke { ms, edit });
    }

    /// Keeps what is typed so far, so that it survives this process.
    fn keep_draft(&mut self) -> io::Result<()> {
        match self.draft.keep(self.buffer.text()) {
            None => Ok(()),
            Some(News::CannotKeep(cause)) => self.notice(&format!(
                "Your text isn't on disk ({cause}). It's safe on this screen and in memory; go on typing. Saving is tried again all the time."
            )),
            Some(News::KeptAgain) => self.notice("Your text is on disk again."),
        }
    }

    /// The text so far, and how it was typed.
    fn close(&mut self) -> String {
        let typing = Typing::record(self.from.0, &self.from.1, &std::mem::take(&mut self.strokes));
        self.saw(Sight::Typed(Box::new(typing)));
        self.is_editing = false;
        self.buffer.take()
    }

    fn send(&mut self) -> io::Result<()> {
        let text = self.buffer.text().to_owned();
        let text = if text == "." { "" } else { text.strip_suffix("\n.").unwrap_or(&text) }.to_owned();
        if text.trim().is_empty() {
            self.buffer.take();
            self.strokes.clear();
            return self.notice("That was empty, so nothing was sent.");
        }
        self.keep_draft()?;
        let parsed = command::parse(&text, Place::Live);
        self.painter.leave(&text)?;
        self.close();
        if parsed.is_some() {
            self.kept();
        }
        let is_leaving = std::mem::take(&mut self.is_leaving);
        match parsed {
            None => self.heard.push_back(Heard::Message(text)),
            Some(Ok(Command::Act(action))) => self.heard.push_back(Heard::Action(action)),
            Some(Ok(Command::Quit)) if is_leaving => self.heard.push_back(Heard::Abandon),
            Some(Ok(Command::Quit)) => {
                self.is_leaving = true;
                self.notice("Leaving is for good, and gets no score. /quit once more leaves.")?;
            }
            Some(Ok(_)) => {
                output::print(&format!("{}\n{}", term::help(Place::Live, output::width()), HOW_TO_SEND))?
            }
            Some(Err(error)) => {
                self.saw(Sight::DeniedCommand { command: text });
                self.notice(&format!("{error}. /help lists what there is in live mode."))?;
            }
        }
        Ok(())
    }

    /// Waits for keys, for as long as nothing else is due, and takes them in. `false` if the terminal is gone.
    fn wait_for_keys(&mut self, overheard: Option<&Overheard>) -> io::Result<bool> {
        let now = self.clock.elapsed();
        let left = self.clock.left();
        // The prompt changes when the seconds do.
        let second = left % 1000 + 1;
        let wait = self.filter.wait(now).unwrap_or(second).min(second);
        self.filter.not_looked_for(now.saturating_sub(self.looked));
        let is_readable = readable(Duration::from_millis(wait))?;
        self.looked = self.clock.elapsed();
        let seen = if is_readable {
            let mut bytes = [0; 4096];
            match rustix::io::read(rustix::stdio::stdin(), &mut bytes) {
                Ok(0) => return Ok(false),
                Ok(read) => self.filter.feed(&bytes[..read], self.clock.elapsed()),
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => vec![],
                Err(_) => return Ok(false),
            }
        } else {
            self.filter.tick(self.clock.elapsed())
        };
        self.take_all(seen, overheard)?;
        Ok(true)
    }

    /// Waits a second, or for Ctrl-C. What else is typed meanwhile answers nothing.
    fn wants_to_give_up(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 4096];
        let mut wants = self.signals.interrupted.swap(false, Ordering::SeqCst);
        if !wants && readable(Duration::from_secs(1))? {
            let read = rustix::io::read(rustix::stdio::stdin(), &mut bytes).unwrap_or(0);
            // Without a terminal nobody can make up their mind.
            let seen = self
                .filter
                .feed(&bytes[..read], self.clock.elapsed())
                .into_iter()
                .chain(self.filter.finish());
            wants =
                seen.into_iter().any(|seen| matches!(seen, Seen::Key(Stamped { key: Key::Interrupt, .. })));
            wants |= read == 0;
        }
        Ok(wants)
    }

    fn take_all(&mut self, seen: Vec<Seen>, overheard: Option<&Overheard>) -> io::Result<()> {
        if seen.is_empty() {
            return Ok(());
        }
        for seen in seen {
            if self.is_editing {
                self.take(seen)?;
            }
        }
        if self.is_editing {
            self.keep_draft()?;
            if let Some(overheard) = overheard {
                overheard(self.buffer.text());
            }
        }
        Ok(())
    }
}

/// How a message is sent, in one line.
const HOW_TO_SEND: &str =
    "Enter begins a new line. Ctrl-D sends (so does a line with a single dot). /help lists what there is.";

impl Console for LiveTerminal {
    fn show(&mut self, show: &Show, session: &Session) -> io::Result<()> {
        match show {
            // Once is enough, until there is another reason.
            Show::GoesOn(why) if self.told.replace(why.clone()).as_ref() == Some(why) => return Ok(()),
            Show::Line(asked) => {
                self.interviewer = session.interviewer().to_owned();
                self.question = Some(asked.clone());
                self.has_asked = true;
            }
            Show::Recap => {
                let turn = session.turns().last();
                self.interviewer = session.interviewer().to_owned();
                self.question =
                    turn.map(|turn| Asked { kind: turn.kind.clone(), text: turn.question.clone() });
            }
            _ => {}
        }
        term::worded(show, session, output::width()).map_or(Ok(()), |text| Ok(output::print(&text)?))
    }

    fn card(&mut self, review: &Review) -> io::Result<()> {
        practice::print_card(review)
    }

    fn kept(&mut self) {
        self.draft.forget();
    }

    fn not_kept(&mut self, error: &JournalError) -> io::Result<Keeping> {
        if !self.raw.is_taken() {
            return Ok(Keeping::GiveUp);
        }
        if !std::mem::replace(&mut self.is_unkept, true) {
            self.notice(&format!(
                "Not on disk: {error}. What you said is on this screen and in memory, and the clock runs. Make room: saving is tried again every second. Ctrl-C gives up."
            ))?;
        }
        if self.wants_to_give_up()? {
            if self.draft.is_behind() {
                self.notice("What you typed last is on this screen only.")?;
            }
            self.raw.give_back();
            return Ok(Keeping::GiveUp);
        }
        Ok(Keeping::TryAgain)
    }

    fn listen(&mut self, overheard: Option<Overheard>) -> io::Result<Heard> {
        loop {
            if let Some(heard) = self.heard.pop_front() {
                return Ok(heard);
            }
            if std::mem::take(&mut self.is_unkept) {
                self.notice("Everything you said is on disk again.")?;
            }
            if !self.is_editing {
                if self.explained.insert("how to send".into()) {
                    output::print(&style::paint(
                        style::FAINT,
                        style::wrap_hanging(HOW_TO_SEND, output::width(), 0, 0),
                    ))?;
                }
                self.begin()?;
            }
            if self.clock.left() == 0 {
                // What is held was typed in time.
                let held = self.filter.finish();
                self.take_all(held, None)?;
                if self.heard.iter().any(|heard| matches!(heard, Heard::Message(_))) {
                    continue;
                }
                self.painter.leave(self.buffer.text())?;
                let text = self.close();
                self.heard.push_back(Heard::Deadline(text));
                continue;
            }
            self.look_around()?;
            self.painter.paint(&self.buffer, self.clock.left())?;
            if self.heard.is_empty() && !self.wait_for_keys(overheard.as_ref())? {
                return Ok(Heard::Leave);
            }
        }
    }

    fn own_view(&mut self, _: &Rubric) -> io::Result<BTreeMap<String, u8>> {
        // The core asks for none in live mode.
        Ok(BTreeMap::new())
    }

    fn rest(&mut self) -> io::Result<Rested> {
        // Nothing stops the clock in live mode.
        Ok(Rested::Leave)
    }

    fn done(&mut self) {
        self.kept();
        self.raw.give_back();
    }

    fn busy(&self, what: &'static str) -> Box<dyn Watch> {
        Box::new(Busy::new(what, self.signals.interrupted.clone()))
    }
}

/// Whether there is something to be read within `wait`.
fn readable(wait: Duration) -> io::Result<bool> {
    let stdin = rustix::stdio::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    let wait = Timespec::try_from(wait).map_err(io::Error::other)?;
    match poll(&mut fds, Some(&wait)) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

//! The terminal in live mode: reads every key itself, keeps the clock in the prompt, refuses pastes, and reports
//! what it sees.

mod entrance;
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
};

pub use entrance::{Word, ask_sensors, note, wait_for_word};
pub use round_clock::RoundClock;

use super::{
    draft::Draft,
    editor::not_sent,
    output::{self, Busy},
    painter::{self, Prompt},
    practice,
    raw::RawTerminal,
    typing::TypingArea,
};
use crate::{
    adapters::store::open_rounds::Lookups,
    core::{
        bank::rubric::Rubric,
        command::{self, Command, Place},
        editing::{
            buffer::Edit,
            keys::{Filter, Key, Seen, Stamped},
            sending,
        },
        judging::Unscored,
        live::{
            Sight, Sighting, Thresholds,
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
    area: TypingArea,
    clock: RoundClock,
    /// What the buffer held when the wait began, and when that was.
    from: (u64, String),
    strokes: Vec<Stroke>,
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
    /// Whether the person knows that what they send is not on disk.
    is_warned: bool,
    interrupted: Arc<AtomicBool>,
    told: Option<Unscored>,
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
    pub fn new(raw: RawTerminal, setup: Setup) -> Self {
        let (draft, text) = Draft::open(setup.draft);
        let limit = setup.clock.limit();
        let mut area = TypingArea::new(raw, Filter::new(setup.thresholds));
        area.keep_in(draft, text.clone());
        area.begin(setup.clock.elapsed());
        Self {
            area,
            from: (setup.clock.elapsed(), text),
            strokes: vec![],
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
            is_warned: false,
            interrupted: setup.interrupted,
            told: None,
            clock: setup.clock,
        }
    }

    fn prompt(&self) -> Prompt {
        Prompt::Clock(self.clock.left())
    }

    fn saw(&mut self, what: Sight) {
        let ms = self.clock.elapsed();
        self.heard.push_back(Heard::Saw(Box::new(Sighting { ms, what })));
    }

    /// Prints something above the place where the answer is typed.
    fn notice(&mut self, text: &str) -> io::Result<()> {
        self.area.notice(text)
    }

    /// Begins to listen.
    fn begin(&mut self) -> io::Result<()> {
        self.is_editing = true;
        if std::mem::take(&mut self.has_asked) {
            self.throw_away_ahead()?;
        }
        self.clock.skip();
        self.area.begin(self.clock.elapsed());
        self.from = (self.clock.elapsed(), self.area.buffer.text().to_owned());
        self.strokes.clear();
        Ok(())
    }

    fn still_here(&mut self) -> io::Result<()> {
        self.notice("(still here: your text is kept and the clock runs; /quit leaves the round for good)")
    }

    /// Paints everything that is needed to go on, on an empty screen.
    fn paint_all(&mut self) -> io::Result<()> {
        let question = self.question.as_ref();
        let above = question.map(|question| term::line_by(&self.interviewer, question, output::width()));
        self.area.begin_screen(above)?;
        self.area.paint(&self.prompt())
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
            Seen::Denied(key) => self.deny(key),
            Seen::Report(_) => Ok(()),
        }
    }

    fn deny(&mut self, key: String) -> io::Result<()> {
        let is_new = self.explained.insert(key.clone());
        let text = format!("{key} does nothing in live mode.");
        self.saw(Sight::DeniedKey { key });
        if is_new { self.notice(&text) } else { Ok(()) }
    }

    fn key(&mut self, at: u64, key: Key) -> io::Result<()> {
        match key {
            Key::Edit(edit) => self.edit(at, edit),
            Key::Enter if sending::enter_sends(self.area.buffer.text(), Place::Live) => return self.send(),
            Key::Enter => self.edit(at, Edit::Insert('\n')),
            Key::Stop | Key::Prefix => return self.deny(key.name().into()),
            Key::Send => return self.send(),
            Key::Interrupt => return self.still_here(),
            Key::Redraw => return self.paint_all(),
        }
        Ok(())
    }

    fn edit(&mut self, ms: u64, edit: Edit) {
        self.area.buffer.apply(edit);
        self.area.changed();
        self.strokes.push(Stroke { ms, edit });
    }

    /// The text so far, and how it was typed.
    fn close(&mut self) -> String {
        let typing = Typing::record(self.from.0, &self.from.1, &std::mem::take(&mut self.strokes));
        self.saw(Sight::Typed(Box::new(typing)));
        self.is_editing = false;
        self.area.buffer.take()
    }

    fn send(&mut self) -> io::Result<()> {
        let text = sending::message(self.area.buffer.text()).to_owned();
        if text.trim().is_empty() {
            self.area.buffer.take();
            self.strokes.clear();
            return self.notice("That was empty, so nothing was sent.");
        }
        self.area.follow(self.clock.elapsed())?;
        let parsed = command::parse(&text, Place::Live);
        let trouble = self.area.trouble().filter(|_| parsed.is_none()).map(str::to_owned);
        let was_warned = std::mem::replace(&mut self.is_warned, trouble.is_some());
        if let Some(why) = trouble.filter(|_| !was_warned) {
            return self.notice(&not_sent(&why));
        }
        self.area.leave(&text, &self.prompt())?;
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
                output::print(&format!("{}\n{}", term::help(Place::Live, output::width()), HOW_TO_SEND))?;
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
        let left = self.clock.left();
        // The prompt changes when the seconds do.
        let second = left % 1000 + 1;
        let clock = &self.clock;
        let Some(seen) = self.area.wait(&|| clock.elapsed(), second, usize::MAX)? else {
            self.area.secure(self.clock.elapsed());
            return Ok(false);
        };
        self.take_all(seen, overheard)?;
        self.area.settle(self.clock.elapsed())?;
        Ok(true)
    }

    /// Waits a second, or for Ctrl-C. What else is typed meanwhile answers nothing.
    fn wants_to_give_up(&mut self) -> io::Result<bool> {
        if self.interrupted.swap(false, Ordering::SeqCst) {
            return Ok(true);
        }
        let clock = &self.clock;
        // Without a terminal nobody can make up their mind.
        let Some(mut seen) = self.area.wait(&|| clock.elapsed(), 1_000, usize::MAX)? else { return Ok(true) };
        seen.extend(self.area.finish());
        Ok(seen.into_iter().any(|seen| matches!(seen, Seen::Key(Stamped { key: Key::Interrupt, .. }))))
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
            self.area.follow(self.clock.elapsed())?;
            if let Some(overheard) = overheard {
                overheard(self.area.buffer.text());
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
        self.area.forget_draft();
    }

    fn not_kept(&mut self, error: &JournalError) -> io::Result<Keeping> {
        if !self.area.raw().is_taken() {
            return Ok(Keeping::GiveUp);
        }
        if !std::mem::replace(&mut self.is_unkept, true) {
            self.notice(&format!(
                "Not on disk: {error}. What you said is on this screen and in memory, and the clock runs. Make room: saving is tried again every second. Ctrl-C gives up."
            ))?;
        }
        if self.wants_to_give_up()? {
            if self.area.trouble().is_some() {
                self.notice("What you typed last is on this screen only.")?;
            }
            self.area.raw().give_back();
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
                let held = self.area.finish();
                self.take_all(held, None)?;
                if self.heard.iter().any(|heard| matches!(heard, Heard::Message(_))) {
                    continue;
                }
                let text = self.area.buffer.text().to_owned();
                self.area.leave(&text, &self.prompt())?;
                self.close();
                self.heard.push_back(Heard::Deadline(text));
                continue;
            }
            self.look_around()?;
            self.area.paint(&self.prompt())?;
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
        self.area.raw().give_back();
    }

    fn busy(&self, what: &'static str) -> Box<dyn Watch> {
        Box::new(Busy::new(what, self.interrupted.clone()))
    }
}

impl Drop for LiveTerminal {
    fn drop(&mut self) {
        // Whatever ends the round in the middle of a text: the whole of it stays on the screen.
        if self.is_editing {
            let text = self.area.buffer.text().to_owned();
            let _ = self.area.leave(&text, &self.prompt());
        }
    }
}

//! Where somebody types in practice, and answers questions: Enter begins a new line, sending is deliberate, pasting is
//! allowed, and what was typed before comes back with the up arrow.

use std::{
    collections::{BTreeSet, VecDeque},
    io,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::Instant,
};

use unicode_width::UnicodeWidthStr;

use super::{
    draft::Draft,
    external,
    history::History,
    input::{Again, Input, Typed},
    interrupts, output,
    painter::{self, Prompt},
    raw::RawTerminal,
    typing::{TypingArea, is_readable},
};
use crate::{
    core::{
        command::{self, Place},
        editing::{
            buffer::{Buffer, Edit},
            keys::{Filter, Key, Seen, Stamped},
            sending,
        },
    },
    ports::Overheard,
};

/// How long to wait for keys before signals are looked at, in milliseconds.
const LOOK: u64 = 500;

/// A terminal that is read key by key.
pub struct Editor {
    area: TypingArea,
    history: History,
    /// Whether the terminal stays taken between two texts, so that what is typed meanwhile isn't shown twice.
    is_round: bool,
    draft: Option<PathBuf>,
    /// Keys that came behind those that sent a text.
    pending: VecDeque<Seen>,
    /// Ctrl-X came, and the next key says what for.
    is_prefixed: bool,
    /// What was told once.
    told: BTreeSet<&'static str>,
    /// Shows the question again, where the screen has to be painted anew.
    again: Option<Again>,
    began: Instant,
}

/// What is being read.
struct Reading {
    prompt: Prompt,
    is_one_line: bool,
    /// Until now every key was pressed before anybody asked.
    is_ahead: bool,
}

/// What a key led to.
enum Step {
    /// More keys have to come.
    On,
    /// This was sent, or they leave.
    Done(Typed),
}

impl Editor {
    /// For a round: the terminal stays taken until this is dropped. With the answers of earlier sittings.
    ///
    /// # Errors
    ///
    /// When there is no terminal.
    pub fn for_round(history: &Path) -> io::Result<Self> {
        Ok(Self { history: History::of(history), ..Self::new(true)? })
    }

    /// For commands and questions: between two of them the terminal is anybody's.
    ///
    /// # Errors
    ///
    /// When there is no terminal.
    pub fn for_lines() -> io::Result<Self> {
        Self::new(false)
    }

    fn new(is_round: bool) -> io::Result<Self> {
        Ok(Self {
            area: TypingArea::new(RawTerminal::of_practice()?, Filter::of_practice()),
            history: History::default(),
            is_round,
            draft: None,
            pending: VecDeque::new(),
            is_prefixed: false,
            told: BTreeSet::new(),
            again: None,
            began: Instant::now(),
        })
    }

    /// Keeps what is being typed in a file until it is [`Input::kept`]. A draft that is there already is there to be typed
    /// on.
    pub fn keep_draft(&mut self, file: PathBuf) {
        let (draft, text) = Draft::open(file.clone());
        self.area.keep_in(draft, text);
        self.draft = Some(file);
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// Takes the terminal, reads, and lets it go again.
    fn taken(&mut self, mut reading: Reading, overheard: Option<&Overheard>) -> io::Result<Typed> {
        let flags = self.area.raw().flags().clone();
        self.area.raw().listen()?;
        // What came while nobody read was for somebody else.
        interrupts::take_interrupt();
        flags.resized.store(false, Ordering::SeqCst);
        flags.continued.store(false, Ordering::SeqCst);
        self.area.begin(self.now());
        let typed = self.read_on(&mut reading, overheard);
        if matches!(typed, Ok(Typed::End)) && !reading.is_one_line {
            self.area.secure(self.now());
        }
        if self.is_round {
            self.area.raw().wait()?;
        } else {
            self.area.raw().hand_over();
        }
        typed
    }

    fn read_on(&mut self, reading: &mut Reading, overheard: Option<&Overheard>) -> io::Result<Typed> {
        loop {
            while let Some(seen) = self.pending.pop_front() {
                if let Step::Done(typed) = self.take(seen, reading)? {
                    return Ok(typed);
                }
            }
            if let Step::Done(typed) = self.look_around(reading)? {
                return Ok(typed);
            }
            if !reading.is_one_line {
                let now = self.now();
                self.area.follow(now)?;
                self.area.settle(now)?;
                if let Some(overheard) = overheard {
                    overheard(self.area.buffer.text());
                }
            }
            self.area.paint_if_stale(&reading.prompt)?;
            reading.is_ahead &= is_readable(0)? || self.area.is_undecided();
            // A line is read byte by byte: what follows it may be for somebody else.
            let most = if reading.is_one_line { 1 } else { usize::MAX };
            let began = self.began;
            let now = move || began.elapsed().as_millis() as u64;
            match self.area.wait(&now, LOOK, most)? {
                Some(seen) => self.pending.extend(seen),
                None => return Ok(Typed::End),
            }
        }
    }

    /// What signals say.
    fn look_around(&mut self, reading: &Reading) -> io::Result<Step> {
        let flags = self.area.raw().flags().clone();
        if self.area.raw().take_stop() {
            self.area.stand_still()?;
        }
        if flags.continued.swap(false, Ordering::SeqCst) {
            self.area.raw().set_again()?;
            self.area.stale();
        }
        if flags.resized.swap(false, Ordering::SeqCst) {
            match &self.again {
                Some(again) if !reading.is_one_line => {
                    let above = again(output::width());
                    self.area.begin_screen(Some(above))?;
                }
                _ => self.area.clear()?,
            }
        }
        if interrupts::take_interrupt() { self.interrupt(reading) } else { Ok(Step::On) }
    }

    fn take(&mut self, seen: Seen, reading: &Reading) -> io::Result<Step> {
        match seen {
            Seen::Key(Stamped { key, .. }) => self.key(key, reading),
            Seen::Paste { text, .. } => {
                let is_wanted = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
                let mut text: String = text.chars().filter(is_wanted).collect();
                if reading.is_one_line {
                    text = text.trim().replace(['\n', '\t'], " ");
                }
                self.area.buffer.insert(&text);
                self.area.changed();
                Ok(Step::On)
            }
            Seen::Denied(_) => {
                self.is_prefixed = false;
                Ok(Step::On)
            }
            Seen::Focus(_) | Seen::Report(_) => Ok(Step::On),
        }
    }

    fn key(&mut self, key: Key, reading: &Reading) -> io::Result<Step> {
        let is_prefixed = std::mem::take(&mut self.is_prefixed);
        match key {
            // Ctrl-E, as every shell has it.
            Key::Edit(Edit::End) if is_prefixed && !reading.is_one_line => self.edit_elsewhere()?,
            Key::Prefix => self.is_prefixed = true,
            Key::Edit(edit @ (Edit::Up | Edit::Down)) => self.up_or_down(edit == Edit::Up, reading),
            Key::Edit(Edit::Insert('\n')) if reading.is_one_line => {}
            Key::Edit(edit) => {
                self.area.buffer.apply(edit);
                self.area.changed();
            }
            Key::Enter if reading.is_one_line => return self.sends(reading),
            Key::Enter if sending::enter_sends(self.area.buffer.text(), Place::Round) => {
                return self.sends(reading);
            }
            Key::Enter => {
                self.area.buffer.apply(Edit::Insert('\n'));
                self.area.changed();
            }
            // Pressed once too often, before the question was there: it was not meant to leave.
            Key::Send if self.area.buffer.text().is_empty() && reading.is_ahead => {}
            Key::Send if self.area.buffer.text().is_empty() => {
                self.area.clear()?;
                return Ok(Step::Done(Typed::End));
            }
            Key::Send => return self.sends(reading),
            Key::Interrupt => return self.interrupt(reading),
            Key::Redraw => {
                let above = self.again.as_ref().filter(|_| !reading.is_one_line);
                let above = above.map(|again| again(output::width()));
                self.area.begin_screen(above)?;
            }
            Key::Stop => {
                if !self.area.stand_still_with_job()? && self.told.insert("no shell") {
                    self.area.notice("(Ctrl-Z does nothing here: there is no shell to go back to)")?;
                }
            }
        }
        Ok(Step::On)
    }

    fn up_or_down(&mut self, is_up: bool, reading: &Reading) {
        if self.area.step(is_up, &reading.prompt) {
            self.area.stale();
            return;
        }
        // A line that a round asks for is no answer, and none comes back there.
        if reading.is_one_line && self.is_round {
            return;
        }
        let now = self.area.buffer.text().to_owned();
        let other = if is_up { self.history.older(&now) } else { self.history.newer() };
        if let Some(other) = other {
            self.area.buffer.set(other);
            self.area.changed();
        }
    }

    /// Ctrl-C: nothing typed is thrown away by a slip of a finger.
    fn interrupt(&mut self, reading: &Reading) -> io::Result<Step> {
        if reading.is_one_line || self.area.buffer.is_blank() {
            self.area.clear()?;
            return Ok(Step::Done(Typed::End));
        }
        self.area.notice("(still here: Ctrl-U clears a line, and Ctrl-C on an empty prompt leaves)")?;
        Ok(Step::On)
    }

    fn sends(&mut self, reading: &Reading) -> io::Result<Step> {
        if reading.is_one_line {
            let text = self.area.buffer.take();
            self.area.leave(&text, &reading.prompt)?;
            if !self.is_round {
                self.history.add(&text);
            }
            return Ok(Step::Done(Typed::Text(text)));
        }
        let text = sending::message(self.area.buffer.text()).to_owned();
        let is_command = command::parse(&text, Place::Round).is_some();
        self.area.follow(self.now())?;
        let trouble = self.area.trouble().filter(|_| !is_command).map(str::to_owned);
        match trouble {
            None => drop(self.told.remove("not on disk")),
            Some(why) if self.told.insert("not on disk") => {
                self.area.notice(&not_sent(&why))?;
                return Ok(Step::On);
            }
            Some(_) => {}
        }
        self.area.leave(&text, &reading.prompt)?;
        self.area.buffer.take();
        self.area.changed();
        if is_command {
            self.area.forget_draft();
        } else {
            self.history.add(&text);
        }
        Ok(Step::Done(Typed::Text(text)))
    }

    /// Has the person go on with their text in an editor of their own.
    fn edit_elsewhere(&mut self) -> io::Result<()> {
        self.area.secure(self.now());
        self.area.clear()?;
        self.area.raw().hand_over();
        let folder = self.draft.as_ref().and_then(|draft| draft.parent()).map(Path::to_owned);
        let edited = external::edit_text(self.area.buffer.text(), &folder.unwrap_or_else(std::env::temp_dir));
        self.area.raw().listen()?;
        match edited {
            Ok(text) => {
                self.area.buffer.set(text);
                self.area.changed();
                self.area.follow(self.now())
            }
            Err(why) => self.area.notice(&why),
        }
    }
}

/// What is told before a text is sent that no file holds yet.
pub(super) fn not_sent(why: &str) -> String {
    format!(
        "Not sent yet: what you typed is not on disk ({why}). Make room and send it again; sending it once more now tries it as it is."
    )
}

impl Input for Editor {
    fn read(&mut self, overheard: Option<Overheard>) -> io::Result<Typed> {
        let reading = Reading { prompt: Prompt::sign(), is_one_line: false, is_ahead: true };
        self.taken(reading, overheard.as_ref())
    }

    fn read_line(&mut self, prompt: &str) -> io::Result<Typed> {
        let (columns, _) = painter::size();
        let prompt = if prompt.width() > columns / 2 {
            // Behind such a prompt there would be no room.
            output::print(prompt.trim_end_matches([' ', '›']))?;
            Prompt::sign()
        } else {
            Prompt::Words(prompt.to_owned())
        };
        // What is typed for the round waits.
        let kept = std::mem::take(&mut self.area.buffer);
        let typed = self.taken(Reading { prompt, is_one_line: true, is_ahead: true }, None);
        self.area.buffer = if kept.text().is_empty() { Buffer::default() } else { kept };
        typed
    }

    fn edit(&mut self) -> io::Result<bool> {
        self.edit_elsewhere()?;
        if self.is_round {
            self.area.raw().wait()?;
        }
        Ok(true)
    }

    fn asked(&mut self, again: Again) {
        self.again = Some(again);
    }

    fn kept(&mut self) {
        self.area.forget_draft();
    }

    fn how_to_send(&self) -> &'static str {
        "Enter begins a new line. Ctrl-D sends (so does a line with a single dot). /help lists commands."
    }
}

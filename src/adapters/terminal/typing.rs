//! The place where somebody types, in practice and live alike: keys come in, the text is painted as it fits, and a draft
//! of it is on disk before it is on the screen.

use std::{io, time::Duration};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{
    draft::{Change, Draft},
    interrupts, output,
    painter::{Painter, Prompt},
    raw::RawTerminal,
};
use crate::{
    core::editing::{
        buffer::Buffer,
        keys::{Filter, Seen},
    },
    render::{style, typing_area},
};

/// What is typed, where it is shown, and where it is kept.
pub struct TypingArea {
    raw: RawTerminal,
    filter: Filter,
    painter: Painter,
    /// The text.
    pub buffer: Buffer,
    draft: Option<Draft>,
    /// When keys were looked for last.
    looked: u64,
    /// The column that up and down keep to.
    column: Option<usize>,
    /// Whether what is painted is not what it should be.
    is_stale: bool,
}

impl TypingArea {
    /// A place with no text in it. `filter` says what is a key and what is a paste.
    pub fn new(raw: RawTerminal, filter: Filter) -> Self {
        Self {
            raw,
            filter,
            painter: Painter::new(),
            buffer: Buffer::default(),
            draft: None,
            looked: 0,
            column: None,
            is_stale: true,
        }
    }

    /// Keeps the text in a draft from now on, and begins with what the draft holds already.
    pub fn keep_in(&mut self, draft: Draft, text: String) {
        self.buffer = Buffer::new(text);
        self.draft = Some(draft);
    }

    /// The terminal.
    pub fn raw(&self) -> &RawTerminal {
        &self.raw
    }

    /// Begins to look for keys at `now`.
    pub fn begin(&mut self, now: u64) {
        (self.looked, self.is_stale) = (now, true);
    }

    /// What was typed before anybody looked, of all that is there.
    ///
    /// # Errors
    ///
    /// When the terminal can't be read.
    pub fn ahead(&mut self, now: u64) -> io::Result<Vec<Seen>> {
        let mut seen = vec![];
        while is_readable(0)? {
            match self.read(usize::MAX)? {
                None => break,
                Some(bytes) => seen.extend(self.filter.feed(&bytes, now)),
            }
        }
        seen.extend(self.filter.finish());
        Ok(seen)
    }

    /// Waits for keys, for at most so many milliseconds, and says what came; `None` if the terminal is gone. `most` is how
    /// many bytes are taken at once.
    ///
    /// # Errors
    ///
    /// When the system can't wait.
    pub fn wait(
        &mut self,
        now: &dyn Fn() -> u64,
        at_most: u64,
        most: usize,
    ) -> io::Result<Option<Vec<Seen>>> {
        let began = now();
        let due = self.draft.as_ref().and_then(|draft| draft.wait(began)).unwrap_or(at_most);
        let wait = self.filter.wait(began).unwrap_or(at_most).min(at_most).min(due);
        self.filter.not_looked_for(began.saturating_sub(self.looked));
        let has_bytes = is_readable(wait)?;
        self.looked = now();
        if !has_bytes {
            return Ok(Some(self.filter.tick(now())));
        }
        Ok(self.read(most)?.map(|bytes| self.filter.feed(&bytes, now())))
    }

    /// Whether bytes came of which it is not clear yet what they are.
    pub fn is_undecided(&self) -> bool {
        self.filter.wait(self.looked).is_some()
    }

    /// Decides on what is held, because nothing that follows counts.
    pub fn finish(&mut self) -> Vec<Seen> {
        self.filter.finish()
    }

    /// Some bytes, or none where a signal came between; `None` if the terminal is gone.
    fn read(&self, most: usize) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = [0; 4096];
        let most = most.min(bytes.len());
        match rustix::io::read(rustix::stdio::stdin(), &mut bytes[..most]) {
            Ok(0) => Ok(None),
            Ok(read) => Ok(Some(bytes[..read].to_vec())),
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Ok(Some(vec![])),
            Err(_) => Ok(None),
        }
    }

    /// Moves the cursor up or down by a row that is seen. `false` if there is none.
    pub fn step(&mut self, is_up: bool, prompt: &Prompt) -> bool {
        let (columns, _) = super::painter::size();
        let (text, cursor, margin) = (self.buffer.text(), self.buffer.cursor(), prompt.margin());
        let column = self.column.unwrap_or_else(|| typing_area::column(text, cursor, margin, columns));
        let next = typing_area::next_row(text, cursor, column, is_up, margin, columns);
        if let Some(next) = next {
            self.buffer.go_to(next);
            self.column = Some(column);
        }
        next.is_some()
    }

    /// The text changed, or the cursor moved otherwise than up and down.
    pub fn changed(&mut self) {
        (self.column, self.is_stale) = (None, true);
    }

    /// What is painted has to be painted again.
    pub fn stale(&mut self) {
        self.is_stale = true;
    }

    /// Brings the draft up to what is typed, and says where it can't be kept.
    ///
    /// # Errors
    ///
    /// When the terminal is gone. A full disk is no error: the text is still here.
    pub fn follow(&mut self, now: u64) -> io::Result<()> {
        let text = self.buffer.text();
        let change = self.draft.as_mut().map_or(Change::Same, |draft| draft.follow(text, now));
        self.tell(change)
    }

    /// Does what is due for the draft while nothing is typed.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn settle(&mut self, now: u64) -> io::Result<()> {
        let text = self.buffer.text();
        let change = self.draft.as_mut().map_or(Change::Same, |draft| draft.settle(text, now));
        self.tell(change)
    }

    /// Has the disk take the text, as this may be the last chance.
    pub fn secure(&mut self, now: u64) {
        let text = self.buffer.text();
        if let Some(draft) = &mut self.draft {
            draft.secure(text, now);
        }
    }

    fn tell(&mut self, change: Change) -> io::Result<()> {
        match change {
            Change::Same => Ok(()),
            Change::Lost(why) => self.notice(&format!(
                "Your text isn't on disk ({why}). It's safe on this screen and in memory; go on typing. Saving is tried again all the time."
            )),
            Change::Back => self.notice("Your text is on disk again."),
        }
    }

    /// Why the text is not on disk, if it should be and isn't.
    pub fn trouble(&self) -> Option<&str> {
        self.draft.as_ref().and_then(Draft::trouble)
    }

    /// The text is kept elsewhere, or is none to keep.
    pub fn forget_draft(&mut self) {
        if let Some(draft) = &mut self.draft {
            draft.forget();
        }
    }

    /// Paints prompt and text anew.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn paint(&mut self, prompt: &Prompt) -> io::Result<()> {
        self.is_stale = false;
        self.painter.paint(&self.buffer, prompt)
    }

    /// The same where something changed, and only when no more keys are there to be read.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn paint_if_stale(&mut self, prompt: &Prompt) -> io::Result<()> {
        if self.is_stale && !is_readable(0)? { self.paint(prompt) } else { Ok(()) }
    }

    /// Leaves a text on the screen for good.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn leave(&mut self, text: &str, prompt: &Prompt) -> io::Result<()> {
        self.is_stale = true;
        self.painter.leave(text, prompt)
    }

    /// Takes away what is painted.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn clear(&mut self) -> io::Result<()> {
        self.is_stale = true;
        self.painter.clear()
    }

    /// Prints something above the text.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn notice(&mut self, text: &str) -> io::Result<()> {
        self.clear()?;
        Ok(output::print(&style::paint(style::WARN, style::wrap_hanging(text, output::width(), 0, 0)))?)
    }

    /// Begins an empty screen with `above`: after a change of size nobody knows where what was painted has gone.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn begin_screen(&mut self, above: Option<String>) -> io::Result<()> {
        self.is_stale = true;
        self.painter.clear_screen()?;
        above.map_or(Ok(()), |text| Ok(output::print(&text)?))
    }

    /// Stands still as a signal asked for, and takes the terminal again afterwards.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn stand_still(&mut self) -> io::Result<()> {
        self.clear()?;
        self.raw.give_back();
        interrupts::stop();
        self.raw.listen()
    }

    /// Stands still as Ctrl-Z asks for. `false` where no shell waits to take over.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn stand_still_with_job(&mut self) -> io::Result<bool> {
        self.clear()?;
        self.raw.give_back();
        let stopped = interrupts::stop_job();
        self.raw.listen()?;
        Ok(stopped)
    }
}

/// Whether there is something to be read within so many milliseconds.
pub fn is_readable(wait: u64) -> io::Result<bool> {
    let stdin = rustix::stdio::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    let wait = Timespec::try_from(Duration::from_millis(wait)).map_err(io::Error::other)?;
    match poll(&mut fds, Some(&wait)) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

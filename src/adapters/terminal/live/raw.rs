//! Taking the terminal for live mode, and giving it back, whatever ends the program.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios, tcgetattr,
    tcsetattr, ttyname,
};
use serde::{Deserialize, Serialize};

use crate::adapters::files::{self, FileError};

/// Asks for marks around pastes and for reports of the focus.
const ASK: &[u8] = b"\x1b[?2004h\x1b[?1004h";
/// Takes back everything that was asked for, and shows the cursor.
const UNASK: &[u8] = b"\x1b[?1004l\x1b[?2004l\x1b[?2026l\x1b[?25h";

/// The terminal as live mode needs it. Dropping it gives the terminal back.
pub struct RawTerminal {
    saved: Termios,
    raw: Termios,
    /// What the terminal was, for the next start in case this process can't give it back.
    note: PathBuf,
    is_taken: bool,
}

/// What a terminal was before a process took it.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    process: i32,
    terminal: String,
    input: u64,
    output: u64,
    control: u64,
    local: u64,
}

impl RawTerminal {
    /// Takes the terminal. What was typed ahead is thrown away. `note` is the file that remembers how it was.
    ///
    /// # Errors
    ///
    /// When standard input is no terminal or the file can't be written.
    pub fn take(note: &Path) -> io::Result<Self> {
        let saved = tcgetattr(rustix::stdio::stdin())?;
        let mut raw = saved.clone();
        raw.input_modes &= !(InputModes::BRKINT
            | InputModes::ICRNL
            | InputModes::INLCR
            | InputModes::IGNCR
            | InputModes::INPCK
            | InputModes::ISTRIP
            | InputModes::IXON);
        raw.local_modes &= !(LocalModes::ECHO | LocalModes::ICANON | LocalModes::IEXTEN | LocalModes::ISIG);
        raw.special_codes[SpecialCodeIndex::VMIN] = 1;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        let mut terminal = Self { saved, raw, note: note.to_owned(), is_taken: false };
        remember(&terminal.note, &terminal.saved)?;
        terminal.take_up()?;
        Ok(terminal)
    }

    /// Takes it again after it was given back.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn retake(&mut self) -> io::Result<()> {
        // A full disk must not end a round that only stood still.
        let _ = remember(&self.note, &self.saved);
        self.take_up()
    }

    fn take_up(&mut self) -> io::Result<()> {
        tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &self.raw)?;
        self.is_taken = true;
        write(ASK)
    }

    /// Sets it again as it was taken: something may have set it otherwise while this process stood still. What was typed
    /// meanwhile stays.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn set_again(&self) -> io::Result<()> {
        tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &self.raw)?;
        write(ASK)
    }

    /// Whether it is taken now.
    pub fn is_taken(&self) -> bool {
        self.is_taken
    }

    /// Gives it back as it was.
    pub fn give_back(&mut self) {
        if std::mem::take(&mut self.is_taken) {
            restore(&self.saved, &self.note);
        }
    }

    /// What gives it back from another thread, when a signal ends the program.
    pub fn giving_back(&self) -> impl FnOnce() + Send + 'static {
        let (saved, note) = (self.saved.clone(), self.note.clone());
        move || restore(&saved, &note)
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        self.give_back();
    }
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

fn restore(saved: &Termios, note: &Path) {
    // The terminal may be gone; then there is nothing to give back.
    let _ = write(UNASK);
    let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, saved);
    let _ = fs::remove_file(note);
}

fn terminal_name() -> Option<String> {
    let name = ttyname(rustix::stdio::stdin(), Vec::new()).ok()?;
    Some(name.to_string_lossy().into_owned())
}

fn remember(note: &Path, was: &Termios) -> io::Result<()> {
    let note_of = Note {
        process: rustix::process::getpid().as_raw_nonzero().get(),
        terminal: terminal_name().unwrap_or_default(),
        input: u64::from(was.input_modes.bits()),
        output: u64::from(was.output_modes.bits()),
        control: u64::from(was.control_modes.bits()),
        local: u64::from(was.local_modes.bits()),
    };
    let written = files::keep(note, &serde_json::to_vec(&note_of)?);
    Ok(written.map_err(FileError::of("write", note))?)
}

/// Gives back a terminal that a process took and could not give back because it was killed. Says whether there was
/// such a one.
pub fn repair(note: &Path) -> bool {
    // What is to be undone was asked for over standard output.
    if !rustix::termios::isatty(rustix::stdio::stdout()) {
        return false;
    }
    let Some(was) = fs::read(note).ok().and_then(|bytes| serde_json::from_slice::<Note>(&bytes).ok()) else {
        return false;
    };
    let is_alive = rustix::process::Pid::from_raw(was.process)
        .is_some_and(|process| rustix::process::test_kill_process(process).is_ok());
    if is_alive || terminal_name().as_deref() != Some(was.terminal.as_str()) {
        return false;
    }
    let Ok(mut now) = tcgetattr(rustix::stdio::stdin()) else { return false };
    now.input_modes = InputModes::from_bits_retain(was.input as _);
    now.output_modes = OutputModes::from_bits_retain(was.output as _);
    now.control_modes = ControlModes::from_bits_retain(was.control as _);
    now.local_modes = LocalModes::from_bits_retain(was.local as _);
    restore(&now, note);
    true
}

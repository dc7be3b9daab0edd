//! Taking the terminal to read it key by key, and giving it back, whatever ends the program.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios, tcgetattr,
    tcsetattr, ttyname,
};
use serde::{Deserialize, Serialize};

use super::{
    interrupts::{self, Flags, Holder},
    presence,
};
use crate::adapters::files::{self, FileError};

/// Asks for marks around pastes.
const ASK_MARKS: &[u8] = b"\x1b[?2004h";
/// Asks for reports of the focus, too.
const ASK_FOCUS: &[u8] = b"\x1b[?1004h";
/// Takes back everything that was asked for, and shows the cursor.
const UNASK: &[u8] = b"\x1b[?1004l\x1b[?2004l\x1b[?2026l\x1b[?25h";

/// The terminal, read key by key. Dropping it gives the terminal back.
pub struct RawTerminal {
    taken: Arc<Taken>,
    flags: Flags,
}

/// What the terminal is at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// As it was before.
    GivenBack,
    /// Keys are read as they come, and mean nothing to the system.
    Listening,
    /// Nobody reads. What is typed waits without being shown; Ctrl-C and Ctrl-Z are signals.
    Waiting,
}

struct Taken {
    saved: Termios,
    raw: Termios,
    waiting: Termios,
    /// What the terminal was, for the next start in case this process can't give it back.
    note: Option<PathBuf>,
    is_live: bool,
    state: Mutex<State>,
    /// The system asks to stand still; whoever reads the keys does it.
    stop: AtomicBool,
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
    /// Takes the terminal for a live round. What was typed ahead is thrown away. `note` is the file that remembers how it
    /// was.
    ///
    /// # Errors
    ///
    /// When standard input is no terminal or the file can't be written.
    pub fn take(note: &Path) -> io::Result<Self> {
        let terminal = Self::prepare(Some(note.to_owned()), true)?;
        remember(note, &terminal.taken.saved)?;
        terminal.taken.set(State::Listening, OptionalActions::Flush)?;
        Ok(terminal)
    }

    /// Makes ready to take the terminal where no record is kept of it: [`Self::listen`] takes it, and what was typed ahead
    /// stays.
    ///
    /// # Errors
    ///
    /// When standard input is no terminal.
    pub fn of_practice() -> io::Result<Self> {
        Self::prepare(None, false)
    }

    fn prepare(note: Option<PathBuf>, is_live: bool) -> io::Result<Self> {
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
        let mut waiting = raw.clone();
        waiting.local_modes |= saved.local_modes & LocalModes::ISIG;
        waiting.local_modes |= LocalModes::NOFLSH;
        let state = Mutex::new(State::GivenBack);
        let taken =
            Arc::new(Taken { saved, raw, waiting, note, is_live, state, stop: AtomicBool::new(false) });
        let flags = interrupts::hold(taken.clone())?;
        Ok(Self { taken, flags })
    }

    /// What signals say.
    pub fn flags(&self) -> &Flags {
        &self.flags
    }

    /// Whether the system asked to stand still since this was asked last.
    pub fn take_stop(&self) -> bool {
        self.taken.stop.swap(false, Ordering::SeqCst)
    }

    /// From now on keys are read. What was typed until now stays to be read.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn listen(&self) -> io::Result<()> {
        // Another one may have had it meanwhile.
        interrupts::hold(self.taken.clone())?;
        if let Some(note) = self.taken.note.as_ref().filter(|note| !note.exists()) {
            // Words matter more than this note: a full disk must not end a round.
            let _ = remember(note, &self.taken.saved);
        }
        self.taken.set(State::Listening, OptionalActions::Now)
    }

    /// From now on nobody reads for a while.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn wait(&self) -> io::Result<()> {
        self.taken.set(State::Waiting, OptionalActions::Now)
    }

    /// Sets it again as it was taken: something may have set it otherwise while this process stood still. What was typed
    /// meanwhile stays.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn set_again(&self) -> io::Result<()> {
        let state = *self.taken.state();
        if state == State::GivenBack { Ok(()) } else { self.taken.set(state, OptionalActions::Now) }
    }

    /// Whether it is taken now.
    pub fn is_taken(&self) -> bool {
        *self.taken.state() != State::GivenBack
    }

    /// Gives it back as it was. What was typed and not read is thrown away: it was meant for this program.
    pub fn give_back(&self) {
        self.taken.restore(OptionalActions::Flush);
    }

    /// Gives it back as it was, to somebody who may read what was typed ahead.
    pub fn hand_over(&self) {
        self.taken.restore(OptionalActions::Now);
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        self.give_back();
        interrupts::release();
    }
}

impl Taken {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, state: State, how: OptionalActions) -> io::Result<()> {
        let mut now = self.state();
        let modes = if state == State::Waiting { &self.waiting } else { &self.raw };
        tcsetattr(rustix::stdio::stdin(), how, modes)?;
        *now = state;
        write(ASK_MARKS)?;
        if self.is_live { write(ASK_FOCUS) } else { Ok(()) }
    }

    fn restore(&self, how: OptionalActions) {
        let mut state = self.state();
        if std::mem::replace(&mut *state, State::GivenBack) != State::GivenBack {
            restore(&self.saved, how);
            if let Some(note) = &self.note {
                let _ = fs::remove_file(note);
            }
        }
    }
}

impl Holder for Taken {
    fn give_back(&self) {
        self.restore(OptionalActions::Flush);
    }

    fn stand_still(&self) {
        let state = *self.state();
        match state {
            State::Listening => self.stop.store(true, Ordering::SeqCst),
            State::GivenBack => interrupts::stop_if_job(),
            State::Waiting => {
                // What was typed ahead was not meant for the shell.
                self.restore(OptionalActions::Flush);
                interrupts::stop_if_job();
                let _ = self.set(State::Waiting, OptionalActions::Now);
            }
        }
    }
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

fn restore(saved: &Termios, how: OptionalActions) {
    // The terminal may be gone; then there is nothing to give back. Past the lock on standard output: a signal may come
    // while somebody has it.
    let _ = rustix::io::write(rustix::stdio::stdout(), UNASK);
    let _ = tcsetattr(rustix::stdio::stdin(), how, saved);
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
    if !presence::is_shown() {
        return false;
    }
    let Some(was) =
        files::kept_bytes(note).ok().and_then(|bytes| serde_json::from_slice::<Note>(&bytes).ok())
    else {
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
    restore(&now, OptionalActions::Flush);
    let _ = fs::remove_file(note);
    true
}

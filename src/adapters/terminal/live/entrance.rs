//! Before a live round: what the terminal can report, and the person's word.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::{
    adapters::terminal::{raw::RawTerminal, typing::is_readable},
    core::{
        editing::{
            buffer::Edit,
            keys::{Filter, Key, Seen, Stamped},
        },
        live::{Answer, Sensors, Thresholds},
    },
};

/// Asks the terminal what it can report, for at most `patience`.
///
/// # Errors
///
/// When the terminal is gone.
pub fn ask_sensors(_taken: &RawTerminal, patience: Duration) -> io::Result<Sensors> {
    {
        let mut out = io::stdout().lock();
        // The last question is one that every terminal answers: after its answer no other will come.
        out.write_all(b"\x1b[?2004$p\x1b[?1004$p\x1b[c")?;
        out.flush()?;
    }
    let mut sensors = Sensors::default();
    let mut filter = Filter::new(Thresholds::default());
    let began = Instant::now();
    while let Some(left) = patience.checked_sub(began.elapsed())
        && is_readable(left.as_millis() as u64)?
    {
        let mut bytes = [0; 1024];
        let read = rustix::io::read(rustix::stdio::stdin(), &mut bytes)?;
        for seen in filter.feed(&bytes[..read], began.elapsed().as_millis() as u64) {
            let Seen::Report(report) = seen else { continue };
            let answer = || if report.contains(";0$y") { Answer::No } else { Answer::Yes };
            if report.starts_with("[?2004;") {
                sensors.paste_marks = answer();
            } else if report.starts_with("[?1004;") {
                sensors.focus = answer();
            } else if report.ends_with('c') {
                return Ok(sensors);
            }
        }
        if read == 0 {
            break;
        }
    }
    Ok(sensors)
}

/// The person's word before a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Enter: begin.
    Begin,
    /// Esc or Ctrl-C: not now.
    NotNow,
    /// Q: not at all, where that is offered.
    Leave,
}

/// Waits for the person's word.
///
/// # Errors
///
/// When the terminal is gone.
pub fn wait_for_word(_taken: &RawTerminal) -> io::Result<Word> {
    let mut filter = Filter::new(Thresholds::default());
    let began = Instant::now();
    loop {
        let now = || began.elapsed().as_millis() as u64;
        let wait = filter.wait(now()).unwrap_or(60_000);
        let seen = if is_readable(wait)? {
            let mut bytes = [0; 1024];
            match rustix::io::read(rustix::stdio::stdin(), &mut bytes)? {
                0 => return Ok(Word::NotNow),
                read => filter.feed(&bytes[..read], now()),
            }
        } else {
            filter.tick(now())
        };
        for seen in seen {
            match seen {
                Seen::Key(Stamped { key: Key::Enter, .. }) => return Ok(Word::Begin),
                Seen::Key(Stamped { key: Key::Interrupt | Key::Send, .. }) => return Ok(Word::NotNow),
                Seen::Key(Stamped { key: Key::Edit(Edit::Insert('q' | 'Q')), .. }) => return Ok(Word::Leave),
                Seen::Denied(key) if key == "Esc" => return Ok(Word::NotNow),
                _ => {}
            }
        }
    }
}

/// The file that remembers what the terminal was.
pub fn note(sessions: &Path) -> PathBuf {
    sessions.join("terminal.json")
}

//! What is printed, and how wide.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;

use crate::ports::Watch;

/// Columns of the terminal, 80 where there is none.
pub fn width() -> usize {
    textwrap::termwidth()
}

/// Standard output can't be written to.
#[derive(Debug, thiserror::Error)]
#[error("can't write to standard output: {0}")]
pub struct Unprintable(pub io::Error);

impl Unprintable {
    /// Whether whoever read it has gone, as `head` does: nobody is left to be told.
    pub fn is_reader_gone(&self) -> bool {
        self.0.kind() == io::ErrorKind::BrokenPipe
    }
}

impl From<Unprintable> for io::Error {
    fn from(error: Unprintable) -> Self {
        error.0
    }
}

/// Prints a line to standard output, without styles where they are not wanted.
///
/// # Errors
///
/// When standard output is closed.
pub fn print(text: &str) -> Result<(), Unprintable> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(Unprintable)
}

/// When something was, in the person's own time zone.
pub fn zone() -> TimeZone {
    TimeZone::system()
}

/// Shows that a model is at work, until the returned value is dropped; `cancelled` is set by whoever catches Ctrl-C.
pub fn busy(what: &'static str, cancelled: Arc<AtomicBool>) -> Box<dyn Watch> {
    Box::new(Busy::new(what, cancelled))
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

fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

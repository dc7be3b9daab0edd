//! The progress of an installation on the terminal.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::{Watch, megabytes};
use crate::adapters::terminal::presence;

/// A bar with rate and time left; plain lines where there is no terminal.
pub struct TerminalWatch {
    bar: Option<ProgressBar>,
    cancelled: Arc<AtomicBool>,
    total: u64,
    told: u64,
    last_stage: String,
}

impl TerminalWatch {
    /// `cancelled` is set by Ctrl-C.
    pub fn new(cancelled: Arc<AtomicBool>) -> Self {
        let bar = presence::is_error_shown().then(ProgressBar::no_length);
        Self { bar, cancelled, total: 0, told: 0, last_stage: String::new() }
    }
}

impl Watch for TerminalWatch {
    fn stage(&mut self, what: &str, total: u64) {
        (self.total, self.told) = (total, 0);
        match &self.bar {
            Some(bar) => {
                let sized = "{msg}\n{bar:32} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
                let template = if total > 0 { sized } else { "{msg}" };
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style.progress_chars("━━─"));
                }
                bar.set_message(what.to_owned());
                bar.set_length(total);
                bar.set_position(0);
                bar.reset_eta();
            }
            None if self.last_stage != what => eprintln!("{what}"),
            None => {}
        }
        what.clone_into(&mut self.last_stage);
    }

    fn at(&mut self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        } else if self.total > 0 && 10 * done / self.total > self.told {
            self.told = 10 * done / self.total;
            eprintln!("  {} of {} MB", megabytes(done), megabytes(self.total));
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }
}

impl Drop for TerminalWatch {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

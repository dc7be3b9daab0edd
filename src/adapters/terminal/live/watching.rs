//! What a live round sees beside the words: keys before the question, the focus, the clock, the window, other commands.

use std::{io, sync::atomic::Ordering};

use super::{LiveTerminal, WARNINGS, painter};
use crate::core::{editing::keys::Seen, live::Sight};

impl LiveTerminal {
    /// What was typed before a question was there is no answer to it. It is thrown away, and that is put down.
    pub(super) fn throw_away_ahead(&mut self) -> io::Result<()> {
        let mut ahead = 0;
        for seen in self.area.ahead(self.clock.elapsed())? {
            match seen {
                // Reports of the focus are no keys.
                Seen::Focus(has) => self.focus(has),
                Seen::Report(_) => {}
                Seen::Key(_) | Seen::Denied(_) => ahead += 1,
                Seen::Paste { chars, .. } => ahead += chars,
            }
        }
        if ahead > 0 {
            self.saw(Sight::TypeAhead { bytes: ahead });
            self.notice("What was typed before the question is thrown away.")?;
        }
        Ok(())
    }

    pub(super) fn focus(&mut self, has: bool) {
        match (has, self.unfocused) {
            (false, None) => {
                self.unfocused = Some(self.clock.elapsed());
                self.saw(Sight::FocusLost);
            }
            (true, Some(since)) => {
                self.unfocused = None;
                let away = self.clock.elapsed().saturating_sub(since);
                self.saw(Sight::FocusBack { away });
            }
            (true, None) | (false, Some(_)) => {}
        }
    }

    /// What the clock, the signals and other commands bring.
    pub(super) fn look_around(&mut self) -> io::Result<()> {
        // The clock goes on while the program stands still.
        if self.area.raw().take_stop() {
            self.area.stand_still()?;
        }
        if self.interrupted.swap(false, Ordering::SeqCst) {
            self.still_here()?;
        }
        if self.area.raw().flags().resized.swap(false, Ordering::SeqCst) {
            let (columns, rows) = painter::size();
            self.saw(Sight::Resized { columns, rows });
            self.paint_all()?;
        }
        for sight in self.clock.look() {
            let stood_still = matches!(sight, Sight::StoodStill { .. });
            self.saw(sight);
            if stood_still {
                self.area.raw().set_again()?;
                self.paint_all()?;
            }
        }
        for lookup in self.lookups.take_new() {
            self.saw(lookup);
        }
        let left = self.clock.left();
        let due = WARNINGS.into_iter().filter(|minutes| left <= u64::from(*minutes) * 60_000 && left > 0);
        let due: Vec<u32> = due.filter(|minutes| !self.warned.contains(minutes)).collect();
        self.warned.extend(&due);
        if let Some(minutes) = due.last().copied() {
            self.saw(Sight::Warned { minutes });
            let seconds = left.div_ceil(1000);
            self.notice(&match (minutes, seconds) {
                (1, 55..) => "One minute is left.".to_owned(),
                (1, _) => format!("{seconds} seconds are left."),
                _ => format!("{} minutes are left.", seconds.div_ceil(60)),
            })?;
        }
        Ok(())
    }
}

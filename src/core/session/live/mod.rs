//! What is different in live mode: which events are expected when, the deadline, and the seal.

#[cfg(test)]
mod tests;

use super::{Effect, Event, Session, Show, Stage};
use crate::core::{
    live::{Closes, Cut},
    record::{Mode, Record, Route, RoutedBy},
};

impl Session {
    /// Whether an event can be what the round waits for. One that can't changes nothing: no order of events brings
    /// anything of the judge into sight before its time.
    pub(super) fn expects(&self, event: &Event) -> bool {
        let is_live = self.mode == Mode::Live;
        let is_listening = matches!(self.stage, Stage::Listening | Stage::Over);
        match event {
            Event::Began => true,
            Event::Said(_) | Event::Wants(_) => !is_live || is_listening,
            Event::Resumed => !is_live,
            Event::Routed(_) => matches!(self.stage, Stage::Routing(_)),
            Event::Observed(Ok(observed)) => {
                self.stage == Stage::Reading && observed.purpose == self.purpose()
            }
            Event::Observed(Err(_)) => self.stage == Stage::Reading,
            Event::Saw(_) => is_live,
            Event::Deadline(_) | Event::Abandoned => {
                is_live && !self.sealed && !matches!(self.stage, Stage::Sealing(_) | Stage::Over)
            }
            Event::Sealed(seal) => self.stage == Stage::Sealing(seal.closes),
        }
    }

    /// Who asks.
    pub fn interviewer(&self) -> &str {
        self.voice.who()
    }

    /// Whether what was said is sealed, so that the judge may speak.
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// Whether the person left for good.
    pub fn is_abandoned(&self) -> bool {
        self.abandoned
    }

    /// What comes when an answer is complete: in live mode, after the last one, the seal before the judge.
    pub(super) fn after_answer(&self) -> Stage {
        if self.mode == Mode::Live && !self.sealed && self.twist_was_asked() {
            Stage::Sealing(Closes::Words)
        } else {
            Stage::Reading
        }
    }

    /// What comes when the judge is through.
    pub(super) fn after_card(&self) -> Stage {
        match self.mode {
            Mode::Practice => Stage::Over,
            Mode::Live => Stage::Sealing(Closes::Everything),
        }
    }

    /// Ends the time: what was typed by then is the answer.
    pub(super) fn deadline(&mut self, typed: String, effects: &mut Vec<Effect>) {
        let as_answer = || Record::Routed { route: Route::Answer, by: RoutedBy::Rule };
        if matches!(self.stage, Stage::Routing(_)) {
            self.record(as_answer(), effects);
        }
        if !typed.trim().is_empty() {
            self.record(Record::Said { text: typed }, effects);
            self.record(as_answer(), effects);
        }
        self.record(Record::Ended { why: Cut::Deadline }, effects);
        effects.push(Effect::Show(Show::TimeIsUp));
    }

    pub(super) fn apply_sealed(&mut self, closes: Closes) {
        self.stage = match closes {
            Closes::Words if self.abandoned => Stage::Over,
            Closes::Words => Stage::Reading,
            Closes::Everything => Stage::Over,
        };
        self.sealed = true;
    }

    pub(super) fn apply_ended(&mut self, why: Cut) {
        self.abandoned |= why == Cut::Abandoned;
        self.stage = Stage::Sealing(Closes::Words);
    }
}

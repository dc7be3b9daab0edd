//! What is different in live mode: which events are expected when, the deadline, and the seal.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::{Effect, Event, Session, Show, Stage, Wait};
use crate::core::{
    live::{Closes, Cut, Patience},
    record::{Mode, Record, Route, RoutedBy},
    turn::Voice,
};

impl Session {
    /// Whether an event can be what the round waits for. One that can't changes nothing: no order of events brings
    /// anything of the judge into sight before its time.
    pub(super) fn expects(&self, event: &Event) -> bool {
        let is_live = self.mode == Mode::Live;
        match event {
            Event::Began => true,
            Event::Said(_) | Event::Wants(_) => matches!(self.stage, Stage::Listening | Stage::Over),
            Event::Resumed => self.stage == Stage::Paused,
            Event::Routed(_) => matches!(self.stage, Stage::Routing(_)),
            Event::OwnView(_) => self.waits_for_own_view(),
            Event::Observed(observed) => {
                let fits = observed.as_ref().is_ok_and(|observed| observed.purpose == self.purpose());
                self.stage == Stage::Reading && !self.waits_for_own_view() && (fits || observed.is_err())
            }
            Event::Saw(_) => is_live && self.stage != Stage::Unasked,
            Event::Deadline(_) | Event::Abandoned => {
                let is_closed = matches!(self.stage, Stage::Unasked | Stage::Sealing(_) | Stage::Over);
                is_live && !self.sealed && !is_closed
            }
            Event::Sealed(closes) => self.stage == Stage::Sealing(*closes),
        }
    }

    /// Who asks.
    pub fn interviewer(&self) -> &str {
        match (&self.rules, &self.case.scenario.interviewer) {
            (Some(rules), _) => rules.voice.who(),
            (None, Some(voice)) => voice.who(),
            (None, None) => Voice::UNNAMED,
        }
    }

    /// How the interviewer says what is not in the scenario.
    pub(super) fn voice(&self) -> Cow<'_, Voice> {
        let own = self.rules.as_ref().map(|rules| &rules.voice).or(self.case.scenario.interviewer.as_ref());
        own.map_or_else(Cow::default, Cow::Borrowed)
    }

    /// How long the round waits for the model.
    pub(super) fn patience(&self) -> Option<Patience> {
        self.rules.as_ref().map(|rules| rules.patience)
    }

    /// Goes on behind a seal, which the journal has already: nobody else can sign. In an interview loop the judge waits
    /// for the other rounds, and the card for the debrief; who left for good sees at once what came of it.
    pub(super) fn was_sealed(&mut self, closes: Closes, effects: &mut Vec<Effect>) -> Option<Wait> {
        self.apply_sealed(closes);
        if closes == Closes::Words {
            effects.push(Effect::LetGo);
        }
        let waits_for_others =
            self.rules.as_ref().is_some_and(|rules| rules.of_loop.is_some()) && !self.abandoned;
        if self.is_over() && !waits_for_others {
            effects.push(Effect::Show(Show::Card));
        }
        (closes == Closes::Words && waits_for_others).then_some(Wait::Loop)
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

//! How records change a round's state. Nothing else does.

use super::{Session, Stage};
use crate::core::{
    record::{Purpose, Record, Route, Use},
    turn::{Ask, Asked, Turn},
};

impl Session {
    /// Changes the state as a record says. The only place where it changes.
    pub fn apply(&mut self, record: &Record) {
        match record {
            Record::Corrected(corrected) => self.case.rubric = corrected.rubric.clone(),
            // What the candidate thinks of the result changes nothing of the round.
            Record::Opened(_) | Record::Drawn(_) | Record::Disputed(_) => {}
            Record::SelfRated { .. } => {
                self.own_view_is_known = true;
                self.asks_own_view = false;
            }
            Record::Asked(asked) => self.apply_asked(asked),
            Record::Said { text } => self.stage = Stage::Routing(text.clone()),
            Record::Routed { route, .. } => self.apply_routed(*route),
            Record::Used { what } => self.apply_used(what),
            Record::Observed(observed) => {
                for observation in &observed.observations {
                    self.seen.insert(observation.signal.clone(), observation.clone());
                }
                self.stage = match observed.purpose {
                    Purpose::Probe => Stage::Asking,
                    Purpose::Card => Stage::Rating(observed.clone()),
                };
            }
            Record::Unobserved { purpose: Purpose::Probe, .. } => self.stage = Stage::Asking,
            Record::Unobserved { purpose: Purpose::Card, .. } | Record::Scored(_) => {
                self.stage = self.after_card();
            }
            Record::Rules(rules) => self.rules = Some(rules.clone()),
            Record::Sighted(_) => {}
            Record::Ended { why } => self.apply_ended(*why),
            Record::Sealed(seal) => self.apply_sealed(seal.closes),
        }
    }

    fn apply_asked(&mut self, asked: &Asked) {
        match &asked.kind {
            Ask::Opening | Ask::Probe { .. } | Ask::Twist => {
                self.turns.push(Turn { question: asked.text.clone(), kind: asked.kind.clone(), said: vec![] })
            }
            Ask::Fact { fact } => {
                if !self.told.contains(fact) {
                    self.told.push(*fact);
                }
            }
            Ask::Phrase { .. } => {}
        }
        self.stage = Stage::Listening;
    }

    fn apply_routed(&mut self, route: Route) {
        let Stage::Routing(message) = std::mem::replace(&mut self.stage, Stage::Listening) else { return };
        match route {
            Route::Answer => {
                if let Some(turn) = self.turns.last_mut() {
                    turn.said.push(message);
                }
                self.answered = true;
                self.stage = self.after_answer();
            }
            Route::Done => self.stage = self.after_answer(),
            Route::Fact { .. } | Route::Unknown | Route::Repeat | Route::Help => {
                self.stage = Stage::Replying(route);
            }
        }
    }

    fn apply_used(&mut self, what: &Use) {
        match what {
            Use::Hint { signal } => self.hinted.push(signal.clone()),
            Use::Rubric => {}
            Use::Skip => self.stage = Stage::Reading,
            Use::Pause => self.stage = Stage::Paused,
            Use::Continue => self.stage = Stage::Listening,
            Use::Retry => {
                // The unanswered question goes, and comes again if it is still the one to ask.
                while self.turns.len() > 1 && self.turns.last().is_some_and(|turn| turn.said.is_empty()) {
                    self.turns.pop();
                }
                if let Some(turn) = self.turns.last_mut() {
                    turn.said.clear();
                }
                self.seen.clear();
                self.stage = Stage::Listening;
            }
        }
    }
}

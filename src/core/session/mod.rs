//! The round as a state machine: events go in, effects come out, and nothing is done here.
//!
//! State changes only by [`Session::apply`]ing a record, so a session that was cut off is taken up by
//! applying what its journal holds, and no state exists that the journal doesn't.

pub mod probing;
pub mod routing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::{
    bank::Case,
    judging::{Observation, Unscored, questions::Exam, verdict},
    level::TargetLevel,
    policy::{self, Action, Denied, Phase},
    record::{Ask, Asked, Mode, Observed, Phrase, Purpose, Record, Route, RoutedBy, Use},
};

/// Most probes in a round.
pub const MOST_PROBES: usize = 3;

/// A question and what was said to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What was asked, word for word.
    pub question: String,
    /// What kind of question.
    pub kind: Ask,
    /// The messages that count as the answer.
    pub said: Vec<String>,
}

impl Turn {
    /// The answer as one text.
    pub fn answer(&self) -> String {
        self.said.join("\n\n")
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The session was opened, for the first time or again.
    Began,
    /// The candidate sent a message.
    Said(String),
    /// The candidate wants to do something.
    Wants(Action),
    /// The candidate came back from a pause.
    Resumed,
    /// A message was recognised, or could not be.
    Routed(Result<(Route, RoutedBy), Unscored>),
    /// The judge observed, or could not.
    Observed(Result<Observed, Unscored>),
}

/// What is to be done, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Append this to the journal, and have it on disk before anything else is done.
    Record(Record),
    /// Show something.
    Show(Show),
    /// Wait for the candidate.
    Listen,
    /// Wait until the candidate comes back.
    Rest,
    /// Find out what the last message is.
    Route {
        /// The message.
        message: String,
        /// The question that it was sent in reply to.
        question: String,
    },
    /// Ask the judge.
    Observe {
        /// What for.
        purpose: Purpose,
        /// About what.
        exam: Box<Exam>,
    },
    /// Nothing is left to be done.
    End,
}

/// What can be shown. The wording is the terminal's business.
#[derive(Clone, Debug, PartialEq)]
pub enum Show {
    /// Setting and artifact.
    Case,
    /// A line of the interviewer's.
    Line(Asked),
    /// What has been said so far, after a session was taken up again.
    Recap,
    /// The facts that were told.
    FactsAsked,
    /// A coach text for the signal with this id, or nothing to hint at.
    Hint(Option<String>),
    /// The rubric.
    Rubric,
    /// Something is not allowed.
    Denied(Denied),
    /// The model could not be asked; the round goes on by fixed rules.
    GoesOn(Unscored),
    /// The result.
    Card,
    /// The message was empty.
    NothingSent,
}

/// What the round is waiting for.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Unasked,
    Listening,
    Paused,
    Routing(String),
    Replying(Route),
    /// An answer is complete: what is missing from what was said so far?
    Reading,
    /// What is missing is known: the next question is due.
    Asking,
    Rating(Box<Observed>),
    Over,
}

/// One round.
#[derive(Clone, Debug)]
pub struct Session {
    mode: Mode,
    target: TargetLevel,
    case: Case,
    turns: Vec<Turn>,
    told: Vec<usize>,
    hinted: Vec<String>,
    answered: bool,
    /// The latest observation of each signal.
    seen: BTreeMap<String, Observation>,
    stage: Stage,
}

impl Session {
    /// A round that has not begun.
    pub fn new(mode: Mode, target: TargetLevel, case: Case) -> Self {
        Self {
            mode,
            target,
            case,
            turns: vec![],
            told: vec![],
            hinted: vec![],
            answered: false,
            seen: BTreeMap::new(),
            stage: Stage::Unasked,
        }
    }

    /// The case that is played.
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// The questions so far, with what was said to them.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// Indices of the facts that were told, in the order of telling.
    pub fn told(&self) -> &[usize] {
        &self.told
    }

    /// The level that the candidate interviews for.
    pub fn target(&self) -> TargetLevel {
        self.target
    }

    /// Whether the round has come to its end.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Everything that the judge is asked for the score card.
    pub fn exam(&self) -> Exam {
        Exam::new(&self.case, &self.turns, |_| true)
    }

    /// What would be asked for the score card if `draft` were sent as the answer to the open question.
    pub fn exam_with(&self, draft: &str) -> Exam {
        let mut turns = self.turns.clone();
        if let Some(turn) = turns.last_mut() {
            turn.said.push(draft.to_owned());
        }
        Exam::new(&self.case, &turns, |_| true)
    }

    /// Takes in an event and says what is to be done about it.
    pub fn handle(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = vec![];
        match event {
            Event::Began => self.begin(&mut effects),
            Event::Said(text) if text.trim().is_empty() => effects.push(Effect::Show(Show::NothingSent)),
            Event::Said(text) => self.guarded(Action::Say, &mut effects, |session, effects| {
                session.record(Record::Said { text }, effects);
            }),
            Event::Wants(action) => {
                self.guarded(action, &mut effects, |session, effects| session.act(action, effects));
            }
            Event::Resumed => {
                self.record(Record::Used { what: Use::Continue }, &mut effects);
                effects.extend(self.question().map(|line| Effect::Show(Show::Line(line))));
            }
            Event::Routed(routed) => {
                let (route, by) = routed.unwrap_or_else(|why| {
                    effects.push(Effect::Show(Show::GoesOn(why)));
                    let message = self.message().unwrap_or_default();
                    (routing::by_rule(message, &self.case.scenario.facts), RoutedBy::Rule)
                });
                self.record(Record::Routed { route, by }, &mut effects);
            }
            Event::Observed(Ok(observed)) => {
                self.record(Record::Observed(Box::new(observed)), &mut effects);
            }
            Event::Observed(Err(why)) => {
                let purpose = self.purpose();
                if purpose == Purpose::Probe {
                    effects.push(Effect::Show(Show::GoesOn(why.clone())));
                }
                self.record(Record::Unobserved { purpose, why }, &mut effects);
                if purpose == Purpose::Card {
                    effects.push(Effect::Show(Show::Card));
                }
            }
        }
        self.advance(&mut effects);
        effects
    }

    /// Changes the state as a record says. The only place where it changes.
    pub fn apply(&mut self, record: &Record) {
        match record {
            Record::Corrected(corrected) => self.case.rubric = corrected.rubric.clone(),
            // What the candidate thinks of the result changes nothing of the round.
            Record::Opened(_) | Record::Drawn(_) | Record::SelfRated { .. } | Record::Disputed(_) => {}
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
                self.stage = Stage::Over;
            }
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
                self.stage = Stage::Reading;
            }
            Route::Done => self.stage = Stage::Reading,
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

    fn begin(&mut self, effects: &mut Vec<Effect>) {
        effects.push(Effect::Show(Show::Case));
        match self.stage {
            Stage::Unasked => {
                let text = self.case.scenario.opening.trim().to_owned();
                self.ask(Ask::Opening, text, effects);
            }
            Stage::Paused => {
                effects.push(Effect::Show(Show::Recap));
                self.record(Record::Used { what: Use::Continue }, effects);
            }
            _ => effects.push(Effect::Show(Show::Recap)),
        }
    }

    fn guarded(
        &mut self,
        action: Action,
        effects: &mut Vec<Effect>,
        then: impl FnOnce(&mut Self, &mut Vec<Effect>),
    ) {
        match policy::check(self.mode, self.phase(), action) {
            Ok(()) => then(self, effects),
            Err(denied) => effects.push(Effect::Show(Show::Denied(denied))),
        }
    }

    fn act(&mut self, action: Action, effects: &mut Vec<Effect>) {
        match action {
            Action::Say => {}
            Action::SeeCase => {
                effects.push(Effect::Show(Show::Case));
                effects.extend(self.question().map(|line| Effect::Show(Show::Line(line))));
            }
            Action::SeeFactsAsked => effects.push(Effect::Show(Show::FactsAsked)),
            Action::SeeRubric => {
                self.record(Record::Used { what: Use::Rubric }, effects);
                effects.push(Effect::Show(Show::Rubric));
            }
            Action::SeeHint => {
                let signal = probing::hint(&self.case.rubric, self.target, &self.seen, &self.hinted);
                let signal = signal.map(|signal| signal.id.clone());
                if let Some(signal) = signal.clone() {
                    self.record(Record::Used { what: Use::Hint { signal } }, effects);
                }
                effects.push(Effect::Show(Show::Hint(signal)));
            }
            Action::Retry => {
                self.record(Record::Used { what: Use::Retry }, effects);
                effects.extend(self.question().map(|line| Effect::Show(Show::Line(line))));
            }
            Action::Skip => self.record(Record::Used { what: Use::Skip }, effects),
            Action::Pause => self.record(Record::Used { what: Use::Pause }, effects),
        }
    }

    /// Goes on until somebody else has to do something: the candidate, the model, or nobody.
    fn advance(&mut self, effects: &mut Vec<Effect>) {
        loop {
            match &self.stage {
                Stage::Unasked => return,
                Stage::Listening => return effects.push(Effect::Listen),
                Stage::Paused => return effects.push(Effect::Rest),
                Stage::Over => return effects.push(Effect::End),
                Stage::Routing(message) => {
                    if routing::is_certainly_an_answer(message) {
                        let routed = Record::Routed { route: Route::Answer, by: RoutedBy::Rule };
                        self.record(routed, effects);
                    } else {
                        let message = message.clone();
                        let question = self.turns.last().map_or_else(String::new, |t| t.question.clone());
                        return effects.push(Effect::Route { message, question });
                    }
                }
                Stage::Replying(route) => {
                    let (kind, text) = self.reply(*route);
                    self.ask(kind, text, effects);
                }
                Stage::Reading => {
                    let (purpose, exam) = match self.purpose() {
                        Purpose::Card => (Purpose::Card, self.exam()),
                        Purpose::Probe => match self.exam_for_probing() {
                            Some(exam) => (Purpose::Probe, exam),
                            None => {
                                self.ask_next(effects);
                                continue;
                            }
                        },
                    };
                    if exam.is_empty() {
                        let observed = Observed::nothing(purpose, exam.spans());
                        self.record(Record::Observed(Box::new(observed)), effects);
                    } else {
                        return effects.push(Effect::Observe { purpose, exam: Box::new(exam) });
                    }
                }
                Stage::Asking => self.ask_next(effects),
                Stage::Rating(observed) => {
                    let exam = self.exam();
                    let score = verdict::score(&self.case.rubric, &exam, &observed.observations, self.target);
                    self.record(Record::Scored(Box::new(score)), effects);
                    effects.push(Effect::Show(Show::Card));
                }
            }
        }
    }

    /// The questions for choosing a probe, or `None` if no probe can come any more.
    fn exam_for_probing(&self) -> Option<Exam> {
        if self.probes_asked() >= MOST_PROBES {
            return None;
        }
        let open = probing::open(&self.case, self.target, &self.turns, &self.seen);
        let exam = Exam::new(&self.case, &self.turns, |id| open.iter().any(|probe| probe.missing == id));
        (!open.is_empty()).then_some(exam)
    }

    fn ask_next(&mut self, effects: &mut Vec<Effect>) {
        if self.probes_asked() < MOST_PROBES {
            let open = probing::open(&self.case, self.target, &self.turns, &self.seen);
            if let Some(probe) = probing::choose(&open, &self.case.rubric, &self.seen) {
                let text = match self.mode {
                    Mode::Practice => {
                        probing::worded(probe, self.seen.get(&probe.missing), &self.exam().sentences)
                    }
                    // In live the interviewer's words are the author's, all of them.
                    Mode::Live => probe.ask.trim().to_owned(),
                };
                let kind = Ask::Probe { signal: probe.missing.clone() };
                self.ask(kind, text, effects);
                return;
            }
        }
        let text = self.case.scenario.twist.trim().to_owned();
        self.ask(Ask::Twist, text, effects);
    }

    fn reply(&self, route: Route) -> (Ask, String) {
        let phrase = |phrase: Phrase| (Ask::Phrase { phrase }, phrase.text().to_owned());
        match route {
            Route::Fact { fact } => match self.case.scenario.facts.get(fact) {
                Some(known) => (Ask::Fact { fact }, known.tell.trim().to_owned()),
                None => phrase(Phrase::AssumeAndSay),
            },
            Route::Unknown | Route::Answer | Route::Done => phrase(Phrase::AssumeAndSay),
            Route::Help => phrase(Phrase::NoHelp),
            Route::Repeat => {
                let question = self.turns.last().map_or("", |turn| turn.question.as_str());
                let text = format!("{} {question}", Phrase::Again.text());
                (Ask::Phrase { phrase: Phrase::Again }, text)
            }
        }
    }

    fn ask(&mut self, kind: Ask, text: String, effects: &mut Vec<Effect>) {
        let asked = Asked { kind, text };
        self.record(Record::Asked(asked.clone()), effects);
        effects.push(Effect::Show(Show::Line(asked)));
    }

    fn record(&mut self, record: Record, effects: &mut Vec<Effect>) {
        self.apply(&record);
        effects.push(Effect::Record(record));
    }

    /// The question that is open, as it was put.
    fn question(&self) -> Option<Asked> {
        self.turns.last().map(|turn| Asked { kind: turn.kind.clone(), text: turn.question.clone() })
    }

    fn message(&self) -> Option<&str> {
        match &self.stage {
            Stage::Routing(message) => Some(message),
            _ => None,
        }
    }

    fn purpose(&self) -> Purpose {
        if self.twist_was_asked() { Purpose::Card } else { Purpose::Probe }
    }

    fn phase(&self) -> Phase {
        if self.is_over() {
            Phase::Over
        } else if self.answered {
            Phase::AfterFirstAnswer
        } else {
            Phase::BeforeFirstAnswer
        }
    }

    fn twist_was_asked(&self) -> bool {
        self.turns.iter().any(|turn| turn.kind == Ask::Twist)
    }

    fn probes_asked(&self) -> usize {
        self.turns.iter().filter(|turn| matches!(turn.kind, Ask::Probe { .. })).count()
    }
}

//! The round as a state machine: events go in, effects come out, and nothing is done here.
//!
//! State changes only by [`Session::apply`]ing a record, so a session that was cut off is taken up by
//! applying what its journal holds, and no state exists that the journal doesn't.

mod apply;
mod event;
mod live;
pub mod opening;
pub mod policy;
pub mod probing;
pub mod routing;
pub mod scripted;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::{
    bank::Case,
    judging::{Observation, questions::Exam, verdict},
    level::TargetLevel,
    live::{Closes, Cut, Rules},
    record::{Line, Mode, Observed, Purpose, Record, Route, RoutedBy, Use, drawn},
    turn::{Ask, Asked, Turn},
};
pub use event::{Effect, Event, Show, Step, Unexpected, Wait};
use policy::{Action, Phase};
use scripted::Scripted;

/// Most probes in a round.
pub const MOST_PROBES: usize = 3;

/// Where the round stands.
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
    /// Live: the journal is to be closed.
    Sealing(Closes),
    Over,
}

impl Stage {
    /// For the message about an event that doesn't fit.
    fn waits_for(&self) -> &'static str {
        match self {
            Self::Unasked => "the beginning",
            Self::Listening => "the candidate",
            Self::Paused => "the end of a pause",
            Self::Routing(_) => "what a message is",
            Self::Replying(_) | Self::Asking | Self::Rating(_) => "nothing",
            Self::Reading => "the judge",
            Self::Sealing(_) => "a seal",
            Self::Over => "nothing, because it is over",
        }
    }
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
    /// Whether the person is asked for their own view of each criterion before the card.
    asks_own_view: bool,
    /// Whether they said it already.
    own_view_is_known: bool,
    /// Live: what holds in it.
    rules: Option<Box<Rules>>,
    /// Live: what was said is closed.
    sealed: bool,
    /// Live: the person left for good.
    abandoned: bool,
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
            asks_own_view: false,
            own_view_is_known: false,
            rules: None,
            sealed: false,
            abandoned: false,
        }
    }

    /// Has the person asked for their own view of each criterion before they see the card. Live rounds never ask, and
    /// nobody is asked twice.
    pub fn ask_own_view(&mut self) {
        self.asks_own_view = self.mode == Mode::Practice && !self.own_view_is_known;
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

    /// Whether the program coaches.
    pub fn mode(&self) -> Mode {
        self.mode
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

    /// Takes in an event and says what is to be done about it, and what comes next.
    ///
    /// # Errors
    ///
    /// When the round doesn't wait for such an event. Nothing has changed then.
    pub fn handle(&mut self, event: Event) -> Result<Step, Unexpected> {
        if !self.expects(&event) {
            return Err(Unexpected { event: event.name(), waits_for: self.stage.waits_for() });
        }
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
            Event::OwnView(levels) => {
                // Who skips everything leaves no record, and is asked again only if the round is taken up again.
                self.asks_own_view = false;
                if !levels.is_empty() {
                    self.record(Record::SelfRated { levels }, &mut effects);
                }
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
                if purpose == Purpose::Card && self.mode == Mode::Practice {
                    effects.push(Effect::Show(Show::Card));
                }
            }
            Event::Saw(sighting) => self.record(Record::Sighted(sighting), &mut effects),
            Event::Deadline(typed) => self.deadline(typed, &mut effects),
            Event::Abandoned => self.record(Record::Ended { why: Cut::Abandoned }, &mut effects),
            Event::Sealed(closes) => {
                if let Some(next) = self.was_sealed(closes, &mut effects) {
                    return Ok(Step { effects, next });
                }
            }
        }
        let next = self.advance(&mut effects);
        Ok(Step { effects, next })
    }

    fn begin(&mut self, effects: &mut Vec<Effect>) {
        if self.sealed {
            // Everything was said; what is left is the judge's.
            return;
        }
        effects.push(Effect::Show(Show::Case));
        match self.stage {
            Stage::Unasked => {}
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

    /// Goes on until somebody else has to do something: the candidate, the model, the journal, or nobody.
    fn advance(&mut self, effects: &mut Vec<Effect>) -> Wait {
        loop {
            match &self.stage {
                Stage::Unasked => {
                    let opening = Scripted::opening(&self.case).spoken();
                    self.ask(opening, effects);
                }
                Stage::Listening => return Wait::Listen,
                Stage::Paused => return Wait::Rest,
                Stage::Sealing(closes) => return Wait::Seal(*closes),
                Stage::Over => return Wait::End,
                Stage::Routing(message) => {
                    if routing::is_certainly_an_answer(message) {
                        let routed = Record::Routed { route: Route::Answer, by: RoutedBy::Rule };
                        self.record(routed, effects);
                    } else {
                        let message = message.clone();
                        let question = self.turns.last().map_or_else(String::new, |t| t.question.clone());
                        return Wait::Route { message, question, limit: self.patience().map(|p| p.route) };
                    }
                }
                Stage::Replying(route) => {
                    let open = self.question().unwrap_or_else(|| Scripted::opening(&self.case).spoken());
                    let reply = Scripted::reply(&self.case, &self.voice(), *route, &open).spoken();
                    self.ask(reply, effects);
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
                    } else if self.waits_for_own_view() {
                        return Wait::OwnView;
                    } else {
                        let limit = match purpose {
                            Purpose::Probe => self.patience().map(|p| p.read),
                            // After the seal nobody's time runs.
                            Purpose::Card => None,
                        };
                        return Wait::Observe { purpose, exam: Box::new(exam), limit };
                    }
                }
                Stage::Asking => self.ask_next(effects),
                Stage::Rating(observed) => {
                    let exam = self.exam();
                    let score = verdict::score(&self.case.rubric, &exam, &observed.observations, self.target);
                    self.record(Record::Scored(Box::new(score)), effects);
                    if self.mode == Mode::Practice {
                        effects.push(Effect::Show(Show::Card));
                    }
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
                let scripted = Scripted::probe(&self.case, &probe.missing).map(Scripted::spoken);
                let asked = match self.mode {
                    Mode::Live => scripted,
                    // In practice the author's words may be led in by the candidate's own.
                    Mode::Practice => scripted.map(|scripted| Asked {
                        text: probing::worded(probe, self.seen.get(&probe.missing), &self.exam().sentences),
                        ..scripted
                    }),
                };
                if let Some(asked) = asked {
                    return self.ask(asked, effects);
                }
            }
        }
        let twist = Scripted::twist(&self.case).spoken();
        self.ask(twist, effects);
    }

    fn ask(&mut self, asked: Asked, effects: &mut Vec<Effect>) {
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
        if self.sealed || self.twist_was_asked() { Purpose::Card } else { Purpose::Probe }
    }

    /// Whether the person's own view is due: everything was said, and the judge was not asked for the card yet.
    fn waits_for_own_view(&self) -> bool {
        self.asks_own_view && self.stage == Stage::Reading && self.purpose() == Purpose::Card
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

/// The session in the state in which its journal leaves it.
pub fn replay(lines: &[Line]) -> Option<Session> {
    let drawn = drawn(lines)?;
    let mode = match &lines.first()?.record {
        Record::Opened(opened) => opened.mode,
        _ => return None,
    };
    let case = Case {
        scenario: drawn.scenario.clone(),
        artifact: drawn.artifact.clone(),
        rubric: drawn.rubric.clone(),
    };
    let mut session = Session::new(mode, drawn.target, case);
    for line in lines {
        session.apply(&line.record);
    }
    Some(session)
}

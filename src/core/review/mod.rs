//! A view of a session, computed from its records: the same one second later and one year later.

pub mod clock;
pub mod compare;
pub mod dispute;
pub mod ledger;
pub mod origin;
pub mod summary;
pub mod timeline;
mod transcript;

use crate::core::interval::Interval;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    judging::{Judge, Unscored, sentences::Discount, verdict::Score},
    level::Level,
    live::{Closes, Cut},
    record::{Corrected, Disputed, Drawn, Line, Mode, Observed, Purpose, Record, Route, Use, drawn},
    session::{Session, replay},
    turn::{Ask, Asked, Turn},
};
use ledger::Ledger;

/// What a session was, as far as its journal tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Review {
    /// The session's id.
    pub session: String,
    /// Whether the program coached.
    pub mode: Mode,
    /// Who asked.
    pub interviewer: String,
    /// When it was opened.
    pub began: Timestamp,
    /// When the last line was written.
    pub ended: Timestamp,
    /// The case as it was played, and for which target level.
    pub drawn: Drawn,
    /// Who said what, in order.
    pub transcript: Vec<Entry>,
    /// What came of it.
    pub outcome: Outcome,
    /// Every scoring that there is, oldest first. The outcome shows one of them.
    pub scorings: Vec<Scoring>,
    /// Number of the scoring that is shown, 1 for the oldest; `None` where there is none.
    pub shown: Option<usize>,
    /// What the candidate could have asked for.
    pub facts: Vec<FactView>,
    /// The late turn of the case, if the round came to it.
    pub twist: Option<TwistView>,
    /// Where the time went. What else a mode observes about the sitting belongs beside it.
    pub clock: clock::Clock,
    /// At which level the candidate thought that each criterion read, before they saw the card: 0 to 5 by the
    /// criterion's id. Empty where they did not say.
    pub own: BTreeMap<String, u8>,
    /// What the candidate disputes, oldest first; one a signal. A later scoring may have come to agree.
    pub disputes: Vec<Disputed>,
    /// What a live session saw beside the words.
    pub ledger: Option<Ledger>,
    /// How much of a live session is sealed.
    pub sealed: Option<Closes>,
}

/// What came of a round.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was cut off and can be taken up again.
    Unfinished,
    /// The person left a live round for good.
    Abandoned,
    /// Everything was said and sealed in live mode, and the judge has not been asked yet.
    Unjudged,
    /// All was said, but the judge could not score it.
    Unscored(Unscored),
    /// It was scored.
    Scored(Box<Card>),
}

/// One time that a round was scored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scoring {
    /// When.
    pub at: Timestamp,
    /// Who observed.
    pub judge: Judge,
    /// The continuous level of the round, 0 to 5.
    pub overall: f64,
    /// The level that it read at.
    pub read: Option<Level>,
    /// Whether the rubric had been corrected since the round.
    pub corrected: bool,
}

/// A fact of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactView {
    /// What it is about.
    pub about: String,
    /// What the interviewer says to whoever asks.
    pub tell: String,
    /// Whether the candidate asked for it.
    pub asked: bool,
}

/// The late turn of the case and what it brought out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TwistView {
    /// The news, as it was told.
    pub text: String,
    /// Whether anything was said to it that counts.
    pub answered: bool,
    /// Signals and red flags that only the answer to it shows.
    pub only_after: Vec<String>,
    /// Signals and red flags that it shows once more.
    pub again: Vec<String>,
}

/// The score card.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    /// Ratings, overall level and verdict.
    pub score: Score,
    /// Who observed.
    pub judge: Judge,
    /// One a criterion, in the rubric's order.
    pub criteria: Vec<CriterionView>,
    /// Sentences that were left out of what the judge read.
    pub discounted: Vec<(Discount, String)>,
}

/// A criterion with what was seen of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CriterionView {
    /// Id of the criterion.
    pub id: String,
    /// For people.
    pub name: String,
    /// The continuous level, 0 to 5.
    pub level: f64,
    /// Where it most likely lies.
    pub interval: Interval,
    /// The level that it reads at.
    pub read: Option<Level>,
    /// What the rubric says about that level.
    pub descriptor: Option<String>,
    /// All signals of the criterion.
    pub signals: Vec<SignalView>,
    /// All its red flags.
    pub red_flags: Vec<SignalView>,
}

/// A signal or a red flag with the candidate's own sentences.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SignalView {
    /// Its id.
    pub id: String,
    /// The level from which a signal is expected; for a red flag, its cap.
    pub level: Level,
    /// What is looked for.
    pub statement: String,
    /// What would have shown it.
    pub coach: Option<String>,
    /// Probability, 0 to 1.
    pub p: f64,
    /// Whether it counts as shown.
    pub present: bool,
    /// The sentences that show it, with their numbers; empty when it is not present.
    pub evidence: Vec<(u32, String)>,
    /// What the candidate says against this observation, if they do.
    pub dispute: Option<Disputed>,
}

/// A part of the transcript.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// When it was written down.
    pub at: Timestamp,
    /// What it is.
    #[serde(flatten)]
    pub item: Item,
}

/// What a part of the transcript is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// The interviewer spoke.
    Interviewer(Asked),
    /// The candidate answered.
    Answer {
        /// The answer in pieces, so that evidence can be marked.
        pieces: Vec<Piece>,
        /// Whether it was taken back with `/retry` and doesn't count.
        retried: bool,
    },
    /// The candidate asked, or sent something else that is no answer.
    Aside {
        /// Their words.
        text: String,
        /// What it was taken for.
        route: Route,
    },
    /// A command was used.
    Used(Use),
    /// The round was ended before the interviewer was through.
    Ended(Cut),
}

/// A stretch of an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Piece {
    /// Its text, white space included.
    pub text: String,
    /// The number of the sentence, if it is one.
    pub number: Option<u32>,
    /// Ids of the signals and red flags that it shows.
    pub shows: Vec<String>,
    /// Why it could not be evidence.
    pub discount: Option<Discount>,
}

/// Why records are no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// There is no header line.
    #[error("the journal has no header line")]
    NoHeader,
    /// No case was drawn.
    #[error("the session ended before a case was drawn")]
    NoCase,
    /// It was not scored that often.
    #[error("there is no scoring {number}: the session was scored {of} times")]
    NoScoring {
        /// Which one was asked for.
        number: usize,
        /// How many there are.
        of: usize,
    },
}

/// Computes the review of a session, with its latest scoring.
///
/// # Errors
///
/// When the journal holds no header or no case.
pub fn fold(lines: &[Line]) -> Result<Review, FoldError> {
    fold_scoring(lines, None)
}

/// Computes the review of a session with one of its scorings: 1 for the oldest, `None` for the latest.
///
/// # Errors
///
/// When the journal holds no header or no case, or there is no such scoring.
pub fn fold_scoring(lines: &[Line], number: Option<usize>) -> Result<Review, FoldError> {
    let first = lines.first().ok_or(FoldError::NoHeader)?;
    let Record::Opened(opened) = &first.record else { return Err(FoldError::NoHeader) };
    let mut drawn = drawn(lines).ok_or(FoldError::NoCase)?.clone();
    // The author's remarks are nobody's to read but the author's.
    drawn.scenario.notes = None;
    let session = replay(lines).ok_or(FoldError::NoCase)?;
    let scored = scored(lines);
    let shown = number.unwrap_or(scored.len());
    let chosen = shown.checked_sub(1).and_then(|index| scored.get(index));
    if number.is_some() && chosen.is_none() {
        return Err(FoldError::NoScoring { number: shown, of: scored.len() });
    }
    let disputes = disputes(lines);
    if let Some(corrected) = chosen.and_then(|scored| scored.corrected) {
        (drawn.rubric, drawn.rubric_hash) = (corrected.rubric.clone(), corrected.rubric_hash.clone());
    }
    let seen = chosen.map(|scored| scored.seen).or_else(|| observed(lines));
    let outcome = match chosen {
        Some(scored) => {
            Outcome::Scored(Box::new(card(scored.score.clone(), scored.seen, &drawn, &session, &disputes)))
        }
        None => match unscored(lines) {
            Some(why) => Outcome::Unscored(why),
            None if session.is_abandoned() => Outcome::Abandoned,
            None if session.is_sealed() => Outcome::Unjudged,
            None => Outcome::Unfinished,
        },
    };
    Ok(Review {
        session: opened.session.clone(),
        mode: opened.mode,
        interviewer: session.interviewer().to_owned(),
        began: first.at,
        ended: ended(lines).unwrap_or(first.at),
        transcript: transcript::transcript(lines, seen),
        facts: facts(&drawn, &session),
        twist: twist(&session, seen),
        clock: clock::clock(lines),
        own: own(lines),
        shown: chosen.map(|_| shown),
        scorings: scored
            .iter()
            .map(|scored| Scoring {
                at: scored.at,
                judge: scored.seen.judge.clone(),
                overall: scored.score.overall,
                read: scored.score.read,
                corrected: scored.corrected.is_some(),
            })
            .collect(),
        outcome,
        disputes,
        drawn,
        ledger: ledger::fold(lines),
        sealed: lines.iter().rev().find_map(|line| match &line.record {
            Record::Sealed(seal) => Some(seal.closes),
            _ => None,
        }),
    })
}

/// When the round ended; what was added to its journal later is no part of it.
fn ended(lines: &[Line]) -> Option<Timestamp> {
    let of_the_round = |line: &&Line| {
        !matches!(line.record, Record::Observed(_) | Record::Unobserved { .. })
            && !matches!(line.record, Record::Scored(_) | Record::Corrected(_))
            && !matches!(line.record, Record::SelfRated { .. } | Record::Disputed(_))
    };
    lines.iter().rev().find(of_the_round).map(|line| line.at)
}

/// A score with what it was computed from.
#[derive(Clone, Copy)]
struct Scored<'a> {
    at: Timestamp,
    score: &'a Score,
    seen: &'a Observed,
    /// The rubric, where it isn't the one that was drawn.
    corrected: Option<&'a Corrected>,
}

/// Every score, oldest first.
fn scored(lines: &[Line]) -> Vec<Scored<'_>> {
    let (mut seen, mut corrected) = (None, None);
    let mut scored = vec![];
    for line in lines {
        match &line.record {
            Record::Observed(observed) if observed.purpose == Purpose::Card => seen = Some(&**observed),
            Record::Corrected(rubric) => corrected = Some(&**rubric),
            Record::Scored(score) => {
                scored.extend(seen.map(|seen| Scored { at: line.at, score, seen, corrected }));
            }
            _ => {}
        }
    }
    scored
}

/// The latest observation for a card, whether a score came of it or not.
fn observed(lines: &[Line]) -> Option<&Observed> {
    lines.iter().rev().find_map(|line| match &line.record {
        Record::Observed(observed) if observed.purpose == Purpose::Card => Some(&**observed),
        _ => None,
    })
}

/// Why the last attempt to score failed, if it did.
fn unscored(lines: &[Line]) -> Option<Unscored> {
    lines.iter().rev().find_map(|line| match &line.record {
        Record::Unobserved { purpose: Purpose::Card, why } => Some(why.clone()),
        _ => None,
    })
}

/// The latest dispute of each signal, without those that were taken back.
fn disputes(lines: &[Line]) -> Vec<Disputed> {
    let mut disputes: Vec<Disputed> = vec![];
    for line in lines {
        let Record::Disputed(disputed) = &line.record else { continue };
        disputes.retain(|earlier| earlier.signal != disputed.signal);
        disputes.extend((!disputed.withdrawn).then(|| disputed.clone()));
    }
    disputes
}

fn own(lines: &[Line]) -> BTreeMap<String, u8> {
    let latest = lines.iter().rev().find_map(|line| match &line.record {
        Record::SelfRated { levels } => Some(levels.clone()),
        _ => None,
    });
    latest.unwrap_or_default()
}

fn facts(drawn: &Drawn, session: &Session) -> Vec<FactView> {
    let view = |(index, fact): (usize, &super::bank::scenario::Fact)| FactView {
        about: fact.about.clone(),
        tell: fact.tell.clone(),
        asked: session.told().contains(&index),
    };
    drawn.scenario.facts.iter().enumerate().map(view).collect()
}

fn twist(session: &Session, seen: Option<&Observed>) -> Option<TwistView> {
    let (index, turn) = session.turns().iter().enumerate().find(|(_, turn)| turn.kind == Ask::Twist)?;
    let mut view = TwistView {
        text: turn.question.clone(),
        answered: !turn.said.is_empty(),
        only_after: vec![],
        again: vec![],
    };
    let Some(seen) = seen else { return Some(view) };
    let turn_of = |number: &u32| seen.sentences.get((*number as usize).checked_sub(1)?).map(|span| span.turn);
    for observation in seen.observations.iter().filter(|observation| observation.present()) {
        let turns: BTreeSet<usize> = observation.sentences.iter().filter_map(turn_of).collect();
        if turns.contains(&index) {
            let list = if turns.len() == 1 { &mut view.only_after } else { &mut view.again };
            list.push(observation.signal.clone());
        }
    }
    Some(view)
}

fn card(score: Score, seen: &Observed, drawn: &Drawn, session: &Session, disputes: &[Disputed]) -> Card {
    let answers: Vec<String> = session.turns().iter().map(Turn::answer).collect();
    let sentence = |number: u32| -> Option<(u32, String)> {
        let span = seen.sentences.get((number as usize).checked_sub(1)?)?;
        Some((number, answers.get(span.turn)?.get(span.bytes.clone())?.to_owned()))
    };
    let view = |id: &str, level: Level, statement: &str, coach: Option<&String>| {
        let observation = seen.observations.iter().find(|observation| observation.signal == id);
        let present = observation.is_some_and(super::judging::Observation::present);
        let evidence = observation
            .filter(|_| present)
            .map(|o| o.sentences.iter().filter_map(|number| sentence(*number)).collect())
            .unwrap_or_default();
        SignalView {
            id: id.to_owned(),
            level,
            statement: statement.to_owned(),
            coach: coach.cloned(),
            p: observation.map_or(0.0, |observation| observation.p),
            present,
            evidence,
            // A later scoring may see it as the candidate does.
            dispute: disputes
                .iter()
                .find(|dispute| dispute.signal == id && dispute.present != present)
                .cloned(),
        }
    };
    let criteria = drawn
        .rubric
        .criteria
        .iter()
        .zip(&score.ratings)
        .map(|(criterion, rating)| CriterionView {
            id: criterion.id.clone(),
            name: criterion.name.clone(),
            level: rating.level,
            interval: rating.interval.holding(rating.level),
            read: rating.read,
            descriptor: rating.read.map(|level| criterion.levels.at(level).to_owned()),
            signals: criterion
                .signals
                .iter()
                .map(|signal| view(&signal.id, signal.level, &signal.statement, signal.coach.as_ref()))
                .collect(),
            red_flags: criterion
                .red_flags
                .iter()
                .map(|flag| view(&flag.id, flag.cap, &flag.statement, None))
                .collect(),
        })
        .collect();
    let discounted = (1..=seen.sentences.len() as u32)
        .zip(&seen.sentences)
        .filter_map(|(number, span)| Some((span.discount?, sentence(number)?.1)))
        .collect();
    // A journal of an earlier version may hold an interval beside its level.
    let score = Score { interval: score.interval.holding(score.overall), ..score };
    Card { score, judge: seen.judge.clone(), criteria, discounted }
}

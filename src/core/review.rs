//! A view of a session, computed from its records: the same one second later and one year later.

use jiff::Timestamp;

use super::{
    bank::Case,
    judging::{Judge, Unscored, sentences::Discount, verdict::Score},
    level::Level,
    live::{
        Closes, Cut, Rules,
        ledger::{self, Ledger},
    },
    record::{Asked, Drawn, Line, Mode, Observed, Purpose, Record, Route, Use},
    session::Session,
};

/// What a session was, as far as its journal tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// The session's id.
    pub session: String,
    /// Whether the program coached.
    pub mode: Mode,
    /// When it was opened.
    pub began: Timestamp,
    /// When the last line was written.
    pub ended: Timestamp,
    /// The case as it was played, and for which target level.
    pub drawn: Drawn,
    /// Who said what, in order.
    pub transcript: Vec<Item>,
    /// What came of it.
    pub outcome: Outcome,
    /// What a live session saw beside the words.
    pub ledger: Option<Ledger>,
    /// How much of a live session is sealed.
    pub sealed: Option<Closes>,
}

/// What came of a round.
#[derive(Clone, Debug, PartialEq)]
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

/// The score card.
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
pub struct CriterionView {
    /// Id of the criterion.
    pub id: String,
    /// For people.
    pub name: String,
    /// The continuous level, 0 to 5.
    pub level: f64,
    /// Where it most likely lies.
    pub interval: (f64, f64),
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
#[derive(Clone, Debug, PartialEq)]
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
}

/// A part of the transcript.
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
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
}

/// Computes the review of a session.
///
/// # Errors
///
/// When the journal holds no header or no case.
pub fn fold(lines: &[Line]) -> Result<Review, FoldError> {
    let first = lines.first().ok_or(FoldError::NoHeader)?;
    let Record::Opened(opened) = &first.record else { return Err(FoldError::NoHeader) };
    let drawn = drawn(lines).ok_or(FoldError::NoCase)?.clone();
    let session = replay(lines).ok_or(FoldError::NoCase)?;
    let seen = lines.iter().rev().find_map(|line| match &line.record {
        Record::Observed(observed) if observed.purpose == Purpose::Card => Some(&**observed),
        _ => None,
    });
    let transcript = transcript(lines, seen);
    let outcome = outcome(lines, seen, &drawn, &session);
    Ok(Review {
        session: opened.session.clone(),
        mode: opened.mode,
        began: first.at,
        ended: lines.last().map_or(first.at, |line| line.at),
        drawn,
        transcript,
        outcome,
        ledger: ledger::fold(lines),
        sealed: lines.iter().rev().find_map(|line| match &line.record {
            Record::Sealed(seal) => Some(seal.closes),
            _ => None,
        }),
    })
}

/// The case of a session, if one was drawn.
pub fn drawn(lines: &[Line]) -> Option<&Drawn> {
    lines.iter().find_map(|line| match &line.record {
        Record::Drawn(drawn) => Some(&**drawn),
        _ => None,
    })
}

/// What holds in a live session.
pub fn rules(lines: &[Line]) -> Option<&Rules> {
    lines.iter().find_map(|line| match &line.record {
        Record::Rules(rules) => Some(&**rules),
        _ => None,
    })
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

fn outcome(lines: &[Line], seen: Option<&Observed>, drawn: &Drawn, session: &Session) -> Outcome {
    let last = lines.iter().rev().find_map(|line| match &line.record {
        Record::Scored(score) => Some(Ok((**score).clone())),
        Record::Unobserved { purpose: Purpose::Card, why } => Some(Err(why.clone())),
        _ => None,
    });
    // A later attempt that failed doesn't take away a score that there is.
    let scored = lines.iter().rev().find_map(|line| match &line.record {
        Record::Scored(score) => Some((**score).clone()),
        _ => None,
    });
    match (scored, last, seen) {
        (Some(score), _, Some(seen)) => Outcome::Scored(Box::new(card(score, seen, drawn, session))),
        (None, Some(Err(why)), _) => Outcome::Unscored(why),
        _ if session.is_abandoned() => Outcome::Abandoned,
        _ if session.is_sealed() => Outcome::Unjudged,
        _ => Outcome::Unfinished,
    }
}

fn card(score: Score, seen: &Observed, drawn: &Drawn, session: &Session) -> Card {
    let answers: Vec<String> = session.turns().iter().map(super::session::Turn::answer).collect();
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
            interval: rating.interval,
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
    Card { score, judge: seen.judge.clone(), criteria, discounted }
}

/// Builds the transcript, with the evidence of the latest observation for the card.
fn transcript(lines: &[Line], seen: Option<&Observed>) -> Vec<Item> {
    let Some(mut session) = start(lines) else { return vec![] };
    let mut items: Vec<Item> = vec![];
    // For each answer in `items`: its index, its turn, and where in the turn's text it begins.
    let mut answers: Vec<(usize, usize, usize)> = vec![];
    let mut message: Option<&str> = None;
    for line in lines {
        match &line.record {
            Record::Asked(asked) => items.push(Item::Interviewer(asked.clone())),
            Record::Said { text } => message = Some(text),
            Record::Routed { route, .. } => {
                let text = message.take().unwrap_or_default().to_owned();
                if *route == Route::Answer {
                    let turn = session.turns().len().saturating_sub(1);
                    let before = session
                        .turns()
                        .last()
                        .map_or(0, |turn| turn.said.iter().map(|said| said.len() + 2).sum::<usize>());
                    answers.push((items.len(), turn, before));
                    let piece = Piece { text, number: None, shows: vec![], discount: None };
                    items.push(Item::Answer { pieces: vec![piece], retried: false });
                } else {
                    items.push(Item::Aside { text, route: *route });
                }
            }
            Record::Used { what } => items.push(Item::Used(what.clone())),
            Record::Opened(_)
            | Record::Drawn(_)
            | Record::Observed(_)
            | Record::Unobserved { .. }
            | Record::Scored(_)
            | Record::Rules(_)
            | Record::Sighted(_)
            | Record::Sealed(_) => {}
            Record::Ended { why } => items.push(Item::Ended(*why)),
        }
        session.apply(&line.record);
        if matches!(&line.record, Record::Used { what: Use::Retry }) {
            let turn = session.turns().len().saturating_sub(1);
            answers.retain(|&(item, of, _)| {
                let taken_back = of >= turn;
                if taken_back && let Some(Item::Answer { retried, .. }) = items.get_mut(item) {
                    *retried = true;
                }
                !taken_back
            });
        }
    }
    if let Some(message) = message {
        // Said, but cut off before it was recognised.
        let piece = Piece { text: message.to_owned(), number: None, shows: vec![], discount: None };
        items.push(Item::Answer { pieces: vec![piece], retried: false });
    }
    if let Some(seen) = seen {
        for (item, turn, offset) in answers {
            if let Some(Item::Answer { pieces, .. }) = items.get_mut(item)
                && let [whole] = pieces.as_slice()
            {
                *pieces = cut(&whole.text, turn, offset, seen);
            }
        }
    }
    items
}

fn start(lines: &[Line]) -> Option<Session> {
    let header = lines.first()?.clone();
    let drawn = lines.iter().find(|line| matches!(line.record, Record::Drawn(_)))?.clone();
    replay(&[header, drawn])
}

/// Cuts a message into its sentences and what lies between them.
fn cut(text: &str, turn: usize, offset: usize, seen: &Observed) -> Vec<Piece> {
    let mut pieces = vec![];
    let plain = |text: &str| Piece { text: text.to_owned(), number: None, shows: vec![], discount: None };
    let mut end = 0;
    for (number, span) in (1..).zip(&seen.sentences).filter(|(_, span)| span.turn == turn) {
        let (Some(from), Some(to)) =
            (span.bytes.start.checked_sub(offset), span.bytes.end.checked_sub(offset))
        else {
            continue;
        };
        let (Some(between), Some(sentence)) = (text.get(end..from), text.get(from..to)) else { continue };
        if !between.is_empty() {
            pieces.push(plain(between));
        }
        let shows = seen
            .observations
            .iter()
            .filter(|observation| observation.present() && observation.sentences.contains(&number))
            .map(|observation| observation.signal.clone())
            .collect();
        pieces.push(Piece {
            text: sentence.to_owned(),
            number: Some(number),
            shows,
            discount: span.discount,
        });
        end = to;
    }
    if let Some(rest) = text.get(end..)
        && !rest.is_empty()
    {
        pieces.push(plain(rest));
    }
    pieces
}

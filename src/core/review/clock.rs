//! Where the time of a round went.

use jiff::Timestamp;
use serde::Serialize;

use crate::core::{
    record::{Line, Purpose, Record, Route, Use},
    turn::Ask,
};

/// Where the time went. All times are seconds since the session was opened, without the times in which the
/// person was away.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Clock {
    /// How long the round took.
    pub seconds: f64,
    /// Stretches of it, in order; none overlap.
    pub spans: Vec<Span>,
    /// Single moments, in order.
    pub marks: Vec<Mark>,
}

/// A stretch of time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Span {
    /// Its beginning.
    pub from: f64,
    /// Its end.
    pub to: f64,
    /// What it was spent on.
    pub what: Spent,
}

/// What time is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spent {
    /// The candidate read, thought and typed, and sent an answer.
    Answering {
        /// How many words the answer has.
        words: usize,
    },
    /// The candidate asked, or did something else that is no answer.
    Asking,
    /// The judge was at work.
    Judging,
}

/// Something that happened at a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// When.
    pub at: f64,
    /// What.
    pub what: Moment,
}

/// What can happen at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// The first question.
    Opening,
    /// A follow-up, for the signal with this id.
    Probe(String),
    /// The late turn of the case.
    Twist,
    /// A fact was told.
    Fact,
    /// A coach text was shown.
    Hint,
    /// An answer was taken back.
    Retry,
    /// A question was left unanswered.
    Skip,
    /// The person went away and came back: by a pause, or because the session was cut off.
    Away,
}

/// Nobody thinks about one message for longer, in seconds: the person was away.
const LONGEST_WAIT: f64 = 45.0 * 60.0;

/// Follows the time through a journal, up to the end of what was said.
pub fn clock(lines: &[Line]) -> Clock {
    let mut clock = Clock::default();
    let Some(first) = lines.first() else { return clock };
    let mut last: Timestamp = first.at;
    let mut said: Option<(f64, f64, usize)> = None;
    let mut paused = false;
    let mut over = false;
    // When the last thing happened that was no look at the candidate's typing: they have had the word since then.
    let mut since = 0.0;
    for line in lines {
        let wait = line.at.duration_since(last).as_secs_f64().max(0.0);
        last = line.at;
        let gone = wait > LONGEST_WAIT && !paused && !over;
        let counted = if paused || over || gone { 0.0 } else { wait };
        clock.seconds += counted;
        let now = clock.seconds;
        let mut mark = |what| clock.marks.push(Mark { at: now, what });
        if gone {
            mark(Moment::Away);
        }
        match &line.record {
            Record::Asked(asked) => match &asked.kind {
                Ask::Opening => mark(Moment::Opening),
                Ask::Probe { signal } => mark(Moment::Probe(signal.clone())),
                Ask::Twist => mark(Moment::Twist),
                Ask::Fact { .. } => mark(Moment::Fact),
                Ask::Phrase { .. } => {}
            },
            Record::Said { text } => {
                said = Some((since, now, text.split_whitespace().count()));
            }
            Record::Routed { route, .. } => {
                if let Some((from, to, words)) = said.take() {
                    let what =
                        if *route == Route::Answer { Spent::Answering { words } } else { Spent::Asking };
                    clock.spans.push(Span { from, to, what });
                }
            }
            Record::Used { what } => match what {
                Use::Hint { .. } => mark(Moment::Hint),
                Use::Retry => mark(Moment::Retry),
                Use::Skip => mark(Moment::Skip),
                Use::Pause => {
                    mark(Moment::Away);
                    paused = true;
                }
                Use::Continue => paused = false,
                Use::Rubric => {}
            },
            Record::Observed(_) | Record::Unobserved { .. } if !over => {
                clock.spans.push(Span { from: now - counted, to: now, what: Spent::Judging });
                // What comes after the first result is no part of the round.
                over = matches!(line.record, Record::Unobserved { purpose: Purpose::Card, .. });
            }
            Record::Scored(_) => over = true,
            Record::Opened(_)
            | Record::Drawn(_)
            | Record::Observed(_)
            | Record::Unobserved { .. }
            | Record::Corrected(_)
            | Record::SelfRated { .. }
            | Record::Disputed(_)
            | Record::Rules(_)
            | Record::Sighted(_)
            | Record::Ended { .. } => {}
            // After the seal nobody's time runs.
            Record::Sealed(_) => over = true,
        }
        if !matches!(line.record, Record::Sighted(_)) {
            since = now;
        }
    }
    clock
}

impl Clock {
    /// From the first question to the moment at which the first answer was sent, in seconds.
    pub fn first_answer(&self) -> Option<f64> {
        let opened = self.marks.iter().find(|mark| mark.what == Moment::Opening)?.at;
        let first = self.spans.iter().find(|span| matches!(span.what, Spent::Answering { .. }))?;
        Some(first.to - opened)
    }

    /// Seconds spent on what `which` chooses.
    pub fn spent(&self, which: impl Fn(Spent) -> bool) -> f64 {
        self.spans.iter().filter(|span| which(span.what)).map(|span| span.to - span.from).sum()
    }

    /// How many moments `which` chooses.
    pub fn count(&self, which: impl Fn(&Moment) -> bool) -> usize {
        self.marks.iter().filter(|mark| which(&mark.what)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        live::{Sight, Sighting},
        record::RoutedBy,
        turn::Asked,
    };

    #[test]
    fn what_is_seen_while_an_answer_is_typed_takes_nothing_of_its_time() {
        let opening = Record::Asked(Asked { kind: Ask::Opening, text: "What do you do?".into() });
        let sighted =
            Record::Sighted(Sighting { ms: 10_000, what: Sight::Resized { columns: 80, rows: 24 } });
        let said = Record::Said { text: "I refuse it.".into() };
        let routed = Record::Routed { route: Route::Answer, by: RoutedBy::Rule };
        let lines: Vec<Line> = [(0, opening), (10, sighted), (12, said), (12, routed)]
            .into_iter()
            .map(|(second, record)| Line {
                seq: 0,
                at: Timestamp::from_second(second).unwrap(),
                prev: String::new(),
                record,
            })
            .collect();
        let clock = clock(&lines);
        assert_eq!(clock.spent(|what| matches!(what, Spent::Answering { words: 3 })), 12.0);
        assert_eq!(clock.seconds, 12.0);
    }
}

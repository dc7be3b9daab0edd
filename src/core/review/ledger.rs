//! The ledger of a live session: what was seen, with times, and what it adds up to. Facts; no verdict.

use std::ops::Range;

use serde::Serialize;

use crate::core::editing::buffer::{Buffer, Edit};
use crate::core::live::{Cut, Rules, Sight, typing::Stroke};
use crate::core::record::{Line, Record, Route};

/// A gap between two keys that is longer is a silence and no part of the typing, in milliseconds.
const SILENCE: u64 = 2_000;
/// How much of what followed a silence is quoted, in characters.
const QUOTE: usize = 60;

/// What a live session saw beside the words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ledger {
    /// What held in it.
    pub rules: Rules,
    /// What was seen, in order.
    pub entries: Vec<Entry>,
    /// How it was typed.
    pub hand: Hand,
    /// Messages that asked for help.
    pub help_asked: usize,
    /// Why it ended early, if it did.
    pub cut: Option<Cut>,
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Milliseconds of the round's clock.
    pub ms: u64,
    /// What was seen.
    pub what: Sight,
}

/// How the answers were typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Hand {
    /// Keys that changed the text or the place in it.
    pub keys: usize,
    /// Characters that were put in.
    pub typed: usize,
    /// Characters that were taken away again.
    pub deleted: usize,
    /// Characters that stood there when the round was taken up after a restart: typed, but without times.
    pub restored: usize,
    /// Milliseconds of typing, without silences.
    pub active: u64,
    /// The longest silence in front of a key.
    pub silence: Option<Silence>,
    /// Most characters within one second.
    pub fastest: usize,
}

/// A time in which nothing was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// When it began, in milliseconds of the round's clock.
    pub since: u64,
    /// How long it was, in milliseconds.
    pub ms: u64,
    /// What was typed after it, cut off.
    pub then: String,
    /// Milliseconds of it during which the window had no focus, as far as was reported.
    pub unfocused: u64,
}

impl Hand {
    /// Characters a minute while typing. `None` where next to nothing was typed.
    pub fn speed(&self) -> Option<f64> {
        (self.active >= 1000).then(|| self.typed as f64 * 60_000.0 / self.active as f64)
    }

    /// Share of what was put in that was taken away again, 0 to 1. `None` where nothing was put in.
    pub fn share_deleted(&self) -> Option<f64> {
        (self.typed > 0).then(|| (self.deleted as f64 / self.typed as f64).min(1.0))
    }
}

/// Computes the ledger. `None` if the session was not live.
pub fn fold(lines: &[Line]) -> Option<Ledger> {
    let rules = crate::core::record::rules(lines)?.clone();
    let mut entries = vec![];
    let mut strokes: Vec<Stroke> = vec![];
    let mut hand = Hand::default();
    let (mut help_asked, mut cut) = (0, None);
    // A silence begins where the wait for a message began, or at the key before.
    let mut silences: Vec<(u64, u64, Range<usize>)> = vec![];
    let mut has_restarted = false;
    for line in lines {
        match &line.record {
            Record::Sighted(sighting) => match &sighting.what {
                // A command is no part of an answer.
                Sight::Typed(typing) if typing.text().starts_with('/') => {}
                Sight::Typed(typing) => {
                    let typed = typing.strokes();
                    let end = strokes.len() + typed.len();
                    if std::mem::take(&mut has_restarted) {
                        hand.restored += typing.from.chars().count();
                    }
                    let mut buffer = Buffer::new(typing.from.clone());
                    let mut last = typing.since;
                    for (at, stroke) in typed.iter().enumerate() {
                        let gap = stroke.ms.saturating_sub(last);
                        silences.push((last, gap, strokes.len() + at..end));
                        hand.active += if gap <= SILENCE { gap } else { 0 };
                        last = stroke.ms;
                        buffer.apply(stroke.edit);
                    }
                    hand.deleted += buffer.deleted();
                    strokes.extend(typed);
                }
                Sight::Started { .. } => {}
                what => {
                    has_restarted |= matches!(what, Sight::Restarted { .. });
                    entries.push(Entry { ms: sighting.ms, what: what.clone() });
                }
            },
            Record::Routed { route: Route::Help, .. } => help_asked += 1,
            Record::Ended { why } => cut = Some(*why),
            _ => {}
        }
    }
    let inserts: Vec<u64> = strokes.iter().filter_map(|stroke| inserted(stroke).map(|_| stroke.ms)).collect();
    hand.keys = strokes.len();
    hand.typed = inserts.len();
    hand.fastest = (0..inserts.len())
        .map(|from| inserts[from..].iter().take_while(|ms| **ms < inserts[from] + 1000).count())
        .max()
        .unwrap_or(0);
    hand.silence =
        silences.into_iter().max_by_key(|(_, gap, _)| *gap).filter(|(_, gap, _)| *gap > SILENCE).map(
            |(since, ms, at)| Silence {
                since,
                ms,
                then: strokes[at].iter().filter_map(inserted).take(QUOTE).collect(),
                unfocused: unfocused(&entries, since, since + ms),
            },
        );
    Some(Ledger { rules, entries, hand, help_asked, cut })
}

fn inserted(stroke: &Stroke) -> Option<char> {
    match stroke.edit {
        Edit::Insert(c) => Some(c),
        _ => None,
    }
}

/// Milliseconds without focus between two times.
fn unfocused(entries: &[Entry], from: u64, to: u64) -> u64 {
    entries
        .iter()
        .filter_map(|entry| match entry.what {
            Sight::FocusBack { away } => {
                let lost = entry.ms.saturating_sub(away).max(from);
                Some(entry.ms.min(to).saturating_sub(lost))
            }
            _ => None,
        })
        .sum()
}

impl Ledger {
    /// Milliseconds without focus in all.
    pub fn unfocused(&self) -> u64 {
        unfocused(&self.entries, 0, u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        live::{Patience, Sensors, Sighting, Thresholds, typing::Typing},
        turn::Voice,
    };

    fn ledger(sights: Vec<(u64, Sight)>) -> Ledger {
        let rules = Rules {
            minutes: 12,
            thresholds: Thresholds::default(),
            patience: Patience { route: 3000, read: 3000 },
            declared: vec![],
            sensors: Sensors::default(),
            of_loop: None,
            voice: Voice::default(),
        };
        let records = sights.into_iter().map(|(ms, what)| Record::Sighted(Sighting { ms, what }));
        let lines: Vec<Line> = std::iter::once(Record::Rules(Box::new(rules)))
            .chain(records)
            .map(|record| Line { seq: 0, at: jiff::Timestamp::UNIX_EPOCH, prev: String::new(), record })
            .collect();
        fold(&lines).unwrap()
    }

    fn typed(since: u64, keys: &[(u64, Edit)]) -> Sight {
        let strokes: Vec<Stroke> = keys.iter().map(|(ms, edit)| Stroke { ms: *ms, edit: *edit }).collect();
        Sight::Typed(Box::new(Typing::record(since, "", &strokes)))
    }

    #[test]
    fn the_longest_silence_is_told_with_what_followed_and_where_the_focus_was() {
        let insert = Edit::Insert;
        let ledger = ledger(vec![
            (60_000, Sight::FocusBack { away: 40_000 }),
            (70_000, typed(10_000, &[(11_000, insert('a')), (61_000, insert('b')), (61_100, insert('c'))])),
        ]);
        let silence = ledger.hand.silence.clone().unwrap();
        assert_eq!(silence, Silence { since: 11_000, ms: 50_000, then: "bc".into(), unfocused: 40_000 });
        assert_eq!((ledger.hand.active, ledger.hand.typed, ledger.hand.fastest), (1_100, 3, 2));
    }

    #[test]
    fn what_a_restart_brought_back_is_told_apart_from_what_was_typed() {
        let keys = [Stroke { ms: 90_000, edit: Edit::Insert('!') }];
        let taken_up = Sight::Typed(Box::new(Typing::record(80_000, "kept words", &keys)));
        let ledger = ledger(vec![
            (20_000, typed(10_000, &[(11_000, Edit::Insert('a'))])),
            (80_000, Sight::Restarted { away: 30_000 }),
            (91_000, taken_up),
            (95_000, Sight::Typed(Box::new(Typing::record(92_000, "left over", &[])))),
        ]);
        assert_eq!((ledger.hand.restored, ledger.hand.typed), (10, 2));
    }

    #[test]
    fn what_was_deleted_is_a_share_of_what_was_typed() {
        let keys: Vec<(u64, Edit)> = (1..=8).map(|n| (n * 100, Edit::Insert('x'))).collect();
        let keys = [keys, vec![(900, Edit::Backspace), (1_000, Edit::Backspace)]].concat();
        let ledger = ledger(vec![(1_000, typed(0, &keys))]);
        assert_eq!(ledger.hand.share_deleted(), Some(0.25));
        assert_eq!(ledger.hand.speed(), Some(480.0));
    }
}

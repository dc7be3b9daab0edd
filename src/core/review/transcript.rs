//! Who said what, in order, with the evidence marked in the answers.

use jiff::Timestamp;

use super::{Entry, Item, Piece};
use crate::core::session::replay;
use crate::core::{
    record::{Line, Observed, Record, Route, Use},
    session::Session,
};

/// Builds the transcript, with the evidence of the latest observation for the card.
pub(super) fn transcript(lines: &[Line], seen: Option<&Observed>) -> Vec<Entry> {
    let Some(mut session) = start(lines) else { return vec![] };
    let mut items: Vec<Entry> = vec![];
    // For each answer in `items`: its index, its turn, and where in the turn's text it begins.
    let mut answers: Vec<(usize, usize, usize)> = vec![];
    let mut message: Option<(Timestamp, &str)> = None;
    for line in lines {
        match &line.record {
            Record::Asked(asked) => {
                items.push(Entry { at: line.at, item: Item::Interviewer(asked.clone()) });
            }
            Record::Said { text } => message = Some((line.at, text)),
            Record::Routed { route, .. } => {
                let Some((at, text)) = message.take() else { continue };
                let text = text.to_owned();
                if *route == Route::Answer {
                    let turn = session.turns().len().saturating_sub(1);
                    let before = session
                        .turns()
                        .last()
                        .map_or(0, |turn| turn.said.iter().map(|said| said.len() + 2).sum::<usize>());
                    answers.push((items.len(), turn, before));
                    let piece = Piece { text, number: None, shows: vec![], discount: None };
                    items.push(Entry { at, item: Item::Answer { pieces: vec![piece], retried: false } });
                } else {
                    items.push(Entry { at, item: Item::Aside { text, route: *route } });
                }
            }
            Record::Used { what } => items.push(Entry { at: line.at, item: Item::Used(what.clone()) }),
            Record::Opened(_)
            | Record::Drawn(_)
            | Record::Observed(_)
            | Record::Unobserved { .. }
            | Record::Scored(_)
            | Record::Corrected(_)
            | Record::SelfRated { .. }
            | Record::Disputed(_)
            | Record::Rules(_)
            | Record::Sighted(_)
            | Record::Sealed(_) => {}
            Record::Ended { why } => items.push(Entry { at: line.at, item: Item::Ended(*why) }),
        }
        session.apply(&line.record);
        if matches!(&line.record, Record::Used { what: Use::Retry }) {
            let turn = session.turns().len().saturating_sub(1);
            answers.retain(|&(item, of, _)| {
                let taken_back = of >= turn;
                if taken_back
                    && let Some(Item::Answer { retried, .. }) =
                        items.get_mut(item).map(|entry| &mut entry.item)
                {
                    *retried = true;
                }
                !taken_back
            });
        }
    }
    if let Some((at, message)) = message {
        // Said, but cut off before it was recognised.
        let piece = Piece { text: message.to_owned(), number: None, shows: vec![], discount: None };
        items.push(Entry { at, item: Item::Answer { pieces: vec![piece], retried: false } });
    }
    if let Some(seen) = seen {
        for (item, turn, offset) in answers {
            if let Some(Item::Answer { pieces, .. }) = items.get_mut(item).map(|entry| &mut entry.item)
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

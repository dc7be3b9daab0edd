//! A live session in the order in which it happened, key by key, to be played back.

use crate::core::{editing::buffer::Edit, live::Sight};
use crate::core::{
    record::{Line, Record},
    turn::Asked,
};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Milliseconds of the round's clock.
    pub ms: u64,
    /// What.
    pub what: Happening,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// The interviewer spoke.
    Asked(Asked),
    /// The wait for a message began, with this text there already.
    Waits(String),
    /// A key.
    Key(Edit),
    /// The message was sent, or the time was over.
    Sent,
    /// Something was seen beside the words.
    Saw(Sight),
}

/// The moments of a session, in order.
pub fn timeline(lines: &[Line]) -> Vec<Moment> {
    let mut moments: Vec<Moment> = vec![];
    let mut now = 0;
    for line in lines {
        match &line.record {
            Record::Asked(asked) => moments.push(Moment { ms: now, what: Happening::Asked(asked.clone()) }),
            Record::Sighted(sighting) => {
                now = now.max(sighting.ms);
                match &sighting.what {
                    Sight::Typed(typing) => {
                        let mut add = |ms, what| moments.push(Moment { ms, what });
                        add(typing.since, Happening::Waits(typing.from.clone()));
                        typing.strokes().iter().for_each(|key| add(key.ms, Happening::Key(key.edit)));
                        add(sighting.ms, Happening::Sent);
                    }
                    what => moments.push(Moment { ms: sighting.ms, what: Happening::Saw(what.clone()) }),
                }
            }
            _ => {}
        }
    }
    // A message's keys are stored when it is sent, behind what was seen meanwhile.
    moments.sort_by_key(|moment| moment.ms);
    moments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        live::{
            Sighting,
            typing::{Stroke, Typing},
        },
        turn::Ask,
    };

    #[test]
    fn what_was_seen_while_somebody_typed_comes_between_the_keys() {
        let key = |ms| Stroke { ms, edit: Edit::Insert('x') };
        let typing = Box::new(Typing::record(10, "", &[key(20), key(40)]));
        let asked = Asked { kind: Ask::Opening, text: "?".into() };
        let records = [
            Record::Asked(asked),
            Record::Sighted(Sighting { ms: 30, what: Sight::FocusLost }),
            Record::Sighted(Sighting { ms: 50, what: Sight::Typed(typing) }),
        ];
        let line = |record| Line { seq: 0, at: jiff::Timestamp::UNIX_EPOCH, prev: String::new(), record };
        let lines: Vec<Line> = records.into_iter().map(line).collect();
        let found: Vec<u64> = timeline(&lines).iter().map(|moment| moment.ms).collect();
        assert_eq!(found, [0, 10, 20, 30, 40, 50]);
        assert_eq!(timeline(&lines)[3].what, Happening::Saw(Sight::FocusLost));
    }
}

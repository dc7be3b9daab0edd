//! How a message was typed: every key with its time, stored compactly, and played back.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::core::editing::buffer::{Buffer, Edit};

/// Every key of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    /// When the wait for the message began, in milliseconds of the round's clock.
    pub since: u64,
    /// What stood there already: the draft of a session that was cut off.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// The characters that were put in, in the order of typing.
    pub typed: String,
    /// What each key did, a letter each, with a count in front where it did so several times in a row: `i` puts in
    /// the next character of `typed`; the others are those of [`letter`].
    pub keys: String,
    /// Milliseconds before each key, as LEB128 numbers in base64.
    pub gaps: String,
}

/// A key with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stroke {
    /// Milliseconds of the round's clock.
    pub ms: u64,
    /// What it did.
    pub edit: Edit,
}

/// The letters of the edits that put nothing in.
const LETTERS: [(char, Edit); 13] = [
    ('b', Edit::Backspace),
    ('d', Edit::Delete),
    ('w', Edit::KillWord),
    ('u', Edit::KillBack),
    ('k', Edit::KillRest),
    ('l', Edit::Left),
    ('r', Edit::Right),
    ('p', Edit::Up),
    ('n', Edit::Down),
    ('a', Edit::Home),
    ('e', Edit::End),
    ('L', Edit::WordLeft),
    ('R', Edit::WordRight),
];

/// The letter that an edit is stored as.
pub fn letter(edit: Edit) -> char {
    LETTERS.iter().find(|(_, known)| *known == edit).map_or('i', |(letter, _)| *letter)
}

impl Typing {
    /// Stores strokes that began with the text `from`.
    pub fn record(since: u64, from: &str, strokes: &[Stroke]) -> Self {
        let mut typing = Self { since, from: from.to_owned(), ..Self::default() };
        let mut gaps = vec![];
        let mut last = since;
        for stroke in strokes {
            leb128(stroke.ms.saturating_sub(last), &mut gaps);
            last = stroke.ms.max(last);
            if let Edit::Insert(c) = stroke.edit {
                typing.typed.push(c);
            }
        }
        for same in strokes.chunk_by(|a, b| letter(a.edit) == letter(b.edit)) {
            if same.len() > 1 {
                typing.keys.push_str(&same.len().to_string());
            }
            typing.keys.extend(same.first().map(|stroke| letter(stroke.edit)));
        }
        typing.gaps = STANDARD_NO_PAD.encode(gaps);
        typing
    }

    /// The strokes again. A record that was damaged gives those that can be read.
    pub fn strokes(&self) -> Vec<Stroke> {
        let gaps = STANDARD_NO_PAD.decode(&self.gaps).unwrap_or_default();
        let mut gaps = gaps.as_slice();
        let mut typed = self.typed.chars();
        let (mut ms, mut count, mut strokes) = (self.since, 0_usize, vec![]);
        for c in self.keys.chars() {
            if let Some(digit) = c.to_digit(10) {
                count = count.saturating_mul(10).saturating_add(digit as usize);
                continue;
            }
            for _ in 0..std::mem::take(&mut count).max(1) {
                let edit = LETTERS.iter().find(|(letter, _)| *letter == c).map(|(_, edit)| *edit);
                let edit = edit.or_else(|| typed.next().map(Edit::Insert));
                let (Some(edit), Some(gap)) = (edit, from_leb128(&mut gaps)) else { return strokes };
                ms = ms.saturating_add(gap);
                strokes.push(Stroke { ms, edit });
            }
        }
        strokes
    }

    /// The text that came of it.
    pub fn text(&self) -> String {
        let mut buffer = Buffer::new(self.from.clone());
        self.strokes().iter().for_each(|stroke| buffer.apply(stroke.edit));
        buffer.take()
    }
}

fn leb128(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn from_leb128(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edit() -> impl Strategy<Value = Edit> {
        let others: Vec<Edit> = LETTERS.iter().map(|(_, edit)| *edit).collect();
        prop_oneof![5 => any::<char>().prop_map(Edit::Insert), 2 => proptest::sample::select(others)]
    }

    proptest! {
        #[test]
        fn what_was_typed_comes_back_key_by_key(
            from in ".{0,20}", since in 0_u64..1 << 40,
            keys in prop::collection::vec((0_u64..100_000, edit()), 0..150),
        ) {
            let mut ms = since;
            let mut buffer = Buffer::new(from.clone());
            let strokes: Vec<Stroke> = keys.into_iter().map(|(gap, edit)| {
                ms += gap;
                buffer.apply(edit);
                Stroke { ms, edit }
            }).collect();
            let typing = Typing::record(since, &from, &strokes);
            prop_assert_eq!(typing.strokes(), strokes);
            prop_assert_eq!(typing.text(), buffer.take());
        }

        #[test]
        fn a_damaged_record_gives_what_can_be_read(keys in ".{0,30}", gaps in ".{0,30}", typed in ".{0,9}") {
            let typing = Typing { keys, gaps, typed, ..Typing::default() };
            let _ = typing.text();
        }
    }

    #[test]
    fn a_long_answer_takes_about_two_bytes_a_key() {
        let strokes: Vec<Stroke> =
            (0..3000).map(|n| Stroke { ms: n * 140, edit: Edit::Insert('e') }).collect();
        let stored = serde_json::to_string(&Typing::record(0, "", &strokes)).unwrap();
        assert!(stored.len() < 3000 * 4, "{}", stored.len());
    }
}

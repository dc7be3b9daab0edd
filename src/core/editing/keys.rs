//! What the bytes from a terminal are: keys, pastes, focus reports. Decided before anything else gets to see them.
//!
//! In practice a paste is a paste if the terminal marks it, and keys are keys at once. In live mode, bytes that arrive
//! together are held for a moment: fewer than a hand could not type in that time become keys; more are a paste, which is
//! refused whole, as one is that the terminal marks.

use super::buffer::Edit;
use crate::core::live::Thresholds;

/// What was seen. Times are those that bytes were fed in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A key that means something.
    Key(Stamped),
    /// A paste.
    Paste {
        /// Whether the terminal marked it.
        marked: bool,
        /// What was pasted, cut off where it is very long.
        text: String,
        /// How many characters it had in all.
        chars: usize,
    },
    /// The window got or lost the focus.
    Focus(bool),
    /// A key that does nothing, by name.
    Denied(String),
    /// The terminal's answer to a question of the program's, without its introducer.
    Report(String),
}

/// A key and when it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// Milliseconds.
    pub at: u64,
    /// Which key.
    pub key: Key,
}

/// A key that means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Changes the text.
    Edit(Edit),
    /// Enter: a new line, or the end of a command.
    Enter,
    /// Ctrl-D.
    Send,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-L.
    Redraw,
    /// Ctrl-Z.
    Stop,
    /// Ctrl-X, which begins a command of two keys.
    Prefix,
}

impl Key {
    /// Whether it writes something.
    fn is_text(self) -> bool {
        matches!(self, Self::Edit(Edit::Insert(_)) | Self::Enter)
    }
}

/// Longest paste that is kept where pastes are refused, in bytes; what follows is refused all the same.
const LONGEST_PASTE: usize = 64 * 1024;
/// A marked paste whose end never comes is over when Ctrl-C comes alone behind a silence like this, in milliseconds: a
/// person who presses it again and again would keep the paste alive for ever.
const ALONE: u64 = 100;
const INTERRUPT: u8 = 0x03;
/// A hand needs at least as long for a key, in milliseconds.
const FASTEST_KEY: u64 = 40;
/// Most characters that are taken for gathered.
const MOST_GATHERED: u64 = 40;
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// Turns bytes into what they mean.
#[derive(Debug)]
pub struct Filter {
    thresholds: Thresholds,
    /// What arrived together and is held until it is known what it is.
    held: Vec<Held>,
    /// When the last byte came.
    last: u64,
    /// An unfinished escape sequence or character.
    partial: Vec<u8>,
    paste: Option<Paste>,
    /// How many characters more than a burst's may be held, because they had time to gather.
    gathered: usize,
    /// How much of a paste is kept, in bytes.
    longest: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Held {
    Key(Stamped),
    Denied(String),
}

#[derive(Debug, Default)]
struct Paste {
    marked: bool,
    bytes: Vec<u8>,
    /// Only as long as the end mark has not come.
    open: bool,
    /// How many characters came that are not kept.
    beyond: usize,
    /// The last bytes, to find the end mark in even where no more are kept.
    recent: Vec<u8>,
}

impl Filter {
    /// A filter that knows pastes by their speed, too, and keeps no more of one than a record needs.
    pub fn new(thresholds: Thresholds) -> Self {
        let longest = LONGEST_PASTE;
        Self { thresholds, held: vec![], last: 0, partial: vec![], paste: None, gathered: 0, longest }
    }

    /// A filter where pasting is allowed: a paste is one that the terminal marks, nothing waits, and all of it is kept.
    pub fn of_practice() -> Self {
        let thresholds = Thresholds { burst: usize::MAX, hold: 0, tail: 0, ..Thresholds::default() };
        Self { longest: usize::MAX, ..Self::new(thresholds) }
    }

    /// How long to wait for more bytes before [`Self::tick`] has something to decide. `None` if nothing is held.
    pub fn wait(&self, now: u64) -> Option<u64> {
        let limit = if let Some(paste) = &self.paste {
            if paste.open { self.thresholds.unterminated } else { self.thresholds.tail }
        } else if !self.partial.is_empty() {
            self.thresholds.escape
        } else if !self.held.is_empty() {
            self.thresholds.hold
        } else {
            return None;
        };
        Some((self.last + limit).saturating_sub(now))
    }

    /// Says that nobody looked for bytes for `ms` milliseconds, so that what comes next may have gathered: a hand goes
    /// on typing while a disk or a connection is slow.
    pub fn not_looked_for(&mut self, ms: u64) {
        self.gathered = (ms / FASTEST_KEY).min(MOST_GATHERED) as usize;
    }

    /// Takes bytes that came at `now`.
    pub fn feed(&mut self, bytes: &[u8], now: u64) -> Vec<Seen> {
        let mut seen = self.tick(now);
        let is_open = self.paste.as_ref().is_some_and(|paste| paste.open);
        if is_open && bytes == [INTERRUPT] && now.saturating_sub(self.last) >= ALONE {
            self.settle(&mut seen);
        }
        self.last = now;
        for byte in bytes {
            self.byte(*byte, now, &mut seen);
        }
        seen
    }

    /// Decides on what has been held long enough.
    pub fn tick(&mut self, now: u64) -> Vec<Seen> {
        let mut seen = vec![];
        if self.wait(now) != Some(0) {
            return seen;
        }
        self.settle(&mut seen);
        seen
    }

    /// Decides on everything that is held, because nothing will follow.
    pub fn finish(&mut self) -> Vec<Seen> {
        let mut seen = vec![];
        self.settle(&mut seen);
        if self.paste.is_some() {
            self.settle(&mut seen);
        }
        seen
    }

    fn settle(&mut self, seen: &mut Vec<Seen>) {
        if let Some(paste) = self.paste.take() {
            if paste.open {
                // Until now everything was taken for a part of it; the next key is a key again.
                self.partial.clear();
            }
            let text = String::from_utf8_lossy(&paste.bytes).replace("\r\n", "\n").replace('\r', "\n");
            let chars = text.chars().count() + paste.beyond;
            seen.push(Seen::Paste { marked: paste.marked, text, chars });
        }
        if let Some(first) = self.partial.first().copied() {
            let bytes = std::mem::take(&mut self.partial);
            // The rest of a character that never came.
            let held = if first == 0x1b { Held::Denied(named(&bytes)) } else { replacement(self.last) };
            // One more may make a paste of what is held.
            self.hold(held, seen);
        }
        self.release(seen);
    }

    /// Lets go what is held: as keys, as it was too little for a paste.
    fn release(&mut self, seen: &mut Vec<Seen>) {
        seen.extend(self.held.drain(..).map(|held| match held {
            Held::Key(key) => Seen::Key(key),
            Held::Denied(name) => Seen::Denied(name),
        }));
    }

    fn byte(&mut self, byte: u8, now: u64, seen: &mut Vec<Seen>) {
        if let Some(paste) = self.paste.as_mut().filter(|paste| paste.open) {
            paste.take(byte, self.longest);
            if paste.ended() {
                paste.open = false;
                if self.thresholds.tail == 0 {
                    self.settle(seen);
                }
            }
            return;
        }
        self.partial.push(byte);
        let Some(whole) = whole(&self.partial) else { return };
        let bytes = std::mem::take(&mut self.partial);
        if !whole {
            // One mark for what can't be read, as everywhere; what stands behind it may be read again.
            let bad = std::str::from_utf8(&bytes).err().and_then(|error| error.error_len()).unwrap_or(1);
            self.hold(replacement(now), seen);
            return bytes[bad.min(bytes.len())..].iter().for_each(|byte| self.byte(*byte, now, seen));
        }
        match bytes.as_slice() {
            b"\x1b[200~" => self.begin_marked(seen),
            // An end mark without a beginning: the second one of a paste that held one itself.
            PASTE_ENDS if self.thresholds.tail == 0 => {}
            PASTE_ENDS => {
                self.paste.get_or_insert_default().marked = true;
            }
            b"\x1b[I" => seen.push(Seen::Focus(true)),
            b"\x1b[O" => seen.push(Seen::Focus(false)),
            [0x1b, b'[', b'?' | b'>', ..] => seen.push(Seen::Report(named(&bytes))),
            [0x1b, b']' | b'P' | b'_' | b'^' | b'X', ..] => seen.push(Seen::Report(String::new())),
            bytes => match key(bytes) {
                Some(key) => self.hold(Held::Key(Stamped { at: now, key }), seen),
                None => self.hold(Held::Denied(named(bytes)), seen),
            },
        }
    }

    fn begin_marked(&mut self, seen: &mut Vec<Seen>) {
        match &mut self.paste {
            // It goes on: a paste in pieces, or text behind an end mark that was part of the paste.
            Some(paste) => (paste.open, paste.marked) = (true, true),
            None => {
                // What was typed just before is typed.
                self.release(seen);
                self.paste = Some(Paste { marked: true, open: true, ..Paste::default() });
            }
        }
    }

    fn hold(&mut self, what: Held, seen: &mut Vec<Seen>) {
        if let Some(paste) = &mut self.paste {
            if let Held::Key(Stamped { key, .. }) = what {
                paste.take_key(key, self.longest);
            }
            return;
        }
        self.held.push(what);
        let is_text = |held: &&Held| matches!(held, Held::Key(Stamped { key, .. }) if key.is_text());
        let burst = self.thresholds.burst.max(2).saturating_add(self.gathered);
        if burst < usize::MAX && self.held.iter().filter(is_text).count() >= burst {
            let mut paste = Paste::default();
            for held in self.held.drain(..) {
                match held {
                    Held::Key(Stamped { key, .. }) => paste.take_key(key, self.longest),
                    Held::Denied(name) => seen.push(Seen::Denied(name)),
                }
            }
            self.paste = Some(paste);
        }
    }
}

impl Paste {
    fn take(&mut self, byte: u8, longest: usize) {
        self.recent.push(byte);
        if self.recent.len() > PASTE_ENDS.len() {
            self.recent.remove(0);
        }
        if self.bytes.len() < longest {
            self.bytes.push(byte);
        } else if byte & 0xc0 != 0x80 {
            self.beyond += 1;
        }
    }

    /// Whether the end mark has just come; it is no part of the paste.
    fn ended(&mut self) -> bool {
        let ended = self.recent == PASTE_ENDS;
        if ended {
            self.recent.clear();
            // The mark itself may lie partly behind what is kept.
            let kept = PASTE_ENDS.len().saturating_sub(self.beyond);
            self.beyond = self.beyond.saturating_sub(PASTE_ENDS.len());
            self.bytes.truncate(self.bytes.len().saturating_sub(kept));
        }
        ended
    }

    fn take_key(&mut self, key: Key, longest: usize) {
        let c = match key {
            Key::Edit(Edit::Insert(c)) => c,
            Key::Enter => '\n',
            // Keys that arrive in the middle of a paste are a part of it, too, but say nothing.
            Key::Edit(_) | Key::Send | Key::Interrupt | Key::Redraw | Key::Stop | Key::Prefix => return,
        };
        let mut utf8 = [0; 4];
        c.encode_utf8(&mut utf8).bytes().for_each(|byte| self.take(byte, longest));
    }
}

/// What stands for bytes that are no text, so that one of them doesn't cost the words around it.
fn replacement(at: u64) -> Held {
    Held::Key(Stamped { at, key: Key::Edit(Edit::Insert(char::REPLACEMENT_CHARACTER)) })
}

/// Whether bytes are a whole sequence or character: `None` if more has to come, `false` if nothing can become of them.
fn whole(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0x1b] => None,
        [0x1b, 0x1b, rest @ ..] => {
            // Esc twice, or Alt with a sequence.
            if rest.is_empty() { Some(true) } else { whole(&bytes[1..]) }
        }
        [0x1b, b'['] | [0x1b, b'O'] => None,
        [0x1b, b'[', b'[', rest @ ..] => (!rest.is_empty()).then_some(true),
        [0x1b, b'[', .., last] => ((0x40..=0x7e).contains(last) || bytes.len() > 64).then_some(true),
        [0x1b, b'O', _] => Some(true),
        [0x1b, b']' | b'P' | b'_' | b'^' | b'X', rest @ ..] => {
            let ends = rest.last() == Some(&0x07) || rest.ends_with(b"\x1b\\") || rest.len() > 4096;
            ends.then_some(true)
        }
        [0x1b, rest @ ..] => whole(rest),
        _ => match std::str::from_utf8(bytes) {
            Ok(_) => Some(true),
            Err(error) if error.error_len().is_none() => None,
            Err(_) => Some(false),
        },
    }
}

/// What a whole sequence or character means, if anything.
fn key(bytes: &[u8]) -> Option<Key> {
    let edit = |edit| Some(Key::Edit(edit));
    match bytes {
        b"\r" | b"\n" | b"\x1bOM" => Some(Key::Enter),
        // Alt-Enter, and what terminals send for Shift-Enter and Ctrl-Enter: a new line, whatever stands there.
        b"\x1b\r" | b"\x1b\n" | b"\x1b\x1bOM" => edit(Edit::Insert('\n')),
        bytes if is_modified_enter(bytes) => edit(Edit::Insert('\n')),
        b"\x04" => Some(Key::Send),
        [INTERRUPT] => Some(Key::Interrupt),
        b"\x0c" => Some(Key::Redraw),
        b"\x1a" => Some(Key::Stop),
        b"\x18" => Some(Key::Prefix),
        b"\x7f" | b"\x08" => edit(Edit::Backspace),
        b"\x1b[3~" => edit(Edit::Delete),
        b"\x17" | b"\x1b\x7f" => edit(Edit::KillWord),
        b"\x15" => edit(Edit::KillBack),
        b"\x0b" => edit(Edit::KillRest),
        b"\x1b[D" | b"\x1bOD" | b"\x02" => edit(Edit::Left),
        b"\x1b[C" | b"\x1bOC" | b"\x06" => edit(Edit::Right),
        b"\x1b[A" | b"\x1bOA" => edit(Edit::Up),
        b"\x1b[B" | b"\x1bOB" => edit(Edit::Down),
        b"\x01" | b"\x1b[H" | b"\x1bOH" | b"\x1b[1~" | b"\x1b[7~" => edit(Edit::Home),
        b"\x05" | b"\x1b[F" | b"\x1bOF" | b"\x1b[4~" | b"\x1b[8~" => edit(Edit::End),
        b"\x1bb" | b"\x1b[1;5D" | b"\x1b[1;3D" => edit(Edit::WordLeft),
        b"\x1bf" | b"\x1b[1;5C" | b"\x1b[1;3C" => edit(Edit::WordRight),
        _ => {
            let mut chars = std::str::from_utf8(bytes).ok()?.chars();
            let c = chars.next().filter(|c| !c.is_control())?;
            if chars.next().is_some() { None } else { edit(Edit::Insert(c)) }
        }
    }
}

/// Enter with Shift, Alt or Ctrl, as the terminals report it that tell them apart: `CSI 13 ; 2 u` and `CSI 27 ; 2 ; 13 ~`.
fn is_modified_enter(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let of_kitty = text.strip_prefix("\x1b[13;").and_then(|rest| rest.strip_suffix('u'));
    let of_xterm = text.strip_prefix("\x1b[27;").and_then(|rest| rest.strip_suffix(";13~"));
    let modifier = of_kitty.or(of_xterm).and_then(|modifier| modifier.split(':').next()?.parse::<u32>().ok());
    modifier.is_some_and(|modifier| modifier > 1)
}

impl Key {
    /// Its name, for the record of a mode that has no use for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Edit(_) => "an editing key",
            Self::Enter => "Enter",
            Self::Send => "Ctrl-D",
            Self::Interrupt => "Ctrl-C",
            Self::Redraw => "Ctrl-L",
            Self::Stop => "Ctrl-Z",
            Self::Prefix => "Ctrl-X",
        }
    }
}

/// A key's name, for the record.
fn named(bytes: &[u8]) -> String {
    match bytes {
        [0x1b] | [0x1b, 0x1b] => "Esc".into(),
        b"\t" => "Tab".into(),
        b"\x1b[Z" => "Shift-Tab".into(),
        b"\x1b[5~" => "Page Up".into(),
        b"\x1b[6~" => "Page Down".into(),
        b"\x1b[2~" => "Insert".into(),
        [0x1b, rest @ ..] if rest.first().is_some_and(|b| !b"[O".contains(b)) => {
            format!("Alt-{}", named(rest))
        }
        [0x1b, rest @ ..] => {
            rest.iter().take(24).map(|b| if b.is_ascii_graphic() { *b as char } else { '·' }).collect()
        }
        [control] if *control < 0x20 => format!("Ctrl-{}", (control + 0x40) as char),
        other => String::from_utf8_lossy(other).chars().filter(|c| !c.is_control()).take(8).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Feeds pieces that come at times, and ends with a long silence.
    fn seen(pieces: &[(u64, &[u8])]) -> Vec<Seen> {
        let mut filter = Filter::new(Thresholds::default());
        let mut seen = vec![];
        for (at, bytes) in pieces {
            seen.extend(filter.feed(bytes, *at));
        }
        let end = pieces.last().map_or(0, |(at, _)| *at);
        (1..=20).for_each(|n| seen.extend(filter.tick(end + n * 100)));
        seen
    }

    fn text(seen: &[Seen]) -> String {
        seen.iter()
            .filter_map(|seen| match seen {
                Seen::Key(Stamped { key: Key::Edit(Edit::Insert(c)), .. }) => Some(*c),
                Seen::Key(Stamped { key: Key::Enter, .. }) => Some('\n'),
                _ => None,
            })
            .collect()
    }

    fn pastes(seen: &[Seen]) -> Vec<(bool, &str)> {
        seen.iter()
            .filter_map(|seen| match seen {
                Seen::Paste { marked, text, .. } => Some((*marked, text.as_str())),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_hand_types_with_rollover() {
        let keys: Vec<(u64, Vec<u8>)> = "I would say no.\rAnd."
            .bytes()
            .enumerate()
            .map(|(n, b)| (n as u64 * 30 / 4 * 4, vec![b]))
            .collect();
        let keys: Vec<(u64, &[u8])> = keys.iter().map(|(at, b)| (*at, b.as_slice())).collect();
        assert_eq!(text(&seen(&keys)), "I would say no.\nAnd.");
        // Three keys of a roll in one read.
        assert_eq!(text(&seen(&[(0, b"the"), (90, b"se")])), "these");
    }

    #[test]
    fn a_paste_is_refused_whole_with_marks_and_without() {
        let long = "x".repeat(64);
        let marked = format!("\x1b[200~{long}\x1b[201~");
        assert_eq!(pastes(&seen(&[(0, marked.as_bytes())])), [(true, long.as_str())]);
        assert_eq!(pastes(&seen(&[(0, long.as_bytes())])), [(false, long.as_str())]);
        let three = "one of it\rtwo of it\rthree";
        let found = seen(&[(0, three.as_bytes())]);
        assert_eq!(
            (text(&found).as_str(), pastes(&found)),
            ("", vec![(false, "one of it\ntwo of it\nthree")])
        );
    }

    #[test]
    fn what_is_typed_before_and_after_a_paste_stays() {
        let found = seen(&[(0, b"a"), (100, b"b"), (105, b"\x1b[200~pasted\x1b[201~"), (500, b"c")]);
        assert_eq!((text(&found).as_str(), pastes(&found)), ("abc", vec![(true, "pasted")]));
    }

    #[test]
    fn an_end_mark_inside_a_paste_lets_nothing_through() {
        let found = seen(&[(0, b"\x1b[200~harmless\x1b[201~ and the rest\r\x1b[201~"), (400, b"x")]);
        assert_eq!((text(&found).as_str(), pastes(&found)), ("x", vec![(true, "harmless and the rest\n")]));
    }

    #[test]
    fn a_paste_without_an_end_ends_by_itself() {
        let found = seen(&[(0, b"\x1b[200~never ends"), (900, b"typed")]);
        assert_eq!((text(&found).as_str(), pastes(&found)), ("typed", vec![(true, "never ends")]));
    }

    #[test]
    fn a_very_long_paste_is_counted_whole() {
        for length in [LONGEST_PASTE - 3, LONGEST_PASTE, LONGEST_PASTE + 3, LONGEST_PASTE + 50_000] {
            let found = seen(&[(0, format!("\x1b[200~{}\x1b[201~", "x".repeat(length)).as_bytes())]);
            let [Seen::Paste { text, chars, .. }] = found.as_slice() else { panic!("{}", found.len()) };
            assert_eq!((*chars, text.len()), (length, length.min(LONGEST_PASTE)));
        }
    }

    #[test]
    fn a_paste_in_pieces_is_one_paste() {
        let found =
            seen(&[(0, b"\x1b[20"), (3, b"0~one "), (120, b"two "), (300, b"three\x1b[2"), (330, b"01~")]);
        assert_eq!((text(&found).as_str(), pastes(&found)), ("", vec![(true, "one two three")]));
        let found = seen(&[(0, b"without marks "), (40, b"in"), (80, b"pieces")]);
        assert_eq!((text(&found).as_str(), pastes(&found).len()), ("", 1));
    }

    #[test]
    fn what_gathered_while_nobody_looked_is_typed() {
        let mut filter = Filter::new(Thresholds::default());
        filter.not_looked_for(600);
        let mut found = filter.feed(b"while it hung", 600);
        found.extend(filter.tick(700));
        assert_eq!(text(&found), "while it hung");
    }

    #[test]
    fn reports_and_denied_keys_are_told_apart_from_text() {
        let found = seen(&[
            (0, b"\x1b[O"),
            (100, b"\x1b[I"),
            (200, b"\x12"),
            (300, b"\x1b"),
            (400, b"\t"),
            (500, b"\x1b[?1004;1$y"),
        ]);
        let expected = [
            Seen::Focus(false),
            Seen::Focus(true),
            Seen::Denied("Ctrl-R".into()),
            Seen::Denied("Esc".into()),
            Seen::Denied("Tab".into()),
            Seen::Report("[?1004;1$y".into()),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn characters_of_several_bytes_may_come_in_pieces() {
        assert_eq!(text(&seen(&[(0, &[0xe6]), (1, &[0xbc, 0xa2]), (50, "字".as_bytes())])), "漢字");
        let found = seen(&[(0, b"\xff"), (60, b"a")]);
        assert_eq!((text(&found).as_str(), found.len()), ("\u{fffd}a", 2));
    }

    #[test]
    fn bytes_that_are_no_text_become_one_mark_and_cost_nothing_around_them() {
        for (bytes, read) in [
            (&b"caf\xe9 au"[..], "caf\u{fffd} au"),
            (b"caf\xe9\r", "caf\u{fffd}\n"),
            (b"a\xe9", "a\u{fffd}"),
            (b"\xe6\xbcx", "\u{fffd}x"),
            (b"\xf0\x9f\x98\xe9\xff!", "\u{fffd}\u{fffd}\u{fffd}!"),
        ] {
            assert_eq!(text(&seen(&[(0, bytes)])), read, "{bytes:?}");
        }
    }

    #[test]
    fn alt_and_shift_enter_are_new_lines_and_only_ctrl_d_sends() {
        let new_line = Key::Edit(Edit::Insert('\n'));
        for bytes in
            [&b"\x1b\r"[..], b"\x1b\n", b"\x1b[13;2u", b"\x1b[13;3u", b"\x1b[27;2;13~", b"\x1b[13;5:1u"]
        {
            let found = seen(&[(0, bytes)]);
            assert!(matches!(&found[..], [Seen::Key(Stamped { key, .. })] if *key == new_line), "{bytes:?}");
        }
        assert!(matches!(&seen(&[(0, b"\x04")])[..], [Seen::Key(Stamped { key: Key::Send, .. })]));
    }

    /// The same in practice, where nothing waits.
    fn seen_in_practice(pieces: &[(u64, &[u8])]) -> Vec<Seen> {
        let mut filter = Filter::of_practice();
        let mut seen = vec![];
        for (at, bytes) in pieces {
            seen.extend(filter.feed(bytes, *at));
            seen.extend(filter.tick(*at));
        }
        let end = pieces.last().map_or(0, |(at, _)| *at);
        seen.extend(filter.tick(end + 1000));
        seen
    }

    #[test]
    fn in_practice_a_paste_is_taken_whole_and_what_follows_it_at_once_is_keys() {
        let long = "words of it ".repeat(20_000);
        let bytes = format!("a\x1b[200~{long}\r\n\tend\x07\x1b[201~b\x04");
        let found = seen_in_practice(&[(0, bytes.as_bytes())]);
        assert_eq!(
            (text(&found).as_str(), pastes(&found)),
            ("ab", vec![(true, format!("{long}\n\tend\u{7}").as_str())])
        );
        assert!(matches!(found.last(), Some(Seen::Key(Stamped { key: Key::Send, .. }))));
        assert_eq!(text(&seen_in_practice(&[(0, long.as_bytes())])), long, "however fast, keys are keys");
    }

    #[test]
    fn a_paste_without_an_end_ends_at_ctrl_c_however_often_it_is_pressed() {
        let pieces = [(0, &b"\x1b[200~half of it"[..]), (300, b"\x03"), (600, b"\x03"), (900, b"x")];
        for found in [seen(&pieces), seen_in_practice(&pieces)] {
            assert_eq!((text(&found).as_str(), pastes(&found)), ("x", vec![(true, "half of it")]));
            let interrupts =
                found.iter().filter(|s| matches!(s, Seen::Key(Stamped { key: Key::Interrupt, .. })));
            assert_eq!(interrupts.count(), 2);
        }
    }

    fn pieces() -> impl Strategy<Value = Vec<(u64, Vec<u8>)>> {
        let bytes = prop_oneof![
            3 => prop::collection::vec(any::<u8>(), 0..40),
            2 => "[a-zé漢 \r]{0,30}".prop_map(String::into_bytes),
            2 => proptest::sample::select(vec![&b"\x1b[200~"[..], b"\x1b[201~", b"\x1b[2", b"\x1b", b"\x1b[I", b"\x1b[O", b"\x04", b"\x1b]0;x\x07"]).prop_map(<[u8]>::to_vec),
        ];
        prop::collection::vec((0_u64..700, bytes), 0..30)
    }

    /// Text that a hand could not have typed: more than a burst's characters without a gap between any two reads.
    fn longest_run(found: &[Seen], hold: u64) -> usize {
        let times: Vec<u64> = found
            .iter()
            .filter_map(|seen| match seen {
                Seen::Key(Stamped { at, key: Key::Edit(Edit::Insert(_)) | Key::Enter }) => Some(*at),
                _ => None,
            })
            .collect();
        times.chunk_by(|a, b| b - a < hold).map(<[u64]>::len).max().unwrap_or(0)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(512), ..ProptestConfig::default() })]
        #[test]
        fn no_bytes_bring_a_burst_through_or_get_stuck(pieces in pieces()) {
            let thresholds = Thresholds::default();
            let mut filter = Filter::new(thresholds);
            let (mut now, mut found) = (0, vec![]);
            for (gap, bytes) in pieces {
                now += gap;
                found.extend(filter.feed(&bytes, now));
            }
            for _ in 0..10 {
                now += 1000;
                found.extend(filter.tick(now));
            }
            prop_assert_eq!(filter.wait(now), None, "nothing is held for ever");
            prop_assert!(longest_run(&found, thresholds.hold) < thresholds.burst);
        }

        #[test]
        fn what_is_between_the_marks_never_becomes_a_key(inside in "[ -~\r]{1,200}", cut in 0_usize..200, gap in 0_u64..450) {
            let bytes = format!("\x1b[200~{inside}\x1b[201~").into_bytes();
            let (first, second) = bytes.split_at(cut.min(bytes.len()));
            let mut filter = Filter::new(Thresholds::default());
            let mut found = filter.feed(first, 0);
            // A mark that is cut in the middle has to come together within the time for a sequence.
            let gap = if (1..6).contains(&first.len()) { gap.min(40) } else { gap };
            found.extend(filter.feed(second, gap));
            (1..=20).for_each(|n| found.extend(filter.tick(gap + n * 100)));
            prop_assert!(!found.iter().any(|seen| matches!(seen, Seen::Key(_))), "{found:?}");
        }

        #[test]
        fn slow_keys_all_come_through(text in "[a-zäé漢字 ]{0,60}") {
            let mut filter = Filter::new(Thresholds::default());
            let (mut found, mut now) = (vec![], 0);
            for c in text.chars() {
                now += 25;
                found.extend(filter.feed(c.to_string().as_bytes(), now));
            }
            found.extend(filter.tick(now + 100));
            prop_assert_eq!(super::tests::text(&found), text);
        }
    }
}

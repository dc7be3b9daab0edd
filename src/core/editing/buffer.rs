//! The text that is being typed, and the keys that change it.

use unicode_segmentation::UnicodeSegmentation;

/// Something that changes the text or the place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Puts in a character; a new line is one too.
    Insert(char),
    /// Takes away what is before the cursor.
    Backspace,
    /// Takes away what is under the cursor.
    Delete,
    /// Takes away the word before the cursor.
    KillWord,
    /// Takes away everything from the line's beginning to the cursor.
    KillBack,
    /// Takes away everything from the cursor to the line's end.
    KillRest,
    /// One character to the left.
    Left,
    /// One character to the right.
    Right,
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// To the line's beginning.
    Home,
    /// To the line's end.
    End,
    /// To the beginning of the word before.
    WordLeft,
    /// To the end of the word behind.
    WordRight,
}

/// A text with a cursor. The cursor is always between two characters as a reader sees them, or at an end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buffer {
    text: String,
    cursor: usize,
    deleted: usize,
}

impl Buffer {
    /// A text with the cursor at its end.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text, deleted: 0 }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor is, in bytes.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// How many characters were taken away so far.
    pub fn deleted(&self) -> usize {
        self.deleted
    }

    /// Whether there is nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Puts in a whole text where the cursor is.
    pub fn insert(&mut self, text: &str) {
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
    }

    /// Puts another text in this one's place, with the cursor at its end.
    pub fn set(&mut self, text: impl Into<String>) {
        self.text = text.into();
        self.cursor = self.text.len();
    }

    /// Moves the cursor to the nearest place that is one, at `at` bytes or before.
    pub fn go_to(&mut self, at: usize) {
        let at = (0..=at.min(self.text.len())).rev().find(|at| self.text.is_char_boundary(*at));
        self.cursor = at.unwrap_or(0);
    }

    /// Empties it and returns what was in it.
    pub fn take(&mut self) -> String {
        (self.cursor, self.deleted) = (0, 0);
        std::mem::take(&mut self.text)
    }

    /// Does what a key asks for.
    pub fn apply(&mut self, edit: Edit) {
        match edit {
            Edit::Insert(c) => {
                self.text.insert(self.cursor, c);
                self.cursor += c.len_utf8();
            }
            Edit::Backspace => self.remove(self.before(), self.cursor),
            Edit::Delete => self.remove(self.cursor, self.after()),
            Edit::KillWord => self.remove(self.word_before(), self.cursor),
            Edit::KillBack => self.remove(self.line_start(), self.cursor),
            Edit::KillRest => self.remove(self.cursor, self.line_end()),
            Edit::Left => self.cursor = self.before(),
            Edit::Right => self.cursor = self.after(),
            Edit::Up => {
                let start = self.line_start();
                if start > 0 {
                    let above = self.text[..start - 1].rfind('\n').map_or(0, |at| at + 1);
                    self.cursor = self.at_column(above, start);
                }
            }
            Edit::Down => {
                let end = self.line_end();
                if end < self.text.len() {
                    self.cursor = self.at_column(end + 1, self.line_start());
                }
            }
            Edit::Home => self.cursor = self.line_start(),
            Edit::End => self.cursor = self.line_end(),
            Edit::WordLeft => self.cursor = self.word_before(),
            Edit::WordRight => self.cursor = self.word_after(),
        }
    }

    fn remove(&mut self, from: usize, to: usize) {
        self.deleted += self.text[from..to].chars().count();
        self.text.replace_range(from..to, "");
        self.cursor = from;
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        let next = self.text[self.cursor..].graphemes(true).next();
        self.cursor + next.map_or(0, str::len)
    }

    fn line_start(&self) -> usize {
        self.text[..self.cursor].rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self) -> usize {
        self.text[self.cursor..].find('\n').map_or(self.text.len(), |at| self.cursor + at)
    }

    fn word_before(&self) -> usize {
        let before = self.text[..self.cursor].trim_end();
        before.char_indices().rev().find(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8())
    }

    fn word_after(&self) -> usize {
        let after = &self.text[self.cursor..];
        let word = after.len() - after.trim_start().len();
        let end = after[word..].find(char::is_whitespace).map_or(after.len(), |at| word + at);
        self.cursor + end
    }

    /// The place in the line from `to` on that is as many characters in as the cursor is in its line from `from` on.
    fn at_column(&self, to: usize, from: usize) -> usize {
        let from = if from > self.cursor { self.line_start() } else { from };
        let column = self.text[from..self.cursor].graphemes(true).count();
        let line = self.text[to..].split('\n').next().unwrap_or_default();
        to + line.grapheme_indices(true).nth(column).map_or(line.len(), |(at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Edit::*;
    use proptest::prelude::*;

    fn typed(start: &str, edits: &[Edit]) -> (String, usize) {
        let mut buffer = Buffer::new(start);
        edits.iter().for_each(|edit| buffer.apply(*edit));
        (buffer.text().to_owned(), buffer.cursor())
    }

    #[test]
    fn words_and_lines_go_as_in_any_editor() {
        assert_eq!(typed("one two  ", &[KillWord]), ("one ".into(), 4));
        assert_eq!(typed("one\ntwo", &[KillBack]), ("one\n".into(), 4));
        assert_eq!(typed("one\ntwo", &[Up, KillRest, Down, End, Insert('!')]), ("one\ntwo!".into(), 8));
        assert_eq!(typed("ab\nlonger", &[Up, Insert('x')]), ("abx\nlonger".into(), 3));
        assert_eq!(typed("one two", &[WordLeft, Delete, WordRight]), ("one wo".into(), 6));
    }

    #[test]
    fn a_character_is_what_a_reader_sees_as_one() {
        assert_eq!(typed("漢字", &[Backspace]), ("漢".into(), 3));
        assert_eq!(typed("e\u{301}", &[Backspace]), (String::new(), 0));
        assert_eq!(typed("a👩‍🚀", &[Left, Delete]), ("a".into(), 1));
    }

    fn any_edit() -> impl Strategy<Value = Edit> {
        let insert =
            prop_oneof![Just('a'), Just(' '), Just('\n'), Just('漢'), Just('\u{301}'), any::<char>()];
        prop_oneof![
            6 => insert.prop_map(Insert),
            4 => proptest::sample::select(vec![Backspace, Delete, KillWord, KillBack, KillRest, Left, Right, Up, Down, Home, End, WordLeft, WordRight]),
        ]
    }

    proptest! {
        #[test]
        fn no_keys_bring_the_cursor_to_a_place_that_is_none(edits in prop::collection::vec(any_edit(), 0..200)) {
            let mut buffer = Buffer::default();
            for edit in edits {
                buffer.apply(edit);
                prop_assert!(buffer.text().is_char_boundary(buffer.cursor()));
            }
        }
    }
}

//! What was typed before, for the up arrow. The file is one that earlier versions of the program can read, too: a line a
//! text, with new lines and backslashes written as `\n` and `\\`.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::adapters::files;

const VERSION: &str = "#V2";
/// How many texts are offered.
const MOST: usize = 200;

/// Texts that were typed before, and where one is among them.
#[derive(Debug, Default)]
pub struct History {
    /// Oldest first.
    texts: Vec<String>,
    /// Where it is kept; nowhere if it is only for this sitting.
    file: Option<PathBuf>,
    /// Which text is shown; `None` while it is the one that is being typed.
    at: Option<usize>,
    /// What was being typed before an older text was shown.
    current: String,
}

impl History {
    /// The history in a file. None yet is no error.
    pub fn of(file: &Path) -> Self {
        let mut texts = read(file);
        texts.drain(..texts.len().saturating_sub(MOST));
        Self { texts, file: Some(file.to_owned()), ..Self::default() }
    }

    /// The text before the one that is shown, which is `now`.
    pub fn older(&mut self, now: &str) -> Option<&str> {
        let older = self.at.unwrap_or(self.texts.len()).checked_sub(1)?;
        if self.at.is_none() {
            now.clone_into(&mut self.current);
        }
        self.at = Some(older);
        self.texts.get(older).map(String::as_str)
    }

    /// The text behind the one that is shown; behind the newest, the one that was being typed.
    pub fn newer(&mut self) -> Option<&str> {
        let newer = self.at? + 1;
        self.at = (newer < self.texts.len()).then_some(newer);
        Some(self.at.map_or(self.current.as_str(), |at| self.texts[at].as_str()))
    }

    /// Adds what was sent. Where it can't be kept it is there for this sitting: nothing depends on it.
    pub fn add(&mut self, text: &str) {
        (self.at, self.current) = (None, String::new());
        if text.trim().is_empty() || self.texts.last().is_some_and(|last| last == text) {
            return;
        }
        self.texts.push(text.to_owned());
        if let Some(file) = &self.file {
            let _ = append(file, text);
        }
    }
}

/// Takes texts out of the history file: what was deleted must not come back with the up arrow.
///
/// # Errors
///
/// When the history can't be written.
pub fn forget(file: &Path, texts: &[&str]) -> io::Result<()> {
    let all = read(file);
    let is_other = |entry: &&String| !texts.iter().any(|text| text.trim() == entry.trim());
    let rest: Vec<&String> = all.iter().filter(is_other).collect();
    if rest.len() == all.len() {
        return Ok(());
    }
    let lines: String = rest.iter().map(|text| format!("{}\n", escaped(text))).collect();
    files::replace(file, format!("{VERSION}\n{lines}").as_bytes())
}

fn read(file: &Path) -> Vec<String> {
    let Ok(bytes) = files::kept_bytes(file) else { return vec![] };
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().filter(|line| !line.is_empty() && *line != VERSION);
    lines.map(unescaped).collect()
}

fn append(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = files::append_to(file, 0o600)?;
    let version = if file.metadata()?.len() == 0 { format!("{VERSION}\n") } else { String::new() };
    file.write_all(format!("{version}{}\n", escaped(text)).as_bytes())
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('\n', r"\n")
}

fn unescaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('\\')) => out.push('\\'),
            _ => {
                out.push(c);
                continue;
            }
        }
        chars.next();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn older_texts_come_back_and_what_was_being_typed_is_behind_them() {
        let mut history = History::default();
        assert_eq!(history.older("x"), None);
        assert_eq!(history.newer(), None);
        history.add("first");
        history.add("second\nof two lines");
        history.add("second\nof two lines");
        assert_eq!(history.older("being typed"), Some("second\nof two lines"));
        assert_eq!(history.older("second\nof two lines"), Some("first"));
        assert_eq!(history.older("first"), None);
        assert_eq!(history.newer(), Some("second\nof two lines"));
        assert_eq!(history.newer(), Some("being typed"));
        assert_eq!(history.newer(), None);
    }

    #[test]
    fn what_was_kept_is_there_in_the_next_sitting_until_it_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/history");
        let mut history = History::of(&file);
        history.add("one\ntwo \\n three");
        history.add("another");
        assert_eq!(fs::read_to_string(&file).unwrap(), "#V2\none\\ntwo \\\\n three\nanother\n");
        let mut again = History::of(&file);
        assert_eq!(again.older(""), Some("another"));
        assert_eq!(again.older("another"), Some("one\ntwo \\n three"));
        forget(&file, &["another "]).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "#V2\none\\ntwo \\\\n three\n");
        forget(&folder.path().join("none"), &["x"]).unwrap();
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "[a\\\\n\n#]{1,20}") {
            prop_assert_eq!(unescaped(&escaped(&text)), text);
        }
    }
}

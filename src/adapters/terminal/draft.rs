//! The text that is being typed, on disk: what is on the screen survives this process.

use std::{fs, io, path::PathBuf};

use crate::adapters::files;

/// How long a draft may be newer in the system's memory than on the disk itself, in milliseconds.
const SYNC_AFTER: u64 = 250;
/// How long to wait before a write that failed is tried again while nobody types, in milliseconds.
const RETRY_AFTER: u64 = 1_000;

/// A file that follows a text.
#[derive(Debug)]
pub struct Draft {
    file: PathBuf,
    /// What is in the file; `None` if nobody knows.
    written: Option<String>,
    /// When what is in the file was written, if the disk may not have it yet.
    unsynced: Option<u64>,
    /// Why the text is not in the file, and when that was tried last.
    failed: Option<(String, u64)>,
}

/// What became of the text's safety with a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it is as safe as before.
    Same,
    /// It could be written until now, and can't any more.
    Lost(String),
    /// It is on disk again.
    Back,
}

impl Draft {
    /// Follows a text in a file, and what the file holds already.
    pub fn open(file: PathBuf) -> (Self, String) {
        let text = files::kept_bytes(&file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).ok();
        let written = Some(text.clone().unwrap_or_default());
        (Self { file, written, unsynced: None, failed: None }, text.unwrap_or_default())
    }

    /// The text is this now. It is written at once; the disk itself has it a moment later.
    pub fn follow(&mut self, text: &str, now: u64) -> Change {
        if self.written.as_deref() == Some(text) {
            return self.settle(text, now);
        }
        if self.unsynced.is_some_and(|since| now.saturating_sub(since) >= SYNC_AFTER) {
            self.unsynced = None;
            return self.write(text, now, files::replace);
        }
        self.unsynced.get_or_insert(now);
        self.write(text, now, files::swap)
    }

    /// Does what is due while nothing is typed: has the disk take what was written, and tries again what failed.
    pub fn settle(&mut self, text: &str, now: u64) -> Change {
        let is_due = match (&self.failed, self.unsynced) {
            (Some((_, tried)), _) => now.saturating_sub(*tried) >= RETRY_AFTER,
            (None, Some(since)) => now.saturating_sub(since) >= SYNC_AFTER,
            (None, None) => false,
        };
        if !is_due {
            return Change::Same;
        }
        self.unsynced = None;
        self.write(text, now, files::replace)
    }

    /// How long until [`Self::settle`] has something to do, if it has.
    pub fn wait(&self, now: u64) -> Option<u64> {
        let due = match (&self.failed, self.unsynced) {
            (Some((_, tried)), _) => tried + RETRY_AFTER,
            (None, Some(since)) => since + SYNC_AFTER,
            (None, None) => return None,
        };
        Some(due.saturating_sub(now))
    }

    /// Has the disk take the text before somebody relies on it.
    pub fn secure(&mut self, text: &str, now: u64) -> Change {
        self.unsynced = None;
        self.write(text, now, files::replace)
    }

    /// Why the text is not on disk, if it isn't.
    pub fn trouble(&self) -> Option<&str> {
        self.failed.as_ref().map(|(why, _)| why.as_str())
    }

    /// The text is kept elsewhere, or there is none.
    pub fn forget(&mut self) {
        (self.unsynced, self.failed) = (None, None);
        self.written = remove(&self.file).is_ok().then(String::new);
    }

    fn write(&mut self, text: &str, now: u64, how: fn(&std::path::Path, &[u8]) -> io::Result<()>) -> Change {
        let result =
            if text.trim().is_empty() { remove(&self.file) } else { how(&self.file, text.as_bytes()) };
        match result {
            Ok(()) => {
                self.written = Some(text.to_owned());
                if self.failed.take().is_some() { Change::Back } else { Change::Same }
            }
            Err(error) => {
                self.written = None;
                let was_well = self.failed.replace((error.to_string(), now)).is_none();
                if was_well { Change::Lost(error.to_string()) } else { Change::Same }
            }
        }
    }
}

fn remove(file: &std::path::Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_in_the_file_at_once_and_gone_when_it_is_kept_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("it.draft");
        let (mut draft, before) = Draft::open(file.clone());
        assert_eq!(before, "");
        assert_eq!(draft.follow("Half a", 0), Change::Same);
        assert_eq!(fs::read_to_string(&file).unwrap(), "Half a");
        assert_eq!((draft.wait(100), draft.wait(300)), (Some(150), Some(0)));
        draft.settle("Half a", 300);
        assert_eq!(draft.wait(300), None, "the disk has it");
        assert_eq!(Draft::open(file.clone()).1, "Half a");
        draft.follow(" \n", 400);
        assert!(!file.exists(), "nothing is no draft");
        draft.follow("x", 500);
        draft.forget();
        assert!(!file.exists() && draft.wait(500).is_none());
    }

    #[test]
    fn a_write_that_fails_is_told_once_and_tried_again_until_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("it.draft");
        let (mut draft, _) = Draft::open(file.clone());
        // A folder in its place: no file can take it.
        fs::create_dir_all(file.join("in the way")).unwrap();
        assert!(matches!(draft.follow("words", 0), Change::Lost(_)));
        assert_eq!(draft.follow("words, more", 10), Change::Same, "that is known");
        assert!(draft.trouble().is_some());
        assert_eq!(draft.wait(510), Some(500));
        fs::remove_dir_all(&file).unwrap();
        assert_eq!(draft.settle("words, more", 500), Change::Same, "not yet");
        assert_eq!(draft.settle("words, more", 1_010), Change::Back);
        assert_eq!((fs::read_to_string(&file).unwrap().as_str(), draft.trouble()), ("words, more", None));
    }

    #[test]
    fn a_draft_with_broken_bytes_is_read_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("it.draft");
        fs::write(&file, b"caf\xe9").unwrap();
        assert_eq!(Draft::open(file).1, "caf\u{fffd}");
    }
}

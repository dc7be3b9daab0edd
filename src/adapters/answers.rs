//! Files of answers to be scored in bulk, and files of their scores, one JSON object a line.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    files::{self, FileError},
    json_lines, paths,
};
use crate::core::judging::{
    Judge,
    scored::{Basis, ScoredAnswer},
};

/// An answer, labelled or not: labels are not looked at.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Answer {
    /// Unique in its file.
    pub id: String,
    /// Id of the scenario that it answers.
    pub scenario: String,
    /// [`crate::core::bank::Case::told_hash`] of the scenario as it was when the answer was given, if somebody put it down.
    #[serde(default)]
    pub told_hash: Option<String>,
    /// The candidate's words.
    pub answer: String,
}

/// A line that is no answer: `file:line: what is wrong`.
pub type BadLine = String;

/// Reads a file of answers; lines that are none are told and skipped.
///
/// # Errors
///
/// When the file can't be read.
pub fn read(path: &Path) -> Result<(Vec<Answer>, Vec<BadLine>), FileError> {
    let (mut answers, mut bad): (Vec<Answer>, Vec<BadLine>) = (vec![], vec![]);
    let mut ids = BTreeSet::new();
    let unreadable = FileError::of("read", path);
    let text = files::read_bytes(path).map_err(unreadable)?;
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let place = format!("{}:{number}", paths::display(path));
        match json_lines::read::<Answer>(line) {
            Ok(answer) if !ids.insert(answer.id.clone()) => {
                bad.push(format!("{place}: a second answer with the id `{}`", answer.id));
            }
            Ok(answer) => answers.push(answer),
            Err(faults) => {
                let column = faults.first().map_or(1, |fault| fault.column);
                let all: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
                bad.push(format!("{place}:{column}: {}", all.join("; ")));
            }
        }
    }
    Ok((answers, bad))
}

/// A file of scores can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ScoresError {
    /// It can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another process is writing it.
    #[error("another process is writing scores to {0}")]
    Busy(String),
    /// It holds something else.
    #[error("{0} holds something that isn't a score")]
    NotScores(String),
    /// Scores are read again before more are added, and a device or a pipe can't be.
    #[error("{0} isn't a plain file")]
    NotPlain(String),
}

/// A file of scores that is written line by line, each on disk before the next, so that nothing is scored twice
/// after a kill. One process at a time writes it.
pub struct Scores {
    /// The file itself, links followed.
    path: PathBuf,
    /// Open for appending, and locked.
    file: File,
    /// What is in the file, by id.
    lines: BTreeMap<String, Kept>,
    /// Ids in the order in which their lines stand.
    order: Vec<String>,
}

/// A line of the file.
struct Kept {
    line: String,
    scored: ScoredAnswer,
}

impl Scores {
    /// Opens the file or makes it. What is in it and is a score stays; a torn last line and answers that could not be
    /// scored go, for they are to be tried again. Of two scores of an answer the later one counts.
    ///
    /// # Errors
    ///
    /// When the file can't be read or written, is in use, or holds something else.
    pub fn open(path: &Path) -> Result<Self, ScoresError> {
        let name = paths::display(path);
        let path = paths::target(path);
        if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(ScoresError::NotPlain(name));
        }
        let mut file = locked(&path)?;
        let mut text = vec![];
        file.read_to_end(&mut text).map_err(FileError::of("read", &path))?;
        let (mut lines, mut order) = (BTreeMap::<String, Kept>::new(), vec![]);
        let mut stale = false;
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            match serde_json::from_slice::<ScoredAnswer>(line) {
                Ok(scored) if line.ends_with(b"\n") && scored.unscored.is_none() => {
                    let id = scored.id.clone();
                    let line = String::from_utf8_lossy(line).into_owned();
                    match lines.insert(id.clone(), Kept { line, scored }) {
                        Some(_) => stale = true,
                        None => order.push(id),
                    }
                }
                Ok(_) => stale = true,
                Err(_) if is_torn(line) => stale = true,
                Err(_) => return Err(ScoresError::NotScores(name)),
            }
        }
        let mut scores = Self { path, file, lines, order };
        if stale {
            scores.rewrite()?;
            scores.file = locked(&scores.path)?;
        }
        Ok(scores)
    }

    /// Whether there is a score of this answer that holds: nothing of what it is about has changed.
    pub fn holds(&self, id: &str, basis: &Basis, judge: &Judge) -> bool {
        self.lines.get(id).is_some_and(|kept| kept.scored.is_of(basis, judge))
    }

    /// Whether there is a score of this answer, whatever has changed since.
    pub fn has(&self, id: &str) -> bool {
        self.lines.get(id).is_some_and(|kept| kept.scored.unscored.is_none())
    }

    /// Appends a line; it is on disk when this returns.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub fn append(&mut self, scored: ScoredAnswer) -> Result<(), FileError> {
        let written = serde_json::to_string(&scored).map_err(io::Error::from).and_then(|line| {
            let line = line + "\n";
            self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data()).map(|()| line)
        });
        let line = written.map_err(FileError::of("write", &self.path))?;
        let id = scored.id.clone();
        if self.lines.insert(id.clone(), Kept { line, scored }).is_none() {
            self.order.push(id);
        }
        Ok(())
    }

    /// Ends the file: the lines in the order of `ids`, one a score. Lines of other answers keep their order behind them.
    ///
    /// # Errors
    ///
    /// When the file can't be replaced.
    pub fn finish(mut self, ids: &[&str]) -> Result<(), FileError> {
        let wanted: BTreeSet<&str> = ids.iter().copied().collect();
        let rest = self.order.iter().map(String::as_str).filter(|id| !wanted.contains(id));
        let there = ids.iter().copied().filter(|id| self.lines.contains_key(*id));
        let order: Vec<String> = there.chain(rest).map(str::to_owned).collect();
        let bytes: usize = self.lines.values().map(|kept| kept.line.len()).sum();
        // More bytes than that are lines that were scored again.
        let is_clean = fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() == bytes as u64);
        if order == self.order && is_clean {
            return Ok(());
        }
        self.order = order;
        self.rewrite()
    }

    fn rewrite(&self) -> Result<(), FileError> {
        let lines = self.order.iter().filter_map(|id| self.lines.get(id));
        let text: String = lines.map(|kept| kept.line.as_str()).collect();
        files::replace(&self.path, text.as_bytes()).map_err(FileError::of("write", &self.path))
    }
}

/// The beginning of a line that was being written when the program was killed.
fn is_torn(line: &[u8]) -> bool {
    const START: &[u8] = b"{\"id\":";
    !line.ends_with(b"\n") && (line.starts_with(START) || START.starts_with(line))
}

/// Opens a file for appending with a lock that another process respects. Where the file system knows no locks there is
/// none.
fn locked(path: &Path) -> Result<File, ScoresError> {
    loop {
        let open = OpenOptions::new().read(true).append(true).create(true).open(path);
        let file = open.map_err(FileError::of("open", path))?;
        match files::try_lock(&file) {
            Err(TryLockError::WouldBlock) => return Err(ScoresError::Busy(paths::display(path))),
            Err(TryLockError::Error(cause)) => return Err(FileError::of("lock", path)(cause).into()),
            Ok(_) => {}
        }
        // Whoever had the lock may have put a new file in its place meanwhile.
        let is_same = match (file.metadata(), fs::metadata(path)) {
            (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
            _ => false,
        };
        if is_same {
            return Ok(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_a_score_is_taken_for_a_torn_line() {
        assert!(is_torn(b"{\"id\":\"a1\",\"scen") && is_torn(b"{\"i"));
        assert!(!is_torn(b"my notes") && !is_torn(b"{\"id\":\"whole\"}\n"));
    }
}

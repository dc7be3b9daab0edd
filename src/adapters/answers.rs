//! Files of answers to be scored in bulk, and files of their scores, one JSON object a line.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::paths;
use crate::core::judging::scored::ScoredAnswer;

/// An answer, labelled or not: labels are not looked at.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// Unique in its file.
    pub id: String,
    /// Id of the scenario that it answers.
    pub scenario: String,
    /// The candidate's words.
    pub answer: String,
}

/// A line that is no answer: `file:line: what is wrong`.
pub type BadLine = String;

/// Reads a file of answers; lines that are none are told and passed over.
///
/// # Errors
///
/// When the file can't be read.
pub fn read(path: &Path) -> io::Result<(Vec<Answer>, Vec<BadLine>)> {
    let (mut answers, mut bad): (Vec<Answer>, Vec<BadLine>) = (vec![], vec![]);
    let mut ids = BTreeSet::new();
    let mut lines = BufReader::new(File::open(path)?);
    let mut bytes = vec![];
    for number in 1.. {
        bytes.clear();
        if lines.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let place = format!("{}:{number}", paths::display(path));
        match serde_json::from_slice::<Answer>(&bytes) {
            Ok(answer) if !ids.insert(answer.id.clone()) => {
                bad.push(format!("{place}: a second answer with the id `{}`", answer.id));
            }
            Ok(answer) => answers.push(answer),
            Err(error) => {
                let what = error.to_string();
                let what = what.split(" at line ").next().unwrap_or_default();
                bad.push(format!("{place}:{}: {what}", error.column()));
            }
        }
    }
    Ok((answers, bad))
}

/// A file of scores that is written line by line, each on disk before the next, so that nothing is scored twice
/// after a kill.
pub struct Scores {
    path: PathBuf,
    file: File,
    /// What is in the file, by id: its place and line.
    lines: BTreeMap<String, String>,
    /// Ids in the order in which their lines stand.
    order: Vec<String>,
}

impl Scores {
    /// Opens the file or makes it. What is in it and is a score stays; a torn last line and answers that could not be
    /// scored go, for they are to be tried again.
    ///
    /// # Errors
    ///
    /// When the file can't be read or written, or holds something else.
    pub fn open(path: &Path) -> io::Result<Self> {
        let text = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => vec![],
            Err(error) => return Err(error),
        };
        let (mut lines, mut order) = (BTreeMap::new(), vec![]);
        let mut stale = false;
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            match serde_json::from_slice::<ScoredAnswer>(line) {
                Ok(scored) if line.ends_with(b"\n") && scored.unscored.is_none() => {
                    order.push(scored.id.clone());
                    lines.insert(scored.id, String::from_utf8_lossy(line).into_owned());
                }
                Err(_) if line.ends_with(b"\n") => {
                    let message = "it holds something that is no score: name another file";
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
                _ => stale = true,
            }
        }
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        let scores = Self { path: path.to_owned(), file, lines, order };
        if stale { scores.rewritten(|scores| scores.order.clone()) } else { Ok(scores) }
    }

    /// Whether this answer has a score.
    pub fn has(&self, id: &str) -> bool {
        self.lines.contains_key(id)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Appends a line; it is on disk when this returns.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub fn append(&mut self, scored: &ScoredAnswer) -> io::Result<()> {
        let line = serde_json::to_string(scored)? + "\n";
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        self.order.push(scored.id.clone());
        self.lines.insert(scored.id.clone(), line);
        Ok(())
    }

    /// Brings the lines into the order of `ids`, if they are not in it already. Lines of other answers keep their order
    /// behind them.
    ///
    /// # Errors
    ///
    /// When the file can't be replaced.
    pub fn in_order_of(self, ids: &[&str]) -> io::Result<Self> {
        let wanted: BTreeSet<&str> = ids.iter().copied().collect();
        let rest = self.order.iter().map(String::as_str).filter(|id| !wanted.contains(id));
        let order: Vec<String> =
            ids.iter().copied().filter(|id| self.has(id)).chain(rest).map(str::to_owned).collect();
        if order == self.order { Ok(self) } else { self.rewritten(|_| order) }
    }

    fn rewritten(mut self, order: impl FnOnce(&Self) -> Vec<String>) -> io::Result<Self> {
        self.order = order(&self);
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let mut next = tempfile::NamedTempFile::new_in(folder)?;
        for line in self.order.iter().filter_map(|id| self.lines.get(id)) {
            next.write_all(line.as_bytes())?;
        }
        next.as_file().sync_all()?;
        next.persist(&self.path).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()?;
        self.file = OpenOptions::new().append(true).open(&self.path)?;
        Ok(self)
    }
}

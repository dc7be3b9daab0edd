//! Which scenario was begun when, in a file of its own: deleting a session doesn't make its case a new one.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::adapters::files;

/// A session that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Its id; empty when it was deleted.
    pub session: String,
    /// What was played in it.
    pub scenario: String,
    /// When, as far as is known the last time.
    pub at: Timestamp,
}

/// Puts down that a session was begun.
///
/// # Errors
///
/// When it can't be written.
pub fn remember(file: &Path, begun: &Begun) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut line = serde_json::to_vec(begun)?;
    line.push(b'\n');
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    file.write_all(&line)?;
    file.sync_data()
}

/// All that were put down, in order. A line that can't be read is passed over: what is known counts.
pub fn load(file: &Path) -> Vec<Begun> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Takes a deleted session's id out: which case was begun when stays.
///
/// # Errors
///
/// When the file can't be replaced. It is as it was then.
pub fn forget(file: &Path, session: &str) -> io::Result<()> {
    let mut all = load(file);
    let mut is_in = false;
    for begun in all.iter_mut().filter(|begun| begun.session == session) {
        begun.session.clear();
        is_in = true;
    }
    if !is_in {
        return Ok(());
    }
    let lines: Result<Vec<String>, _> = all.iter().map(serde_json::to_string).collect();
    files::replace(file, (lines?.join("\n") + "\n").as_bytes())
}

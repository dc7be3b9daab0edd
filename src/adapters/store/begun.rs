//! Which scenario was begun when, in a file of its own: deleting a session doesn't make its case a new one.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::adapters::files;

/// A session that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Its id; empty once it was deleted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
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
    let mut file = files::append_to(file, 0o666)?;
    file.write_all(&line)?;
    file.sync_data()
}

/// Forgets a session that is deleted, and keeps of it only which scenario was seen, and when the last time.
///
/// # Errors
///
/// When it can't be written.
pub fn forget(file: &Path, session: &str, seen: Option<(String, Timestamp)>) -> io::Result<()> {
    let mut kept = load(file);
    kept.retain(|begun| begun.session != session);
    kept.extend(seen.map(|(scenario, at)| Begun { session: String::new(), scenario, at }));
    let mut text = vec![];
    for begun in kept {
        serde_json::to_writer(&mut text, &begun)?;
        text.push(b'\n');
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    files::replace(file, &text)
}

/// All that were put down, in order. A line that can't be read is passed over: what is known counts.
pub fn load(file: &Path) -> Vec<Begun> {
    let text = files::kept_text(file).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

//! The sessions in a row each, kept in a file of their own so that nobody waits for thousands of journals.
//!
//! The file holds nothing that the journals don't: a row counts as long as its journal has the size and the time
//! of change that it had, and is computed again where it hasn't. It may be deleted at any time.

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    journal,
    sessions::{FindError, Sessions},
};
use crate::adapters::files;
use crate::core::{
    hash,
    interval::Interval,
    level::{Level, TargetLevel},
    record::Mode,
    review::{
        self,
        summary::{CriterionSummary, ScoreSummary, State, Summary, summary},
    },
};

/// Changes whenever a row means something else, so that older files are computed again.
const VERSION: u32 = 3;

/// A session that can be summed up, or why it can't.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The session's id.
    pub session: String,
    /// What it comes down to.
    pub content: Result<Summary, String>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    stamp: Stamp,
    row: Row,
}

/// Bytes of a journal, and nanoseconds since 1970 at which it was last changed.
type Stamp = (u64, u64);

/// All sessions, oldest first.
///
/// # Errors
///
/// When the folder is there but can't be read. A journal that can't be read is told in its row.
pub fn load(sessions: &Sessions) -> Result<Vec<Row>, FindError> {
    let path = file(sessions);
    let kept = read(&path);
    let before = kept.len();
    let mut kept = kept.into_iter().peekable();
    let mut fresh = 0;
    let mut rows = vec![];
    // Both are in the order of ids.
    for id in sessions.ids()? {
        while kept.next_if(|kept| kept.row.session < id).is_some() {}
        let journal = sessions.journal(&id);
        let stamp = stamp(&journal).unwrap_or_default();
        let row = match kept.next_if(|kept| kept.row.session == id) {
            Some(row) if row.stamp == stamp => row,
            _ => {
                fresh += 1;
                Kept { stamp, row: sum_up(&journal, id) }
            }
        };
        rows.push(row);
    }
    if fresh > 0 || before != rows.len() {
        // Without it the next start takes longer, and nothing else.
        let _ = write(&path, &rows);
    }
    let mut rows: Vec<Row> = rows.into_iter().map(|kept| kept.row).collect();
    rows.sort_by_cached_key(|row| match &row.content {
        Ok(summary) => summary.began,
        Err(_) => sessions.began(&row.session),
    });
    Ok(rows)
}

/// Where the rows are kept.
fn file(sessions: &Sessions) -> PathBuf {
    sessions.folder().join("summaries.cache")
}

fn stamp(journal: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(journal).ok()?;
    let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((metadata.len(), changed.as_nanos() as u64))
}

fn sum_up(journal: &Path, session: String) -> Row {
    let content = journal::load(journal)
        .map_err(|error| error.to_string())
        .and_then(|loaded| review::fold(&loaded.lines).map_err(|error| error.to_string()))
        .map(|review| summary(&review));
    Row { session, content }
}

/// What is kept, in the order of ids; nothing where another version or shape of rows wrote it.
fn read(path: &Path) -> Vec<Kept> {
    let bytes = files::kept_bytes(path).unwrap_or_default();
    let rows = bytes.strip_prefix(header().as_bytes());
    rows.and_then(|rows| postcard::from_bytes(rows).ok()).unwrap_or_default()
}

fn write(path: &Path, rows: &[Kept]) -> std::io::Result<()> {
    let rows = postcard::to_stdvec(rows).map_err(std::io::Error::other)?;
    files::replace(path, &[header().as_bytes(), &rows].concat())
}

/// The file's first line. The rows behind it don't name their fields, so it holds a hash over the names.
fn header() -> String {
    let words = || vec![String::new()];
    let criterion = CriterionSummary {
        id: String::new(),
        name: String::new(),
        level: 0.0,
        interval: Interval::exactly(0.0),
        own: Some(0),
        shown: words(),
        missing: words(),
        red_flags: words(),
    };
    let score = ScoreSummary {
        overall: 0.0,
        interval: Interval::exactly(0.0),
        read: Some(Level::Mid),
        at_bar: 0.0,
        model: String::new(),
        criteria: vec![criterion],
    };
    let example = Summary {
        session: String::new(),
        mode: Mode::Practice,
        began: Timestamp::UNIX_EPOCH,
        ended: Timestamp::UNIX_EPOCH,
        seconds: 0.0,
        scenario: String::new(),
        title: String::new(),
        theme: String::new(),
        rubric: String::new(),
        target: TargetLevel::Staff,
        state: State::Scored,
        score: Some(score),
        probes: 0,
        hints: 0,
        facts: (0, 0),
        first_answer: Some(0.0),
        disputed: words(),
    };
    format!("pushback summaries {VERSION} {}\n", hash::fingerprint(&example))
}

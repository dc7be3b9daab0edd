//! The sessions in a row each, kept in a file of their own so that nobody waits for thousands of journals.
//!
//! The file holds nothing that the journals don't: a row counts as long as its journal has the size and the time
//! of change that it had, and is computed again where it hasn't. It may be deleted at any time.

use std::{
    collections::HashMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use serde::{Deserialize, Serialize};

use super::{
    jsonl,
    sessions::{FindError, Sessions},
};
use crate::core::{
    review,
    summary::{Summary, summary},
};

/// Changes whenever a row means something else, so that older files are computed again.
const VERSION: u32 = 1;

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
    version: u32,
    /// Bytes of the journal, and nanoseconds since 1970 at which it was last changed.
    stamp: (u64, u128),
    row: Row,
}

/// All sessions, oldest first.
///
/// # Errors
///
/// When the folder is there but can't be read. A journal that can't be read is told in its row.
pub fn load(sessions: &Sessions) -> Result<Vec<Row>, FindError> {
    let path = file(sessions);
    let mut kept = read(&path);
    let before = kept.len();
    let mut fresh = 0;
    let mut rows = vec![];
    for id in sessions.ids()? {
        let journal = sessions.journal(&id);
        let stamp = stamp(&journal);
        let row = match kept.remove(&id) {
            Some(row) if Some(row.stamp) == stamp => row,
            _ => {
                fresh += 1;
                Kept { version: VERSION, stamp: stamp.unwrap_or_default(), row: sum_up(&journal, id) }
            }
        };
        rows.push(row);
    }
    if fresh > 0 || before != rows.len() {
        // Without it the next start takes longer, and nothing else.
        let _ = write(&path, &rows);
    }
    Ok(rows.into_iter().map(|kept| kept.row).collect())
}

/// Where the rows are kept.
fn file(sessions: &Sessions) -> PathBuf {
    sessions.folder().join("summaries.cache")
}

fn stamp(journal: &Path) -> Option<(u64, u128)> {
    let metadata = fs::metadata(journal).ok()?;
    let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((metadata.len(), changed.as_nanos()))
}

fn sum_up(journal: &Path, session: String) -> Row {
    let content = jsonl::load(journal)
        .map_err(|error| error.to_string())
        .and_then(|loaded| review::fold(&loaded.lines).map_err(|error| error.to_string()))
        .map(|review| summary(&review));
    Row { session, content }
}

fn read(path: &Path) -> HashMap<String, Kept> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let rows = text.lines().filter_map(|line| serde_json::from_str::<Kept>(line).ok());
    rows.filter(|kept| kept.version == VERSION).map(|kept| (kept.row.session.clone(), kept)).collect()
}

fn write(path: &Path, rows: &[Kept]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    let mut text = vec![];
    for row in rows {
        serde_json::to_writer(&mut text, row)?;
        text.push(b'\n');
    }
    file.write_all(&text)?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}

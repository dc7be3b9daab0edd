//! Live rounds that are open: as long as one is, nothing of the program helps with it, in any terminal.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{journal, sessions::Sessions};
use crate::{
    adapters::files::{self, FileError},
    core::{
        interview_loop::InterviewLoop,
        level::TargetLevel,
        live::{Aid, Sight},
        session,
    },
};

/// A live round, or an interview loop, that is not over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenRound {
    /// Id of the session, or of the loop's sitting.
    pub id: String,
    /// What it is, for people.
    pub title: String,
    /// The interview loop, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_loop: Option<Box<LoopRun>>,
    /// When it was opened.
    pub since: Timestamp,
}

/// An interview loop that is being played: enough to go on with it, whatever becomes of its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoopRun {
    /// The loop.
    pub definition: InterviewLoop,
    /// The level that the person chose, if they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetLevel>,
    /// What its rounds were drawn with.
    pub seed: u64,
    /// The scenarios that were drawn, one a round.
    pub scenarios: Vec<String>,
    /// What was declared before the start.
    pub declared: Vec<Aid>,
}

/// A command that wanted to show something while a round was open.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Lookup {
    when: Timestamp,
    command: String,
}

fn file(sessions: &Sessions, id: &str) -> PathBuf {
    sessions.folder().join(format!("{id}.live"))
}

fn lookups(sessions: &Sessions, id: &str) -> PathBuf {
    sessions.folder().join(format!("{id}.lookups"))
}

/// Opens a round. Nothing of its case may have been shown yet.
///
/// # Errors
///
/// When that can't be put down.
pub fn open(sessions: &Sessions, round: &OpenRound) -> Result<(), FileError> {
    let path = file(sessions, &round.id);
    let written = serde_json::to_vec(round).map_err(io::Error::from);
    written.and_then(|round| files::keep(&path, &round)).map_err(FileError::of("write", &path))
}

/// The round that is open, if one is.
///
/// # Errors
///
/// When the folder can't be read.
pub fn current(sessions: &Sessions) -> Result<Option<OpenRound>, FileError> {
    let entries = match fs::read_dir(sessions.folder()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        entries => entries.map_err(FileError::of("read", sessions.folder()))?,
    };
    let mut open: Vec<OpenRound> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "live"))
        // A pipe would be waited for.
        .filter(|path| path.is_file())
        .filter_map(|path| serde_json::from_slice(&fs::read(path).ok()?).ok())
        .filter(|round| is_open(sessions, round))
        .collect();
    open.sort_by_key(|round: &OpenRound| round.since);
    Ok(open.pop())
}

/// Whether a round can still go on. The program may have been killed just before it closed it, or before it had shown
/// anything.
fn is_open(sessions: &Sessions, round: &OpenRound) -> bool {
    if round.of_loop.is_some() {
        return true;
    }
    let journal = sessions.journal(&round.id);
    let lines = journal::load(&journal).map(|loaded| loaded.lines).unwrap_or_default();
    let is_open = match session::replay(&lines) {
        Some(session) => !session.is_over(),
        None => journal::is_busy(&journal),
    };
    if !is_open {
        // Somebody else may have done it already.
        let _ = close(sessions, &round.id);
    }
    is_open
}

/// Closes a round: everything may be shown again.
///
/// # Errors
///
/// When the file can't be removed.
pub fn close(sessions: &Sessions, id: &str) -> Result<(), FileError> {
    for path in [file(sessions, id), lookups(sessions, id)] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(FileError::of("remove", &path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Puts down that a command was refused because a round is open. The round takes it into its journal.
///
/// # Errors
///
/// When it can't be written.
pub fn refused(
    sessions: &Sessions,
    round: &OpenRound,
    when: Timestamp,
    command: &str,
) -> Result<(), FileError> {
    let path = lookups(sessions, &round.id);
    let line = serde_json::to_string(&Lookup { when, command: command.to_owned() });
    let written = line.map_err(io::Error::from).and_then(|line| {
        OpenOptions::new().create(true).append(true).open(&path)?.write_all((line + "\n").as_bytes())
    });
    written.map_err(FileError::of("write", &path))
}

/// What other commands wanted to show, as far as it is not in the journal yet.
#[derive(Debug)]
pub struct Lookups {
    path: PathBuf,
    known: usize,
}

impl Lookups {
    /// Those of an open round, of which the journal holds `known` already.
    pub fn of(sessions: &Sessions, id: &str, known: usize) -> Self {
        Self { path: lookups(sessions, id), known }
    }

    /// Those that came since.
    pub fn take_new(&mut self) -> Vec<Sight> {
        let new: Vec<Lookup> = read(&self.path).into_iter().skip(self.known).collect();
        self.known += new.len();
        new.into_iter().map(|Lookup { when, command }| Sight::Lookup { command, when }).collect()
    }
}

fn read(path: &Path) -> Vec<Lookup> {
    let text = fs::read_to_string(path).unwrap_or_default();
    // A last line without its end is still being written.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

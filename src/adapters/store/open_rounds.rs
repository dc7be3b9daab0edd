//! Live rounds that are open: as long as one is, nothing of the program helps with it, in any terminal.
//!
//! A round that is open has a file `<id>.live` beside its journal, and one in a folder that all homes of the same person
//! share, so that another `PUSHBACK_HOME` knows of it too. `<id>.lookups` holds what other commands wanted to show.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{journal, sessions::Sessions};
use crate::{
    adapters::{
        files::{self, FileError},
        paths::Home,
    },
    core::{
        bank::{Case, rubric::Rubric, scenario::Scenario},
        hash::hash,
        interview_loop::InterviewLoop,
        level::TargetLevel,
        live::{Aid, Sight},
        session,
        sitting::Sitting,
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
    /// The folder with its journal, if that is another home's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<PathBuf>,
}

impl OpenRound {
    /// Whether a session is this round, or one of this loop.
    pub fn covers(&self, session: &str) -> bool {
        session == self.id || self.of_loop.is_some() && Sitting::new(&self.id).holds(session)
    }
}

/// An interview loop that is being played: enough to go on with it, whatever becomes of its file and of its cases'.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoopRun {
    /// The loop.
    pub definition: InterviewLoop,
    /// The level that the person chose, if they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetLevel>,
    /// What its rounds were drawn with.
    pub seed: u64,
    /// The cases that were drawn, one a round.
    #[serde(default)]
    pub cases: Vec<DrawnCase>,
    /// What was declared before the start.
    pub declared: Vec<Aid>,
}

/// A case of a loop, as it was drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrawnCase {
    scenario: Scenario,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    artifact: Option<String>,
    rubric: Rubric,
}

impl From<&Case> for DrawnCase {
    fn from(case: &Case) -> Self {
        let Case { scenario, artifact, rubric } = case.clone();
        Self { scenario, artifact, rubric }
    }
}

impl From<DrawnCase> for Case {
    fn from(drawn: DrawnCase) -> Self {
        let DrawnCase { scenario, artifact, rubric } = drawn;
        Self { scenario, artifact, rubric }
    }
}

/// A command that wanted to show something while a round was open.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Lookup {
    when: Timestamp,
    command: String,
}

/// Where it is put down which round is open.
#[derive(Clone, Debug)]
pub struct OpenRounds {
    own: PathBuf,
    shared: Option<PathBuf>,
}

impl OpenRounds {
    /// Those that a home knows of.
    pub fn of(home: &Home) -> Self {
        Self { own: home.sessions(), shared: home.shared_rounds() }
    }

    /// Opens a round. Nothing of its case may have been shown yet.
    ///
    /// # Errors
    ///
    /// When that can't be put down in its home. Other homes are told where that is possible.
    pub fn open(&self, round: &OpenRound) -> Result<(), FileError> {
        fs::create_dir_all(&self.own).map_err(FileError::of("create", &self.own))?;
        let path = marker(&self.own, &round.id);
        let written = serde_json::to_vec(round).map_err(io::Error::from);
        written.and_then(|round| files::replace(&path, &round)).map_err(FileError::of("write", &path))?;
        if let Some(path) = self.shared_marker(&round.id)
            && let Some(folder) = path.parent()
        {
            // Enough to know that it is open; the rest stands beside the journal.
            let elsewhere = std::path::absolute(&self.own).ok();
            let told = OpenRound { elsewhere, of_loop: None, ..round.clone() };
            if let Ok(told) = serde_json::to_vec(&told) {
                let _ = fs::create_dir_all(folder).and_then(|()| files::replace(&path, &told));
            }
        }
        Ok(())
    }

    /// The round that is open, in this home or another one of the same person's, if one is.
    ///
    /// # Errors
    ///
    /// When a folder can't be read.
    pub fn current(&self) -> Result<Option<OpenRound>, FileError> {
        let mut open: Vec<OpenRound> = markers(&self.own)?
            .into_iter()
            .filter(|(_, round)| self.is_open(round))
            .map(|(_, round)| round)
            .collect();
        if open.is_empty()
            && let Some(shared) = &self.shared
        {
            // Other homes are looked at where they can be.
            for (path, told) in markers(shared).unwrap_or_default() {
                let Some(folder) = told.elsewhere.clone() else { continue };
                let other = Self { own: folder.clone(), shared: None };
                let round = markers(&folder)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(_, round)| round)
                    .find(|round| round.id == told.id && other.is_open(round));
                match round {
                    Some(round) => open.push(OpenRound { elsewhere: Some(folder), ..round }),
                    // It is over, or its folder is gone.
                    None => drop(fs::remove_file(path)),
                }
            }
        }
        open.sort_by_key(|round| round.since);
        Ok(open.pop())
    }

    /// Whether a round can still go on. The program may have been killed just before it closed it, or before it had shown
    /// anything.
    fn is_open(&self, round: &OpenRound) -> bool {
        if round.of_loop.is_some() {
            return true;
        }
        let journal = Sessions::in_folder(&self.own).journal(&round.id);
        let lines = journal::load(&journal).map(|loaded| loaded.lines).unwrap_or_default();
        let is_open = match session::replay(&lines) {
            Some(session) => !session.is_over(),
            None => journal::is_busy(&journal),
        };
        if !is_open {
            // Somebody else may have done it already.
            let _ = self.close(&round.id);
        }
        is_open
    }

    /// Closes a round: everything may be shown again.
    ///
    /// # Errors
    ///
    /// When a file can't be removed.
    pub fn close(&self, id: &str) -> Result<(), FileError> {
        let shared = self.shared_marker(id);
        for path in [marker(&self.own, id), lookups(&self.own, id)].into_iter().chain(shared) {
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
    pub fn refused(&self, round: &OpenRound, when: Timestamp, command: &str) -> Result<(), FileError> {
        let folder = round.elsewhere.as_deref().unwrap_or(&self.own);
        let path = lookups(folder, &round.id);
        let line = serde_json::to_string(&Lookup { when, command: command.to_owned() });
        let written = line
            .map_err(io::Error::from)
            .and_then(|line| files::append_to(&path, 0o666)?.write_all((line + "\n").as_bytes()));
        written.map_err(FileError::of("write", &path))
    }

    /// What other commands wanted to show while a round was open, of which the journal holds `known` already.
    pub fn lookups(&self, id: &str, known: usize) -> Lookups {
        Lookups { path: lookups(&self.own, id), known }
    }

    /// The round's file that all homes see. Two homes may have rounds of the same name.
    fn shared_marker(&self, id: &str) -> Option<PathBuf> {
        let folder = std::path::absolute(&self.own).ok()?;
        let home: String = hash(folder.to_string_lossy().as_bytes()).chars().take(12).collect();
        Some(marker(self.shared.as_ref()?, &format!("{id}-{home}")))
    }
}

fn marker(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.live"))
}

fn lookups(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.lookups"))
}

fn markers(folder: &Path) -> Result<Vec<(PathBuf, OpenRound)>, FileError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        entries => entries.map_err(FileError::of("read", folder))?,
    };
    Ok(entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "live"))
        .filter_map(|path| {
            let round = serde_json::from_str(&files::read_text(&path).ok()?).ok()?;
            Some((path, round))
        })
        .collect())
}

/// What other commands wanted to show, as far as it is not in the journal yet.
#[derive(Debug)]
pub struct Lookups {
    path: PathBuf,
    known: usize,
}

impl Lookups {
    /// Those that came since.
    pub fn take_new(&mut self) -> Vec<Sight> {
        let new: Vec<Lookup> = read(&self.path).into_iter().skip(self.known).collect();
        self.known += new.len();
        new.into_iter().map(|Lookup { when, command }| Sight::Lookup { command, when }).collect()
    }
}

fn read(path: &Path) -> Vec<Lookup> {
    let text = files::kept_text(path).unwrap_or_default();
    // A last line without its end is still being written.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

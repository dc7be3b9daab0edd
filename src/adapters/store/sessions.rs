//! The folder with the journals.

use std::{
    collections::BinaryHeap,
    fs, io,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use super::journal::{self, JsonlJournal, OpenError};

use crate::adapters::{
    files,
    paths::{self, Home},
};
use crate::core::{
    editing::sending,
    record::{Line, Record},
};
use crate::ports::Clock;

/// How times stand at the beginning of ids.
const TIME: &str = "%Y-%m-%d-%H%M";

/// How much later a session can have begun than its id says. Earlier versions wrote local time, which is up to twelve
/// hours behind, without its seconds.
const LATER: SignedDuration = SignedDuration::from_secs(12 * 3600 + 60);

/// An id for what begins at this time: when, in UTC, so that ids are in order wherever one is, and about what.
pub fn id_at(at: Timestamp, subject: &str) -> String {
    // The id of a pack's scenario holds a slash, which no file name does.
    format!("{}-{}", at.strftime(TIME), subject.replace('/', "-"))
}

/// The time that an id says, taken for UTC.
fn time_of(id: &str) -> Option<Timestamp> {
    let time = DateTime::strptime(TIME, id.get(.."2026-03-02-0915".len())?).ok()?;
    time.to_zoned(TimeZone::UTC).ok().map(|time| time.timestamp())
}

/// Where sessions are kept.
#[derive(Clone, Debug)]
pub struct Sessions {
    folder: PathBuf,
}

/// A session can't be found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// None has such an id.
    #[error("there is no session `{0}`")]
    None(String),
    /// More than one begins like that.
    #[error("more than one session begins with `{given}`: {}", some(.ids))]
    Several {
        /// What was asked for.
        given: String,
        /// Those that it may mean.
        ids: Vec<String>,
    },
    /// There are none at all.
    #[error("there are no sessions yet")]
    NoneYet,
    /// The folder can't be read.
    #[error("can't read {path}: {cause}")]
    Unreadable {
        /// The folder.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
}

/// The latest few of many ids.
fn some(ids: &[String]) -> String {
    const MOST: usize = 5;
    let latest = ids[ids.len().saturating_sub(MOST)..].join(", ");
    match ids.len().checked_sub(MOST) {
        None | Some(0) => latest,
        Some(more) => format!("{latest}, and {more} older ones"),
    }
}

impl Sessions {
    /// The person's sessions.
    pub fn of(home: &Home) -> Self {
        Self { folder: home.sessions() }
    }

    /// The sessions in a folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Ids of all sessions, in their order as text.
    ///
    /// # Errors
    ///
    /// When the folder is there but can't be read.
    pub fn ids(&self) -> Result<Vec<String>, FindError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
            Err(cause) => {
                return Err(FindError::Unreadable { path: paths::display(&self.folder), cause });
            }
        };
        let mut ids: Vec<String> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
            // What systems and editors put beside a file is none.
            .filter(|path| !paths::is_hidden(path))
            // A pipe would be waited for.
            .filter(|path| fs::metadata(path).is_ok_and(|metadata| metadata.is_file()))
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect();
        ids.sort();
        Ok(ids)
    }

    /// Ids of all sessions by when they began, the newest first. No more journals are read than it takes.
    ///
    /// # Errors
    ///
    /// When the folder is there but can't be read.
    pub fn newest_first(&self) -> Result<impl Iterator<Item = String>, FindError> {
        // One whose id says no time may have begun at any.
        let latest =
            |id: &str| time_of(id).map_or(Timestamp::MAX, |time| time.saturating_add(LATER).unwrap_or(time));
        let mut unread: Vec<(Timestamp, String)> =
            self.ids()?.into_iter().map(|id| (latest(&id), id)).collect();
        unread.sort();
        let mut read: BinaryHeap<(Timestamp, String)> = BinaryHeap::new();
        Ok(std::iter::from_fn(move || {
            while let Some((_, id)) =
                unread.pop_if(|(latest, _)| read.peek().is_none_or(|(began, _)| began <= latest))
            {
                read.push((self.began(&id), id));
            }
            read.pop().map(|(_, id)| id)
        }))
    }

    /// When a session began: as its journal says, or else its id.
    pub fn began(&self, id: &str) -> Timestamp {
        journal::began(&self.journal(id)).or_else(|| time_of(id)).unwrap_or(Timestamp::MIN)
    }

    /// The session whose id is or begins with `given`; the latest one where nothing is given.
    ///
    /// # Errors
    ///
    /// When there is none, or more than one.
    pub fn find(&self, given: Option<&str>) -> Result<String, FindError> {
        let Some(given) = given else { return self.newest_first()?.next().ok_or(FindError::NoneYet) };
        let mut ids = self.ids()?;
        if ids.iter().any(|id| id == given) {
            return Ok(given.to_owned());
        }
        ids.retain(|id| id.starts_with(given));
        match ids.as_slice() {
            [] => Err(FindError::None(given.to_owned())),
            [id] => Ok(id.clone()),
            _ => Err(FindError::Several { given: given.to_owned(), ids }),
        }
    }

    /// Removes a session's journal and every file that was kept beside it under its name.
    ///
    /// # Errors
    ///
    /// When a file can't be removed. The journal goes last, so that it can be tried again.
    pub fn delete(&self, id: &str) -> io::Result<()> {
        let journal = self.journal(id);
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let is_of_it = path.file_stem().is_some_and(|stem| stem == id) && path != journal;
            if is_of_it {
                fs::remove_file(path)?;
            }
        }
        fs::remove_file(journal)?;
        files::sync_folder(&self.folder)
    }

    /// The journal of a session.
    pub fn journal(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.jsonl"))
    }

    /// Where the text that is being typed in a session is kept until it is sent.
    pub fn draft(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.draft"))
    }

    /// Forgets a draft that was sent: the program may have been killed after it was in the journal and before the
    /// draft was gone.
    pub fn forget_if_sent(&self, id: &str, lines: &[Line]) {
        let path = self.draft(id);
        let last = lines.iter().rev().find_map(|line| match &line.record {
            Record::Said { text } => Some((line.at, text)),
            _ => None,
        });
        let written = fs::metadata(&path).and_then(|file| file.modified()).ok();
        let (Some((at, said)), Some(written), Ok(draft)) = (last, written, files::kept_text(&path)) else {
            return;
        };
        // The same words may be typed twice; those that were sent are older than the journal's line, whose time is in
        // whole milliseconds.
        let at = at.as_millisecond() + 5;
        let is_older = Timestamp::try_from(written).is_ok_and(|written| written.as_millisecond() <= at);
        if is_older && (draft == *said || sending::message(&draft) == said) {
            let _ = fs::remove_file(path);
        }
    }

    /// Begins a session about a scenario: its id, with a number behind it where that is taken, and its empty journal.
    ///
    /// # Errors
    ///
    /// When the journal can't be made.
    pub fn begin<C: Clock + Clone>(
        &self,
        clock: &C,
        scenario: &str,
    ) -> Result<(String, JsonlJournal<C>), OpenError> {
        let plain = id_at(clock.now(), scenario);
        let mut id = plain.clone();
        let mut number = 1;
        loop {
            // Another window may take it at the same moment: whoever makes the file has it.
            match JsonlJournal::create(&self.journal(&id), clock.clone()) {
                Err(OpenError::Io { cause, .. })
                    if cause.kind() == io::ErrorKind::AlreadyExists && self.journal(&id).exists() => {}
                made => return Ok((id, made?)),
            }
            number += 1;
            id = format!("{plain}-{number}");
        }
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

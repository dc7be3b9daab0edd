//! Journals: one JSONL file a session, created new and only ever appended to.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{
    format::{self, CURRENT, Reader, Skipped, Unreadable, Version},
    seal::{self, SealingKey},
};
use crate::{
    adapters::{files, paths},
    core::{
        hash::hash,
        live::Closes,
        record::{Line, Record},
    },
    ports::{Clock, Journal, JournalError},
};

/// A journal that is open for writing. No other process can open it as long as this one does, where its file system has
/// locks.
pub struct JsonlJournal<C> {
    file: File,
    is_locked: bool,
    path: PathBuf,
    clock: C,
    seq: u64,
    prev: String,
    /// Of the lines that are there.
    version: Version,
    key: Option<SealingKey>,
    /// A seal that is in the journal and not remembered beside it yet.
    unremembered: Option<Line>,
}

/// What a journal holds.
#[derive(Debug, PartialEq)]
pub struct Loaded {
    /// The lines up to the end or to the first damage.
    pub lines: Vec<Line>,
    /// What a later version wrote that isn't among them.
    pub skipped: Skipped,
    /// How many whole lines there are, skipped ones included.
    pub whole: usize,
    /// What is wrong after them, if anything is.
    pub damage: Option<Damage>,
    /// Where the torn last line was put, if it was taken off.
    pub set_aside: Option<PathBuf>,
}

/// Why a journal can be read only in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The last line was cut off while it was being written. Everything before it is whole.
    TornEnd {
        /// How many bytes of it there are.
        bytes: usize,
    },
    /// A line is not what was written: 1 for the first line.
    Line {
        /// Which line.
        number: usize,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// A journal can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such file, or it can't be read or made.
    #[error("can't open {path}: {cause}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// Somebody else has it open.
    #[error("the session {0} is open in another process")]
    Busy(String),
    /// The file was changed or damaged.
    #[error("{path}:{line}: the journal is damaged: {why}")]
    Damaged {
        /// The file.
        path: String,
        /// 1 for the first line.
        line: usize,
        /// What is wrong.
        why: &'static str,
    },
    /// A later version wrote it.
    #[error(
        "{path} was written by a newer version of pushback (format {version}; this one reads up to {CURRENT})"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its format.
        version: Version,
    },
}

impl OpenError {
    /// A file that can't be used.
    pub fn io(path: &Path, cause: io::Error) -> Self {
        Self::Io { path: paths::display(path), cause }
    }
}

impl<C: Clock> JsonlJournal<C> {
    /// Creates a journal that must not exist yet.
    ///
    /// # Errors
    ///
    /// When the file exists or can't be made.
    pub fn create(path: &Path, clock: C) -> Result<Self, OpenError> {
        let io = |cause| OpenError::io(path, cause);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io)?;
        }
        let file = OpenOptions::new().append(true).create_new(true).open(path).map_err(io)?;
        let locked = lock(&file, path).and_then(|is_locked| {
            // The name has to survive a crash too, not only the content.
            files::sync_folder(paths::folder_of(path)).map_err(io)?;
            Ok(is_locked)
        });
        if locked.is_err() {
            // What can't be begun leaves nothing behind.
            let _ = fs::remove_file(path);
        }
        Ok(Self {
            file,
            is_locked: locked?,
            path: path.to_owned(),
            clock,
            seq: 0,
            prev: hash(b""),
            version: CURRENT,
            key: None,
            unremembered: None,
        })
    }

    /// Opens a journal to go on with it, and returns what it holds. A torn last line is set aside in a file
    /// of its own beside the journal.
    ///
    /// # Errors
    ///
    /// When it can't be opened, is open elsewhere, or is damaged before its end.
    pub fn reopen(path: &Path, clock: C) -> Result<(Self, Loaded), OpenError> {
        let io = |cause| OpenError::io(path, cause);
        let mut file = OpenOptions::new().read(true).append(true).open(path).map_err(io)?;
        let is_locked = lock(&file, path)?;
        let mut bytes = vec![];
        file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes)).map_err(io)?;
        let (mut loaded, version) = parse(&bytes, path)?;
        if let Some(Damage::Line { number, why }) = loaded.damage {
            return Err(OpenError::Damaged { path: paths::display(path), line: number, why });
        }
        if let Some(Damage::TornEnd { bytes: torn }) = loaded.damage {
            let whole = bytes.len() - torn;
            loaded.set_aside = Some(set_aside(path, &bytes[whole..])?);
            file.set_len(whole as u64).and_then(|()| file.sync_data()).map_err(io)?;
            bytes.truncate(whole);
        }
        let last = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let last = last.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let journal = Self {
            file,
            is_locked,
            path: path.to_owned(),
            clock,
            seq: loaded.whole as u64,
            prev: hash(last),
            version,
            key: None,
            unremembered: None,
        };
        Ok((journal, loaded))
    }

    /// Lets this journal be sealed.
    #[must_use]
    pub fn sealed_with(mut self, key: SealingKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Whether no other process can open it; `false` where its file system has no locks.
    pub fn is_locked(&self) -> bool {
        self.is_locked
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl<C: Clock> Journal for JsonlJournal<C> {
    fn append(&mut self, record: &Record) -> Result<Line, JournalError> {
        self.bring_up_to_date()?;
        let record = record.clone();
        self.write(Line { seq: self.seq, at: self.clock.now(), prev: self.prev.clone(), record })
    }

    fn seal(&mut self, closes: Closes) -> Result<Line, JournalError> {
        self.bring_up_to_date()?;
        let cannot = || JournalError {
            path: paths::display(&self.path),
            cause: io::Error::other("there is no key to seal it with"),
        };
        let key = self.key.as_ref().ok_or_else(cannot)?;
        // A seal that is in the journal already and could only not be remembered is not made a second time.
        let line = match self.unremembered.take() {
            Some(line) => line,
            None => self.write(key.sign(self.seq, self.clock.now(), &self.prev, closes))?,
        };
        // What the journal was when it was sealed last, so that a missing end is noticed.
        match seal::remember(&self.path, &line, &self.prev) {
            Ok(()) => Ok(line),
            Err(cause) => {
                self.unremembered = Some(line);
                Err(JournalError { path: paths::display(&seal::stub(&self.path)), cause })
            }
        }
    }
}

impl<C: Clock> JsonlJournal<C> {
    /// Says that what follows is of this version, where the journal is of an earlier one.
    fn bring_up_to_date(&mut self) -> Result<(), JournalError> {
        if self.version < CURRENT {
            let bytes = format::write_current(self.seq, self.clock.now(), self.prev.clone());
            self.put(bytes.map_err(|error| self.failed(error.into()))?)?;
            self.version = CURRENT;
        }
        Ok(())
    }

    fn write(&mut self, line: Line) -> Result<Line, JournalError> {
        self.put(format::write(&line).map_err(|error| self.failed(error.into()))?)?;
        Ok(line)
    }

    fn put(&mut self, mut bytes: Vec<u8>) -> Result<(), JournalError> {
        let hash = hash(&bytes);
        bytes.push(b'\n');
        let before = self.file.metadata().map_err(|cause| self.failed(cause))?.len();
        if let Err(cause) = self.file.write_all(&bytes).and_then(|()| self.file.sync_data()) {
            // A full disk may have taken a part: take it back, so that the next try starts on a fresh line.
            let _ = self.file.set_len(before);
            return Err(self.failed(cause));
        }
        self.seq += 1;
        self.prev = hash;
        Ok(())
    }

    fn failed(&self, cause: io::Error) -> JournalError {
        JournalError { path: paths::display(&self.path), cause }
    }
}

/// Keeps a torn line end in a file of its own beside the journal, on disk before it is taken off there. Words may be in
/// it, so an earlier one is never written over.
fn set_aside(journal: &Path, torn: &[u8]) -> Result<PathBuf, OpenError> {
    let extensions = std::iter::once("torn".to_owned()).chain((2..).map(|number| format!("torn{number}")));
    for path in extensions.map(|extension| journal.with_extension(extension)) {
        let io = |cause| OpenError::io(&path, cause);
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            opened => opened.map_err(io)?,
        };
        if let Err(cause) = file.write_all(torn).and_then(|()| file.sync_all()) {
            // It is still in the journal, and what is here is no copy of it.
            let _ = fs::remove_file(&path);
            return Err(io(cause));
        }
        files::sync_folder(paths::folder_of(&path)).map_err(io)?;
        return Ok(path);
    }
    Err(OpenError::io(journal, io::ErrorKind::AlreadyExists.into()))
}

/// Keeps other processes from opening a journal as long as the returned file lives.
///
/// # Errors
///
/// When it can't be opened or is open elsewhere.
pub fn hold(path: &Path) -> Result<File, OpenError> {
    let file = lockable(path).map_err(|cause| OpenError::io(path, cause))?;
    lock(&file, path)?;
    Ok(file)
}

/// Whether a process has a journal open for writing.
pub fn is_busy(path: &Path) -> bool {
    lockable(path).is_ok_and(|file| matches!(files::try_lock(&file), Err(TryLockError::WouldBlock)))
}

/// On NFS only what is open for writing can be locked.
fn lockable(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).open(path).or_else(|_| File::open(path))
}

fn lock(file: &File, path: &Path) -> Result<bool, OpenError> {
    files::try_lock(file).map_err(|error| match error {
        TryLockError::WouldBlock => OpenError::Busy(
            path.file_stem().map_or(String::new(), |name| name.to_string_lossy().into_owned()),
        ),
        TryLockError::Error(cause) => OpenError::io(path, cause),
    })
}

/// Reads a journal without opening it for writing.
///
/// # Errors
///
/// When it can't be read or a later version wrote it. Damage is no error: it is told in the result.
pub fn load(path: &Path) -> Result<Loaded, OpenError> {
    let bytes = fs::read(path).map_err(|cause| OpenError::io(path, cause))?;
    parse(&bytes, path).map(|(loaded, _)| loaded)
}

/// When a journal was begun, without reading more than its first line.
pub fn began(path: &Path) -> Option<Timestamp> {
    // A header has some 200 bytes.
    let mut bytes = vec![];
    File::open(path).ok()?.take(4096).read_to_end(&mut bytes).ok()?;
    format::time(bytes.split(|byte| *byte == b'\n').next()?)
}

/// The whole lines of a journal as they were written, byte for byte: their hashes still hold.
///
/// # Errors
///
/// When it can't be read.
pub fn text(path: &Path, loaded: &Loaded) -> Result<String, OpenError> {
    let text = fs::read_to_string(path).map_err(|cause| OpenError::io(path, cause))?;
    Ok(text.split_inclusive('\n').take(loaded.whole).collect())
}

/// The lines of a journal, and the version of the last one.
fn parse(bytes: &[u8], path: &Path) -> Result<(Loaded, Version), OpenError> {
    let mut reader = Reader::default();
    let mut loaded =
        Loaded { lines: vec![], skipped: Skipped::default(), whole: 0, damage: None, set_aside: None };
    let mut prev = hash(b"");
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            loaded.damage = Some(Damage::TornEnd { bytes: rest.len() });
            break;
        };
        let raw = &rest[..end];
        let entry = match reader.read(raw) {
            Err(Unreadable::Newer(version)) => {
                return Err(OpenError::Newer { path: paths::display(path), version });
            }
            Err(Unreadable::NoRecord) => Err("it is not a record"),
            Ok(entry) if entry.seq != loaded.whole as u64 => Err("its number does not follow"),
            Ok(entry) if entry.prev != prev => Err("it does not follow from the line before"),
            Ok(entry) => Ok(entry),
        };
        match entry {
            Err(why) => {
                loaded.damage = Some(Damage::Line { number: loaded.whole + 1, why });
                break;
            }
            Ok(entry) => {
                loaded.skipped.add(&entry);
                loaded.lines.extend(entry.line());
            }
        }
        loaded.whole += 1;
        prev = hash(raw);
        rest = &rest[end + 1..];
    }
    Ok((loaded, reader.version()))
}

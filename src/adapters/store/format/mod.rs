//! The disk format of journals.
//!
//! A journal is `<id>.jsonl` in the sessions folder, one JSON object a line, created new and only ever added to:
//! `seq` counts from 0, `at` is wall time, `prev` is the SHA-256 of the line before (of nothing for the first), and
//! `record` says what the rest of the line is. The first line opens the session and names the format.
//!
//! What is on disk is made of types of its own, so that a change of what the program works with changes no journal:
//! scenarios and rubrics as files deny a key that they don't know, and here one is ignored. Words and small values
//! (levels, routes, observations, sightings) are stored as they are; the frozen journals in `tests/journals` hold
//! every one of them, and are written back byte for byte by a test.
//!
//! The format has two numbers. A new kind of record, or a new word in an old one, raises the minor one: a program that
//! doesn't know it keeps the line, skips it, and says so. Whatever an older program would take for something else
//! raises the major one, and is refused by it. A journal that an older version began gets a line of the kind `format`
//! before the first one that this version adds to it.

mod case;
mod live;
mod mirror;
mod voice;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::{
    judging::{Unscored, verdict::Score},
    live::{Cut, Seal, Sighting},
    record::{self, Disputed, Line, Mode, Observed, Purpose, Record, Route, RoutedBy, Use},
    text::one_line,
    turn::Asked,
};

/// A version of the format. The major number comes first, so that they compare as they should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// What a program must know to read a journal at all.
    pub major: u32,
    /// What it may skip where it doesn't know it.
    pub minor: u32,
}

/// The version that this program writes. It reads this one and all earlier ones.
pub const CURRENT: Version = Version { major: 1, minor: 1 };

/// The version of a header that names no minor one, for ever.
const OLDEST: Version = Version { major: 1, minor: 0 };

/// A line as it stands on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct DiskLine {
    seq: u64,
    at: Timestamp,
    prev: String,
    #[serde(flatten)]
    record: DiskRecord,
}

/// What every line of every version has.
#[derive(Deserialize)]
struct Frame {
    seq: u64,
    at: Timestamp,
    prev: String,
    record: String,
}

/// What happened, as it stands on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
enum DiskRecord {
    Opened(Opened),
    /// From here on, lines are of a later version than the header says. On disk only.
    Format(Format),
    Drawn(Box<case::Drawn>),
    Asked(Asked),
    Said {
        text: String,
    },
    Routed {
        route: Route,
        by: RoutedBy,
    },
    Used {
        what: Use,
    },
    Observed(Box<Observed>),
    Unobserved {
        purpose: Purpose,
        #[serde(flatten)]
        why: Unscored,
    },
    Scored(Box<Score>),
    Corrected(Box<case::Corrected>),
    SelfRated {
        levels: BTreeMap<String, u8>,
    },
    Disputed(Disputed),
    Rules(Box<live::Rules>),
    Sighted(Sighting),
    Ended {
        why: Cut,
    },
    Sealed(Seal),
}

/// The header.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Opened {
    /// The major version, alone as long as there was no other number.
    format: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    minor: u32,
    program: String,
    session: String,
    mode: Mode,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Format {
    format: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    minor: u32,
    program: String,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What a line holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A record.
    Record(Box<Record>),
    /// What follows is of this version.
    Format(Version),
    /// Something that a later minor version wrote.
    Unknown,
}

/// A line that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its number, from 0.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The hash of the line before.
    pub prev: String,
    /// What it holds.
    pub content: Content,
    /// What of it only a later minor version knows: its kind, or its kind and a key.
    pub unknown: Option<String>,
}

impl Entry {
    /// The seal, if it holds one.
    pub fn seal(&self) -> Option<&Seal> {
        match &self.content {
            Content::Record(record) => match &**record {
                Record::Sealed(seal) => Some(seal),
                _ => None,
            },
            _ => None,
        }
    }

    /// The line, if it holds a record.
    pub fn line(self) -> Option<Line> {
        match self.content {
            Content::Record(record) => {
                Some(Line { seq: self.seq, at: self.at, prev: self.prev, record: *record })
            }
            Content::Format(_) | Content::Unknown => None,
        }
    }
}

/// What a later minor version wrote that this one doesn't know. It stays in the journal and is skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped(BTreeSet<String>);

impl Skipped {
    /// Takes in what isn't known of a line.
    pub fn add(&mut self, entry: &Entry) {
        self.0.extend(entry.unknown.clone());
    }

    /// What is to be said about it, if there is any.
    pub fn note(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let names: Vec<String> = self.0.iter().map(|name| format!("`{}`", one_line(name))).collect();
        Some(format!(
            "a newer version of pushback wrote parts of this session that this one doesn't know ({}); \
             they stay in its journal and are skipped here",
            names.join(", ")
        ))
    }
}

/// Why a line can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no line of a journal, or was changed.
    NoRecord,
    /// A later major version wrote it.
    Newer(Version),
}

/// Reads a journal's lines, the first one first: what a line may be depends on the version that wrote it.
#[derive(Debug, Default)]
pub struct Reader {
    /// `None` before the first line.
    version: Option<Version>,
}

impl Reader {
    /// The version of the lines that were read so far.
    pub fn version(&self) -> Version {
        self.version.unwrap_or(CURRENT)
    }

    /// Reads a line without its line end.
    ///
    /// # Errors
    ///
    /// When it is none, or one of a later major version.
    pub fn read(&mut self, raw: &[u8]) -> Result<Entry, Unreadable> {
        if self.version.is_none() {
            self.goes_on_as(version(raw).unwrap_or(OLDEST))?;
        }
        let Frame { seq, at, prev, record: kind } =
            serde_json::from_slice(raw).map_err(|_| Unreadable::NoRecord)?;
        if let Some(version) = version(raw).filter(|_| kind == FORMAT) {
            self.goes_on_as(version)?;
            return Ok(Entry { seq, at, prev, content: Content::Format(version), unknown: None });
        }
        let is_newer = self.version() > CURRENT;
        let (content, unknown) = match serde_json::from_slice::<DiskLine>(raw) {
            Ok(line) => {
                let unknown = is_newer.then(|| unknown_key(raw, &line)).flatten();
                (line.record.content(), unknown.map(|key| format!("{kind}.{key}")))
            }
            Err(_) if is_newer => (Content::Unknown, Some(kind)),
            Err(_) => return Err(Unreadable::NoRecord),
        };
        Ok(Entry { seq, at, prev, content, unknown })
    }

    fn goes_on_as(&mut self, version: Version) -> Result<(), Unreadable> {
        if version.major > CURRENT.major {
            return Err(Unreadable::Newer(version));
        }
        self.version = self.version.max(Some(version));
        Ok(())
    }
}

/// The kind of the lines that say what the following ones are.
const FORMAT: &str = "format";

/// The version that a line names, whatever else a later version put into it.
fn version(raw: &[u8]) -> Option<Version> {
    #[derive(Deserialize)]
    struct Named {
        format: u32,
        #[serde(default)]
        minor: u32,
    }
    let Named { format: major, minor } = serde_json::from_slice(raw).ok()?;
    Some(Version { major, minor })
}

/// When a line was written, whatever version wrote it.
pub fn time(raw: &[u8]) -> Option<Timestamp> {
    serde_json::from_slice::<Frame>(raw).ok().map(|frame| frame.at)
}

/// The first key of a line that isn't in what was read of it.
fn unknown_key(raw: &[u8], line: &DiskLine) -> Option<String> {
    fn lost(written: &Value, read: &Value) -> Option<String> {
        match (written, read) {
            (Value::Object(written), Value::Object(read)) => written.iter().find_map(|(key, value)| {
                read.get(key)
                    .map_or_else(|| (!value.is_null()).then(|| key.clone()), |read| lost(value, read))
            }),
            (Value::Array(written), Value::Array(read)) => {
                written.iter().zip(read).find_map(|(written, read)| lost(written, read))
            }
            _ => None,
        }
    }
    lost(&serde_json::from_slice(raw).ok()?, &serde_json::to_value(line).ok()?)
}

/// A line as it is written, without its line end.
///
/// # Errors
///
/// When it holds what JSON doesn't have.
pub fn write(line: &Line) -> serde_json::Result<Vec<u8>> {
    let Line { seq, at, prev, record } = line.clone();
    serde_json::to_vec(&DiskLine { seq, at, prev, record: record.into() })
}

/// The line that says that what follows it is of [`CURRENT`].
///
/// # Errors
///
/// As [`write`].
pub fn write_current(seq: u64, at: Timestamp, prev: String) -> serde_json::Result<Vec<u8>> {
    let Version { major: format, minor } = CURRENT;
    let record = DiskRecord::Format(Format { format, minor, program: env!("CARGO_PKG_VERSION").into() });
    serde_json::to_vec(&DiskLine { seq, at, prev, record })
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl DiskRecord {
    fn content(self) -> Content {
        let record = match self {
            Self::Format(Format { format: major, minor, .. }) => {
                return Content::Format(Version { major, minor });
            }
            Self::Opened(Opened { program, session, mode, .. }) => {
                Record::Opened(record::Opened { program, session, mode })
            }
            Self::Drawn(drawn) => Record::Drawn(Box::new((*drawn).into())),
            Self::Asked(asked) => Record::Asked(asked),
            Self::Said { text } => Record::Said { text },
            Self::Routed { route, by } => Record::Routed { route, by },
            Self::Used { what } => Record::Used { what },
            Self::Observed(observed) => Record::Observed(observed),
            Self::Unobserved { purpose, why } => Record::Unobserved { purpose, why },
            Self::Scored(score) => Record::Scored(score),
            Self::Corrected(corrected) => Record::Corrected(Box::new((*corrected).into())),
            Self::SelfRated { levels } => Record::SelfRated { levels },
            Self::Disputed(disputed) => Record::Disputed(disputed),
            Self::Rules(rules) => Record::Rules(Box::new((*rules).into())),
            Self::Sighted(sighting) => Record::Sighted(sighting),
            Self::Ended { why } => Record::Ended { why },
            Self::Sealed(seal) => Record::Sealed(seal),
        };
        Content::Record(Box::new(record))
    }
}

impl From<Record> for DiskRecord {
    fn from(record: Record) -> Self {
        match record {
            Record::Opened(record::Opened { program, session, mode }) => {
                let Version { major: format, minor } = CURRENT;
                Self::Opened(Opened { format, minor, program, session, mode })
            }
            Record::Drawn(drawn) => Self::Drawn(Box::new((*drawn).into())),
            Record::Asked(asked) => Self::Asked(asked),
            Record::Said { text } => Self::Said { text },
            Record::Routed { route, by } => Self::Routed { route, by },
            Record::Used { what } => Self::Used { what },
            Record::Observed(observed) => Self::Observed(observed),
            Record::Unobserved { purpose, why } => Self::Unobserved { purpose, why },
            Record::Scored(score) => Self::Scored(score),
            Record::Corrected(corrected) => Self::Corrected(Box::new((*corrected).into())),
            Record::SelfRated { levels } => Self::SelfRated { levels },
            Record::Disputed(disputed) => Self::Disputed(disputed),
            Record::Rules(rules) => Self::Rules(Box::new((*rules).into())),
            Record::Sighted(sighting) => Self::Sighted(sighting),
            Record::Ended { why } => Self::Ended { why },
            Record::Sealed(seal) => Self::Sealed(seal),
        }
    }
}

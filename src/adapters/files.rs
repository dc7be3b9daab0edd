//! Files, read with a limit and replaced whole.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

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
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return "is UTF-16: save it as UTF-8".into();
        }
        let line =
            bytes[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("is not UTF-8 text (line {line}): save it as UTF-8")
    })
}

/// Puts new content in a file's place: what is there is the old or the new, never half of one.
///
/// # Errors
///
/// When it can't be written. The old content is there then.
pub fn replace(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let next = written(path, content)?;
    next.as_file().sync_all()?;
    next.persist(path)?;
    std::fs::File::open(folder_of(path))?.sync_all()
}

/// The same without waiting for the disk: it survives the end of this program, not that of the machine.
///
/// # Errors
///
/// When it can't be written. The old content is there then.
pub fn swap(path: &Path, content: &[u8]) -> std::io::Result<()> {
    written(path, content)?.persist(path)?;
    Ok(())
}

/// New content beside the file whose place it takes.
fn written(path: &Path, content: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let mut next = tempfile::NamedTempFile::new_in(folder_of(path))?;
    std::io::Write::write_all(&mut next, content)?;
    Ok(next)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

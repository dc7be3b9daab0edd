//! Results of commands: JSON, files, pages.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use super::error::{FAILED, Failure};
use crate::{
    adapters::{paths, terminal::output::print},
    core::bank::scenario::is_id,
};

/// A value as one line of JSON.
pub fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::new(FAILED, error.to_string()))
}

/// Writes a file that people may want to read.
pub fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), Failure> {
    let json =
        serde_json::to_string_pretty(value).map_err(|error| Failure::new(FAILED, error.to_string()))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(path, json + "\n"))
        .map_err(|error| Failure::new(FAILED, format!("can't write {}: {error}", paths::display(path))))
}

/// Keeps a page in the file that was named, or else in a temporary one, and opens it if that is wanted. `-` is
/// standard output.
pub fn keep_page(file: Option<&Path>, name: &str, page: &str, open: bool) -> Result<(), Failure> {
    let file = match file {
        Some(file) if file == Path::new("-") => {
            std::io::stdout().write_all(page.as_bytes())?;
            return Ok(());
        }
        Some(file) => {
            write_file(file, page)?;
            file.to_owned()
        }
        None => temporary(name, page)?,
    };
    print(&format!("written to {}", paths::display(&file)))?;
    if open {
        open::that_detached(&file).map_err(|error| {
            Failure::new(FAILED, format!("can't open the browser: {error}"))
                .hint(format!("open {} yourself", paths::display(&file)))
        })?;
    }
    Ok(())
}

/// Writes a file, and says which one where that fails.
pub fn write_file(file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text)
        .map_err(|error| Failure::new(FAILED, format!("can't write {}: {error}", paths::display(file))))
}

/// A file that stays until the system clears its temporary folder: the browser reads it after we are gone.
fn temporary(name: &str, page: &str) -> Result<PathBuf, Failure> {
    let name = if is_id(name) { name } else { "page" };
    let failed = |error: &dyn std::fmt::Display| Failure::new(FAILED, format!("can't write a page: {error}"));
    let mut file = tempfile::Builder::new()
        .prefix(&format!("pushback-{name}-"))
        .suffix(".html")
        .tempfile()
        .map_err(|error| failed(&error))?;
    file.write_all(page.as_bytes()).map_err(|error| failed(&error))?;
    file.into_temp_path().keep().map_err(|error| failed(&error))
}

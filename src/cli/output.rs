//! Results of commands: JSON, files, pages.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use super::error::{BAD_INPUT, FAILED, Failure};
use crate::{
    adapters::{
        files,
        paths::{self, Home},
        terminal::output::{Unprintable, print},
    },
    core::bank::scenario::is_id,
};

/// A value as one line of JSON.
pub fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::new(FAILED, error.to_string()))
}

/// Writes a value as a file that people may want to read.
pub fn write_json(home: &Home, path: &Path, value: &impl serde::Serialize) -> Result<(), Failure> {
    let json =
        serde_json::to_string_pretty(value).map_err(|error| Failure::new(FAILED, error.to_string()))?;
    require_own_place(home, path)?;
    files::keep(path, (json + "\n").as_bytes())
        .map_err(|error| Failure::new(FAILED, format!("can't write {}: {error}", paths::display(path))))
}

/// Keeps a page in the file that was named, or else in a temporary one, and opens it if that is wanted. `-` is
/// standard output.
pub fn keep_page(
    home: &Home,
    file: Option<&Path>,
    name: &str,
    page: &str,
    open: bool,
) -> Result<(), Failure> {
    let file = match file {
        Some(file) if file == Path::new("-") => return write_out(page),
        Some(file) => {
            write_file(home, file, page.as_bytes())?;
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

/// Writes to standard output as it is, for other programs.
pub fn write_out(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    Ok(out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Unprintable)?)
}

/// Writes a file that was named on the command line, whole or not at all.
pub fn write_file(home: &Home, file: &Path, content: &[u8]) -> Result<(), Failure> {
    require_own_place(home, file)?;
    files::replace(file, content)
        .map_err(|error| Failure::new(FAILED, format!("can't write {}: {error}", paths::display(file))))
}

/// Refuses to write results over what the program itself keeps: a slip in a path must not cost a journal or the key.
pub fn require_own_place(home: &Home, file: &Path) -> Result<(), Failure> {
    if home.keeps(file) {
        let message = format!("{} belongs to pushback's own data, and stays as it is", paths::display(file));
        return Err(Failure::new(BAD_INPUT, message).hint("name a file somewhere else"));
    }
    Ok(())
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

//! The person's own editor (`VISUAL`, else `EDITOR`), for an answer or a file.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    process::{Command, ExitStatus},
    thread,
    time::Duration,
};

use super::interrupts;
use crate::core::text::one_line;

/// How often to see whether the editor is done.
const LOOK: Duration = Duration::from_millis(30);

/// The editor that the person chose, if they chose one.
pub fn chosen() -> Option<String> {
    let named = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| std::env::var(name).ok());
    named.into_iter().find(|editor| !editor.trim().is_empty())
}

/// Opens a file in an editor and waits for its end. Ctrl-C is the editor's meanwhile.
///
/// # Errors
///
/// When it can't be started.
pub fn open(editor: &str, path: &Path) -> io::Result<ExitStatus> {
    // The variable may hold arguments, as in `code --wait`; the path is handed over apart from it.
    let script = format!("{editor} \"$1\"");
    let mut child = Command::new("sh").arg("-c").arg(script).arg("sh").arg(path).spawn()?;
    loop {
        if let Some(status) = child.try_wait()? {
            interrupts::take_interrupt();
            return Ok(status);
        }
        interrupts::take_interrupt();
        thread::sleep(LOOK);
    }
}

/// Has the person change a text in their editor. The file that it takes lies in `folder`, which others can't read, and is
/// gone afterwards.
///
/// # Errors
///
/// What to tell the person; their text is as it was.
pub fn edit_text(text: &str, folder: &Path) -> Result<String, String> {
    let Some(editor) = chosen() else {
        return Err("Set VISUAL or EDITOR to the editor you like, and this opens it.".into());
    };
    let failed = |error: io::Error| format!("Your editor can't be given the text: {error}.");
    let mut file =
        tempfile::Builder::new().prefix("answer-").suffix(".md").tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(failed)?;
    let path = file.into_temp_path();
    let shown = one_line(&editor);
    match open(&editor, &path) {
        Ok(status) if status.success() => {}
        Ok(_) => return Err(format!("`{shown}` ended with an error, so your text is as it was.")),
        Err(error) => return Err(format!("`{shown}` can't be started: {error}.")),
    }
    let bytes = fs::read(&path).map_err(|error| format!("What `{shown}` wrote can't be read: {error}."))?;
    let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).trim_end().to_owned())
}

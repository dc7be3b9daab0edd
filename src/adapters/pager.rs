//! Long texts on a terminal, a page at a time.

use std::{
    io::{self, IsTerminal, Write},
    process::{Command, Stdio},
};

use anstream::{AutoStream, ColorChoice, adapter::strip_str};

use super::console;

/// Shows a text in the person's pager (`PAGER`, else `less`) where it is longer than the screen; prints it where
/// it isn't, where standard output is no terminal, and where no pager can be started.
///
/// # Errors
///
/// When standard output is closed.
pub fn show(text: &str) -> io::Result<()> {
    let stdout = io::stdout();
    if !stdout.is_terminal() || !io::stdin().is_terminal() || fits(text) {
        return console::print(text);
    }
    let plain = AutoStream::choice(&stdout) == ColorChoice::Never;
    let text = if plain { strip_str(text).to_string() } else { text.to_owned() };
    match page(&text) {
        Some(result) => result,
        None => console::print(&text),
    }
}

/// Whether a text fits on the screen with the prompt that follows it.
fn fits(text: &str) -> bool {
    let rows = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).map_or(0, |size| size.ws_row);
    text.lines().count() + 1 < usize::from(rows)
}

/// Pipes a text through the pager; `None` where there is no pager.
fn page(text: &str) -> Option<io::Result<()>> {
    let chosen = std::env::var("PAGER").unwrap_or_else(|_| "less".into());
    let words = shell_words::split(&chosen).ok()?;
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Colours through, and no page where one screen is enough.
        command.env("LESS", "FRX");
    }
    let mut child = command.spawn().ok()?;
    if let Some(mut stdin) = child.stdin.take() {
        // Whoever has read enough closes the pager: that is no failure.
        let _ = stdin.write_all(text.as_bytes()).and_then(|()| stdin.write_all(b"\n"));
    }
    Some(child.wait().map(|_| ()))
}

//! Long texts on a terminal, a page at a time.

use std::{
    io::{self, Write},
    process::{Command, Stdio},
};

use anstream::{AutoStream, ColorChoice, adapter::strip_str};

use crate::adapters::terminal::{
    output::{self, Unprintable},
    presence::Presence,
};

/// Shows a text in the person's pager (`PAGER`, else `less`) where it is longer than the screen; prints it where
/// it isn't, where standard output is no terminal, and where no pager can be started.
///
/// # Errors
///
/// When standard output is closed.
pub fn show(text: &str) -> Result<(), Unprintable> {
    let stdout = io::stdout();
    if Presence::now() != Presence::Screen || fits(text) {
        return output::print(text);
    }
    let plain = AutoStream::choice(&stdout) == ColorChoice::Never;
    let text = if plain { strip_str(text).to_string() } else { by_line(text) };
    match page(&text) {
        Some(result) => result.map_err(Unprintable),
        None => output::print(&text),
    }
}

/// The text with its styles ended and taken up again at every line end: pagers begin each line without any.
fn by_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut active = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\n', '\u{1b}']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let sequence =
            if rest.starts_with('\n') { 1 } else { rest.find('m').map_or(rest.len(), |end| end + 1) };
        let (sign, behind) = rest.split_at(sequence);
        match sign {
            "\n" if active.is_empty() => out.push('\n'),
            "\n" => out.push_str(&format!("{RESET}\n{active}")),
            RESET => {
                active.clear();
                out.push_str(RESET);
            }
            style => {
                active.push_str(style);
                out.push_str(style);
            }
        }
        rest = behind;
    }
    out + rest
}

/// What ends all styles.
const RESET: &str = "\u{1b}[0m";

/// Whether a text fits on the screen with the prompt that follows it.
fn fits(text: &str) -> bool {
    let rows = terminal_size::terminal_size().map_or(0, |(_, rows)| rows.0);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_that_goes_over_a_line_end_is_taken_up_again() {
        assert_eq!(by_line("a\u{1b}[2mb\nc\u{1b}[0md\ne"), "a\u{1b}[2mb\u{1b}[0m\n\u{1b}[2mc\u{1b}[0md\ne");
        assert_eq!(by_line("plain\ntext"), "plain\ntext");
    }
}

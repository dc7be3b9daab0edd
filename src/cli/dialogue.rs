//! Questions that the program asks the person, a line each.

use std::{
    io::{self, BufRead, IsTerminal},
    path::Path,
};

use super::error::Failure;
use crate::{
    adapters::{
        console::{self, Input, Typed},
        line_editor::LineEditor,
    },
    core::command::Place,
    render::term,
};

/// Whether there is somebody to ask.
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// A line of the person's; `None` when they want to leave, or there are no more.
pub fn line(prompt: &str) -> Result<Option<String>, Failure> {
    if is_possible() {
        // The editor gets Ctrl-C as a key. A plain read would wait on: the signal only sets a flag.
        let typed = LineEditor::new(Place::Home, Path::new(""))?.read_line(prompt)?;
        return Ok(match typed {
            Typed::Text(text) => Some(text),
            Typed::End => None,
        });
    }
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim_end_matches(['\n', '\r']).to_owned()))
}

/// The answer to a question, where Enter takes the default; `None` when they want to leave.
pub fn ask(question: &str, default: &str) -> Result<Option<String>, Failure> {
    let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
    console::print(&term::wrap_hanging(&format!("{question}{shown}:"), console::width(), 0, 2))?;
    let answer = line("› ")?;
    Ok(answer.map(|answer| match answer.trim() {
        "" => default.to_owned(),
        answer => answer.to_owned(),
    }))
}

/// Whether they say yes; leaving is no.
pub fn confirms(question: &str) -> Result<bool, Failure> {
    let answer = ask(&format!("{question} (y/n)"), "n")?;
    Ok(answer.is_some_and(|answer| answer.to_lowercase().starts_with('y')))
}

//! Questions that the program asks the person.

use std::{
    cell::RefCell,
    io::{self, Write},
};

use super::{
    context::Context,
    error::{BAD_INPUT, Failure, of_terminal},
};
use crate::{
    adapters::terminal::{
        editor::Editor,
        input::{Input, Typed},
        output,
        presence::Presence,
        script::Script,
    },
    render::style,
};

/// Somebody who answers: at a terminal, or a script on standard input.
pub struct Dialogue(RefCell<Box<dyn Input>>);

impl Dialogue {
    /// Whether there is somebody at a terminal.
    pub fn is_possible() -> bool {
        Presence::now().is_somebody()
    }

    /// Begins.
    pub fn new() -> Result<Self, Failure> {
        // The editor gets Ctrl-C as a key. A plain read would wait on: the signal only sets a flag.
        let input: Box<dyn Input> = match Presence::now() {
            Presence::Screen => Box::new(Editor::for_lines().map_err(of_terminal)?),
            Presence::Plain => Box::new(Script::typed(io::stdin().lock())),
            Presence::Nobody => Box::new(Script::new(io::stdin().lock())),
        };
        Ok(Self(RefCell::new(input)))
    }

    /// One line; `None` when they want to leave, or there are no more.
    pub fn line(&self, prompt: &str) -> Result<Option<String>, Failure> {
        Ok(text(self.0.borrow_mut().read_line(prompt).map_err(of_terminal)?))
    }

    /// A message of any number of lines; `None` when they want to leave, or there are no more.
    pub fn message(&self) -> Result<Option<String>, Failure> {
        Ok(text(self.0.borrow_mut().read(None).map_err(of_terminal)?))
    }

    /// How a message is sent, in one line.
    pub fn how_to_send(&self) -> &'static str {
        self.0.borrow().how_to_send()
    }

    /// The answer to a question, where Enter takes the default; `None` when they want to leave.
    pub fn ask(&self, question: &str, default: &str) -> Result<Option<String>, Failure> {
        let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
        output::print(&style::wrap_hanging(&format!("{question}{shown}:"), output::width(), 0, 2))?;
        let answer = self.line("› ")?;
        Ok(answer.map(|answer| match answer.trim() {
            "" => default.to_owned(),
            answer => answer.to_owned(),
        }))
    }

    /// Whether they say yes; leaving is no.
    pub fn confirms(&self, question: &str) -> Result<bool, Failure> {
        let answer = self.ask(&format!("{question} (y/n)"), "n")?;
        Ok(answer.is_some_and(|answer| answer.to_lowercase().starts_with('y')))
    }
}

fn text(typed: Typed) -> Option<String> {
    match typed {
        Typed::Text(text) => Some(text),
        Typed::End => None,
    }
}

/// Asks before something that can't be taken back. Only a yes is a yes; `--yes` says it ahead.
pub fn surely(context: &Context, question: &str) -> Result<bool, Failure> {
    if context.model.yes {
        return Ok(true);
    }
    if !Presence::now().is_somebody() {
        return Err(Failure::new(BAD_INPUT, "there is nobody here to confirm it").hint("`--yes` confirms it"));
    }
    print!("{question} [y/N] ");
    io::stdout().flush().map_err(of_terminal)?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(of_terminal)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

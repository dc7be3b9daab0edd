//! The prompt between sessions: everything that the commands do, without leaving. A line is read by the same parser as
//! the shell's arguments, with or without a slash in front.

use std::{ffi::OsString, io, sync::atomic::Ordering};

use clap::CommandFactory;

use super::{
    args::Args,
    context::Context,
    dispatch,
    error::{self, BAD_INPUT, Failure, of_terminal},
    welcome,
};
use crate::{
    adapters::terminal::{
        editor::Editor,
        input::{Input, Typed},
        output,
        presence::Presence,
        script::Script,
    },
    core::{nearest::did_you_mean, text::one_line},
    render::term,
};

/// Short names that save a word at the prompt.
const SHORT: [(&str, [&str; 2]); 7] = [
    ("scenarios", ["scenario", "list"]),
    ("new", ["scenario", "new"]),
    ("lint", ["scenario", "lint"]),
    ("try", ["scenario", "try"]),
    ("accept", ["scenario", "accept"]),
    ("new-rubric", ["rubric", "new"]),
    ("accept-rubric", ["rubric", "accept"]),
];

/// Words that leave.
const LEAVE: [&str; 3] = ["quit", "exit", "q"];

/// Reads commands until there are no more.
pub fn run(context: &Context) -> Result<(), Failure> {
    welcome::show(context)?;
    help()?;
    // A round reads standard input itself, so here it is read a line at a time without a lock.
    let lines = || io::BufReader::with_capacity(1, io::stdin());
    let mut input: Box<dyn Input> = match Presence::now() {
        Presence::Screen => Box::new(Editor::for_lines().map_err(of_terminal)?),
        Presence::Plain => Box::new(Script::typed(lines())),
        Presence::Nobody => Box::new(Script::new(lines())),
    };
    while let Typed::Text(line) = input.read_line("pushback› ").map_err(of_terminal)? {
        if !obey(context, &line)? {
            break;
        }
    }
    Ok(())
}

/// Carries out one line; what goes wrong is told, and the prompt comes back.
fn obey(context: &Context, line: &str) -> Result<bool, Failure> {
    let words = words(line);
    let Some(first) = words.first() else { return Ok(true) };
    if LEAVE.contains(&first.as_str()) {
        return Ok(false);
    }
    let result = match first.as_str() {
        "help" if words.len() == 1 => help(),
        _ => carry_out(context, &words),
    };
    // Ctrl-C in a pager is the pager's.
    context.cancelled.store(false, Ordering::SeqCst);
    if let Err(failure) = result {
        output::print(&error::for_terminal(&failure))?;
    }
    Ok(true)
}

/// The words of a line as a shell would see them. Where its quotes don't match ("they're"), they are letters.
fn words(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('/').unwrap_or(line);
    let words =
        shell_words::split(line).unwrap_or_else(|_| line.split_whitespace().map(str::to_owned).collect());
    match words.split_first() {
        Some((first, rest)) => match SHORT.iter().find(|(name, _)| name == first) {
            Some((_, long)) => {
                long.iter().map(|word| (*word).to_owned()).chain(rest.iter().cloned()).collect()
            }
            None => words,
        },
        None => words,
    }
}

fn carry_out(context: &Context, words: &[String]) -> Result<(), Failure> {
    let first = words.first().map_or("", String::as_str);
    let known: Vec<String> = names().map(|(name, _)| name).chain(["help".to_owned()]).collect();
    if !first.starts_with('-') && !known.iter().any(|name| name == first) {
        let near = did_you_mean(first, known.iter().map(String::as_str));
        return Err(Failure::new(BAD_INPUT, format!("there is no command `{}`{near}", one_line(first)))
            .hint("`help` lists what there is"));
    }
    let argv = ["pushback"].into_iter().map(OsString::from).chain(words.iter().map(OsString::from));
    match Args::read(argv) {
        Ok(Args { command: Some(command), model }) => dispatch(&context.with_model(model), command),
        Ok(Args { command: None, .. }) => Err(Failure::new(BAD_INPUT, "that names no command")
            .hint("flags for the model go behind a command, or behind `pushback` in the shell")),
        Err(error) if !error.use_stderr() => Ok(output::print(error.render().ansi().to_string().trim_end())?),
        Err(error) => {
            let text = error.render().to_string();
            let text = text.trim().trim_start_matches("error: ").lines().collect::<Vec<_>>();
            let end = text
                .iter()
                .position(|line| line.starts_with("Usage:") || line.starts_with("For more"))
                .unwrap_or(text.len());
            let message: Vec<&str> =
                text[..end].iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
            Err(Failure::new(BAD_INPUT, message.join(" "))
                .hint(format!("`help {first}` shows how it is used")))
        }
    }
}

/// The commands and what each does.
fn names() -> impl Iterator<Item = (String, String)> {
    let command = Args::command();
    let rows: Vec<_> = command
        .get_subcommands()
        .map(|sub| (sub.get_name().to_owned(), sub.get_about().map(ToString::to_string).unwrap_or_default()))
        .collect();
    rows.into_iter()
}

fn help() -> Result<(), Failure> {
    let rows: Vec<(String, String)> = names()
        .chain([("help COMMAND".to_owned(), "How a command is used.".to_owned())])
        .chain([("quit".to_owned(), "Leave.".to_owned())])
        .map(|(name, about)| {
            // The first sentence is enough in a list.
            let end = about.find(". ").map_or(about.len(), |end| end + 1);
            (name, about[..end].to_owned())
        })
        .collect();
    Ok(output::print(&term::rows(&rows, output::width()))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_the_shell_would_with_or_without_a_slash() {
        assert_eq!(words("/practice --theme mentoring"), ["practice", "--theme", "mentoring"]);
        assert_eq!(words(" review 2026 --html 'a b.html' "), ["review", "2026", "--html", "a b.html"]);
        assert_eq!(words("/try mine"), ["scenario", "try", "mine"]);
        assert_eq!(words("dispute lets-slip They're mine"), ["dispute", "lets-slip", "They're", "mine"]);
        assert_eq!(words("  "), Vec::<String>::new());
    }

    #[test]
    fn every_short_name_is_a_command_of_the_shell() {
        for (name, long) in SHORT {
            let sub = Args::command();
            let family = sub.find_subcommand(long[0]).unwrap_or_else(|| panic!("{name}"));
            assert!(family.find_subcommand(long[1]).is_some(), "{name}");
        }
    }
}

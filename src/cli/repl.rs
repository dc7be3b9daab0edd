//! The prompt between sessions: everything that the commands do, without leaving.

use std::{
    io::{self, IsTerminal},
    sync::atomic::Ordering,
};

use super::{
    args::{
        AcceptArgs, CompareArgs, DisputeArgs, LintArgs, ListArgs, LiveArgs, NewArgs, PracticeArgs,
        ProgressArgs, ReviewArgs, TryArgs, VerifyArgs,
    },
    author, bank, compare, dispute, dry,
    error::{self, BAD_INPUT, Failure},
    guard, lint, live, progress, replay, review, round, score, sessions, verify, welcome,
};
use crate::{
    adapters::{
        console::{self, Input, Typed},
        line_editor::LineEditor,
        script::Script,
    },
    cli::round::Context,
    core::command::{self, Command, Place},
    render::term,
};

/// Reads commands until there are no more.
pub fn run(context: &Context) -> Result<(), Failure> {
    welcome::show(context)?;
    console::print(&term::help(Place::Home, console::width()))?;
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        let mut editor = LineEditor::new(Place::Home, &context.home.history())?;
        while let Typed::Text(line) = editor.read_line("pushback› ")? {
            if !obey(context, &line)? {
                break;
            }
        }
    } else {
        // A round reads standard input itself, so here it is read a line at a time without a lock.
        let mut script = Script::new(io::BufReader::with_capacity(1, io::stdin()));
        while let Typed::Text(line) = script.read_line("")? {
            if !obey(context, &line)? {
                break;
            }
        }
    }
    Ok(())
}

/// Carries out one line; what goes wrong is told, and the prompt comes back.
fn obey(context: &Context, line: &str) -> Result<bool, Failure> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(true);
    }
    let result = match command::parse(line, Place::Home) {
        None => Err(Failure::new(BAD_INPUT, "commands begin with a slash").hint("/help lists them")),
        Some(Err(error)) => Err(Failure::new(BAD_INPUT, error.to_string()).hint("/help lists what there is")),
        Some(Ok(Command::Quit)) => return Ok(false),
        Some(Ok(command)) => carry_out(context, command),
    };
    // Ctrl-C in a pager is the pager's.
    context.cancelled.store(false, Ordering::SeqCst);
    if let Err(failure) = result {
        console::print(&error::for_terminal(&failure))?;
    }
    Ok(true)
}

fn carry_out(context: &Context, command: Command) -> Result<(), Failure> {
    if let Some(name) = guard::shown_by_typed(&command) {
        guard::check(context, name)?;
    }
    match command {
        Command::Practice(what) => {
            let bank = bank::load(context)?;
            let is_theme = what.as_deref().is_some_and(|what| bank.themes().contains(what));
            let (scenario, theme) = if is_theme { (None, what) } else { (what, None) };
            round::practice(context, &PracticeArgs { scenario, theme, ..PracticeArgs::default() })
        }
        Command::Live(scenario) => live::live(context, &LiveArgs { scenario, ..LiveArgs::default() }),
        Command::Verify(session) => verify::verify(context, &VerifyArgs { session, ..VerifyArgs::default() }),
        Command::Replay(session) => replay::replay(context, session.as_deref(), 1.0),
        Command::New(kind, id) => author::new(context, kind, &NewArgs { id, ..NewArgs::default() }),
        Command::Lint => lint::lint(context, &LintArgs::default()),
        Command::Try(scenario) => {
            let scenario = named(scenario, "try")?;
            dry::run(context, &TryArgs { scenario, ..TryArgs::default() })
        }
        Command::Accept(kind, id) => author::accept(context, kind, &AcceptArgs { id: named(id, "accept")? }),
        Command::Scenarios => bank::list(context, &ListArgs::default()),
        Command::Sessions => sessions::list(context, false),
        Command::Review(session) => review::run(context, &ReviewArgs { session, ..ReviewArgs::default() }),
        Command::Compare(sessions) => {
            let sessions = sessions.unwrap_or_default();
            match sessions.split_whitespace().collect::<Vec<_>>().as_slice() {
                [first, second] => {
                    let (first, second) = ((*first).to_owned(), (*second).to_owned());
                    compare::run(context, &CompareArgs { first, second, ..CompareArgs::default() })
                }
                _ => Err(Failure::new(BAD_INPUT, "/compare takes two sessions")
                    .hint("/sessions lists them; ID#1 and ID#2 are two scorings of one")),
            }
        }
        Command::Dispute(what) => {
            let what = what.unwrap_or_default();
            let (signal, reason) = what.split_once(char::is_whitespace).unwrap_or((&what, ""));
            let (signal, reason) = (signal.to_owned(), vec![reason.to_owned()]);
            dispute::run(context, &DisputeArgs { signal, reason, ..DisputeArgs::default() })
        }
        Command::Progress => progress::run(context, &ProgressArgs::default()),
        Command::Resume(session) => round::resume(context, session.as_deref()),
        Command::Score(session) => score::session(context, session.as_deref(), false),
        Command::Help => Ok(console::print(&term::help(Place::Home, console::width()))?),
        // The parser gives these only in a round, or not at all.
        Command::Act(_) | Command::Quit => Ok(()),
    }
}

/// What a command needs behind its name.
fn named(argument: Option<String>, command: &str) -> Result<String, Failure> {
    argument.ok_or_else(|| {
        Failure::new(super::error::BAD_INPUT, format!("/{command} what?"))
            .hint(format!("write its id: /{command} my-own-case"))
    })
}

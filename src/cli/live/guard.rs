//! As long as a live round is open, nothing of the program shows what would help with it, in any terminal.

use std::path::Path;

use crate::{
    adapters::{
        clock::SystemClock,
        paths,
        store::open_rounds::OpenRound,
        terminal::{live, output, raw},
    },
    cli::{
        args::{Command, ScenarioCommand},
        context::Context,
        error::{Failure, REFUSED},
    },
    core::text::one_line,
    ports::Clock,
};

/// The name of a command that shows something of cases, rubrics or scores. A new command has to take its place here.
pub fn shown_by(command: &Command) -> Option<&'static str> {
    match command {
        Command::Practice(_) => Some("practice"),
        Command::Sessions { .. } => Some("sessions"),
        Command::Review { .. } => Some("review"),
        Command::Score(_) => Some("score"),
        Command::Replay { .. } => Some("replay"),
        Command::Judge(_) => Some("judge"),
        Command::Compare(_) => Some("compare"),
        Command::Dispute(_) => Some("dispute"),
        Command::Export(_) => Some("export"),
        Command::Progress(_) => Some("progress"),
        Command::Scenario(
            ScenarioCommand::Lint(_)
            | ScenarioCommand::New(_)
            | ScenarioCommand::Accept(_)
            | ScenarioCommand::Try(_)
            | ScenarioCommand::Show { .. },
        ) => Some("scenario"),
        Command::Rubric(_) => Some("rubric"),
        // Titles only; `live` and `resume` see for themselves; the others show nothing of a case.
        Command::Scenario(ScenarioCommand::List { .. })
        | Command::Schema(_)
        | Command::Pack(_)
        | Command::Live(_)
        | Command::Resume { .. }
        | Command::Doctor
        | Command::Verify(_)
        | Command::Model(_) => None,
    }
}

/// Refuses a command while a live round is open, and has the try put down in the round's journal.
pub fn check(context: &Context, command: &str) -> Result<(), Failure> {
    let Some(open) = context.open_rounds.current()? else { return Ok(()) };
    let recorded = record_try(context, &open, command);
    Err(Failure::new(
        REFUSED,
        format!(
            "a live round is open ({}): `{command}` shows nothing until it is over",
            one_line(&open.title)
        ),
    )
    .hint(format!("{recorded}if the round was cut off, {} goes on with it", resume(&open))))
}

/// Puts a try down in the round's journal, and says that it did if it could.
pub fn record_try(context: &Context, open: &OpenRound, command: &str) -> &'static str {
    match context.open_rounds.refused(open, SystemClock.now(), command) {
        Ok(()) => "the try is recorded; ",
        Err(_) => "",
    }
}

/// The command that goes on with an open round, wherever it was begun.
pub fn resume(open: &OpenRound) -> String {
    match open.elsewhere.as_deref().and_then(Path::parent) {
        None => format!("`pushback resume {}`", open.id),
        Some(home) => format!("`PUSHBACK_HOME={} pushback resume {}`", paths::display(home), open.id),
    }
}

/// Gives back a terminal that a live round took and could not give back because it was killed.
pub fn repair_terminal(context: &Context) -> Result<(), Failure> {
    if raw::repair(&live::note(context.sessions.folder())) {
        output::print(
            "(a live round was killed and had left this terminal unusable; it is as it was before)",
        )?;
    }
    Ok(())
}

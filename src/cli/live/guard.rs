//! As long as a live round is open, nothing of the program shows what would help with it, in any terminal.

use crate::{
    adapters::{
        clock::SystemClock,
        store::open_rounds,
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
    let Some(open) = open_rounds::current(&context.sessions)? else { return Ok(()) };
    open_rounds::refused(&context.sessions, &open, SystemClock.now(), command)?;
    Err(Failure::new(
        REFUSED,
        format!(
            "a live round is open ({}): `{command}` shows nothing until it is over",
            one_line(&open.title)
        ),
    )
    .hint(format!(
        "the try is recorded; if the round was cut off, `pushback resume {}` goes on with it",
        open.id
    )))
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

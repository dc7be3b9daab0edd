//! The command line: arguments in, exit code out.

mod args;
mod ask;
mod author;
mod bank;
mod batch;
mod bulk;
mod check;
mod compare;
mod dialogue;
mod dispute;
mod doctor;
mod dry;
mod error;
mod export;
mod guard;
mod interview_loop;
mod judge;
mod lint;
mod live;
mod model;
mod pack;
mod page;
mod progress;
mod repl;
mod replay;
mod review;
mod round;
mod routing;
mod score;
mod sessions;
mod site;
mod verify;
mod welcome;

use std::{io::Write, process::ExitCode};

use clap::Parser;

pub use args::Args;
use args::{Command, RubricCommand, ScenarioCommand, ScoreArgs, SessionsCommand};
pub use error::{Failure, unbroken};

use crate::core::lint::Kind;

/// Runs the program.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // clap prints help to stdout and mistakes to stderr, and knows which is which.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { error::BAD_INPUT } else { error::DONE });
        }
    };
    match error::unbroken(|| execute(args)) {
        Ok(()) => ExitCode::from(error::DONE),
        Err(failure) if failure.reader_gone => ExitCode::from(error::DONE),
        Err(failure) => {
            let mut stderr = anstream::stderr().lock();
            let _ = writeln!(stderr, "{}", error::for_terminal(&failure));
            ExitCode::from(failure.exit)
        }
    }
}

fn execute(args: Args) -> Result<(), Failure> {
    let context = round::Context::new(args.model)?;
    guard::repair_terminal(&context)?;
    if let Some(name) = args.command.as_ref().and_then(guard::shown_by) {
        guard::check(&context, name)?;
    }
    match args.command {
        None => repl::run(&context),
        Some(Command::Practice(practice)) => round::practice(&context, &practice),
        Some(Command::Live(live)) => live::live(&context, &live),
        Some(Command::Doctor) => doctor::doctor(&context),
        Some(Command::Verify(verify)) => verify::verify(&context, &verify),
        Some(Command::Replay { session, speed }) => replay::replay(&context, session.as_deref(), speed),
        Some(Command::Resume { session }) => round::resume(&context, session.as_deref()),
        Some(Command::Sessions { command: Some(SessionsCommand::Delete { session }), .. }) => {
            sessions::delete(&context, &session)
        }
        Some(Command::Sessions { json, command: None }) => sessions::list(&context, json),
        Some(Command::Review(args)) => review::run(&context, &args),
        Some(Command::Compare(args)) => compare::run(&context, &args),
        Some(Command::Dispute(args)) => dispute::run(&context, &args),
        Some(Command::Export(args)) => export::run(&context, &args),
        Some(Command::Progress(args)) => progress::run(&context, &args),
        Some(Command::Score(ScoreArgs { bulk: Some(bulk), .. })) => bulk::score(&context, &bulk),
        Some(Command::Score(ScoreArgs { session, current_rubric, .. })) => {
            score::session(&context, session.as_deref(), current_rubric)
        }
        Some(Command::Scenario(ScenarioCommand::Lint(args)) | Command::Rubric(RubricCommand::Lint(args))) => {
            lint::lint(&context, &args)
        }
        Some(Command::Scenario(ScenarioCommand::New(args))) => author::new(&context, Kind::Scenario, &args),
        Some(Command::Scenario(ScenarioCommand::Accept(args))) => {
            author::accept(&context, Kind::Scenario, &args)
        }
        Some(Command::Scenario(ScenarioCommand::Try(args))) => dry::run(&context, &args),
        Some(Command::Scenario(ScenarioCommand::Show { scenario })) => bank::show(&context, &scenario),
        Some(Command::Rubric(RubricCommand::New(args))) => author::new(&context, Kind::Rubric, &args),
        Some(Command::Rubric(RubricCommand::Accept(args))) => author::accept(&context, Kind::Rubric, &args),
        Some(Command::Rubric(RubricCommand::Check(args))) => check::run(&context, &args),
        Some(Command::Rubric(RubricCommand::List)) => bank::list_rubrics(&context),
        Some(Command::Rubric(RubricCommand::Show { rubric })) => bank::show_rubric(&context, &rubric),
        Some(Command::Pack(command)) => pack::run(&context, &command),
        Some(Command::Schema(command)) => lint::schema(&command),
        Some(Command::Scenario(ScenarioCommand::List(list))) => bank::list(&context, &list),
        Some(Command::Judge(command)) => judge::run(&context, command),
        Some(Command::Model(command)) => model::run(&context, &command),
    }
}

//! The command line: arguments in, exit code out.

mod args;
mod bank;
mod beside_live;
mod context;
mod dialogue;
mod doctor;
mod error;
mod journals;
mod judge;
mod live;
mod model;
mod output;
mod pack;
mod practice;
mod repl;
mod resume;
mod review;
mod rubric;
mod scenario;
mod score;
mod target;
mod welcome;

use std::{io::Write, process::ExitCode};

pub use args::Args;
use args::{Command, ScoreArgs, SessionsCommand};
use context::Context;
pub use error::{Failure, unbroken};
use live::{guard, replay, verify};
use review::{compare, dispute, export, progress, sessions};
use score::bulk;

/// Runs the program.
pub fn run() -> ExitCode {
    let args = match Args::read(std::env::args_os()) {
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
    let context = Context::new(args.model)?;
    guard::repair_terminal(&context)?;
    match args.command {
        None => repl::run(&context),
        Some(command) => dispatch(&context, command),
    }
}

/// Carries out a command, from the shell or from the prompt.
fn dispatch(context: &Context, command: Command) -> Result<(), Failure> {
    if let Some(name) = guard::shown_by(&command) {
        guard::check(context, name)?;
    }
    match command {
        Command::Practice(args) => practice::practice(context, &args),
        Command::Live(args) => live::live(context, &args),
        Command::Doctor => doctor::doctor(context),
        Command::Verify(args) => verify::verify(context, &args),
        Command::Replay { session, speed } => replay::replay(context, session.as_deref(), speed),
        Command::Resume { session } => resume::resume(context, session.as_deref()),
        Command::Sessions { command: Some(SessionsCommand::Delete { session }), .. } => {
            sessions::delete(context, &session)
        }
        Command::Sessions { json, command: None } => sessions::list(context, json),
        Command::Review(args) => review::run(context, &args),
        Command::Compare(args) => compare::run(context, &args),
        Command::Dispute(args) => dispute::run(context, &args),
        Command::Export(args) => export::run(context, &args),
        Command::Progress(args) => progress::run(context, &args),
        Command::Score(ScoreArgs { bulk: Some(args), .. }) => bulk::score(context, &args),
        Command::Score(ScoreArgs { session, current_rubric, .. }) => {
            score::session(context, session.as_deref(), current_rubric)
        }
        Command::Scenario(command) => scenario::run(context, &command),
        Command::Rubric(command) => rubric::run(context, &command),
        Command::Pack(command) => pack::run(context, &command),
        Command::Schema(command) => scenario::lint::schema(&command),
        Command::Judge(command) => judge::run(context, command),
        Command::Model(command) => model::run(context, &command),
    }
}

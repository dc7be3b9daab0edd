//! `pushback rubric`: the bank's rubrics, and one's own.

mod check;
mod list;

use super::{
    args::RubricCommand,
    context::Context,
    error::Failure,
    scenario::{lint, new},
};
use crate::core::lint::Kind;

/// `pushback rubric …`.
pub fn run(context: &Context, command: &RubricCommand) -> Result<(), Failure> {
    match command {
        RubricCommand::Lint(args) => lint::lint(context, args),
        RubricCommand::New(args) => new::new(context, Kind::Rubric, args),
        RubricCommand::Accept(args) => new::accept(context, Kind::Rubric, args),
        RubricCommand::Check(args) => check::run(context, args),
        RubricCommand::List => list::list(context),
        RubricCommand::Show { rubric } => list::show(context, rubric),
    }
}

//! `pushback scenario`: the bank's cases, and one's own. What scenarios and rubrics have in common is here too.

pub(super) mod lint;
pub(super) mod list;
pub(super) mod new;
mod r#try;

use super::{args::ScenarioCommand, context::Context, error::Failure};
use crate::core::lint::Kind;

/// `pushback scenario …`.
pub fn run(context: &Context, command: &ScenarioCommand) -> Result<(), Failure> {
    match command {
        ScenarioCommand::List(args) => list::list(context, args),
        ScenarioCommand::Lint(args) => lint::lint(context, args),
        ScenarioCommand::New(args) => new::new(context, Kind::Scenario, args),
        ScenarioCommand::Accept(args) => new::accept(context, Kind::Scenario, args),
        ScenarioCommand::Try(args) => r#try::run(context, args),
        ScenarioCommand::Show { scenario } => list::show(context, scenario),
    }
}

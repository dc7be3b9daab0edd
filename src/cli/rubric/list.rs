//! `pushback rubric list` and `pushback rubric show`.

use crate::{
    adapters::terminal::output,
    cli::{
        bank::{load, rubric},
        context::Context,
        error::Failure,
    },
    core::text::one_line,
    render::{style, term},
};

/// Lists the rubrics.
pub fn list(context: &Context) -> Result<(), Failure> {
    let bank = load(context)?;
    let column = bank.rubrics().map(|rubric| rubric.id.len()).max().unwrap_or(0);
    for rubric in bank.rubrics() {
        let draft = if rubric.draft { " (draft)" } else { "" };
        let count = format!("{} criteria{draft}", rubric.criteria.len());
        let id = format!("{:<column$}", rubric.id);
        let row = format!("{id}  {} {}", one_line(&rubric.title), style::paint(style::FAINT, count));
        output::print(&style::wrap_hanging(&row, output::width(), 0, column + 2))?;
    }
    Ok(())
}

/// Shows a rubric.
pub fn show(context: &Context, id: &str) -> Result<(), Failure> {
    let bank = load(context)?;
    Ok(output::print(&term::rubric(rubric(&bank, id)?, output::width()))?)
}

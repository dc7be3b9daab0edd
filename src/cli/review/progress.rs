//! `pushback progress`.

use crate::{
    adapters::{
        store::summaries::{self, Row},
        terminal::{output, pager},
    },
    cli::{
        args::ProgressArgs,
        context::Context,
        error::Failure,
        output::{json, keep_page},
    },
    core::{level::TargetLevel, progress, review::summary::Summary},
    render::{self, html},
};

/// Shows how the person changes over their sessions.
pub fn run(context: &Context, args: &ProgressArgs) -> Result<(), Failure> {
    let rows = summaries::load(&context.sessions)?;
    let summaries = readable(&rows);
    let progress = progress::fold(&summaries);
    let zone = output::zone();
    if args.form.json {
        return Ok(output::print(&json(&progress)?)?);
    }
    if args.form.is_page() {
        let target = target(context, &summaries);
        let text = html::progress::progress(&progress, target, html::Place::Alone, &zone);
        return keep_page(&context.home, args.form.html.as_deref(), "progress", &text, args.form.open);
    }
    Ok(pager::show(&render::progress::progress(&progress, output::width(), &zone))?)
}

/// The sessions that can be read; the others are told by `pushback sessions`.
pub fn readable(rows: &[Row]) -> Vec<&Summary> {
    rows.iter().filter_map(|row| row.content.as_ref().ok()).collect()
}

/// The bar to draw: that of the settings, else that of the latest session.
pub fn target(context: &Context, summaries: &[&Summary]) -> TargetLevel {
    let scored = summaries.iter().rev().find(|summary| summary.score.is_some()).or(summaries.last());
    context.target().or_else(|| scored.map(|summary| summary.target)).unwrap_or_default()
}

/// The scored sessions of a scenario, oldest first.
pub fn tries<'a>(rows: &'a [Row], scenario: &str) -> Vec<&'a Summary> {
    let summaries = rows.iter().filter_map(|row| row.content.as_ref().ok());
    summaries.filter(|summary| summary.scenario == scenario && summary.score.is_some()).collect()
}

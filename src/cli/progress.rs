//! `pushback progress`.

use super::{args::ProgressArgs, error::Failure, page, review::json, round::Context};
use crate::{
    adapters::{
        console, pager,
        summaries::{self, Row},
    },
    core::{level::TargetLevel, progress, summary::Summary},
    render::{self, html},
};

/// Shows how the person changes over their sessions.
pub fn run(context: &Context, args: &ProgressArgs) -> Result<(), Failure> {
    let rows = summaries::load(&context.sessions)?;
    let summaries = readable(&rows);
    let progress = progress::fold(&summaries);
    let zone = console::zone();
    if args.form.json {
        return Ok(console::print(&json(&progress)?)?);
    }
    if args.form.is_page() {
        let target = target(context, &summaries);
        let text = html::progress::progress(&progress, target, html::Place::Alone, &zone);
        return page::keep(args.form.html.as_deref(), "progress", &text, args.form.open);
    }
    Ok(pager::show(&render::progress::progress(&progress, console::width(), &zone))?)
}

/// The sessions that can be read; the others are told by `pushback sessions`.
pub fn readable(rows: &[Row]) -> Vec<&Summary> {
    rows.iter().filter_map(|row| row.content.as_ref().ok()).collect()
}

/// The bar to draw: that of the settings, else that of the latest session.
pub fn target(context: &Context, summaries: &[&Summary]) -> TargetLevel {
    let scored = summaries.iter().rev().find(|summary| summary.score.is_some()).or(summaries.last());
    context.config.target.or_else(|| scored.map(|summary| summary.target)).unwrap_or_default()
}

//! `pushback review --all --out DIR`: the pages of all sessions.

use std::{fs, path::Path};

use super::{
    error::{FAILED, Failure},
    page, progress,
    review::tries,
    round::Context,
};
use crate::{
    adapters::{console, jsonl, paths, summaries},
    core::{progress::fold, review, scenario::is_id},
    render::html::{self, Place, index::Listed},
};

/// Writes a list, progress, and a page for every session that can be read.
pub fn write(context: &Context, folder: &Path, open: bool) -> Result<(), Failure> {
    let rows = summaries::load(&context.sessions)?;
    let zone = console::zone();
    let below = folder.join("sessions");
    fs::create_dir_all(&below)
        .map_err(|error| Failure::new(FAILED, format!("can't make {}: {error}", paths::display(&below))))?;
    let (mut listed, mut unreadable) = (vec![], vec![]);
    for row in &rows {
        let summary = match &row.content {
            Ok(summary) => summary,
            Err(why) => {
                unreadable.push((row.session.clone(), why.clone()));
                continue;
            }
        };
        let lines = jsonl::load(&context.sessions.journal(&row.session))?.lines;
        let text = html::review::review(
            &review::fold(&lines)?,
            &tries(&rows, &summary.scenario),
            Place::Among(1),
            &zone,
        );
        // A file's name is whatever somebody called it; an address has to be one everywhere.
        let name = if is_id(&row.session) { row.session.clone() } else { jsonl::fingerprint(&row.session) };
        page::write(&below.join(format!("{name}.html")), &text)?;
        listed.push(Listed { summary, address: format!("sessions/{name}.html") });
    }
    let summaries = progress::readable(&rows);
    let target = progress::target(context, &summaries);
    let text = html::progress::progress(&fold(&summaries), target, Place::Among(0), &zone);
    page::write(&folder.join("progress.html"), &text)?;
    let index = html::index::index(&listed, &unreadable, &zone);
    page::keep(Some(&folder.join("index.html")), "index", &index, open)
}

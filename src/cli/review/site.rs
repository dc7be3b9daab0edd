//! `pushback review --all --out DIR`: the pages of all sessions.

use std::{fs, path::Path};

use super::progress::{self, tries};
use crate::{
    adapters::{
        paths,
        store::{journal, summaries},
        terminal::output,
    },
    cli::{
        context::Context,
        error::{FAILED, Failure},
        output::{keep_page, write_file},
    },
    core::{bank::scenario::is_id, hash, progress::fold, review},
    render::html::{self, Place, index::Listed},
};

/// Writes a list, progress, and a page for every session that can be read.
pub fn write(context: &Context, folder: &Path, open: bool) -> Result<(), Failure> {
    let rows = summaries::load(&context.sessions)?;
    let zone = output::zone();
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
        let lines = journal::load(&context.sessions.journal(&row.session))?.lines;
        let text = html::review::review(
            &review::fold(&lines)?,
            &tries(&rows, &summary.scenario),
            Place::Among(1),
            &zone,
        );
        // A file's name is whatever somebody called it; an address has to be one everywhere.
        let name = if is_id(&row.session) { row.session.clone() } else { hash::fingerprint(&row.session) };
        write_file(&context.home, &below.join(format!("{name}.html")), text.as_bytes())?;
        listed.push(Listed { summary, address: format!("sessions/{name}.html") });
    }
    let summaries = progress::readable(&rows);
    let target = progress::target(context, &summaries);
    let text = html::progress::progress(&fold(&summaries), target, Place::Among(0), &zone);
    write_file(&context.home, &folder.join("progress.html"), text.as_bytes())?;
    let index = html::index::index(&listed, &unreadable, &zone);
    keep_page(&context.home, Some(&folder.join("index.html")), "index", &index, open)
}

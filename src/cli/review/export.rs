//! `pushback export`.

use super::pick;
use crate::{
    adapters::{paths, store::journal, terminal::output},
    cli::{
        args::ExportArgs,
        context::Context,
        error::{FAILED, Failure},
        journals,
        output::{json, write_file, write_out},
    },
    core::{
        review::{self, dispute},
        session,
    },
    render::{self, csv},
};

/// Writes sessions in the form that was asked for.
pub fn run(context: &Context, args: &ExportArgs) -> Result<(), Failure> {
    let sessions: Vec<(String, Option<usize>)> = if args.all || args.disputes && args.session.is_none() {
        let mut ids: Vec<String> = context.sessions.newest_first()?.collect();
        ids.reverse();
        ids.into_iter().map(|id| (id, None)).collect()
    } else {
        vec![pick(context, args.session.as_deref())?]
    };
    let mut parts = vec![];
    for (id, scoring) in &sessions {
        match part(context, args, id, *scoring) {
            Ok(part) => parts.push(part),
            // One that can't be read doesn't keep the others from being exported.
            Err(failure) if sessions.len() > 1 => {
                eprintln!("note: {} is left out: {}", crate::core::text::one_line(id), failure.message);
            }
            Err(failure) => return Err(failure),
        }
    }
    let mut text = if args.csv { csv::HEADER_LINE.to_owned() } else { String::new() };
    text.push_str(&parts.concat());
    match &args.out {
        Some(file) => {
            write_file(&context.home, file, text.as_bytes())?;
            Ok(output::print(&format!("written to {}", paths::display(file)))?)
        }
        None => write_out(&text),
    }
}

fn part(context: &Context, args: &ExportArgs, id: &str, scoring: Option<usize>) -> Result<String, Failure> {
    let loaded = journals::read(context, id)?;
    if args.jsonl {
        return Ok(journal::text(&context.sessions.journal(id), &loaded)?);
    }
    let lines = loaded.lines;
    let review = review::fold_scoring(&lines, scoring)?;
    if args.disputes {
        let session = session::replay(&lines).ok_or(review::FoldError::NoCase)?;
        return dispute::label(&review, &session).map_or(Ok(String::new()), |label| Ok(json(&label)? + "\n"));
    }
    if args.csv {
        return csv::rows(&review).map_err(|error| Failure::new(FAILED, error.to_string()));
    }
    Ok(render::markdown::review(&review, &output::zone()) + "\n")
}

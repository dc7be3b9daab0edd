//! `pushback export`.

use std::io::Write;

use super::{
    args::ExportArgs,
    error::{FAILED, Failure},
    page,
    review::{json, pick, read},
    round::Context,
};
use crate::{
    adapters::{console, csv_table, jsonl, paths},
    core::review::{self, dispute},
    render,
};

/// Writes sessions in the form that was asked for.
pub fn run(context: &Context, args: &ExportArgs) -> Result<(), Failure> {
    let sessions: Vec<(String, Option<usize>)> = if args.all || args.disputes && args.session.is_none() {
        context.sessions.ids()?.into_iter().map(|id| (id, None)).collect()
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
    let mut text = if args.csv { csv_table::HEADER_LINE.to_owned() } else { String::new() };
    text.push_str(&parts.concat());
    match &args.out {
        Some(file) => {
            page::write(file, &text)?;
            Ok(console::print(&format!("written to {}", paths::display(file)))?)
        }
        None => Ok(std::io::stdout().write_all(text.as_bytes())?),
    }
}

fn part(context: &Context, args: &ExportArgs, id: &str, scoring: Option<usize>) -> Result<String, Failure> {
    let loaded = read(context, id)?;
    if args.jsonl {
        return Ok(jsonl::text(&context.sessions.journal(id), &loaded)?);
    }
    let lines = loaded.lines;
    let review = review::fold_scoring(&lines, scoring)?;
    if args.disputes {
        let session = review::replay(&lines).ok_or(review::FoldError::NoCase)?;
        return dispute::label(&review, &session).map_or(Ok(String::new()), |label| Ok(json(&label)? + "\n"));
    }
    if args.csv {
        return csv_table::rows(&review).map_err(|error| Failure::new(FAILED, error.to_string()));
    }
    Ok(render::markdown::review(&review, &console::zone()) + "\n")
}

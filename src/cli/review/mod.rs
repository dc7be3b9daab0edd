//! `pushback review`.

pub(super) mod compare;
pub(super) mod dispute;
pub(super) mod export;
pub(super) mod progress;
pub(super) mod sessions;
pub(super) mod site;

use super::{
    args::ReviewArgs,
    context::Context,
    error::{BAD_INPUT, Failure},
    journals,
    live::interview_loop,
    output::{json, keep_page},
};
use crate::{
    adapters::{
        bank::library,
        store::{
            journal,
            summaries::{self},
        },
        terminal::{output, pager},
    },
    core::{
        record::{self, Drawn},
        review::{self, Review, origin::origin},
    },
    render::{self, html, style},
};

/// Shows a session in the form that was asked for.
pub fn run(context: &Context, args: &ReviewArgs) -> Result<(), Failure> {
    if let Some(folder) = args.out.as_deref().filter(|_| args.all) {
        return site::write(context, folder, args.open);
    }
    let is_text = !args.json && !args.markdown && args.html.is_none() && !args.open;
    if is_text && let Some(run) = interview_loop::find(context, args.session.as_deref())? {
        return interview_loop::show(context, &run);
    }
    let review = load(context, args.session.as_deref())?;
    if args.json {
        return Ok(output::print(&json(&review)?)?);
    }
    if args.markdown {
        return Ok(output::print(&render::markdown::review(&review, &output::zone()))?);
    }
    if args.html.is_some() || args.open {
        let rows = summaries::load(&context.sessions)?;
        let tries = progress::tries(&rows, &review.drawn.scenario.id);
        let page = html::review::review(&review, &tries, html::Place::Alone, &output::zone());
        return keep_page(&context.home, args.html.as_deref(), &review.session, &page, args.open);
    }
    let mut text = render::review::review(&review, output::width(), &output::zone());
    if review.ledger.is_some() {
        let lines = journal::load(&context.sessions.journal(&review.session))?.lines;
        // The review leaves the author's notes out, which the case has.
        if let Some(drawn) = record::drawn(&lines) {
            let scored = Drawn { rubric: review.drawn.rubric.clone(), ..drawn.clone() };
            let origin = origin(&scored, None, &library::shipped());
            let words = style::wrap_hanging(&render::origin::origin(&origin), output::width(), 0, 0);
            text.push_str(&format!("\n{words}\n"));
        }
    }
    Ok(pager::show(&text)?)
}

/// The review of the session that was named, up to the damage if its journal is damaged, which is told.
pub fn load(context: &Context, given: Option<&str>) -> Result<Review, Failure> {
    let (id, scoring) = pick(context, given)?;
    let loaded = journals::read(context, &id)?;
    Ok(review::fold_scoring(&loaded.lines, scoring)?)
}

/// A session and, behind a `#`, one of its scorings.
pub fn pick(context: &Context, given: Option<&str>) -> Result<(String, Option<usize>), Failure> {
    let Some((id, number)) = given.and_then(|given| given.split_once('#')) else {
        return Ok((context.sessions.find(given)?, None));
    };
    let number = number.parse().map_err(|_| {
        Failure::new(BAD_INPUT, format!("`#{number}` is no number of a scoring"))
            .hint("`ID#1` is the first scoring of a session, `ID#2` the second")
    })?;
    Ok((context.sessions.find(Some(id).filter(|id| !id.is_empty()))?, Some(number)))
}

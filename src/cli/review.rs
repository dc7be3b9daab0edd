//! `pushback review`.

use super::{
    args::ReviewArgs,
    error::{BAD_INPUT, FAILED, Failure},
    page,
    round::Context,
    site,
};
use crate::{
    adapters::{
        console,
        jsonl::{self, Damage, Loaded},
        pager,
        summaries::{self, Row},
    },
    core::{
        review::{self, Review},
        summary::Summary,
    },
    render::{self, html},
};

/// Shows a session in the form that was asked for.
pub fn run(context: &Context, args: &ReviewArgs) -> Result<(), Failure> {
    if let Some(folder) = args.out.as_deref().filter(|_| args.all) {
        return site::write(context, folder, args.open);
    }
    let review = load(context, args.session.as_deref())?;
    if args.json {
        return Ok(console::print(&json(&review)?)?);
    }
    if args.markdown {
        return Ok(console::print(&render::markdown::review(&review, &console::zone()))?);
    }
    if args.html.is_some() || args.open {
        let rows = summaries::load(&context.sessions)?;
        let tries = tries(&rows, &review.drawn.scenario.id);
        let page = html::review::review(&review, &tries, html::Place::Alone, &console::zone());
        return page::keep(args.html.as_deref(), &review.session, &page, args.open);
    }
    Ok(pager::show(&render::review::review(&review, console::width(), &console::zone()))?)
}

/// The scored sessions of a scenario, oldest first.
pub fn tries<'a>(rows: &'a [Row], scenario: &str) -> Vec<&'a Summary> {
    let summaries = rows.iter().filter_map(|row| row.content.as_ref().ok());
    summaries.filter(|summary| summary.scenario == scenario && summary.score.is_some()).collect()
}

/// The review of the session that was named, up to the damage if its journal is damaged, which is told.
pub fn load(context: &Context, given: Option<&str>) -> Result<Review, Failure> {
    let (id, scoring) = pick(context, given)?;
    let loaded = read(context, &id)?;
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

/// A session's journal; what is damaged in it is told.
pub fn read(context: &Context, id: &str) -> Result<Loaded, Failure> {
    let loaded = jsonl::load(&context.sessions.journal(id))?;
    if let Some(damage) = &loaded.damage {
        eprintln!("note: {}", damage_note(damage));
    }
    Ok(loaded)
}

/// A value as one line of JSON.
pub fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::new(FAILED, error.to_string()))
}

fn damage_note(damage: &Damage) -> String {
    match damage {
        Damage::TornEnd { bytes } => format!(
            "the journal's last line was cut off while it was being written ({bytes} bytes); everything before it is here"
        ),
        Damage::Line { number, why } => {
            format!("the journal is damaged at line {number} ({why}); what comes before it is here")
        }
    }
}

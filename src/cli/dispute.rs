//! `pushback dispute`.

use super::{args::DisputeArgs, error::Failure, round::Context};
use crate::{
    adapters::{clock::SystemClock, console, jsonl::JsonlJournal},
    app::drive::DriveError,
    core::{
        record::Record,
        review::{self, dispute},
    },
    ports::Journal,
    render::{term, words},
};

/// Keeps what the person says against the judge, beside what the judge saw.
pub fn run(context: &Context, args: &DisputeArgs) -> Result<(), Failure> {
    let id = context.sessions.find(args.session.as_deref())?;
    let (mut journal, loaded) = JsonlJournal::reopen(&context.sessions.journal(&id), SystemClock)?;
    let review = review::fold(&loaded.lines)?;
    let disputed = dispute::dispute(&review, &args.signal, &args.reason.join(" "))?;
    let record = Record::Disputed(disputed.clone());
    journal.append(&record).map_err(DriveError::from)?;
    let text = format!(
        "Kept beside the judge's observation in {id}: {} `{}`. `pushback export --disputes` makes labels of disputes.",
        if disputed.present { "you showed" } else { "you did not show" },
        disputed.signal
    );
    console::print(&term::wrap_hanging(&text, console::width(), 0, 0))?;
    Ok(console::print(&term::paint(term::FAINT, format!("({})", words::dispute(&disputed))))?)
}

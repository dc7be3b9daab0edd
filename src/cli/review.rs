//! `pushback review`.

use super::{error::Failure, interview_loop, round::Context};
use crate::{
    adapters::{
        console,
        jsonl::{self, Damage},
    },
    core::review,
    render::term,
};

/// Shows a session; up to the damage, if its journal is damaged.
pub fn show(context: &Context, given: Option<&str>, json: bool) -> Result<(), Failure> {
    if !json && let Some(run) = interview_loop::find(context, given)? {
        return interview_loop::show(context, &run);
    }
    let id = context.sessions.find(given)?;
    let loaded = jsonl::load(&context.sessions.journal(&id))?;
    if let Some(note) = damage_note(loaded.damage.as_ref()) {
        eprintln!("note: {note}");
    }
    if json {
        for line in &loaded.lines {
            let line = serde_json::to_string(line)
                .map_err(|error| Failure::new(super::error::FAILED, error.to_string()))?;
            console::print(&line)?;
        }
        return Ok(());
    }
    let review = review::fold(&loaded.lines)?;
    Ok(console::print(&term::review(&review, console::width(), &console::zone()))?)
}

fn damage_note(damage: Option<&Damage>) -> Option<String> {
    Some(match damage? {
        Damage::TornEnd { bytes } => format!(
            "the journal's last line was cut off while it was being written ({bytes} bytes); everything before it is here"
        ),
        Damage::Line { number, why } => {
            format!("the journal is damaged at line {number} ({why}); what comes before it is here")
        }
    })
}

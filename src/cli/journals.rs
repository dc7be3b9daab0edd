//! Opening a session's journal, and telling what can't be read of it.

use std::sync::Once;

use super::{context::Context, error::Failure};
use crate::{
    adapters::{
        clock::SystemClock,
        paths,
        store::journal::{self, Damage, JsonlJournal, Loaded},
    },
    core::text::one_line,
};

/// A session's journal, as far as it can be read.
pub fn read(context: &Context, id: &str) -> Result<Loaded, Failure> {
    let loaded = journal::load(&context.sessions.journal(id))?;
    if let Some(damage) = &loaded.damage {
        note(damage_note(damage));
    }
    note(loaded.skipped.note());
    Ok(loaded)
}

/// A new session about `subject`: its id and its empty journal.
pub fn create(context: &Context, subject: &str) -> Result<(String, JsonlJournal<SystemClock>), Failure> {
    let (id, journal) = context.sessions.begin(&SystemClock, subject)?;
    tell_unlocked(&journal);
    Ok((id, journal))
}

/// The empty journal of a new session with this id.
pub fn create_as(context: &Context, id: &str) -> Result<JsonlJournal<SystemClock>, Failure> {
    let journal = JsonlJournal::create(&context.sessions.journal(id), SystemClock)?;
    tell_unlocked(&journal);
    Ok(journal)
}

/// A session's journal to go on with.
pub fn reopen(context: &Context, id: &str) -> Result<(JsonlJournal<SystemClock>, Loaded), Failure> {
    let (journal, loaded) = JsonlJournal::reopen(&context.sessions.journal(id), SystemClock)?;
    tell_reopened(&journal, &loaded);
    Ok((journal, loaded))
}

/// Tells what was found in a journal that is gone on with.
pub fn tell_reopened(journal: &JsonlJournal<SystemClock>, loaded: &Loaded) {
    tell_unlocked(journal);
    note(loaded.set_aside.as_ref().map(|file| {
        format!(
            "the journal's last line was cut off while it was being written; what there is of it is kept in {}",
            paths::display(file)
        )
    }));
    note(loaded.skipped.note());
}

/// Tells, once, that nothing keeps two windows out of the same session.
fn tell_unlocked(journal: &JsonlJournal<SystemClock>) {
    static TOLD: Once = Once::new();
    if !journal.is_locked() {
        TOLD.call_once(|| {
            note(format!(
                "the file system of {} has no locks: don't open one session in two windows",
                paths::display(paths::folder_of(journal.path()))
            ));
        });
    }
}

/// Tells something beside what was asked for.
fn note(text: impl Into<Option<String>>) {
    if let Some(text) = text.into() {
        eprintln!("note: {}", one_line(&text));
    }
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

//! `pushback doctor`: is everything in place?

use super::{
    bank,
    context::Context,
    error::{FAILED, Failure},
    live::guard,
    model::{self, Choice},
};
use crate::{
    adapters::{
        bank::{library, loops},
        files,
        model::file::{self, QWEN_CODER_1_5B},
        paths,
        store::{
            journal::{self, Damage, Loaded},
            seal::{self, SealingKey},
        },
        terminal::{output, presence::Presence},
    },
    core::{record, text::one_line},
    render::{style, words},
};

/// What a check found.
enum Finding {
    /// All is well.
    Fine(String),
    /// Something to know.
    Note(String),
    /// Something that has to be mended, and how.
    Wrong(String),
}

use Finding::{Fine, Note, Wrong};

/// Looks at everything that Pushback needs. A terminal that a killed process left unusable was given back already, as
/// every start does it.
pub fn doctor(context: &Context) -> Result<(), Failure> {
    let findings: Vec<Finding> =
        [folder(context), model(context), target(context), terminal(), bank(context), key(context)]
            .into_iter()
            .chain(sessions(context)?)
            .chain(open_round(context)?)
            .collect();
    let mut wrong = 0;
    for finding in &findings {
        let (mark, style, text) = match finding {
            Fine(text) => ("ok  ", style::GOOD, text),
            Note(text) => ("note", style::WARN, text),
            Wrong(text) => ("bad ", style::WARN, text),
        };
        wrong += usize::from(matches!(finding, Wrong(_)));
        let row = format!("{} {}", style::paint(style, mark), one_line(text));
        output::print(&style::wrap_hanging(&row, output::width(), 0, 5))?;
    }
    match wrong {
        0 => Ok(()),
        1 => Err(Failure::new(FAILED, "one thing has to be mended")),
        wrong => Err(Failure::new(FAILED, format!("{wrong} things have to be mended"))),
    }
}

fn folder(context: &Context) -> Finding {
    let folder = context.sessions.folder();
    let shown = paths::display(folder);
    let tried = std::fs::create_dir_all(folder).and_then(|()| {
        let file = tempfile::tempfile_in(folder)?;
        files::sync_folder(folder)?;
        Ok(files::try_lock(&file)?)
    });
    match tried {
        Ok(false) => Note(format!(
            "sessions can be written to {shown}, but its file system has no locks: don't open one session in two windows"
        )),
        Ok(true) => Fine(format!("sessions can be written to {shown}")),
        Err(error) => Wrong(format!("sessions can't be written to {shown}: {error}")),
    }
}

fn model(context: &Context) -> Finding {
    match model::choice(context) {
        Ok(Choice::None) => Note("no model is in use: nothing is scored".into()),
        Ok(Choice::Endpoint(endpoint)) => {
            let place = format!("{} (model {})", endpoint.address, endpoint.model);
            match model::check(context, *endpoint) {
                Ok(()) => Fine(format!("{place} answers; that's where your answers are sent")),
                Err(failure) => Wrong(format!("{place} doesn't answer: {}", failure.message)),
            }
        }
        Ok(Choice::Embedded) => match file::installed(&context.home.models(), &QWEN_CODER_1_5B) {
            Some(file) => Fine(format!("the model is at {}", paths::display(&file))),
            None => Wrong("the model is not installed: `pushback model install` gets it".into()),
        },
        Err(failure) => Wrong(failure.message),
    }
}

fn target(context: &Context) -> Finding {
    let settings = paths::display(&context.home.config());
    match context.target() {
        Some(target) => Fine(format!("you interview for {target} (`target` in {settings})")),
        None => Note(format!("no target level yet: the first round asks, and keeps it in {settings}")),
    }
}

fn terminal() -> Finding {
    match Presence::now() {
        Presence::Screen => Fine(format!("a real terminal, {} columns wide", output::width())),
        Presence::Plain => Note(
            "`TERM` says that this terminal can't be painted on: practice reads lines, live mode won't start"
                .into(),
        ),
        Presence::Nobody => Note("this is no real terminal: live mode needs one".into()),
    }
}

fn bank(context: &Context) -> Finding {
    let (bank, mut problems) = library::load(&context.home);
    let (loops, faults) = loops::load(&context.home, &bank);
    problems.extend(faults);
    match problems.as_slice() {
        [_, ..] if bank::is_live_round_open(context) => {
            Wrong(format!("{} files of the bank are left out", problems.len()))
        }
        [] => Fine(format!("{} scenarios and {} interview loops", bank.cases().count(), loops.len())),
        [first, ..] => Wrong(format!(
            "{} files of the bank are left out, first {}: {}",
            problems.len(),
            first.place,
            first.message
        )),
    }
}

fn key(context: &Context) -> Finding {
    match SealingKey::of(&context.home.keys()) {
        Err(error) => Wrong(error.to_string()),
        Ok(_) if !seal::is_private(&context.home.keys()) => Wrong(format!(
            "others can read the key in {}: chmod 600 it",
            paths::display(&context.home.keys())
        )),
        Ok(key) => Fine(format!("live sessions are sealed with {}", key.public())),
    }
}

fn sessions(context: &Context) -> Result<Vec<Finding>, Failure> {
    let ids = context.sessions.ids()?;
    let mut findings = vec![];
    for id in &ids {
        match journal::load(&context.sessions.journal(id)) {
            Ok(loaded) => findings.extend(session(context, id, &loaded)),
            Err(error) => findings.push(Wrong(format!("{id}: {error}"))),
        }
    }
    if findings.is_empty() {
        findings.push(Fine(format!("{}, all whole", words::count(ids.len(), "session"))));
    }
    Ok(findings)
}

/// What isn't as it should be in a session's journal.
fn session(context: &Context, id: &str, loaded: &Loaded) -> Option<Finding> {
    let path = context.sessions.journal(id);
    if let Some(Damage::Line { number, why }) = loaded.damage {
        return Some(Wrong(format!(
            "{id}: line {number} is damaged ({why}); what comes before it can be read"
        )));
    }
    let sealed = seal::remembered(&path).map(|stub| stub.lines());
    if let Some(lines) = sealed.filter(|lines| *lines > loaded.whole) {
        return Some(Wrong(format!(
            "{id}: its end is missing: it had {} when it was sealed, and has {}",
            words::count(lines, "line"),
            loaded.whole
        )));
    }
    if record::drawn(&loaded.lines).is_none() && !journal::is_busy(&path) {
        let what =
            if loaded.whole == 0 { "its journal is empty" } else { "its journal ends before its case" };
        return Some(Wrong(format!(
            "{id}: {what}, so there is nothing to review; `pushback sessions delete {id}` removes it"
        )));
    }
    if let Some(Damage::TornEnd { .. }) = loaded.damage {
        return Some(Note(format!(
            "{id}: the last line was cut off while it was written; `pushback resume {id}` sets it aside"
        )));
    }
    loaded.skipped.note().map(|note| Note(format!("{id}: {note}")))
}

fn open_round(context: &Context) -> Result<Option<Finding>, Failure> {
    let open = context.open_rounds.current()?;
    Ok(open.map(|open| {
        Note(format!("a live round is open ({}): {} goes on with it", open.title, guard::resume(&open)))
    }))
}

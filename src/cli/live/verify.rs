//! `pushback verify`.

use std::{fs, path::Path};

use crate::{
    adapters::{
        paths,
        store::{
            journal, open_rounds,
            seal::{self, SealingKey},
        },
        terminal::output,
    },
    cli::{
        args::VerifyArgs,
        context::Context,
        error::{BAD_INPUT, BROKEN, FAILED, Failure, REFUSED},
        live,
        output::write_file,
    },
    core::{
        live::Closes,
        record::{Mode, Record},
        text::one_line,
    },
};

/// Says whether a live session is whole, and writes it as one file if asked to.
pub fn verify(context: &Context, args: &VerifyArgs) -> Result<(), Failure> {
    let file = args.session.as_deref().map(Path::new).filter(|path| path.is_file());
    let (name, id, path) = match file {
        Some(path) => (path.display().to_string(), None, path.to_owned()),
        None => {
            let id = session(context, args.session.as_deref())?;
            (id.clone(), Some(id.clone()), context.sessions.journal(&id))
        }
    };
    if let Some(id) = &id {
        require_sealed(context, id)?;
    }
    let bytes = fs::read(&path)
        .map_err(|error| Failure::new(FAILED, format!("can't read {}: {error}", paths::display(&path))))?;
    let own = SealingKey::of(&context.home.keys())?;
    let key = args.public_key.as_deref().map(seal::public_key).transpose()?;
    // A file may be from another machine, whose key only its owner can tell.
    let trusted = key.clone().or_else(|| id.as_ref().map(|_| own.public()));
    let whole = seal::verify(&bytes, trusted.as_deref(), seal::remembered(&path).as_ref())
        .map_err(|broken| Failure::new(BROKEN, format!("{}: {broken}", one_line(&name))))?;
    let closes = match whole.closes {
        Closes::Everything => "to its end",
        Closes::Words => "up to the last word; nothing of the judge is in it",
    };
    output::print(&format!(
        "{} is whole: {} lines, sealed {closes}.\nsealed with {}",
        one_line(&name),
        whole.lines,
        whole.key
    ))?;
    if trusted.is_none() && whole.key != own.public() {
        output::print(
            "This key is in the file itself. Compare it with the one that its owner gave you, or pass that with --public-key.",
        )?;
    }
    let Some(out) = &args.export else { return Ok(()) };
    let Some(id) = id else {
        return Err(Failure::new(BAD_INPUT, "only a session of this machine can be exported"));
    };
    if whole.key != own.public() {
        return Err(Failure::new(BAD_INPUT, "only a session that this machine sealed can be exported"));
    }
    write_file(&context.home, out, &own.export(&id, &bytes))?;
    Ok(output::print(&format!(
        "written to {}; elsewhere: pushback verify FILE --public-key {}",
        paths::display(out),
        whole.key
    ))?)
}

/// A practice session is never sealed, and an open one not yet.
fn require_sealed(context: &Context, id: &str) -> Result<(), Failure> {
    if open_rounds::current(&context.sessions)?.is_some_and(|open| id.starts_with(&open.id)) {
        return Err(Failure::new(REFUSED, format!("{id} is still open: it is sealed when it is over")));
    }
    let loaded = journal::load(&context.sessions.journal(id));
    let first = loaded.ok().and_then(|loaded| loaded.lines.into_iter().next());
    match first.map(|line| line.record) {
        Some(Record::Opened(opened)) if opened.mode == Mode::Practice => {
            Err(Failure::new(BAD_INPUT, format!("{id} is a practice session: only live sessions are sealed")))
        }
        _ => Ok(()),
    }
}

/// The session that is meant; the latest live one where none is.
pub fn session(context: &Context, given: Option<&str>) -> Result<String, Failure> {
    if given.is_some() {
        return Ok(context.sessions.find(given)?);
    }
    let ids = context.sessions.ids()?;
    ids.into_iter().rev().find(|id| live::is_live(&context.sessions.journal(id))).ok_or_else(|| {
        Failure::new(BAD_INPUT, "there is no live session yet").hint("`pushback live` begins one")
    })
}

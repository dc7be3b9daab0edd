//! `pushback verify`.

use std::{fs, path::Path};

use crate::{
    adapters::{
        bank::library,
        paths,
        store::{
            journal,
            seal::{self, Broken, SealingKey},
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
        review::origin::origin,
        text::one_line,
    },
    render::origin as screen,
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
    let broken = |broken: Broken| {
        let text = format!("{}: {broken}", one_line(&name));
        match broken {
            // Nothing says that it is broken: only that this program can't tell.
            Broken::Newer { .. } => Failure::new(BAD_INPUT, text).hint("update pushback to verify it"),
            _ => Failure::new(BROKEN, text),
        }
    };
    let given = args.public_key.as_deref().map(seal::public_key).transpose()?;
    let whole = seal::verify(&bytes, given.as_deref(), seal::remembered(&path).as_ref()).map_err(broken)?;
    if let Some(id) = id.as_ref().filter(|id| **id != whole.opened.session) {
        let was = format!("{} ({id} is only its name)", one_line(&whole.opened.session));
        return Err(broken(Broken::OtherSession { was }));
    }
    let keys = context.home.keys();
    let own = SealingKey::existing(&keys)?;
    let is_own = own.as_ref().is_some_and(|own| own.public() == whole.key);
    let was_own = !is_own && seal::known_keys(&keys).contains(&whole.key);
    if id.is_some() && given.is_none() && !is_own && !was_own {
        // A file may be from another machine, whose key only its owner can tell.
        return Err(broken(Broken::OtherKey { key: whole.key }));
    }
    let closes = match whole.closes {
        Closes::Everything => "to its end",
        Closes::Words => "up to the last word; nothing of the judge is in it",
    };
    let is_whole = if whole.end_is_known { "is whole" } else { "is whole as far as it goes" };
    output::print(&format!(
        "{} {is_whole}: {} lines, sealed {closes}.\nsealed with {}",
        one_line(&name),
        whole.lines,
        whole.key
    ))?;
    if !whole.end_is_known {
        output::print(
            "Nothing outside this journal says where it ends, so the end can't be known: it may have been cut back to an earlier seal.",
        )?;
    }
    if let Some(note) = whole.skipped.note() {
        output::print(&format!("Note: {note}."))?;
    }
    if was_own {
        output::print("That is an earlier key of this machine, which is gone.")?;
    }
    if let Some(drawn) = &whole.drawn {
        let origin = origin(drawn, Some(&whole.opened.program), &library::shipped());
        output::print(&screen::origin(&origin))?;
    }
    if id.is_none() && given.is_none() && !is_own && !was_own {
        output::print(
            "This key is in the file itself. Compare it with the one that its owner gave you, or pass that with --public-key.",
        )?;
    }
    let Some(out) = &args.export else { return Ok(()) };
    let Some(id) = id else {
        return Err(Failure::new(BAD_INPUT, "only a session of this machine can be exported"));
    };
    let Some(own) = own.filter(|_| is_own) else {
        return Err(Failure::new(BAD_INPUT, "only a session that this machine sealed can be exported"));
    };
    write_file(&context.home, out, &own.export(&id, &bytes))?;
    Ok(output::print(&format!(
        "written to {}; elsewhere: pushback verify FILE --public-key {}",
        paths::display(out),
        whole.key
    ))?)
}

/// A practice session is never sealed, and an open one not yet.
fn require_sealed(context: &Context, id: &str) -> Result<(), Failure> {
    if context.open_rounds.current()?.is_some_and(|open| open.covers(id)) {
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
    let mut ids = context.sessions.newest_first()?;
    ids.find(|id| live::is_live(&context.sessions.journal(id))).ok_or_else(|| {
        Failure::new(BAD_INPUT, "there is no live session yet").hint("`pushback live` begins one")
    })
}

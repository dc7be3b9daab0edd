//! `pushback resume`.

use super::{
    context::Context,
    error::{BAD_INPUT, Failure, REFUSED},
    journals,
    live::{self, guard, interview_loop, round},
    model,
    practice::play,
};
use crate::{
    adapters::{
        clock::SystemClock,
        store::{
            journal::{self, JsonlJournal, OpenError},
            open_rounds::OpenRound,
        },
    },
    core::{record::Mode, session, text::one_line},
};

/// Takes up a session that was cut off.
pub fn resume(context: &Context, given: Option<&str>) -> Result<(), Failure> {
    let open = context.open_rounds.current()?;
    if let Some(open) = open.as_ref().filter(|open| open.elsewhere.is_some()) {
        return Err(Failure::new(REFUSED, format!("a live round is open ({})", one_line(&open.title)))
            .hint(format!("{} goes on with it", guard::resume(open))));
    }
    let is_meant =
        |open: &OpenRound| given.is_none_or(|given| open.id.starts_with(given) || open.covers(given));
    let id = match (given, &open) {
        (_, Some(open)) if open.of_loop.is_some() && is_meant(open) => {
            return interview_loop::resume(context, open);
        }
        (Some(_), _) => context.sessions.find(given)?,
        (None, Some(open)) => open.id.clone(),
        (None, None) => latest_unfinished(context)?,
    };
    let path = context.sessions.journal(&id);
    let is_open = open.is_some_and(|open| open.id == id);
    if !is_open && !live::is_live(&path) {
        guard::check(context, "resume")?;
    }
    let (mut journal, loaded) = match JsonlJournal::reopen(&path, SystemClock) {
        Err(error @ (OpenError::Damaged { .. } | OpenError::Newer { .. })) if is_open => {
            return Err(round::close(context, &id, &error.to_string()));
        }
        opened => opened?,
    };
    journals::tell_reopened(&journal, &loaded);
    let Some(session) = session::replay(&loaded.lines) else {
        return Err(Failure::new(BAD_INPUT, format!("the session {id} ended before a case was drawn")));
    };
    if session.is_over() {
        return Err(Failure::new(BAD_INPUT, format!("the session {id} is finished"))
            .hint(format!("`pushback review {id}` shows it")));
    }
    context.sessions.forget_if_sent(&id, &loaded.lines);
    if session.mode() == Mode::Live {
        return live::resume(context, &id, session, loaded.lines, journal);
    }
    let observer = model::observer(context)?;
    play(context, &id, session, loaded.lines, &mut journal, &*observer)
}

/// The latest session that can be taken up.
fn latest_unfinished(context: &Context) -> Result<String, Failure> {
    let unfinished = |id: &String| {
        let loaded = journal::load(&context.sessions.journal(id));
        let session = loaded.ok().and_then(|loaded| session::replay(&loaded.lines));
        session.is_some_and(|session| !session.is_over())
    };
    context.sessions.newest_first()?.find(unfinished).ok_or_else(|| {
        Failure::new(BAD_INPUT, "no session was cut off").hint("`pushback practice` begins a new one")
    })
}

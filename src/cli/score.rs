//! `pushback score`.

use std::io;

use super::{error::Failure, model, round::Context};
use crate::{
    adapters::{
        clock::SystemClock,
        console::{self, Terminal},
        jsonl::JsonlJournal,
        script::Script,
        seal::SealingKey,
    },
    app,
    core::{record::Mode, review, text::one_line},
    render::term,
};

/// Scores a session again and shows the result.
pub fn session(context: &Context, given: Option<&str>) -> Result<(), Failure> {
    let id = context.sessions.find(given)?;
    let (mut journal, loaded) = JsonlJournal::reopen(&context.sessions.journal(&id), SystemClock)?;
    let mut lines = loaded.lines;
    if review::replay(&lines).is_some_and(|session| session.mode() == Mode::Live) {
        journal = journal.sealed_with(SealingKey::of(&context.home.keys())?);
    }
    let observer = model::observer(context)?;
    let console = Terminal::new(Script::new(io::empty()), context.cancelled.clone());
    let unscored = app::score::score(&mut lines, &mut journal, &*observer, &console)?;
    let review = review::fold(&lines)?;
    console::print(&term::paint(
        term::FAINT,
        format!("{} · {}\n", review.session, one_line(&review.drawn.scenario.title)),
    ))?;
    console::print(&term::result(&review, console::width()))?;
    unscored.map_or(Ok(()), |why| Err(model::failure(&why)))
}

//! `pushback score`.

use std::io;

use super::{
    bank,
    error::{BAD_INPUT, Failure},
    model,
    round::Context,
};
use crate::{
    adapters::{
        clock::SystemClock,
        console::{self, Terminal},
        jsonl::{JsonlJournal, fingerprint},
        script::Script,
    },
    app,
    core::{
        record::{Corrected, Line},
        review,
        text::one_line,
    },
    render::term,
};

/// The bank's rubric, if it isn't the one that the session was last scored against.
fn corrected(context: &Context, lines: &[Line]) -> Result<Option<Corrected>, Failure> {
    let drawn = review::fold(lines)?.drawn;
    let rubric = bank::load(context)?.case(&drawn.scenario.id)?.rubric.clone();
    if rubric.id != drawn.rubric.id {
        return Err(Failure::new(
            BAD_INPUT,
            format!(
                "the bank scores `{}` against `{}` now, and the round was played against `{}`",
                drawn.scenario.id, rubric.id, drawn.rubric.id
            ),
        ));
    }
    let rubric_hash = fingerprint(&rubric);
    Ok((rubric_hash != drawn.rubric_hash).then_some(Corrected { rubric, rubric_hash }))
}

/// Scores a session again and shows the result.
pub fn session(context: &Context, given: Option<&str>, current_rubric: bool) -> Result<(), Failure> {
    let id = context.sessions.find(given)?;
    let (mut journal, loaded) = JsonlJournal::reopen(&context.sessions.journal(&id), SystemClock)?;
    let mut lines = loaded.lines;
    let corrected = if current_rubric { corrected(context, &lines)? } else { None };
    let observer = model::observer(context)?;
    let console = Terminal::new(Script::new(io::empty()), context.cancelled.clone());
    let unscored = app::score::score(&mut lines, &mut journal, &*observer, &console, corrected)?;
    let review = review::fold(&lines)?;
    console::print(&term::paint(
        term::FAINT,
        format!("{} · {}\n", review.session, one_line(&review.drawn.scenario.title)),
    ))?;
    console::print(&term::result(&review, console::width()))?;
    unscored.map_or(Ok(()), |why| Err(model::failure(&why)))
}

//! `pushback score`.

pub(super) mod batch;
pub(super) mod bulk;

use std::io;

use super::{
    bank,
    context::Context,
    error::{BAD_INPUT, Failure},
    journals, model,
};
use crate::{
    adapters::{
        store::seal::SealingKey,
        terminal::{output, practice::Terminal, script::Script},
    },
    app,
    core::{
        hash::fingerprint,
        record::{Corrected, Line, Mode},
        review, session,
        text::one_line,
    },
    render::{card, style},
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
    let (mut journal, loaded) = journals::reopen(context, &id)?;
    let mut lines = loaded.lines;
    let corrected = if current_rubric { corrected(context, &lines)? } else { None };
    if session::replay(&lines).is_some_and(|session| session.mode() == Mode::Live) {
        journal = journal.sealed_with(SealingKey::of(&context.home.keys())?);
    }
    let observer = model::observer(context)?;
    let console = Terminal::new(Script::new(io::empty()), context.cancelled.clone());
    let unscored = app::score::score(&mut lines, &mut journal, &*observer, &console, corrected)?;
    let review = review::fold(&lines)?;
    output::print(&style::paint(
        style::FAINT,
        format!("{} · {}\n", review.session, one_line(&review.drawn.scenario.title)),
    ))?;
    output::print(&card::result(&review, output::width()))?;
    unscored.map_or(Ok(()), |why| Err(model::failure(&why)))
}

//! The first screen: what this is, who listens, and where answers go.

use super::{context::Context, error::Failure, model::who_listens};
use crate::{
    adapters::{paths, terminal::output},
    render::style,
};

/// Shows the whole screen before the first session, one line before the others.
pub fn show(context: &Context) -> Result<(), Failure> {
    let width = output::width();
    let who = who_listens(context);
    let folder = paths::display(context.sessions.folder());
    let text = if context.sessions.ids()?.is_empty() {
        let text = format!(
            "Pushback plays the interviewer of a Staff+ interview. You get a case and a question, and you say what you \
             would do. Ask for facts, as you would in the room. It follows up on what your answer left out, turns the \
             case once, and then shows which of your own sentences showed which judgment, and what was missing.\n\n\
             {who}\n\nEverything you say is kept in {folder}, and nowhere else."
        );
        format!("{}\n\n{}\n", style::heading("Pushback", width), style::wrap_hanging(&text, width, 0, 0))
    } else {
        style::paint(style::FAINT, style::wrap_hanging(&format!("{who} Sessions: {folder}"), width, 0, 0))
            + "\n"
    };
    Ok(output::print(&text)?)
}

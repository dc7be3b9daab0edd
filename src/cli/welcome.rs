//! The first screen: what this is, who listens, and where answers go.

use super::{
    error::Failure,
    model::{Choice, choice},
    round::Context,
};
use crate::{
    adapters::{console, paths},
    core::text::one_line,
    render::term,
};

/// Shows the whole screen before the first session, one line before the others.
pub fn show(context: &Context) -> Result<(), Failure> {
    let width = console::width();
    let who = who_listens(context);
    let folder = paths::display(context.sessions.folder());
    let text = if context.sessions.ids()?.is_empty() {
        let text = format!(
            "Pushback plays the interviewer of a Staff+ interview. You get a case and a question, and you say what you \
             would do. Ask for facts, as you would in the room. It follows up on what your answer left out, turns the \
             case once, and then shows which of your own sentences showed which judgment, and what was missing.\n\n\
             {who}\n\nEverything you say is kept in {folder}, and nowhere else."
        );
        format!("{}\n\n{}\n", term::heading("Pushback", width), term::wrap_hanging(&text, width, 0, 0))
    } else {
        term::paint(term::FAINT, term::wrap_hanging(&format!("{who} Sessions: {folder}"), width, 0, 0)) + "\n"
    };
    Ok(console::print(&text)?)
}

/// Which model gets to see the answers, and whether they leave the machine.
pub fn who_listens(context: &Context) -> String {
    match choice(context) {
        Ok(Choice::Embedded) => "The model runs in this program. Nothing leaves your machine.".into(),
        Ok(Choice::None) => {
            "No model is in use, so nothing is scored and nothing leaves your machine.".into()
        }
        Ok(Choice::Endpoint { url, model, .. }) => {
            format!("Your answers are sent to {} (model {}), as you chose.", one_line(&url), one_line(&model))
        }
        // The mistake is told when the model is opened.
        Err(_) => String::new(),
    }
}

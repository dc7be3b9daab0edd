//! `pushback sessions`.

use super::{error::Failure, round::Context};
use crate::{
    adapters::{console, jsonl, paths},
    core::{
        review::{self, Outcome, Review},
        text::one_line,
    },
    render::term,
};

/// Lists all sessions, oldest first.
pub fn list(context: &Context, json: bool) -> Result<(), Failure> {
    let ids = context.sessions.ids()?;
    if ids.is_empty() && !json {
        console::print("There are no sessions yet. `pushback practice` begins one.")?;
        return Ok(());
    }
    for id in ids {
        let loaded = jsonl::load(&context.sessions.journal(&id));
        let folded = loaded
            .map_err(|error| error.to_string())
            .and_then(|loaded| review::fold(&loaded.lines).map_err(|error| error.to_string()));
        match folded {
            Ok(review) if json => console::print(&json_row(&review))?,
            Ok(review) => console::print(&row(&review))?,
            Err(why) if json => {
                console::print(&serde_json::json!({"session": id, "problem": why}).to_string())?
            }
            Err(why) => console::print(&format!("{id}  {}", term::paint(term::WARN, why)))?,
        }
    }
    if !json {
        let folder = paths::display(context.sessions.folder());
        console::print(&term::paint(term::FAINT, format!("\nin {folder}; `pushback review ID` reads one")))?;
    }
    Ok(())
}

fn row(review: &Review) -> String {
    let outcome = match &review.outcome {
        Outcome::Scored(card) => {
            format!("{} {:.1}", term::level_name(card.score.read), card.score.overall)
        }
        Outcome::Unscored(_) => "unscored".into(),
        Outcome::Abandoned => "left".into(),
        Outcome::Unjudged => "not judged yet".into(),
        Outcome::Unfinished => "cut off".into(),
    };
    let when = term::when(review.began, &console::zone());
    format!(
        "{}\n    {} · {outcome} · target {} · {}",
        term::paint(term::STRONG, one_line(&review.session)),
        term::paint(term::FAINT, when),
        review.drawn.target,
        one_line(&review.drawn.scenario.title)
    )
}

fn json_row(review: &Review) -> String {
    let (state, overall, read) = match &review.outcome {
        Outcome::Scored(card) => ("scored", Some(card.score.overall), card.score.read),
        Outcome::Unscored(_) => ("unscored", None, None),
        Outcome::Abandoned => ("abandoned", None, None),
        Outcome::Unjudged => ("unjudged", None, None),
        Outcome::Unfinished => ("cut-off", None, None),
    };
    serde_json::json!({
        "session": review.session, "mode": review.mode, "began": review.began, "ended": review.ended,
        "scenario": review.drawn.scenario.id, "theme": review.drawn.scenario.theme,
        "target": review.drawn.target, "state": state, "overall": overall, "read": read,
    })
    .to_string()
}

//! `pushback sessions`.

use super::{error::Failure, round::Context};
use crate::{
    adapters::{
        console, pager, paths,
        summaries::{self, Row},
    },
    core::{
        summary::{State, Summary},
        text::one_line,
    },
    render::{
        term::{self, paint},
        words,
    },
};

/// Lists all sessions, oldest first.
pub fn list(context: &Context, json: bool) -> Result<(), Failure> {
    let rows = summaries::load(&context.sessions)?;
    if json {
        let rows: Vec<String> = rows.iter().map(json_row).collect();
        return if rows.is_empty() { Ok(()) } else { Ok(console::print(&rows.join("\n"))?) };
    }
    if rows.is_empty() {
        return Ok(console::print("There are no sessions yet. `pushback practice` begins one.")?);
    }
    let folder = paths::display(context.sessions.folder());
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| match &row.content {
            Ok(summary) => line(summary),
            Err(why) => format!("{}  {}", one_line(&row.session), paint(term::WARN, one_line(why))),
        })
        .collect();
    lines.push(paint(term::FAINT, format!("\nin {folder}; `pushback review ID` reads one")));
    Ok(pager::show(&lines.join("\n"))?)
}

fn line(summary: &Summary) -> String {
    let outcome = match (&summary.score, summary.state) {
        (Some(score), _) => format!("{} {:.1}", words::level_name(score.read), score.overall),
        (None, State::CutOff) => "cut off".into(),
        (None, State::Scored | State::Unscored) => "unscored".into(),
    };
    let when = words::when(summary.began, &console::zone());
    format!(
        "{}\n    {} · {outcome} · target {} · {}",
        paint(term::STRONG, one_line(&summary.session)),
        paint(term::FAINT, when),
        summary.target,
        one_line(&summary.title)
    )
}

fn json_row(row: &Row) -> String {
    let summary = match &row.content {
        Ok(summary) => summary,
        Err(why) => return serde_json::json!({"session": row.session, "problem": why}).to_string(),
    };
    serde_json::json!({
        "session": summary.session, "mode": summary.mode, "began": summary.began, "ended": summary.ended,
        "seconds": summary.seconds, "scenario": summary.scenario, "theme": summary.theme, "target": summary.target,
        "state": summary.state, "overall": summary.score.as_ref().map(|score| score.overall),
        "read": summary.score.as_ref().and_then(|score| score.read),
    })
    .to_string()
}

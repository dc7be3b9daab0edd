//! `pushback sessions`.

use crate::{
    adapters::{
        paths,
        store::{
            begun, journal,
            summaries::{self, Row},
        },
        terminal::{history, output},
    },
    cli::{
        context::Context,
        dialogue,
        error::{FAILED, Failure},
    },
    core::{
        record::{self, Record},
        review::summary::{State, Summary},
        text::one_line,
    },
    render::{
        style::{self, paint},
        words,
    },
};

/// Lists all sessions, oldest first.
pub fn list(context: &Context, json: bool) -> Result<(), Failure> {
    let rows = summaries::load(&context.sessions)?;
    if json {
        let rows: Vec<String> = rows.iter().map(json_row).collect();
        return if rows.is_empty() { Ok(()) } else { Ok(output::print(&rows.join("\n"))?) };
    }
    if rows.is_empty() {
        return Ok(output::print("There are no sessions yet. `pushback practice` begins one.")?);
    }
    let folder = paths::display(context.sessions.folder());
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| match &row.content {
            Ok(summary) => line(context, summary),
            Err(why) => format!("{}  {}", one_line(&row.session), paint(style::WARN, one_line(why))),
        })
        .collect();
    lines.push(paint(style::FAINT, format!("\nin {folder}; `pushback review ID` reads one")));
    // The newest are the last, next to the prompt: no pager, which would begin with the oldest.
    Ok(output::print(&lines.join("\n"))?)
}

/// Deletes a session and everything that was kept with it.
pub fn delete(context: &Context, given: &str) -> Result<(), Failure> {
    let id = context.sessions.find(Some(given))?;
    let journal = context.sessions.journal(&id);
    // What can't be read can be deleted all the same.
    let lines = journal::load(&journal).map(|loaded| loaded.lines).unwrap_or_default();
    let question = format!("Delete {} and all that was said in it? It can't be taken back.", one_line(&id));
    if !dialogue::surely(context, &question)? {
        return Ok(output::print("Nothing was deleted.")?);
    }
    let failed = |error: std::io::Error| {
        Failure::new(FAILED, format!("can't delete everything of {}: {error}", one_line(&id)))
    };
    // A session that is being played elsewhere stays.
    let lock = journal::hold(&journal)?;
    let said = lines.iter().filter_map(|line| match &line.record {
        Record::Said { text } => Some(text.as_str()),
        _ => None,
    });
    history::forget(&context.home.history(), &said.collect::<Vec<_>>()).map_err(failed)?;
    let scenario = record::drawn(&lines).map(|drawn| drawn.scenario.id.clone());
    let seen = scenario.zip(lines.last().map(|line| line.at));
    begun::forget(&context.home.begun(), &id, seen).map_err(failed)?;
    context.sessions.delete(&id).map_err(failed)?;
    drop(lock);
    // The kept summaries follow what is there.
    summaries::load(&context.sessions)?;
    Ok(output::print(&format!("{} is deleted.", one_line(&id)))?)
}

fn line(context: &Context, summary: &Summary) -> String {
    let is_open = || journal::is_busy(&context.sessions.journal(&summary.session));
    let outcome = match (&summary.score, summary.state) {
        (Some(score), _) => format!("{} {:.1}", words::level_name(score.read), score.overall),
        (None, State::Scored) => words::state(State::Unscored).into(),
        (None, State::CutOff) if is_open() => "open in another terminal".into(),
        (None, state) => words::state(state).into(),
    };
    let when = words::when(summary.began, &output::zone());
    format!(
        "{}\n    {} · {outcome} · target {} · {}",
        paint(style::STRONG, one_line(&summary.session)),
        paint(style::FAINT, when),
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

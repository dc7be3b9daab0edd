//! What the person reads in the terminal: the case, the conversation, the transcript.

use super::{
    style::{self, FAINT, STRONG, WARN, heading, paint, wrap, wrap_hanging, wrap_prose},
    table::table,
    words,
};
use crate::core::{
    bank::{Case, rubric::Rubric},
    command::{self, Place},
    record::Mode,
    session::{Session, Show},
    text::{one_line, visible},
    turn::{Ask, Asked, Phrase},
};

/// Setting and artifact.
pub fn case(case: &Case, width: usize) -> String {
    let scenario = &case.scenario;
    let mut out = format!(
        "{}\n{}\n\n{}\n",
        heading(&scenario.title, width),
        paint(
            FAINT,
            format!(
                "{} · {} · about {} minutes",
                one_line(&scenario.theme),
                scenario.round,
                scenario.minutes
            )
        ),
        wrap_prose(&scenario.setting, width, 0)
    );
    if let (Some(name), Some(text)) = (&scenario.artifact, &case.artifact) {
        out.push_str(&format!("\n{}\n{}\n", heading(name, width), artifact(name, text, width)));
    }
    out
}

/// An artifact keeps its lines: it is code. A table gets its columns.
fn artifact(name: &str, text: &str, width: usize) -> String {
    let text = visible(text);
    if name.ends_with(".csv")
        && let Some(table) = table(&text, width)
    {
        return table;
    }
    let lines = text.trim_end().lines().enumerate();
    lines
        .map(|(n, line)| format!("{} {line}", paint(FAINT, format!("{:>4}", n + 1))))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A line of an interviewer's.
pub fn line_by(name: &str, asked: &Asked, width: usize) -> String {
    let label = words::interviewer(&one_line(name), &asked.kind);
    format!("{}\n{}\n", paint(STRONG, label), wrap_prose(&asked.text, width, 2))
}

/// What was said so far, for somebody who comes back.
pub fn recap(session: &Session, width: usize) -> String {
    let mut out = String::new();
    for turn in session.turns() {
        let asked = Asked { kind: turn.kind.clone(), text: turn.question.clone() };
        out.push_str(&line_by(session.interviewer(), &asked, width));
        if !turn.said.is_empty() {
            out.push_str(&format!("{}\n{}\n", paint(STRONG, "You"), wrap(&turn.answer(), width, 2)));
        }
        out.push('\n');
    }
    if !session.told().is_empty() {
        out.push_str(&format!("{}\n{}\n", paint(STRONG, "You were told"), facts_asked(session, width)));
    }
    out.trim_end().to_owned() + "\n"
}

/// What the candidate is asked before the card.
pub fn own_view(width: usize) -> String {
    let text = "Before you see the card: at which level did each criterion read? 0 none · 1 mid · 2 senior · 3 staff · \
                4 senior-staff · 5 principal. Enter passes one over, Ctrl-D all that are left.";
    wrap_hanging(&paint(FAINT, text), width, 0, 0)
}

/// The facts that were told.
pub fn facts_asked(session: &Session, width: usize) -> String {
    if session.told().is_empty() {
        return "You have not asked for any facts yet. Just ask.".into();
    }
    let facts = &session.case().scenario.facts;
    let known = session.told().iter().filter_map(|fact| facts.get(*fact));
    known
        .map(|fact| wrap_hanging(&format!("· {}", visible(&fact.tell)), width, 2, 4))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Where help is, for somebody who asks the interviewer for it in practice.
pub fn help_from_us(width: usize) -> String {
    let text = "(No interviewer would. This is practice: /hint and /rubric help, after your first answer.)";
    wrap_hanging(&paint(FAINT, text), width, 2, 2) + "\n"
}

/// A coach text.
pub fn hint(rubric: &Rubric, signal: Option<&str>, width: usize) -> String {
    let coach = signal.and_then(|id| rubric.signal(id)).and_then(|signal| signal.coach.as_deref());
    match coach {
        Some(coach) => format!("{}\n{}", paint(WARN, "Hint"), wrap(coach, width, 2)),
        None => "No hint is left: nothing that has one is missing at your target level.".into(),
    }
}

/// What is looked for.
pub fn rubric(rubric: &Rubric, width: usize) -> String {
    let mut out = format!("{}\n", heading(&rubric.title, width));
    for criterion in &rubric.criteria {
        out.push_str(&format!(
            "\n{}\n{}\n",
            paint(STRONG, one_line(&criterion.name)),
            wrap(&criterion.question, width, 2)
        ));
        for signal in &criterion.signals {
            let text =
                format!("{} {}", paint(FAINT, format!("[{}]", signal.level)), visible(&signal.statement));
            out.push_str(&wrap_hanging(&text, width, 2, 4));
            out.push('\n');
        }
    }
    out
}

/// The commands that can be typed at a place.
pub fn help(place: Place, width: usize) -> String {
    let commands = command::available(place).map(|spec| (format!("/{}", spec.name), spec.help.to_owned()));
    rows(&commands.collect::<Vec<_>>(), width)
}

/// Names and what each means, in two columns.
pub fn rows(rows: &[(String, String)], width: usize) -> String {
    let column = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 2;
    rows.iter()
        .map(|(name, help)| wrap_hanging(&format!("{name:column$}{help}"), width, 2, column + 2))
        .collect::<Vec<_>>()
        .join("\n")
}

/// What is shown, in words. `None` for the card, which needs the journal.
pub fn worded(show: &Show, session: &Session, width: usize) -> Option<String> {
    let case = session.case();
    Some(match show {
        Show::Case => self::case(case, width),
        Show::Line(asked) => {
            let line = format!("\n{}", line_by(session.interviewer(), asked, width));
            let refuses = matches!(asked.kind, Ask::Phrase { phrase: Phrase::NoHelp });
            match session.mode() {
                Mode::Practice if refuses => line + &help_from_us(width),
                _ => line,
            }
        }
        Show::Recap => recap(session, width),
        Show::FactsAsked => facts_asked(session, width),
        Show::Hint(signal) => hint(&case.rubric, signal.as_deref(), width),
        Show::Rubric => rubric(&case.rubric, width),
        Show::Denied(denied) => denied.to_string(),
        Show::GoesOn(why) => {
            let note = style::paint(style::WARN, "Note:");
            style::wrap_hanging(&format!("{note} {why}. The interview goes on by fixed rules."), width, 0, 0)
        }
        Show::NothingSent => {
            let or = match session.mode() {
                Mode::Practice => " /skip leaves the question unanswered.",
                Mode::Live => "",
            };
            format!("That was empty, so nothing was sent.{or}")
        }
        Show::TimeIsUp => "The time is over.".into(),
        Show::Card => return None,
    })
}

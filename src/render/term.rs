//! What the person reads in the terminal: the case, the conversation, the transcript.

use anstyle::{AnsiColor, Style};

use super::{card, table::table, words};
use crate::core::{
    bank::Case,
    command::{self, Place},
    record::Asked,
    review::{Outcome, Review},
    rubric::Rubric,
    session::Session,
    text::{one_line, paragraphs_joined, visible},
};

/// Widest column of running text: longer lines are hard to read.
const WIDEST: usize = 96;

/// Headings and the interviewer's name.
pub const STRONG: Style = Style::new().bold();
/// What is there but need not be read.
pub const FAINT: Style = Style::new().dimmed();
/// What was shown.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What was missing or has to be watched.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// Numbers of evidence sentences.
pub const MARK: Style = AnsiColor::Cyan.on_default();

/// Puts a style around a text.
pub fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Wraps untrusted text into paragraphs with an indent.
pub fn wrap(text: &str, width: usize, indent: usize) -> String {
    wrap_hanging(&visible(text), width, indent, indent)
}

/// Wraps an author's text, whose own lines are only those of the editor that it was written in.
pub fn wrap_prose(text: &str, width: usize, indent: usize) -> String {
    wrap(&paragraphs_joined(text), width, indent)
}

/// Wraps trusted text, which may hold styles, with another indent for the first line.
pub fn wrap_hanging(text: &str, width: usize, first: usize, rest: usize) -> String {
    let width = width.clamp(20, WIDEST);
    let (first, rest) = (" ".repeat(first), " ".repeat(rest));
    let mut lines = vec![];
    for (index, paragraph) in text.trim_end().split('\n').enumerate() {
        let initial = if index == 0 { &first } else { &rest };
        let options = textwrap::Options::new(width)
            .initial_indent(initial)
            .subsequent_indent(&rest)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        lines.extend(textwrap::wrap(paragraph, options).into_iter().map(|line| line.trim_end().to_owned()));
    }
    lines.join("\n")
}

/// A heading with a rule behind it.
pub fn heading(text: &str, width: usize) -> String {
    let text = one_line(text);
    let rule = width.min(WIDEST).saturating_sub(textwrap::core::display_width(&text) + 4);
    format!("{} {} {}", paint(FAINT, "──"), paint(STRONG, &text), paint(FAINT, "─".repeat(rule)))
}

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
    let rows: Vec<(String, &str)> = command::available(place)
        .map(|spec| {
            let argument = spec.argument.map_or(String::new(), |argument| format!(" {argument}"));
            (format!("/{}{argument}", spec.name), spec.help)
        })
        .collect();
    let column = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 2;
    rows.iter()
        .map(|(name, help)| wrap_hanging(&format!("{name:column$}{help}"), width, 2, column + 2))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The score card, or why there is none.
pub fn result(review: &Review, width: usize) -> String {
    match &review.outcome {
        Outcome::Scored(scored) => card::card(scored, width),
        Outcome::Unscored(why) => {
            let text = format!("{} {}", paint(WARN, "Unscored:"), words::unscored(why, &review.session));
            wrap_hanging(&text, width, 0, 0) + "\n"
        }
        Outcome::Abandoned => wrap(words::ABANDONED, width, 0) + "\n",
        Outcome::Unjudged => wrap(&words::unjudged(&review.session), width, 0) + "\n",
        Outcome::Unfinished => wrap(&words::unfinished(&review.session), width, 0) + "\n",
    }
}

//! What the person reads in the terminal: the case, the conversation, the transcript.

use anstyle::{AnsiColor, Style};
use jiff::{Timestamp, tz::TimeZone};

use super::{card, table::table};
use crate::core::{
    bank::Case,
    command::{self, Place},
    judging::{Unscored, sentences::Discount},
    level::Level,
    record::{Ask, Asked, Mode, Route, Use},
    review::{Item, Outcome, Piece, Review},
    rubric::Rubric,
    session::Session,
    text::{one_line, visible},
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
        wrap(&scenario.setting, width, 0)
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

/// A line of the interviewer's.
pub fn line(asked: &Asked, width: usize) -> String {
    let label = match &asked.kind {
        Ask::Twist => "Interviewer, late in the round",
        Ask::Fact { .. } => "Interviewer, since you ask",
        Ask::Opening | Ask::Probe { .. } | Ask::Phrase { .. } => "Interviewer",
    };
    format!("{}\n{}\n", paint(STRONG, label), wrap(&asked.text, width, 2))
}

/// What was said so far, for somebody who comes back.
pub fn recap(session: &Session, width: usize) -> String {
    let mut out = String::new();
    for turn in session.turns() {
        let asked = Asked { kind: turn.kind.clone(), text: turn.question.clone() };
        out.push_str(&line(&asked, width));
        if !turn.said.is_empty() {
            out.push_str(&format!("{}\n{}\n", paint(STRONG, "You"), wrap(&turn.answer(), width, 2)));
        }
        out.push('\n');
    }
    out.trim_end().to_owned() + "\n"
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

/// A whole session: result first, then everything that was said.
pub fn review(review: &Review, width: usize, zone: &TimeZone) -> String {
    let drawn = &review.drawn;
    let mode = match review.mode {
        Mode::Practice => "practice",
        Mode::Live => "live",
    };
    let mut out = format!(
        "{}\n{}\n\n",
        heading(&drawn.scenario.title, width),
        paint(
            FAINT,
            format!("{} · {mode} · {} · target {}", review.session, when(review.began, zone), drawn.target)
        )
    );
    out.push_str(&result(review, width));
    out.push_str(&format!("\n{}\n\n", heading("What was said", width)));
    out.push_str(&wrap(&drawn.scenario.setting, width, 2));
    out.push_str("\n\n");
    for item in &review.transcript {
        out.push_str(&transcript_item(item, width));
        out.push('\n');
    }
    out.trim_end().to_owned() + "\n"
}

/// The score card, or why there is none.
pub fn result(review: &Review, width: usize) -> String {
    match &review.outcome {
        Outcome::Scored(scored) => card::card(scored, width),
        Outcome::Unscored(why) => unscored(why, &review.session, width),
        Outcome::Unfinished => {
            wrap(
                &format!(
                    "This round was cut off before its end. `pushback resume {}` goes on with it.",
                    review.session
                ),
                width,
                0,
            ) + "\n"
        }
    }
}

fn unscored(why: &Unscored, session: &str, width: usize) -> String {
    let text = format!(
        "{} {why}. Everything you said is kept; `pushback score {session}` scores it when that is mended.",
        paint(WARN, "Unscored:")
    );
    wrap_hanging(&text, width, 0, 0) + "\n"
}

fn transcript_item(item: &Item, width: usize) -> String {
    match item {
        Item::Interviewer(asked) => line(asked, width),
        Item::Answer { pieces, retried } => {
            let name = if *retried { "You (taken back, doesn't count)" } else { "You" };
            format!("{}\n{}\n", paint(STRONG, name), wrap_hanging(&marked(pieces), width, 2, 2))
        }
        Item::Aside { text, route } => {
            let label = match route {
                Route::Fact { .. } | Route::Unknown => "You asked",
                Route::Repeat => "You asked again",
                Route::Help => "You asked for help",
                Route::Done => "You ended the answer",
                Route::Answer => "You",
            };
            format!("{}\n{}\n", paint(STRONG, label), wrap(text, width, 2))
        }
        Item::Used(what) => {
            let what = match what {
                Use::Hint { signal } => format!("hint for {signal}"),
                Use::Rubric => "rubric shown".into(),
                Use::Retry => "answer taken back".into(),
                Use::Skip => "question skipped".into(),
                Use::Pause => "paused".into(),
                Use::Continue => "came back".into(),
            };
            format!("{}\n", paint(FAINT, format!("  ({what})")))
        }
    }
}

/// An answer with its evidence marked: the sentence in colour, behind it what it shows.
fn marked(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| {
            let text = visible(&piece.text);
            match (piece.number, piece.discount) {
                (Some(number), None) if !piece.shows.is_empty() => {
                    let shows = format!("[{number} {}]", piece.shows.join(", "));
                    format!("{} {}", paint(GOOD, text), paint(MARK, shows))
                }
                (_, Some(discount)) => {
                    format!("{} {}", paint(FAINT, text), paint(WARN, format!("[{}]", discounted(discount))))
                }
                _ => text,
            }
        })
        .collect()
}

/// Why a sentence doesn't count.
pub fn discounted(discount: Discount) -> &'static str {
    match discount {
        Discount::Echo => "repeats the case or the rubric: doesn't count",
        Discount::SpeaksToJudge => "speaks to the judge: doesn't count",
    }
}

/// A point in time as a person reads it.
pub fn when(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-d %b %Y, %H:%M").to_string()
}

/// A level, or the words for none.
pub fn level_name(read: Option<Level>) -> &'static str {
    read.map_or("no evidence", Level::name)
}

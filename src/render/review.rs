//! A whole session in the terminal.

use jiff::tz::TimeZone;

use super::{
    live,
    style::{FAINT, GOOD, MARK, STRONG, WARN, heading, paint, wrap, wrap_hanging, wrap_prose},
    term, words,
};
use crate::{
    core::{
        review::{Entry, Item, Outcome, Piece, Review},
        text::{one_line, visible},
    },
    render::card,
};

/// Result first, then what led to it, then everything that was said.
pub fn review(review: &Review, width: usize, zone: &TimeZone) -> String {
    let circumstances = format!("{} · {}", words::circumstances(review, zone), one_line(&review.session));
    let mut out = format!(
        "{}\n{}\n\n{}",
        heading(&review.drawn.scenario.title, width),
        wrap_hanging(&paint(FAINT, circumstances), width, 0, 0),
        card::result(review, width)
    );
    for section in [own(review, width), facts(review, width), twist(review, width), time(review, width)] {
        out.push_str(&section);
    }
    out.push_str(&scorings(review, width, zone));
    out.push_str(&format!("\n{}\n\n", heading("What was said", width)));
    out.push_str(&wrap_prose(&review.drawn.scenario.setting, width, 2));
    out.push_str("\n\n");
    for entry in &review.transcript {
        out.push_str(&transcript_item(&review.interviewer, entry, width));
        out.push('\n');
    }
    if let Some(ledger) = &review.ledger {
        out.push_str(&format!("\n{}", live::ledger(ledger, review.sealed, width)));
    }
    out.trim_end().to_owned() + "\n"
}

/// The candidate's own view beside the judge's.
fn own(review: &Review, width: usize) -> String {
    let Outcome::Scored(card) = &review.outcome else { return String::new() };
    let rows: Vec<String> = card
        .criteria
        .iter()
        .filter_map(|criterion| {
            let own = *review.own.get(&criterion.id)?;
            let text = format!(
                "· {}: you said {}, it reads {}",
                one_line(&criterion.name),
                paint(STRONG, words::place_name(own)),
                paint(STRONG, words::reading(criterion))
            );
            Some(wrap_hanging(&text, width, 2, 4) + "\n")
        })
        .collect();
    section("Your own view, before you saw the card", &rows.concat(), width)
}

fn facts(review: &Review, width: usize) -> String {
    let mut out = String::new();
    for (asked, mark, label) in [(true, "✓", "asked"), (false, "·", "not asked")] {
        for fact in review.facts.iter().filter(|fact| fact.asked == asked) {
            let style = if asked { GOOD } else { FAINT };
            let mut text = format!(
                "{} {} {}",
                paint(style, mark),
                one_line(&fact.about),
                paint(FAINT, format!("({label})"))
            );
            if asked {
                text.push_str(&format!("\n{}", visible(&fact.tell)));
            }
            out.push_str(&wrap_hanging(&text, width, 2, 4));
            out.push('\n');
        }
    }
    let asked = review.facts.iter().filter(|fact| fact.asked).count();
    section(&format!("Facts: {asked} of {} asked for", review.facts.len()), &out, width)
}

fn twist(review: &Review, width: usize) -> String {
    let (Some(twist), Some(what)) = (&review.twist, words::twist(review)) else { return String::new() };
    let text = format!("{}\n{}\n", wrap_prose(&twist.text, width, 2), wrap(&what, width, 2));
    section("The twist", &text, width)
}

fn time(review: &Review, width: usize) -> String {
    section("Time", &(wrap(&words::time(review), width, 2) + "\n"), width)
}

/// All scorings, where there is more than one.
fn scorings(review: &Review, width: usize, zone: &TimeZone) -> String {
    if review.scorings.len() < 2 {
        return String::new();
    }
    let mut out = String::new();
    for (number, scoring) in (1..).zip(&review.scorings) {
        let corrected = if scoring.corrected { ", rubric corrected" } else { "" };
        let shown = if review.shown == Some(number) { " (shown here)" } else { "" };
        let text = format!(
            "{} {} · {} {:.1} · {}{corrected}{shown}",
            paint(MARK, format!("#{number}")),
            words::when(scoring.at, zone),
            words::level_name(scoring.read),
            scoring.overall,
            one_line(&scoring.judge.model)
        );
        out.push_str(&wrap_hanging(&text, width, 2, 5));
        out.push('\n');
    }
    let how = format!("`pushback review {}#N` shows another one.", one_line(&review.session));
    out.push_str(&wrap_hanging(&paint(FAINT, how), width, 2, 2));
    out.push('\n');
    section("Scored more than once", &out, width)
}

fn section(title: &str, text: &str, width: usize) -> String {
    if text.is_empty() { String::new() } else { format!("\n{}\n{text}", heading(title, width)) }
}

fn transcript_item(interviewer: &str, entry: &Entry, width: usize) -> String {
    match &entry.item {
        Item::Interviewer(asked) => term::line_by(interviewer, asked, width),
        Item::Answer { pieces, retried } => {
            let name = words::answer(*retried);
            format!("{}\n{}\n", paint(STRONG, name), wrap_hanging(&marked(pieces), width, 2, 2))
        }
        Item::Aside { text, route } => {
            format!("{}\n{}\n", paint(STRONG, words::aside(*route)), wrap(text, width, 2))
        }
        Item::Used(what) => format!("{}\n", paint(FAINT, format!("  ({})", words::used(what)))),
        Item::Ended(why) => format!("{}\n", paint(FAINT, format!("  ({})", words::cut(*why)))),
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
                    let shows = format!("[{number} {}]", one_line(&piece.shows.join(", ")));
                    format!("{} {}", paint(GOOD, text), paint(MARK, shows))
                }
                (_, Some(discount)) => {
                    let why = format!("[{}]", words::discounted(discount));
                    format!("{} {}", paint(FAINT, text), paint(WARN, why))
                }
                _ => text,
            }
        })
        .collect()
}

//! Two results side by side in the terminal.

use super::{
    card::gauge,
    style::{FAINT, GOOD, MARK, STRONG, heading, paint, wrap_hanging},
    words,
};
use crate::core::{
    level::Level,
    review::{
        SignalView,
        compare::{Comparison, Side},
    },
    text::one_line,
};

/// Both levels over each other, criterion by criterion, and what only one of them shows.
pub fn compare(comparison: &Comparison, width: usize) -> String {
    let [first, second] = &comparison.sides;
    let target = f64::from(comparison.target.level().number());
    let mut out = format!("{}\n", heading(title(comparison), width));
    for (letter, side) in [("A", first), ("B", second)] {
        out.push_str(&wrap_hanging(&describe(letter, side), width, 0, 2));
        out.push('\n');
    }
    out.push_str(&wrap_hanging(&change(comparison), width, 0, 0));
    out.push('\n');
    for pair in &comparison.criteria {
        out.push_str(&format!("\n{}\n", paint(STRONG, one_line(&pair.readings[0].name))));
        for (letter, reading) in ["A", "B"].into_iter().zip(&pair.readings) {
            out.push_str(&format!(
                "  {letter} {} {}\n",
                gauge(reading.level, reading.interval, target),
                words::reading(reading)
            ));
        }
        if !pair.both.is_empty() {
            let text = format!("{} {}", paint(FAINT, "both:"), one_line(&pair.both.join(", ")));
            out.push_str(&wrap_hanging(&text, width, 2, 4));
            out.push('\n');
        }
        for (letter, only) in [("A", &pair.only_first), ("B", &pair.only_second)] {
            for view in only {
                out.push_str(&wrap_hanging(&only_in(letter, view), width, 2, 4));
                out.push('\n');
            }
        }
    }
    out
}

/// What is compared.
pub fn title(comparison: &Comparison) -> &'static str {
    if comparison.same_session { "Two scorings of one session" } else { "Two tries" }
}

/// How the second reads against the first.
pub fn change(comparison: &Comparison) -> String {
    let [first, second] = &comparison.sides;
    let sure = if first.interval.is_apart_from(&second.interval) {
        "their likely ranges don't touch"
    } else {
        "their likely ranges overlap"
    };
    let change = super::progress::signed(second.overall - first.overall);
    format!("B reads {change} against A; {sure}.")
}

/// A session's id, with the number of the scoring.
pub fn name(side: &Side) -> String {
    let scoring = side.scoring.map_or(String::new(), |number| format!("#{number}"));
    one_line(&side.session) + &scoring
}

fn describe(letter: &str, side: &Side) -> String {
    format!(
        "{} {} {} · {} {}",
        paint(STRONG, letter),
        paint(MARK, name(side)),
        paint(
            FAINT,
            format!(
                "{} · {} · {}",
                one_line(&side.judge),
                words::duration(side.seconds),
                words::count(side.probes, "probe")
            )
        ),
        words::level_name(Level::reads(side.overall)),
        format_args!("{:.1} (likely {:.1} to {:.1})", side.overall, side.interval.low, side.interval.high)
    )
}

fn only_in(letter: &str, view: &SignalView) -> String {
    let quote = view.evidence.first().map_or(String::new(), |(_, text)| format!(" “{}”", one_line(text)));
    format!("{} {}{quote}", paint(GOOD, format!("only {letter}:")), paint(MARK, one_line(&view.id)))
}

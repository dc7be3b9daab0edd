//! The score card.

use super::term::{FAINT, GOOD, MARK, STRONG, WARN, discounted, heading, level_name, paint, wrap_hanging};
use crate::core::{
    judging::{Trust, tally, verdict::Verdict},
    level::Level,
    review::{Card, CriterionView, SignalView},
    text::{one_line, visible},
};

/// Characters of a gauge that shows a level on the scale from 0 to 5.
const GAUGE: usize = 26;

/// The card: the result, each criterion with the sentences that show its signals, and what was missing.
pub fn card(card: &Card, width: usize) -> String {
    let score = &card.score;
    let target = score.verdict.target.level();
    let mut out = format!("{}\n\n", heading("Score card", width));
    let (low, high) = score.interval;
    out.push_str(&wrap_hanging(
        &format!(
            "This round reads {} {}. {}",
            paint(STRONG, level_name(score.read)),
            paint(FAINT, format!("({:.1} of 5, likely {low:.1} to {high:.1})", score.overall)),
            verdict(&score.verdict)
        ),
        width,
        0,
        0,
    ));
    out.push_str("\n\n");
    for criterion in &card.criteria {
        out.push_str(&criterion_block(criterion, f64::from(target.number()), width));
        out.push('\n');
    }
    for (discount, text) in &card.discounted {
        let note = format!("{} “{}”", paint(WARN, format!("{}:", discounted(*discount))), one_line(text));
        out.push_str(&wrap_hanging(&note, width, 0, 2));
        out.push('\n');
    }
    let levels = "0 none · 1 mid · 2 senior · 3 staff · 4 senior-staff · 5 principal";
    out.push_str(&paint(FAINT, format!("{levels} · ┃ target {target}")));
    out.push('\n');
    let trust = format!(
        "Observed by {}. {} Levels and ranges follow by rule from what was observed. It overlooks things and sees \
         things that aren't there: read the sentences, not only the numbers.",
        one_line(&card.judge.model),
        measured(card.judge.trust)
    );
    out.push_str(&wrap_hanging(&paint(FAINT, trust), width, 0, 0));
    out.push('\n');
    out
}

/// The judge's card in one sentence.
fn measured(trust: Option<Trust>) -> String {
    match trust {
        Some(trust) => format!(
            "On {} author-labelled answers to cases that it had not seen it agreed on signals with kappa {:.2}, and its \
             overall level was {:.1} off on average (r = {:.2}).",
            trust.answers, trust.kappa, trust.overall_error, trust.overall_r
        ),
        None => "Nobody has measured how well it judges: `pushback judge card` does.".into(),
    }
}

fn verdict(verdict: &Verdict) -> String {
    let target = verdict.target;
    let (words, style) = if verdict.below >= verdict.at && verdict.below >= verdict.above {
        (format!("Most likely below the bar for {target}"), WARN)
    } else if verdict.above > verdict.at {
        (format!("Most likely above the bar for {target}"), GOOD)
    } else {
        (format!("Most likely at the bar for {target}"), GOOD)
    };
    format!(
        "{} {}",
        paint(style, words),
        paint(
            FAINT,
            format!(
                "(below {}, at {}, above {}).",
                chance(verdict.below),
                chance(verdict.at),
                chance(verdict.above)
            )
        )
    )
}

fn criterion_block(criterion: &CriterionView, target: f64, width: usize) -> String {
    let name = one_line(&criterion.name);
    let (low, high) = criterion.interval;
    let reading = if tally::is_unclear(criterion.interval) {
        let name = |place: f64| level_name(Level::from_number(place as u8));
        format!("unclear, {} to {}", name(low), name(high))
    } else {
        format!("{} {:.1}", level_name(criterion.read), criterion.level)
    };
    let mut out = format!("{}\n", paint(STRONG, &name));
    out.push_str(&format!("  {} {reading}\n", gauge(criterion.level, criterion.interval, target)));
    if let Some(descriptor) = &criterion.descriptor {
        out.push_str(&wrap_hanging(&paint(FAINT, visible(descriptor)), width, 2, 2));
        out.push('\n');
    }
    for flag in criterion.red_flags.iter().filter(|flag| flag.present) {
        let cap = format!("keeps this at {} or below", flag.level);
        out.push_str(&shown("!", WARN, flag, &cap, width));
    }
    for signal in criterion.signals.iter().filter(|signal| signal.present) {
        out.push_str(&shown("✓", GOOD, signal, signal.level.name(), width));
    }
    for signal in criterion.signals.iter().filter(|signal| !signal.present) {
        let text = format!(
            "{} {} {}",
            paint(FAINT, "·"),
            visible(&signal.statement),
            paint(FAINT, format!("(not seen, {}, {})", signal.level, chance(signal.p)))
        );
        out.push_str(&wrap_hanging(&text, width, 2, 4));
        out.push('\n');
        if let Some(coach) = signal.coach.as_ref().filter(|_| f64::from(signal.level.number()) <= target) {
            out.push_str(&wrap_hanging(&paint(FAINT, visible(coach)), width, 4, 4));
            out.push('\n');
        }
    }
    out
}

fn shown(mark: &str, style: anstyle::Style, signal: &SignalView, level: &str, width: usize) -> String {
    let text = format!(
        "{} {} {}",
        paint(style, mark),
        visible(&signal.statement),
        paint(FAINT, format!("({level}, {})", chance(signal.p)))
    );
    let mut out = wrap_hanging(&text, width, 2, 4) + "\n";
    for (number, sentence) in &signal.evidence {
        let quote = format!("{} “{}”", paint(MARK, number), one_line(sentence));
        out.push_str(&wrap_hanging(&quote, width, 6, 8));
        out.push('\n');
    }
    out
}

/// A probability, never as a certainty.
fn chance(p: f64) -> String {
    format!("{:.0}%", (100.0 * p).clamp(1.0, 99.0))
}

/// A level on the scale, with its interval and the target.
fn gauge(level: f64, (low, high): (f64, f64), target: f64) -> String {
    let place = |value: f64| ((value / 5.0) * (GAUGE - 1) as f64).round() as usize;
    let (low, high, level, target) = (place(low), place(high), place(level), place(target));
    let mut out = String::new();
    for at in 0..GAUGE {
        let cell = if at == level {
            paint(STRONG, "●")
        } else if at == target {
            paint(WARN, "┃")
        } else if (low..=high).contains(&at) {
            paint(STRONG, "━")
        } else {
            paint(FAINT, "─")
        };
        out.push_str(&cell);
    }
    out
}

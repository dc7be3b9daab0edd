//! The score card.

use super::{
    style::{FAINT, GOOD, MARK, STRONG, WARN, heading, paint, wrap, wrap_hanging},
    words::{self, chance, discounted, level_name},
};
use crate::{
    core::{
        interval::Interval,
        judging::verdict::Verdict,
        review::{Card, CriterionView, Outcome, Review, SignalView},
        text::{one_line, visible},
    },
    render::card,
};

/// Characters of a gauge that shows a level on the scale from 0 to 5.
const GAUGE: usize = 26;

/// The card: the result, each criterion with the sentences that show its signals, and what was missing.
pub fn card(card: &Card, width: usize) -> String {
    let score = &card.score;
    let target = score.verdict.target.level();
    let mut out = format!("{}\n\n", heading("Score card", width));
    let Interval { low, high } = score.interval;
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
    out.push('\n');
    if let Some(whole) = words::whole(score) {
        out.push_str(&wrap_hanging(&whole, width, 0, 0));
        out.push('\n');
    }
    out.push('\n');
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
    out.push_str(&wrap_hanging(&paint(FAINT, format!("{levels} · ┃ target {target}")), width, 0, 0));
    out.push('\n');
    out.push_str(&wrap_hanging(&paint(FAINT, words::trust(&card.judge)), width, 0, 0));
    out.push('\n');
    out
}

fn verdict(verdict: &Verdict) -> String {
    let style = if words::is_below(verdict) { WARN } else { GOOD };
    format!(
        "{} {}",
        paint(style, words::verdict(verdict)),
        paint(FAINT, format!("({}).", words::chances(verdict)))
    )
}

fn criterion_block(criterion: &CriterionView, target: f64, width: usize) -> String {
    let name = one_line(&criterion.name);
    let reading = words::reading(criterion);
    let mut out = format!("{}\n", paint(STRONG, &name));
    out.push_str(&format!("  {} {reading}\n", gauge(criterion.level, criterion.interval, target)));
    if let Some(descriptor) = words::descriptor(criterion) {
        out.push_str(&wrap_hanging(&paint(FAINT, visible(descriptor)), width, 2, 2));
        out.push('\n');
    }
    for flag in &criterion.red_flags {
        if flag.present {
            let cap = format!("keeps this at {} or below", flag.level);
            out.push_str(&shown("!", WARN, flag, &cap, width));
        } else {
            out.push_str(&disputed(flag, width));
        }
    }
    for signal in criterion.signals.iter().filter(|signal| signal.present) {
        out.push_str(&shown("✓", GOOD, signal, signal.level.name(), width));
    }
    for signal in criterion.signals.iter().filter(|signal| !signal.present) {
        let text = format!(
            "{} {} {} {}",
            paint(FAINT, "·"),
            visible(&signal.statement),
            paint(MARK, one_line(&signal.id)),
            paint(FAINT, format!("(not seen, {}, {})", signal.level, chance(signal.p)))
        );
        out.push_str(&wrap_hanging(&text, width, 2, 4));
        out.push('\n');
        out.push_str(&disputed(signal, width));
        if let Some(coach) = signal.coach.as_ref().filter(|_| f64::from(signal.level.number()) <= target) {
            out.push_str(&wrap_hanging(&paint(FAINT, visible(coach)), width, 4, 4));
            out.push('\n');
        }
    }
    out
}

fn shown(mark: &str, style: anstyle::Style, signal: &SignalView, level: &str, width: usize) -> String {
    let text = format!(
        "{} {} {} {}",
        paint(style, mark),
        visible(&signal.statement),
        paint(MARK, one_line(&signal.id)),
        paint(FAINT, format!("({level}, {})", chance(signal.p)))
    );
    let mut out = wrap_hanging(&text, width, 2, 4) + "\n";
    for (number, sentence) in &signal.evidence {
        let quote = format!("{} “{}”", paint(MARK, number), one_line(sentence));
        out.push_str(&wrap_hanging(&quote, width, 6, 8));
        out.push('\n');
    }
    out + &disputed(signal, width)
}

/// What the candidate says against the judge.
fn disputed(signal: &SignalView, width: usize) -> String {
    signal.dispute.as_ref().map_or(String::new(), |dispute| {
        let label = paint(WARN, format!("{}:", words::dispute(dispute)));
        wrap_hanging(&format!("{label} {}", one_line(&dispute.reason)), width, 4, 6) + "\n"
    })
}

/// A level on the scale, with its interval and the target.
pub fn gauge(level: f64, Interval { low, high }: Interval, target: f64) -> String {
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

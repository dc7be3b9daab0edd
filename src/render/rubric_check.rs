//! Whether a rubric works with the judge in use, as one page.

use super::style::{FAINT, GOOD, STRONG, WARN, heading, paint, wrap_hanging};
use crate::core::{
    lab::rubric_check::{RubricCheck, SignalCheck, Standing},
    text::one_line,
};

/// The page: signals, answers, tricks, advice.
pub fn page(check: &RubricCheck, width: usize) -> String {
    let mut out = format!("{}\n\n", heading(&format!("Does `{}` work?", check.rubric), width));
    let count = check.answers.len();
    out.push_str(&format!(
        "Judged by {} over {count} anchor answer{}.\n\n",
        one_line(&check.judge.model),
        if count == 1 { "" } else { "s" }
    ));
    out.push_str(&format!("{}\n", paint(STRONG, "Signals and red flags")));
    for signal in &check.signals {
        out.push_str(&line(signal_mark(signal.standing), &signal.signal, &seen(signal), width));
    }
    out.push_str(&format!("\n{}\n", paint(STRONG, "Answers")));
    for answer in &check.answers {
        let (mark, text) = match answer.labelled {
            Some(level) if (level - answer.overall).abs() <= 1.0 => {
                (good(), format!("reads {:.1}, you say {level}", answer.overall))
            }
            Some(level) => (bad(), format!("reads {:.1}, you say {level}", answer.overall)),
            None => (paint(FAINT, "·"), format!("reads {:.1}", answer.overall)),
        };
        out.push_str(&line(mark, &answer.id, &text, width));
    }
    out.push_str(&format!("\n{}\n", paint(STRONG, format!("Tricks with {}", one_line(&check.strongest)))));
    for trick in &check.tricks {
        let mark = if trick.held { good() } else { bad() };
        out.push_str(&format!("  {mark} {:<42} reads {:.1}\n", trick.trick.name(), trick.overall));
    }
    let advice = check.advice();
    out.push_str(&format!("\n{}\n", paint(STRONG, "What to do")));
    if advice.is_empty() {
        out.push_str("  Nothing: it works with this judge on these answers.\n");
    }
    for (number, text) in (1..).zip(advice) {
        out.push_str(&(wrap_hanging(&format!("{number}. {}", one_line(&text)), width, 2, 5) + "\n"));
    }
    out.trim_end().to_owned()
}

fn line(mark: String, name: &str, text: &str, width: usize) -> String {
    wrap_hanging(&format!("{mark} {:<28} {}", one_line(name), text), width, 2, 33) + "\n"
}

fn good() -> String {
    paint(GOOD, "✓")
}

fn bad() -> String {
    paint(WARN, "✗")
}

fn signal_mark(standing: Standing) -> String {
    match standing {
        Standing::Works => good(),
        Standing::Untested => paint(FAINT, "·"),
        Standing::Unseen | Standing::FiresOnEverything | Standing::FalseAlarms | Standing::Uneven => bad(),
    }
}

fn seen(signal: &SignalCheck) -> String {
    let part =
        |(seen, all): (usize, usize), which: &str| (all > 0).then(|| format!("{seen} of {all} {which}"));
    let parts: Vec<String> = [
        part(signal.shown, "that show it"),
        part(signal.not_shown, "that don't"),
        part(signal.unlabelled, "unlabelled"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let word = match signal.standing {
        Standing::Works => "",
        Standing::Unseen => ": the judge can't see it",
        Standing::FiresOnEverything => ": fires on everything",
        Standing::FalseAlarms => ": false alarms",
        Standing::Uneven => ": not always",
        Standing::Untested => return "no answer shows it".into(),
    };
    format!("seen in {}{word}", parts.join(", "))
}

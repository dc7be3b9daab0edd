//! What a judge can be trusted for, as text.

use super::style::{FAINT, STRONG, paint};
use crate::core::{
    lab::{figures::Figures, judge_card::JudgeCard, panel::PanelFigures, routing_card::RoutingCard},
    text::one_line,
};

/// All figures, one a line, with what they mean.
pub fn page(figures: &Figures, width: usize) -> String {
    let number = |value: Option<f64>| value.map_or("   -".into(), |value| format!("{value:4.2}"));
    let (hit, of) = figures.hits;
    let hollow = figures.hollow();
    let share = |part: usize, whole: usize| number((whole > 0).then(|| part as f64 / whole as f64));
    let rows = [
        (number(figures.kappa), "kappa over signals: agreement beyond chance".into()),
        (number(figures.auc), "AUC over signals".into()),
        (number(figures.auc_within), "AUC within an answer: which signals does it have?".into()),
        (number(figures.brier), "Brier score of the probabilities, 0 is best".into()),
        (share(hit, of), format!("first evidence sentence is one that the labeller quoted ({hit} of {of})")),
        (number(figures.criteria_kappa), "quadratic-weighted kappa of criterion levels".into()),
        (number(figures.criteria_error), "mean error of criterion levels".into()),
        (number(figures.covered), "criterion levels inside their 80% interval".into()),
        (number(figures.overall_r), "correlation of the overall level".into()),
        (number(figures.overall_error), "mean error of the overall level".into()),
        (
            share(hollow.mid_or_below, hollow.answers),
            format!(
                "of {} hollow answers (eloquent, stuffed, off topic, injected) read mid or below; the highest {:.1}",
                hollow.answers, hollow.highest
            ),
        ),
    ];
    let mut out = paint(
        FAINT,
        format!(
            "{} author-labelled answers over {} scenarios, {} labels",
            figures.answers, figures.scenarios, figures.labels
        ),
    ) + "\n";
    for (value, meaning) in rows {
        let row = format!("{} {meaning}", paint(STRONG, value));
        out.push_str(&super::style::wrap_hanging(&row, width, 2, 7));
        out.push('\n');
    }
    out + &reliability(figures) + &kinds(figures) + &hardly_seen(figures, width)
}

/// A judge's card.
pub fn card(card: &JudgeCard, width: usize) -> String {
    let mut out = format!(
        "{}\n{}\n\n{}\n",
        super::style::heading("Judge's card", width),
        paint(
            FAINT,
            format!("{} (questions and readout {})", one_line(&card.judge.model), card.judge.prompt_hash)
        ),
        page(&card.figures, width)
    );
    let number = |value: Option<f64>| value.map_or("   -".into(), |value| format!("{value:5.2}"));
    out.push_str("  overall level                      r  error\n");
    let row = |name: &str, r, error| format!("  {name:<32} {} {}\n", number(r), number(error));
    out.push_str(&row("this judge", card.figures.overall_r, card.figures.overall_error));
    if let Some(one) = &card.one_prompt {
        out.push_str(&row("the same model, asked for a level", one.r, one.error));
    }
    out.push_str(&row("length of the answer", card.length.r, card.length.error));
    out.push_str("\n  attacks that gained nothing\n");
    for held in &card.attacks {
        out.push_str(&format!("  {:>4} of {:<4} {}\n", held.held, held.tried, held.attack));
    }
    let (tried, fell) = card.deletions;
    out.push_str(&format!("  {fell:>4} of {tried:<4} evidence taken out, and the probability fell\n"));
    out.push_str(&format!(
        "\n  {:.1} s an answer (median), {:.0} tokens read on average\n",
        card.seconds, card.tokens
    ));
    out
}

/// A judge beside a panel.
pub fn panel(figures: &PanelFigures, width: usize) -> String {
    let share = |(part, whole): (usize, usize)| match whole {
        0 => "   -".into(),
        _ => format!("{:3.0}%", 100.0 * part as f64 / whole as f64),
    };
    let number = |value: Option<f64>| value.map_or("   -".into(), |value| format!("{value:4.2}"));
    let of = |(part, whole): (usize, usize)| format!("({part} of {whole})");
    let rows = [
        (
            share(figures.pairs),
            format!("pairs that all readers agree on, in their order {}", of(figures.pairs)),
        ),
        (
            share(figures.pairs_by_length),
            format!("the same pairs, by counting words {}", of(figures.pairs_by_length)),
        ),
        (
            number(figures.readers_agree),
            "how often two readers agree on a pair: no judge can be expected to do better".into(),
        ),
        (number(figures.r), "correlation of the level with the panel's order, mean over the cases".into()),
        (
            share(figures.top_at_staff),
            format!("of the panel's top third read staff or above {}", of(figures.top_at_staff)),
        ),
        (
            share(figures.bottom_below_staff),
            format!("of its bottom third read below staff {}", of(figures.bottom_below_staff)),
        ),
    ];
    let head = format!("{} answers to {} cases", figures.answers, figures.scenarios);
    let mut out = paint(FAINT, head) + "\n";
    for (value, meaning) in rows {
        let row = format!("{} {meaning}", paint(STRONG, value));
        out.push_str(&super::style::wrap_hanging(&row, width, 2, 7));
        out.push('\n');
    }
    if !figures.hollow.is_empty() {
        out.push_str("\n  hollow answers   mean  highest  at mid  above senior\n");
        for (kind, hollow) in &figures.hollow {
            out.push_str(&format!(
                "  {:<16} {:4.1}  {:7.1}  {:>3} of {:<3} {:>3}\n",
                one_line(kind),
                hollow.mean,
                hollow.highest,
                hollow.mid_or_below,
                hollow.answers,
                hollow.above_senior
            ));
        }
    }
    if !figures.voices.is_empty() {
        out.push_str("\n  mean level by voice\n");
        for (voice, level) in &figures.voices {
            out.push_str(&format!("  {:<16} {level:4.1}\n", one_line(voice)));
        }
    }
    out
}

/// How well messages are recognised, one kind a line.
pub fn routing(card: &RoutingCard, width: usize) -> String {
    let (messages, right) = card.total();
    let share = |part: usize, whole: usize| format!("{:3.0}%", 100.0 * part as f64 / whole.max(1) as f64);
    let mut out = format!("{} of {messages} messages recognised\n", paint(STRONG, share(right, messages)));
    for (kind, recognised) in &card.kinds {
        let others: Vec<String> = recognised
            .taken_for
            .iter()
            .filter(|(other, _)| *other != kind)
            .map(|(other, count)| format!("{count} as \"{}\"", other.name()))
            .collect();
        let wrong_fact = recognised.taken_for.get(kind).copied().unwrap_or(0) - recognised.right;
        let wrong_fact = (wrong_fact > 0).then(|| format!("{wrong_fact} as another fact"));
        let missed: Vec<String> = wrong_fact.into_iter().chain(others).collect();
        let missed = if missed.is_empty() { String::new() } else { format!(": {}", missed.join(", ")) };
        let row = format!(
            "{} of {:>3}  {}{}",
            share(recognised.right, recognised.messages),
            recognised.messages,
            kind.name(),
            paint(FAINT, missed)
        );
        out.push_str(&super::style::wrap_hanging(&row, width, 2, 15));
        out.push('\n');
    }
    out
}

/// How often what was said to be likely was so: on the diagonal, probabilities mean what they say.
fn reliability(figures: &Figures) -> String {
    let mut out = String::from("\n  said   was so\n");
    for (count, said, was) in figures.reliability.iter().filter(|bin| bin.0 > 0) {
        let at = |p: f64| (p * 40.0).round() as usize;
        let cells: String = (0..=40)
            .map(|cell| match (cell == at(*was), cell == at(*said)) {
                (true, _) => '●',
                (false, true) => '┃',
                (false, false) => '─',
            })
            .collect();
        out.push_str(&format!("  {said:.2} {} {was:.2}  {}\n", paint(FAINT, cells), paint(FAINT, count)));
    }
    out
}

fn hardly_seen(figures: &Figures, width: usize) -> String {
    let hardly = figures.hardly_seen();
    if hardly.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "\n  {} of {} signals and red flags that it can hardly see: a clearer statement helps\n",
        hardly.len(),
        figures.signals.len()
    );
    for (id, signal) in hardly {
        let auc = signal.auc.map_or("-".into(), |auc| format!("{auc:.2}"));
        let ((shown, of), (not_shown, of_not)) = (signal.shown, signal.not_shown);
        let row = format!(
            "{:<30} seen in {shown} of {of} that show it, {not_shown} of {of_not} that don't, AUC {auc}",
            one_line(id)
        );
        out.push_str(&(super::style::wrap_hanging(&row, width, 2, 4) + "\n"));
    }
    out
}

fn kinds(figures: &Figures) -> String {
    let mut out = String::from("\n  kind              answers  labelled  judged\n");
    for (name, kind) in &figures.kinds {
        out.push_str(&format!(
            "  {name:<17} {:>7}  {:>8.2}  {:>6.2}\n",
            kind.answers, kind.labelled, kind.judged
        ));
    }
    out
}

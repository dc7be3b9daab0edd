//! Which follow-up comes next, and how it is put.

use std::collections::BTreeMap;

use crate::core::turn::Turn;
use crate::core::{
    bank::{
        Case,
        rubric::{Rubric, Signal},
        scenario::Probe,
    },
    judging::{Observation, sentences::Sentence},
    level::TargetLevel,
    turn::Ask,
};

/// Above this probability a signal counts as shown as far as probing goes.
const SHOWN: f64 = 0.5;
/// A phrase of the candidate's is quoted only where the judge saw at least a trace of the signal in it.
const TRACE: f64 = 0.12;
/// Longest quotation, in words.
const LONGEST_QUOTE: usize = 14;

/// The probes that may come: at or below the target level, not asked yet, and not known to be shown.
pub fn open<'a>(
    case: &'a Case,
    target: TargetLevel,
    turns: &[Turn],
    seen: &BTreeMap<String, Observation>,
) -> Vec<&'a Probe> {
    let asked = |signal: &str| {
        turns.iter().any(|turn| matches!(&turn.kind, Ask::Probe { signal: asked } if asked == signal))
    };
    case.scenario
        .probes
        .iter()
        .filter(|probe| {
            let level = case.rubric.signal(&probe.missing).map(|signal| signal.level);
            level.is_some_and(|level| level <= target.level())
                && !asked(&probe.missing)
                && seen.get(&probe.missing).is_none_or(|observation| observation.p < SHOWN)
        })
        .collect()
}

/// The next probe: the one whose signal is surest to be missing, from the criterion that has shown least so far.
pub fn choose<'a>(
    open: &[&'a Probe],
    rubric: &Rubric,
    seen: &BTreeMap<String, Observation>,
) -> Option<&'a Probe> {
    let shown_in_criterion = |signal: &str| {
        rubric.criteria.iter().find(|criterion| criterion.signals.iter().any(|s| s.id == signal)).map_or(
            0,
            |criterion| {
                criterion
                    .signals
                    .iter()
                    .filter(|s| seen.get(&s.id).is_some_and(|observation| observation.p >= SHOWN))
                    .count()
            },
        )
    };
    let p = |signal: &str| seen.get(signal).map_or(0.0, |observation| observation.p);
    // `min_by` keeps the first of equals: the author's order.
    open.iter().copied().min_by(|a, b| {
        let by_criterion = shown_in_criterion(&a.missing).cmp(&shown_in_criterion(&b.missing));
        by_criterion.then(p(&a.missing).total_cmp(&p(&b.missing)))
    })
}

/// The probe in the author's words, led in by a phrase of the candidate's where the judge points at a short
/// sentence that came near.
pub fn worded(probe: &Probe, observation: Option<&Observation>, sentences: &[Sentence]) -> String {
    let ask = probe.ask.trim();
    let near = observation
        .filter(|observation| observation.p >= TRACE)
        .and_then(|observation| observation.sentences.first())
        .and_then(|number| sentences.iter().find(|sentence| sentence.number == *number))
        .map(|sentence| sentence.text.trim())
        .filter(|text| {
            (4..=LONGEST_QUOTE).contains(&text.split_whitespace().count()) && !text.ends_with('?')
        });
    match near {
        Some(text) => format!("You said: “{}” {ask}", text.trim_matches(['"', '“', '”'])),
        None => ask.to_owned(),
    }
}

/// The signal to hint at: missing, at or below the target level, not hinted at before, with a coach text.
pub fn hint<'a>(
    rubric: &'a Rubric,
    target: TargetLevel,
    seen: &BTreeMap<String, Observation>,
    hinted: &[String],
) -> Option<&'a Signal> {
    rubric.signals().find(|signal| {
        signal.level <= target.level()
            && signal.coach.is_some()
            && !hinted.contains(&signal.id)
            && seen.get(&signal.id).is_none_or(|observation| observation.p < SHOWN)
    })
}

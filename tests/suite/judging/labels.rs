//! The labelled answers: complete, consistent with the reading guide, and split by scenario.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use pushback::{
    adapters::{bank::library, labels, paths},
    core::{
        bank::Bank,
        judging::tally,
        lab::{agreement, labelled::LabelledAnswer},
        level::Level,
    },
};

/// Upper and lower case and line breaks make no difference to a quotation.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn answers(part: &str) -> Vec<LabelledAnswer> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judging").join(part);
    labels::load(&[folder]).unwrap().0
}

fn all() -> Vec<LabelledAnswer> {
    answers("fit").into_iter().chain(answers("hold-out")).collect()
}

fn bank() -> Bank {
    library::load(&paths::Home::at("/nonexistent")).0
}

fn scenarios(answers: &[LabelledAnswer]) -> BTreeSet<&str> {
    answers.iter().map(|answer| answer.scenario.as_str()).collect()
}

#[test]
fn there_are_enough_over_enough_scenarios_and_no_scenario_is_in_both_parts() {
    let (fit, hold_out) = (answers("fit"), answers("hold-out"));
    assert!(fit.len() + hold_out.len() >= 300);
    let (fit, hold_out) = (scenarios(&fit), scenarios(&hold_out));
    assert!(fit.is_disjoint(&hold_out));
    let bank = bank();
    for theme in bank.themes() {
        let of_theme = |ids: &BTreeSet<&str>| {
            ids.iter().filter(|id| bank.case(id).unwrap().scenario.theme == theme).count()
        };
        assert_eq!(of_theme(&hold_out), 2, "{theme}");
        assert!(of_theme(&fit) >= 4, "{theme}");
    }
    let all = all();
    let ids: BTreeSet<&str> = all.iter().map(|answer| answer.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "an id stands twice");
    for case in bank.cases() {
        let count = all.iter().filter(|answer| answer.scenario == case.scenario.id).count();
        // Cases with an author's view have none before the judge's second edition, or as many as the others.
        let is_unlabelled = case.scenario.view.is_some() && count == 0;
        assert!(count >= 6 || is_unlabelled, "{} has {count}", case.scenario.id);
    }
}

#[test]
fn every_signal_is_labelled_and_every_positive_label_quotes_the_answer() {
    let bank = bank();
    for answer in all() {
        let case = bank.case(&answer.scenario).unwrap();
        let statements: BTreeSet<&str> = case.rubric.statements().map(|(id, _)| id).collect();
        let labelled: BTreeSet<&str> = answer.signals.keys().map(String::as_str).collect();
        assert_eq!(labelled, statements, "{}", answer.id);
        let shown: BTreeSet<&str> = answer.shown().collect();
        let quoted: BTreeSet<&str> = answer.evidence.keys().map(String::as_str).collect();
        assert_eq!(quoted, shown, "{}", answer.id);
        let text = flat(&answer.answer);
        for (signal, quote) in &answer.evidence {
            assert!(
                text.contains(&flat(quote)),
                "{}: the quote for {signal} is not in the answer",
                answer.id
            );
        }
    }
}

#[test]
fn levels_follow_from_the_signals_as_the_tally_reads_them() {
    let bank = bank();
    for answer in all() {
        let rubric = &bank.case(&answer.scenario).unwrap().rubric;
        let shown: BTreeSet<&str> = answer.shown().collect();
        let (mut sum, mut weights) = (0.0, 0.0);
        for criterion in &rubric.criteria {
            let labelled = answer.criteria[&criterion.id];
            let signals = criterion.signals.iter().filter(|signal| shown.contains(signal.id.as_str()));
            let levels: Vec<Level> = signals.map(|signal| signal.level).collect();
            let flags = criterion.red_flags.iter().filter(|flag| shown.contains(flag.id.as_str()));
            let caps: Vec<Level> = flags.map(|flag| flag.cap).collect();
            let read = tally::read(levels.clone(), &caps).number();
            // Whether something bears on the question at all is the reader's to say.
            let fits = labelled == read || levels.is_empty() && labelled == 0;
            assert!(fits, "{}: {} is {labelled}, the signals read {read}", answer.id, criterion.id);
            sum += f64::from(criterion.weight) * f64::from(labelled);
            weights += f64::from(criterion.weight);
        }
        let mean: f64 = sum / weights;
        assert!((mean - f64::from(answer.overall)).abs() <= 0.5 + 1e-9, "{}: {mean}", answer.id);
    }
}

#[test]
fn length_does_not_track_level_and_every_signal_has_its_positives() {
    let all = all();
    let length = |answer: &LabelledAnswer| answer.answer.split_whitespace().count() as f64;
    let pairs: Vec<(f64, f64)> = all.iter().map(|a| (length(a), f64::from(a.overall))).collect();
    let r = agreement::correlation(&pairs).unwrap();
    assert!(r.abs() < 0.3, "{r}");
    let mut positive: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let bank = bank();
    for answer in &all {
        let rubric = &bank.case(&answer.scenario).unwrap().rubric;
        for (id, _) in rubric.statements() {
            *positive.entry((rubric.id.clone(), id)).or_default() += usize::from(answer.signals[id] > 0);
        }
    }
    for ((rubric, signal), count) in positive {
        assert!(count >= 5, "{rubric}: {signal} is shown in {count} answers");
    }
}

//! The labelled answers: complete, consistent with the reading guide, and split by scenario.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use pushback::{
    adapters::labels,
    core::{
        bank::{Bank, scenario::Shape},
        judging::tally,
        lab::{
            agreement,
            labelled::{Labelled, LabelledAnswer},
            meant_for,
        },
        level::Level,
    },
};

use crate::harness::{first_edition, home::Home};

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

fn bank() -> &'static Bank {
    first_edition::bank()
}

fn length(answer: &LabelledAnswer) -> f64 {
    answer.answer.split_whitespace().count() as f64
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
        assert!(count >= 6, "{} has {count}", case.scenario.id);
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

#[test]
fn every_case_has_answers_of_every_level_and_two_opposite_ones_where_both_hold() {
    let answers = all();
    for case in bank().cases() {
        let scenario = &case.scenario;
        let own: Vec<&LabelledAnswer> =
            answers.iter().filter(|answer| answer.scenario == scenario.id).collect();
        let levels: BTreeSet<u8> =
            own.iter().map(|answer| answer.overall).filter(|level| *level > 0).collect();
        assert_eq!(levels, (1..=5).collect(), "{}", scenario.id);
        if scenario.shape.contains(&Shape::TwoAnswers) {
            let reads = |kind: &str| own.iter().filter(|a| a.kind.starts_with(kind)).map(|a| a.overall).max();
            let (a, b) = (reads("opposite-a"), reads("opposite-b"));
            assert!(a.is_some() && a == b, "{}: the opposite answers read {a:?} and {b:?}", scenario.id);
        }
    }
}

#[test]
fn every_theme_has_the_answers_that_fool_a_judge_and_length_tells_nothing_in_any() {
    let answers = all();
    let mut by_theme: BTreeMap<&str, Vec<&LabelledAnswer>> = BTreeMap::new();
    for answer in &answers {
        by_theme.entry(&bank().case(&answer.scenario).unwrap().scenario.theme).or_default().push(answer);
    }
    assert_eq!(by_theme.len(), bank().themes().len());
    for (theme, answers) in by_theme {
        for kind in ["near-miss", "eloquent-empty", "terse-strong"] {
            assert!(answers.iter().any(|answer| answer.kind.starts_with(kind)), "{theme} has no {kind}");
        }
        let pairs: Vec<(f64, f64)> =
            answers.iter().map(|answer| (length(answer), f64::from(answer.overall))).collect();
        let r = agreement::correlation(&pairs).unwrap();
        assert!(r.abs() < 0.35, "{theme}: length and level go together, r = {r:.2}");
    }
}

/// A case that is rewritten keeps its id. Labels of its old words would fit the new ones without a word, and mean
/// nothing.
#[test]
fn every_label_says_which_text_it_is_for_and_is_refused_for_another() {
    for answer in all() {
        assert!(answer.told_hash.is_some(), "{}", answer.id);
        let case = bank().case(&answer.scenario).unwrap();
        Labelled::new(&answer, case).unwrap();
        let mut rewritten = case.clone();
        rewritten.scenario.facts[0].tell += " And it rains.";
        let refused = Labelled::new(&answer, &rewritten).unwrap_err().to_string();
        assert!(refused.contains("is for an earlier text of the case"), "{refused}");
    }
    for part in ["fit", "hold-out"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/routing").join(part);
        for (scenario, message) in labels::messages(&folder).unwrap().0 {
            assert!(message.told_hash.is_some(), "{scenario}: {}", message.message);
            let case = bank().case(&scenario).unwrap();
            meant_for::check(|| message.message.clone(), message.told_hash.as_deref(), case).unwrap();
            assert!(message.fact.is_none_or(|fact| fact <= case.scenario.facts.len()), "{scenario}");
        }
    }
}

#[test]
fn labels_of_an_earlier_text_are_refused_with_what_to_do_and_go_with_the_folder_of_that_text() {
    let home = Home::empty();
    let root = env!("CARGO_MANIFEST_DIR");
    let answers = format!("{root}/tests/judging/hold-out");
    let one = format!("{answers}/mentoring/no-more-juniors.jsonl");
    let messages = format!("{root}/tests/routing/fit");
    for command in [
        &["judge", "card", "--answers", &answers][..],
        &["judge", "fit", "--answers", &answers],
        &["judge", "routing", "--messages", &messages],
        &["judge", "fit-routing", "--messages", &messages, "--out", "router.json"],
        &["rubric", "check", "mentoring", "--answers", &one.replace("hold-out", "fit")],
    ] {
        let run = home.run(&[command, &["--no-model"]].concat(), "");
        let told = if run.stderr.contains("is for an earlier text of the case") {
            run.stderr.contains("name the folder that holds that text with `--scenarios`")
        } else {
            // The first edition had cases that are gone.
            run.stderr.contains("there is no scenario `")
        };
        assert!(run.code == 2 && told, "{command:?}: {}", run.stderr);
        let folders = ["scenarios", "rubrics"]
            .map(|part| [format!("--{part}"), format!("{}/{part}", first_edition::FOLDER)]);
        let folders: Vec<&str> = folders.as_flattened().iter().map(String::as_str).collect();
        // As far as the model that isn't there.
        home.run(&[command, &folders, &["--no-model"]].concat(), "").fails(4, "model");
    }
    let folder = ["--out", "scores.jsonl", "--no-model"];
    let run = home.run(&[&["score", "--answers", &one.replace("hold-out", "fit")], &folder[..]].concat(), "");
    run.fails(2, "is for an earlier text of the case `no-more-juniors`");
}

//! Journals of earlier versions, damaged journals, and anything else that may lie in the folder.
//!
//! The files in `tests/journals` are frozen: a version that can't read them any more, or reads something else in
//! them, is wrong. A new format adds files and changes none.

use std::{
    fs,
    path::{Path, PathBuf},
};

use pushback::{
    adapters::store::journal,
    core::review::{self, Review, summary::summary},
    render::{self, html::Place},
};

use crate::{
    harness::{
        home::Home,
        played::{play, round},
    },
    review::pages::is_inert,
};

pub fn frozen() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journals");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files
}

/// Everything that can be made of a review.
fn render_all(review: &Review) -> String {
    let zone = jiff::tz::TimeZone::UTC;
    let page = render::html::review::review(review, &[&summary(review)], Place::Alone, &zone);
    is_inert(&page);
    let _ = render::markdown::review(review, &zone);
    let _ = serde_json::to_string(review).unwrap();
    anstream::adapter::strip_str(&render::review::review(review, 80, &zone)).to_string()
}

#[test]
fn journals_of_every_format_open_and_say_what_they_said() {
    let files = frozen();
    assert!(files.len() >= 9);
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let loaded = journal::load(&file).unwrap();
        assert_eq!(loaded.damage, None, "{name}");
        let shown = render_all(&review::fold(&loaded.lines).unwrap());
        if ["format-1-scored", "format-1-unscored", "format-1-live-sealed"].contains(&name.as_str()) {
            insta::assert_snapshot!(name, shown);
        }
    }
}

#[test]
fn frozen_journals_can_be_gone_on_with() {
    for file in frozen() {
        let home = Home::new();
        let copy = home.write("sessions/copy.jsonl", fs::read(&file).unwrap());
        let (exit, why) = match file.file_stem().unwrap().to_str().unwrap() {
            "format-1-live-abandoned" => (2, "the round was left before its end"),
            // It waits for the other rounds of its loop.
            "format-1-live-deadline" => (2, "the round was cut off before its end"),
            _ => (4, "no model is in use"),
        };
        home.run(&["score", "copy", "--no-model"], "").fails(exit, why);
        let before = fs::read(&file).unwrap();
        assert!(fs::read(copy).unwrap().starts_with(&before), "it was only added to");
    }
}

#[test]
fn a_journal_is_reviewed_up_to_any_line() {
    let home = Home::new();
    let lines = journal::load(&play(&home, &round())).unwrap().lines;
    for length in 2..=lines.len() {
        render_all(&review::fold(&lines[..length]).unwrap());
    }
}

#[test]
fn a_cut_or_changed_journal_is_shown_up_to_the_damage_with_a_note() {
    let home = Home::new();
    let path = play(&home, &round());
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("The CEO makes the call", "The CTO makes the call")).unwrap();
    let run = home.run(&["review"], "").ok();
    assert!(run.stderr.contains("the journal is damaged at line 13"), "{}", run.stderr);
    assert!(run.says("105 percent on the day of the launch.") && !run.says("jobs hang for two hours"));
    let page = home.run(&["review", "--html", "-"], "").ok().stdout;
    is_inert(&page);
    fs::write(&path, &text[..text.len() - 30]).unwrap();
    let run = home.run(&["review", "--markdown"], "").ok();
    assert!(run.stderr.contains("the journal's last line was cut off"), "{}", run.stderr);
    assert!(run.says("jobs hang for two hours"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_damage_brings_anything_down(place in 0.0..1.0f64, bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..40), cut in proptest::bool::ANY) {
        let file = frozen().remove(0);
        let mut journal = fs::read(&file).unwrap();
        let at = (place * journal.len() as f64) as usize;
        if cut {
            journal.truncate(at);
        }
        journal.splice(at..at, bytes);
        let home = Home::new();
        let copy = home.write("sessions/copy.jsonl", journal);
        if let Ok(loaded) = journal::load(&copy) && let Ok(review) = review::fold(&loaded.lines) {
            render_all(&review);
        }
    }
}

//! What helps with a live round from beside it: other windows, other homes, files that are deleted or overridden.

use std::fs;

use crate::{
    harness::{
        home::{Home, SCENARIO, whole_round},
        terminal::Terminal,
    },
    live::round::{LIVE, begin, cut_off, sights},
};

#[test]
fn a_practice_window_that_was_opened_before_gives_no_hint_and_no_rubric() {
    let home = Home::new();
    let mut practice = Terminal::start(&home, 80, 60, &["practice", SCENARIO, "--no-model"]);
    practice.wait_for("›");
    practice.say("I would go to the VP today and say which part I refuse.");
    practice.wait_until("the next question", |terminal| terminal.raw().matches("Interviewer").count() >= 2);
    cut_off_beside(&home);
    for command in ["/hint", "/rubric"] {
        practice.say(command);
        practice.wait_for_words(&format!("`{command}` shows nothing until it is over."));
    }
    let lookups = fs::read_to_string(home.path().join("sessions/2026-01-01-1200-crafted.lookups")).unwrap();
    assert!(lookups.contains("/hint") && lookups.contains("/rubric"), "{lookups}");
}

/// A live round beside sessions that there are already.
fn cut_off_beside(home: &Home) {
    cut_off(home, 60);
}

#[test]
fn another_home_of_the_same_person_shows_nothing_either_and_the_try_is_recorded() {
    let home = Home::new();
    let terminal = begin(&home, 80, 40);
    let other = home.path().join("other");
    let run = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.env("PUSHBACK_HOME", &other);
        crate::harness::home::finish(command, "")
    };
    let refused = run(&["rubric", "list"]).fails(3, "a live round is open");
    assert!(refused.stderr.contains("PUSHBACK_HOME="), "it says where: {}", refused.stderr);
    run(&["resume", "--no-model"]).fails(3, "a live round is open");
    terminal.wait_until("the record", |_| sights(&home, "lookup").len() == 1);
    terminal.signal("KILL");
    drop(terminal);
    run(&["rubric", "list"]).fails(3, "a live round is open");
    // With its folder the round is gone, and nothing is locked.
    fs::remove_dir_all(home.path().join("sessions")).unwrap();
    run(&["rubric", "list"]).ok();
}

#[test]
fn deleting_a_session_does_not_make_its_case_a_new_one() {
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], &whole_round()).ok();
    let id = home.journal().file_stem().unwrap().to_str().unwrap().to_owned();
    home.run(&["sessions", "delete", &id, "--yes"], "").ok();
    assert!(home.journals().is_empty());
    let mut terminal = Terminal::start(&home, 80, 40, &LIVE);
    terminal.wait_for_words(&format!("you know `{SCENARIO}`"));
    assert_eq!(terminal.ends(), 3);
}

#[test]
fn a_rubric_of_ones_own_prints_nothing_of_the_open_case() {
    let home = Home::new();
    cut_off(&home, 60);
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rubrics");
    let mut names = vec![];
    for entry in fs::read_dir(shipped).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let renamed = text.replace("- id: ", "- id: other-");
        let name = format!("rubrics/{}", path.file_name().unwrap().to_str().unwrap());
        home.write(&name, renamed);
        names.push(name);
    }
    let listed = home.run(&["scenario", "list"], "");
    assert!(listed.stderr.contains("which is told when the live round is over"), "{}", listed.stderr);
    for word in ["probe", "signal", "missing"] {
        assert!(!listed.stderr.contains(word), "{word}: {}", listed.stderr);
    }
}

//! A live round that can't go on closes itself and says so. It never locks everything else.

use std::fs;

use crate::{
    harness::{home::Home, terminal::Terminal},
    live::{
        interview_loop::{home as with_a_loop, play_round},
        round::cut_off,
    },
};

/// Takes the loop to the break before its second round.
fn at_the_break(home: &Home) -> Terminal {
    let mut terminal = Terminal::start(home, 80, 60, &["live", "--loop", "mine", "--no-model"]);
    terminal.wait_for("Enter begins.");
    terminal.send("\r");
    terminal.wait_for("] ›");
    play_round(&mut terminal, 1);
    terminal.wait_for("Round 2 of 2: Second");
    terminal
}

#[test]
fn a_damaged_journal_is_closed_by_resume_and_can_be_reviewed() {
    let home = Home::new();
    let id = cut_off(&home, 60);
    let text = fs::read_to_string(home.journal()).unwrap();
    fs::write(home.journal(), text.replacen("\"record\":\"sighted\"", "\"record\":\"sighted?\"", 1)).unwrap();
    home.run(&["review"], "").fails(3, "a live round is open");
    let run = home.run(&["resume", "--no-model"], "").fails(5, "can't go on");
    assert!(run.stderr.contains("It is closed now, without a score"), "{}", run.stderr);
    home.run(&["review", &id], "").ok();
    home.run(&["scenario", "list"], "").ok();
}

#[test]
fn an_emptied_key_is_made_anew_and_the_round_goes_on() {
    let home = Home::new();
    cut_off(&home, 12 * 60 + 5);
    for content in ["", "no key at all"] {
        home.write("keys/seal.key", content);
        home.run(&["doctor", "--no-model"], "").ok();
        let key = fs::read_to_string(home.path().join("keys/seal.key")).unwrap();
        assert_eq!(key.trim().len(), 64);
    }
    let aside = fs::read_to_string(home.path().join("keys/seal.key.unreadable")).unwrap();
    assert_eq!(aside, "no key at all");
    home.write("keys/seal.key", "");
    let mut terminal = Terminal::start(&home, 80, 200, &["resume", "--no-model"]);
    terminal.wait_for_words("the key that earlier sessions were sealed with is gone");
    assert_eq!(terminal.ends(), 0);
    home.run(&["verify"], "").ok();
}

#[test]
fn a_loop_goes_on_with_its_cases_whatever_became_of_their_files() {
    let home = with_a_loop();
    let bank = home.path().join("scenarios/mentoring");
    let terminal = {
        let mut terminal = at_the_break(&home);
        terminal.send("\u{1b}");
        assert_eq!(terminal.ends(), 0);
        terminal
    };
    assert!(terminal.screen().contains("pushback resume"));
    // Every built-in case of the theme is broken by a file of one's own.
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/mentoring");
    fs::create_dir_all(&bank).unwrap();
    for entry in fs::read_dir(shipped).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            fs::write(bank.join(path.file_name().unwrap()), "id: broken\n").unwrap();
        }
    }
    let mut terminal = Terminal::start(&home, 80, 60, &["resume", "--no-model"]);
    terminal.wait_for("Round 2 of 2: Second");
    terminal.send("\r");
    terminal.wait_for("] ›");
}

#[test]
fn at_a_break_a_loop_can_be_left_for_good() {
    let home = with_a_loop();
    let mut terminal = at_the_break(&home);
    terminal.wait_for_words("Q leaves the loop for good.");
    terminal.send("q");
    terminal.wait_for_words("Q once more leaves it");
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    assert!(terminal.screen().contains("Debrief: A loop of my own"), "{}", terminal.screen());
    home.run(&["sessions"], "").ok();
    home.run(&["review"], "").ok();
}

#[test]
fn a_loop_whose_round_is_damaged_or_deleted_goes_on_without_it() {
    for is_deleted in [false, true] {
        let home = with_a_loop();
        let mut terminal = Terminal::start(&home, 80, 60, &["live", "--loop", "mine", "--no-model"]);
        terminal.wait_for("Enter begins.");
        terminal.send("\r");
        terminal.wait_for("] ›");
        terminal.signal("KILL");
        terminal.ends();
        let journal = home.journal();
        if is_deleted {
            fs::remove_file(&journal).unwrap();
        } else {
            let text = fs::read_to_string(&journal).unwrap();
            fs::write(&journal, text.replacen("\"record\":\"sighted\"", "\"record\":\"sighted?\"", 1))
                .unwrap();
        }
        let mut terminal = Terminal::start(&home, 80, 60, &["resume", "--no-model"]);
        terminal.wait_for_words("Round 1 can't go on: its journal is");
        terminal.wait_for("Round 2 of 2: Second");
        terminal.send("q");
        terminal.wait_for_words("Q once more leaves it");
        terminal.send("q");
        assert_eq!(terminal.ends(), 0, "{}", terminal.screen());
        home.run(&["sessions"], "").ok();
    }
}

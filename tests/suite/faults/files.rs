//! Files that fail, and files that a result must not be written over.

use std::{fs, os::unix::fs::symlink};

use crate::harness::home::{Home, PROGRAM, SCENARIO, finish, whole_round};

#[test]
fn what_the_program_keeps_is_not_overwritten_by_a_result() {
    let home = Home::new();
    let script = whole_round();
    home.run(&["practice", "--no-model", SCENARIO], &script).ok();
    let journal = home.journal();
    let before = fs::read(&journal).unwrap();
    let key = home.write("keys/seal.key", "0".repeat(64));
    symlink(&journal, home.path().join("link.html")).unwrap();
    for path in
        [journal.to_str().unwrap(), "sessions/new.html", "link.html", key.to_str().unwrap(), "config.toml"]
    {
        for arguments in [
            ["review", "--html", path].as_slice(),
            &["export", "--jsonl", "--out", path],
            &["progress", "--html", path],
            &["score", "--answers", "x", "--out", path],
        ] {
            home.run(arguments, "").fails(2, "belongs to pushback's own data, and stays as it is");
        }
    }
    home.run(&["review", "--all", "--out", "."], "").fails(2, "belongs to pushback's own data");
    assert_eq!(fs::read(&journal).unwrap(), before);
    assert_eq!(fs::read_to_string(key).unwrap().len(), 64);
    home.run(&["review", "--html", "page.html"], "").ok();
    // The folder may be reached under another name.
    let mut elsewhere = home.command(&["export", "--jsonl", "--out", "../sessions/x"]);
    elsewhere.current_dir(home.path().join("keys"));
    finish(elsewhere, "").fails(2, "belongs to pushback's own data");
}

#[test]
fn a_file_that_fails_is_named_with_what_was_tried() {
    let home = Home::new();
    home.write("sessions", "a file where a folder should be");
    for command in [["practice", "--no-model"].as_slice(), &["sessions"], &["resume"], &["doctor"]] {
        let run = home.run(command, "");
        let told = format!("{}{}", run.stdout, run.stderr);
        assert!(told.contains("~/sessions"), "{command:?}: {told}");
        assert!(!told.contains("the terminal can't be used"), "{command:?}: {told}");
    }
}

#[test]
fn a_pipe_among_the_sessions_is_not_waited_for() {
    let home = Home::new();
    home.run(&["practice", "--no-model", SCENARIO], &whole_round()).ok();
    for name in ["pipe.jsonl", "pipe.live"] {
        let path = home.path().join("sessions").join(name);
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    }
    for command in
        [["sessions"].as_slice(), &["review"], &["progress"], &["doctor"], &["export", "--all", "--csv"]]
    {
        ends(&home, command);
    }
}

/// Runs a command that must not wait for anything.
fn ends(home: &Home, arguments: &[&str]) {
    let mut command = std::process::Command::new("timeout");
    command.args(["20", PROGRAM]).args(arguments).env_clear().env("PUSHBACK_HOME", home.path());
    command.env("HOME", home.path()).env("PATH", "/usr/bin:/bin");
    let run = finish(command, "");
    assert!(run.code != 124, "{arguments:?} waits");
    assert!(!run.stderr.contains("panicked"), "{arguments:?}: {}", run.stderr);
}

#[test]
fn a_pipe_in_the_place_of_any_file_of_ones_own_is_not_waited_for() {
    let home = Home::new();
    home.run(&["practice", "--no-model", SCENARIO], "/quit\n").ok();
    let id = home.journal().file_stem().unwrap().to_str().unwrap().to_owned();
    let draft = format!("sessions/{id}.draft");
    for file in [
        "begun.jsonl",
        "config.toml",
        &draft,
        "keys/seal.key",
        "keys/seal.known",
        "packs/x/pack.toml",
        "packs/x/.source.json",
        "scenarios/loops/mine.yaml",
        "judge/readout.json",
    ] {
        let path = home.path().join(file);
        let before = fs::read(&path).ok();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        for command in [
            ["practice", "--no-model", SCENARIO].as_slice(),
            &["resume", "--no-model", &id],
            &["doctor", "--no-model"],
            &["pack", "list"],
            &["live", "--list-loops"],
        ] {
            ends(&home, command);
        }
        let _ = fs::remove_file(&path);
        if let Some(before) = before {
            fs::write(&path, before).unwrap();
        }
    }
}

#[test]
fn a_beginning_that_many_sessions_share_lists_the_latest_few() {
    let home = Home::new();
    for number in 10..80 {
        home.write(&format!("sessions/2026-{number}.jsonl"), "");
    }
    let run = home.run(&["review", "2026"], "").fails(2, "2026-79, and 65 older ones");
    assert!(!run.stderr.contains("2026-10"), "{}", run.stderr);
}

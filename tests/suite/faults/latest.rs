//! Which session is the latest one, and what a new one is called.

use std::{collections::BTreeSet, fs, process::Stdio};

use crate::harness::{
    home::{Home, SCENARIO, finish, whole_round},
    played::{Move, Round, play, round},
};

/// A session of an earlier version, whose id is local time.
fn session(id: &str, began: &str, moves: Vec<Move>) -> Round {
    Round { id: id.into(), at: began.parse().unwrap(), moves, ..round() }
}

#[test]
fn the_latest_session_is_the_one_that_began_last_wherever_that_was() {
    let home = Home::new();
    // Tokyo in the morning, then a flight, then California in the afternoon before.
    play(&home, &session("2026-03-03-0700-tokyo", "2026-03-02T22:00:00Z", vec![]));
    play(&home, &session("2026-03-03-0800-tokyo-later", "2026-03-02T23:00:00Z", round().moves));
    play(&home, &session("2026-03-02-2100-california", "2026-03-03T05:00:00Z", vec![]));
    play(&home, &session("2026-03-02-2145-california-later", "2026-03-03T05:45:00Z", round().moves));
    // Nothing in its name says when it was.
    let copy = play(&home, &session("borrowed", "2026-03-01T05:00:00Z", round().moves));
    assert!(home.run(&["review"], "").ok().says("2026-03-02-2145-california-later"));
    let resumed = home.run(&["resume", "--no-model"], "/quit\n").ok();
    assert!(resumed.says("`pushback resume 2026-03-02-2100-california`"), "{}", resumed.stdout);
    let in_order = ["borrowed", "0700-tokyo", "tokyo-later", "2100-california", "california-later"];
    for command in [["sessions", "--json"], ["export", "--all"]] {
        let run =
            home.run(&[&command[..], if command[0] == "export" { &["--jsonl"] } else { &[] }].concat(), "");
        let places: Vec<usize> = in_order.iter().map(|id| run.stdout.find(id).unwrap()).collect();
        assert!(places.is_sorted(), "{command:?}: {places:?}");
    }
    // A copy that is the latest counts too, and so does one whose first line is lost.
    fs::remove_file(copy).unwrap();
    play(&home, &session("borrowed", "2026-03-04T05:00:00Z", round().moves));
    assert!(home.run(&["review"], "").ok().says("· borrowed"));
    home.write("sessions/2026-03-05-0000-lost.jsonl", "{\n");
    home.run(&["review"], "").fails(2, "the journal has no header line");
}

#[test]
fn a_new_session_is_named_in_universal_time() {
    let home = Home::new();
    for zone in ["Pacific/Kiritimati", "America/Los_Angeles"] {
        let mut command = home.command(&["practice", SCENARIO, "--no-model"]);
        command.env("TZ", zone);
        let before = jiff::Timestamp::now().strftime("%Y-%m-%d-%H%M").to_string();
        finish(command, "/quit\n").ok();
        let after = jiff::Timestamp::now().strftime("%Y-%m-%d-%H%M").to_string();
        let newest = home.journals().pop().unwrap();
        let name = newest.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(name.starts_with(&before) || name.starts_with(&after), "{name}, at {before}");
    }
}

#[test]
fn sessions_that_begin_at_the_same_moment_all_begin() {
    let home = Home::new();
    let mut programs: Vec<_> = (0..8)
        .map(|_| {
            let mut command = home.command(&["practice", SCENARIO, "--no-model"]);
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for program in &mut programs {
        use std::io::Write;
        program.stdin.take().unwrap().write_all(whole_round().as_bytes()).unwrap();
    }
    for program in programs {
        let done = program.wait_with_output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let sessions: BTreeSet<String> = home
        .journals()
        .iter()
        .map(|journal| {
            let header = fs::read_to_string(journal).unwrap().lines().next().unwrap().to_owned();
            let header: serde_json::Value = serde_json::from_str(&header).unwrap();
            let id = journal.file_stem().unwrap().to_str().unwrap();
            assert_eq!(header["session"], id);
            id.to_owned()
        })
        .collect();
    assert_eq!(sessions.len(), 8);
}

#[test]
fn hidden_files_among_the_sessions_are_none() {
    let home = Home::new();
    let path = play(&home, &round());
    let name = path.file_name().unwrap().to_str().unwrap();
    fs::copy(&path, path.with_file_name(format!("._{name}"))).unwrap();
    fs::copy(&path, path.with_file_name(".2099-01-01-0000-x.jsonl")).unwrap();
    assert_eq!(home.run(&["sessions", "--json"], "").ok().stdout.lines().count(), 1);
    assert!(home.run(&["review"], "").ok().says("2026-03-02-0915"));
}

//! A full disk in a live round: nothing ends, nothing is lost, and what isn't on disk is said.

use std::process::Command;

use crate::{
    harness::{home::Home, terminal::Terminal},
    live::round::{begin, sights},
};

/// Lets the program write at most so many bytes into any file, as a full disk would.
fn limit(home: &Home, bytes: &str) {
    let note = std::fs::read(home.path().join("sessions/terminal.json")).unwrap();
    let process = serde_json::from_slice::<serde_json::Value>(&note).unwrap()["process"].as_u64().unwrap();
    let status = Command::new("prlimit")
        .args(["--pid", &process.to_string(), &format!("--fsize={bytes}:unlimited")])
        .status()
        .expect("util-linux is there");
    assert!(status.success());
}

#[test]
fn what_is_typed_on_a_full_disk_stays_and_is_kept_as_soon_as_there_is_room() {
    let home = Home::new();
    let mut terminal = begin(&home, 80, 40);
    limit(&home, "0");
    terminal.type_by_hand("Not lost");
    terminal.wait_for_words("Your text isn't on disk");
    terminal.type_by_hand(" at all");
    terminal.wait_for("Not lost at all");
    limit(&home, "unlimited");
    terminal.wait_for_words("Your text is on disk again.");
    let draft = std::fs::read_to_string(home.journal().with_extension("draft")).unwrap();
    assert_eq!(draft, "Not lost at all");
}

#[test]
fn an_answer_sent_on_a_full_disk_is_written_as_soon_as_there_is_room_and_the_round_goes_on() {
    let home = Home::new();
    let mut terminal = begin(&home, 80, 40);
    terminal.type_by_hand("I'd lend two.");
    limit(&home, "0");
    terminal.send("\u{4}");
    terminal.wait_for_words("Not on disk: can't write to");
    terminal.wait_for_words("Ctrl-C gives up.");
    assert_eq!(home.said(), Vec::<String>::new());
    limit(&home, "unlimited");
    terminal.wait_for_words("Everything you said is on disk again.");
    assert_eq!(home.said(), ["I'd lend two."]);
    assert_eq!(sights(&home, "typed").len(), 1, "how it was typed was written, too");
    terminal.type_by_hand("And goes on");
    terminal.wait_for("And goes on");
}

#[test]
fn who_gives_up_on_a_full_disk_has_the_terminal_back_before_the_message() {
    let home = Home::new();
    let script = "stty -g; pushback live ga-date-on-one-database --no-model; echo ended $?; stty -g; read line; echo got \"$line\"";
    let mut terminal = Terminal::shell(&home, 100, 50, script);
    terminal.wait_for("Enter begins.");
    let before = terminal.screen().lines().next().unwrap().to_owned();
    terminal.send("\r");
    terminal.wait_for("] ›");
    terminal.type_by_hand("I'd lend two.");
    limit(&home, "0");
    terminal.send("\u{4}");
    terminal.wait_for_words("Ctrl-C gives up.");
    terminal.send("\u{3}");
    terminal.wait_for("ended 1");
    terminal
        .wait_until("the same settings as before", |terminal| terminal.raw().matches(&before).count() >= 2);
    let raw = terminal.raw();
    let (given_back, told) =
        (raw.rfind("\u{1b}[?2004l").unwrap(), raw.find("error: can't write to").unwrap());
    assert!(given_back < told, "{raw}");
    terminal.send("a line\r");
    terminal.wait_for("got a line");
    // What was sent was typed while there was room, so its draft is there.
    let terminal = Terminal::start(&home, 80, 40, &["resume", "--no-model"]);
    terminal.wait_for("I'd lend two.");
}

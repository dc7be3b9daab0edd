//! A person at a terminal, without a model.

use std::{fs, thread, time::Duration};

use crate::harness::{
    home::{Home, SCENARIO},
    terminal::Terminal,
};

pub fn start(home: &Home) -> Terminal {
    let terminal = Terminal::start(home, 80, 40, &["practice", SCENARIO, "--no-model"]);
    terminal.wait_for("›");
    terminal
}

pub fn draft(home: &Home) -> std::path::PathBuf {
    home.journal().with_extension("draft")
}

/// Waits until the draft on disk is what is on the screen.
pub fn wait_for_draft(home: &Home, text: &str) {
    for _ in 0..500 {
        if fs::read_to_string(draft(home)).is_ok_and(|draft| draft == text) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the draft is {:?}", fs::read_to_string(draft(home)));
}

#[test]
fn the_first_screen_says_what_this_is_and_how_to_send() {
    let home = Home::new();
    let terminal = Terminal::start(&home, 80, 60, &["practice", SCENARIO, "--no-model"]);
    terminal.wait_for("›");
    let screen = terminal.screen().replace(home.path().to_str().unwrap(), "HOME");
    let screen = screen.replace("~/sessions", "HOME/sessions");
    // The folder's name has another length on every machine, and wraps with it.
    let (before, after) = screen.split_once("Everything you say is kept").unwrap();
    let after = after.split_once("── A launch date").unwrap().1;
    insta::assert_snapshot!(format!("{before}…\n── A launch date{after}"));
}

#[test]
fn a_paragraph_break_never_sends_and_a_dot_or_ctrl_d_does() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("I would go to the VP today.\r\rAnd then I would say which part I refuse.\r");
    terminal.wait_for("which part I refuse.");
    wait_for_draft(&home, "I would go to the VP today.\n\nAnd then I would say which part I refuse.\n");
    assert_eq!(home.said(), Vec::<String>::new());
    terminal.send(".\r");
    terminal.wait_until("a probe", |terminal| terminal.screen().matches("Interviewer").count() == 2);
    assert_eq!(home.said(), ["I would go to the VP today.\n\nAnd then I would say which part I refuse."]);
    assert!(!draft(&home).exists(), "what was sent needs no draft");
    terminal.say("The second answer is sent with Ctrl-D.");
    terminal.wait_until("another probe", |terminal| terminal.screen().matches("Interviewer").count() == 3);
    assert_eq!(home.said().len(), 2);
    terminal.send("/quit\r");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn a_pasted_answer_with_paragraphs_stays_one_answer() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("\u{1b}[200~First paragraph of it.\r\rSecond paragraph of it.\u{1b}[201~");
    terminal.wait_for("Second paragraph");
    assert_eq!(home.said(), Vec::<String>::new());
    terminal.send("\u{4}");
    terminal.wait_until("a probe", |terminal| terminal.screen().matches("Interviewer").count() == 2);
    assert_eq!(home.said(), ["First paragraph of it.\n\nSecond paragraph of it."]);
}

#[test]
fn ctrl_c_loses_nothing_and_an_empty_prompt_leaves() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("Half a thought");
    terminal.wait_for("Half a thought");
    terminal.send("\u{3}");
    terminal.wait_for("still here");
    terminal.send(" and the other half.\u{4}");
    terminal.wait_until("a probe", |terminal| terminal.screen().matches("Interviewer").count() == 2);
    assert_eq!(home.said(), ["Half a thought and the other half."]);
    terminal.send("\u{3}");
    assert_eq!(terminal.ends(), 0);
    assert!(terminal.screen().contains("`pushback resume"), "{}", terminal.screen());
}

#[test]
fn what_was_being_typed_survives_kill_9() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("A long answer,\rwith ümlauts and 漢字, that nobody has sent yet");
    wait_for_draft(&home, "A long answer,\nwith ümlauts and 漢字, that nobody has sent yet");
    terminal.signal("KILL");
    terminal.ends();
    let mut terminal = Terminal::start(&home, 80, 40, &["resume", "--no-model"]);
    terminal.wait_for("that nobody has sent yet");
    terminal.send("!\u{4}");
    terminal.wait_until("a probe", |terminal| terminal.screen().matches("Interviewer").count() == 2);
    assert_eq!(home.said(), ["A long answer,\nwith ümlauts and 漢字, that nobody has sent yet!"]);
}

#[test]
fn a_closed_window_and_a_polite_end_lose_nothing() {
    for end in ["HUP", "TERM"] {
        let home = Home::new();
        let mut terminal = start(&home);
        terminal.send("Typed and not sent");
        wait_for_draft(&home, "Typed and not sent");
        terminal.send(" at all");
        terminal.wait_for("Typed and not sent at all");
        terminal.signal(end);
        assert_ne!(terminal.ends(), 101, "it did not panic");
        wait_for_draft(&home, "Typed and not sent at all");
        home.run(&["resume", "--no-model"], "/quit\n").ok();
    }
}

#[test]
fn commands_answer_in_the_round() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("/help\r");
    terminal.wait_for("/facts-asked");
    terminal.send("/hint\r");
    terminal.wait_for("commit to an answer of your own first");
    terminal.send("/pause\r");
    terminal.wait_for("paused");
    terminal.send("\r");
    terminal.wait_until("the prompt", |terminal| terminal.screen().trim_end().ends_with('›'));
    terminal.send("/case\r");
    terminal.wait_until("the case again", |terminal| {
        terminal.raw().matches("A model-hosting company").count() == 2
    });
    terminal.send("/quit\r");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn a_window_that_changes_its_size_keeps_the_text() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("Some words before the change");
    terminal.wait_for("before the change");
    terminal.resize(60, 30);
    terminal.send(" and some after it");
    wait_for_draft(&home, "Some words before the change and some after it");
    terminal.send("\u{4}");
    terminal.wait_until("kept", |_| home.said().len() == 1);
}

#[test]
fn declining_the_download_says_what_else_there_is() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, 80, 40, &["practice"]);
    terminal.wait_for("Get it now? [Y/n]");
    assert!(terminal.screen().contains("1.1 GB"), "{}", terminal.screen());
    terminal.send("n\r");
    assert_eq!(terminal.ends(), 4);
    assert!(terminal.screen().contains("--no-model"), "{}", terminal.screen());
}

#[test]
fn without_colour_nothing_is_coloured() {
    let home = Home::new();
    let run = |value: Option<&str>| {
        let mut command = home.command(&["practice", SCENARIO, "--no-model"]);
        command.env("CLICOLOR_FORCE", "1");
        if let Some(value) = value {
            command.env("NO_COLOR", value).env_remove("CLICOLOR_FORCE");
        }
        crate::harness::home::finish(command, "/quit\n").ok().stdout
    };
    assert!(run(None).contains("\u{1b}["));
    assert!(!run(Some("1")).contains("\u{1b}["));
}

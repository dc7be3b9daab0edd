//! Typing an answer in practice: whatever its length and whatever comes over the line, it is on the screen and on disk.

use std::fs;

use super::terminal::{draft, start, wait_for_draft};
use crate::harness::{
    home::{Home, SCENARIO, flat},
    terminal::Terminal,
};

const PRACTICE: [&str; 3] = ["practice", SCENARIO, "--no-model"];

fn start_at(home: &Home, columns: u16, rows: u16) -> Terminal {
    let terminal = Terminal::start(home, columns, rows, &PRACTICE);
    terminal.wait_for("›");
    terminal
}

fn wait_for_said(terminal: &Terminal, home: &Home, count: usize) -> Vec<String> {
    terminal.wait_until("the message in the journal", |_| home.said().len() == count);
    home.said()
}

#[test]
fn a_tall_answer_is_edited_where_it_is_seen_and_leaves_no_copies_above() {
    for (columns, rows) in [(80, 24), (40, 10), (120, 50)] {
        let home = Home::new();
        let mut terminal = start_at(&home, columns, rows);
        let lines: Vec<String> = (1..=30).map(|n| format!("row {n:02}")).collect();
        for line in &lines[..29] {
            terminal.send(&format!("{line}\r"));
            terminal.wait_for(line);
        }
        terminal.send(&lines[29]);
        terminal.wait_for("row 30");
        assert!(terminal.screen().lines().count() <= rows.into());
        for _ in 0..29 {
            terminal.send("\u{1b}[A");
        }
        terminal.wait_for("› row 01");
        terminal.send("\u{1}first ");
        terminal.wait_for("› first row 01");
        for _ in 0..29 {
            terminal.send("\u{1b}[B");
        }
        terminal.send("\u{5}, and last");
        terminal.wait_for("row 30, and last");
        terminal.send("\u{4}");
        let said = wait_for_said(&terminal, &home, 1);
        let expected = format!("first {}, and last", lines.join("\n"));
        assert_eq!(said, [expected]);
        terminal.wait_until("the next question", |terminal| terminal.screen().ends_with('›'));
        let everything = terminal.with_scrollback();
        for line in &lines {
            assert_eq!(everything.matches(line).count(), 1, "{columns}x{rows}: {line} in\n{everything}");
        }
    }
}

#[test]
fn words_go_down_to_the_next_row_whole() {
    let home = Home::new();
    let mut terminal = start_at(&home, 40, 24);
    let text = "Customers would see their jobs hang for hours, and then billing would be late again.";
    terminal.send(text);
    terminal.wait_for("again.");
    let screen = terminal.screen();
    let typed = screen.rsplit_once('›').unwrap().1;
    assert!(typed.lines().count() >= 3, "{screen}");
    let whole: Vec<&str> = text.split(' ').collect();
    assert!(typed.split_whitespace().all(|word| whole.contains(&word)), "{screen}");
    // Up goes by the rows that are seen, within the one line.
    terminal.send("\u{1b}[A\u{1b}[A\u{1b}[AX");
    terminal.wait_until("the letter in the first row", |_| {
        let now = fs::read_to_string(draft(&home)).unwrap_or_default();
        now.find('X').is_some_and(|at| at < 38) && now.replacen('X', "", 1) == text
    });
}

#[test]
fn what_was_deleted_before_leaving_is_no_draft() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("Never mind");
    wait_for_draft(&home, "Never mind");
    terminal.send("\u{15}\u{3}");
    assert_eq!(terminal.ends(), 0);
    assert!(!draft(&home).exists() && !terminal.screen().contains("as a draft"), "{}", terminal.screen());
}

#[test]
fn a_byte_that_is_no_text_is_replaced_and_the_round_goes_on() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send_bytes(b"caf\xe9 au lait\r");
    terminal.send_bytes(b"\x1b[200~past\xe9d\x1b[201~ and on");
    terminal.wait_for("and on");
    terminal.send("\u{4}");
    assert_eq!(wait_for_said(&terminal, &home, 1), ["caf\u{fffd} au lait\npast\u{fffd}d and on"]);
}

#[test]
fn a_paste_without_an_end_is_in_the_draft_and_no_key_is_dead() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("\u{1b}[200~half of a paste");
    wait_for_draft(&home, "half of a paste");
    terminal.send("\u{3}");
    terminal.wait_for("still here");
    terminal.send(" and the rest");
    wait_for_draft(&home, "half of a paste and the rest");
    terminal.send("\u{4}");
    assert_eq!(wait_for_said(&terminal, &home, 1), ["half of a paste and the rest"]);
}

#[test]
fn a_long_paste_is_taken_whole() {
    let home = Home::new();
    let mut terminal = start(&home);
    let words = "a sentence of some length that was written elsewhere. ".repeat(2_500);
    let keys = format!("\u{1b}[200~{words}\r\tthe end\u{1b}[201~");
    terminal.send(&keys);
    terminal.wait_for("the end");
    terminal.send("\u{4}");
    assert_eq!(wait_for_said(&terminal, &home, 1), [format!("{words}\n\tthe end")]);
}

#[test]
fn alt_enter_and_shift_enter_begin_a_new_line() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("one\u{1b}\rtwo\u{1b}[13;2uthree\u{1b}[27;2;13~four");
    wait_for_draft(&home, "one\ntwo\nthree\nfour");
    assert!(home.said().is_empty());
    terminal.send("\u{4}");
    assert_eq!(wait_for_said(&terminal, &home, 1), ["one\ntwo\nthree\nfour"]);
}

#[test]
fn what_is_pressed_while_the_answer_is_read_is_neither_lost_nor_does_it_leave() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("The first answer.");
    terminal.wait_for("The first answer.");
    // Twice, as a hand does that isn't sure; then the next words, before the question is there.
    terminal.send("\u{4}\u{4}ahead of it");
    assert_eq!(wait_for_said(&terminal, &home, 1), ["The first answer."]);
    terminal.wait_for("› ahead of it");
    terminal.send(", and behind\u{4}");
    assert_eq!(wait_for_said(&terminal, &home, 2)[1], "ahead of it, and behind");
}

#[test]
fn what_was_sent_before_comes_back_with_the_up_arrow_and_so_does_what_was_being_typed() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.say("An answer\nof two lines");
    wait_for_said(&terminal, &home, 1);
    terminal.send("/quit\r");
    assert_eq!(terminal.ends(), 0);
    let mut terminal = Terminal::start(&home, 80, 40, &["resume", "--no-model"]);
    terminal.wait_until("the prompt", |terminal| terminal.screen().trim_end().ends_with('›'));
    terminal.send("new words\u{1b}[A");
    wait_for_draft(&home, "An answer\nof two lines");
    terminal.send("\u{1b}[B");
    wait_for_draft(&home, "new words");
    terminal.send("\u{1b}[A, again\u{4}");
    assert_eq!(wait_for_said(&terminal, &home, 2)[1], "An answer\nof two lines, again");
}

#[test]
fn an_editor_of_ones_own_takes_the_text_and_gives_it_back() {
    let home = Home::new();
    let editor = home.write(
        "editor.sh",
        "#!/bin/sh\ncp \"$2\" seen\nprintf 'From %s.\\n\\nThe end.\\n' \"$1\" > \"$2\"\n",
    );
    let visual = format!("sh {} outside", editor.display());
    let mut terminal = Terminal::start_with(&home, 80, 40, &PRACTICE, &[("VISUAL", &visual)]);
    terminal.wait_for("›");
    terminal.send("typed so far\u{18}\u{5}");
    wait_for_draft(&home, "From outside.\n\nThe end.");
    assert_eq!(fs::read_to_string(home.path().join("seen")).unwrap(), "typed so far");
    terminal.send("!\u{4}");
    assert_eq!(wait_for_said(&terminal, &home, 1), ["From outside.\n\nThe end.!"]);
    terminal.wait_until("the prompt", |terminal| terminal.screen().trim_end().ends_with('›'));
    terminal.send("/edit\r");
    wait_for_draft(&home, "From outside.\n\nThe end.");
    assert_eq!(fs::read_to_string(home.path().join("seen")).unwrap(), "");
    assert_eq!(home.said().len(), 1, "an editor sends nothing");
    terminal.send("\u{4}");
    assert_eq!(wait_for_said(&terminal, &home, 2)[1], "From outside.\n\nThe end.");
    let left: Vec<String> = fs::read_dir(home.path().join("sessions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "no copy stays");
}

#[test]
fn without_an_editor_or_with_one_that_fails_the_text_is_as_it_was() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("typed so far\u{18}\u{5}");
    terminal.wait_for_words("Set VISUAL or EDITOR");
    terminal.send("!");
    wait_for_draft(&home, "typed so far!");
    drop(terminal);
    let home = Home::new();
    let mut terminal = Terminal::start_with(&home, 80, 40, &PRACTICE, &[("EDITOR", "false")]);
    terminal.wait_for("›");
    terminal.send("typed so far\u{18}\u{5}");
    terminal.wait_for_words("`false` ended with an error");
    terminal.send("!");
    wait_for_draft(&home, "typed so far!");
}

#[test]
fn a_terminal_that_cannot_be_painted_on_is_read_to_a_dot() {
    for term in ["dumb", "cons25", "emacs"] {
        let home = Home::new();
        let mut terminal = Terminal::start_with(&home, 80, 60, &PRACTICE, &[("TERM", term)]);
        terminal.wait_for_words("a line that holds a single dot sends");
        terminal.wait_until("the prompt", |terminal| terminal.screen().trim_end().ends_with('›'));
        terminal.send("One line.\r");
        wait_for_draft(&home, "One line.");
        terminal.send("Another.\r.\r");
        assert_eq!(wait_for_said(&terminal, &home, 1), ["One line.\nAnother."], "{term}");
        assert!(!terminal.screen().contains("Enter begins"), "{}", terminal.screen());
        terminal.send("/edit\r");
        terminal.wait_for_words("/edit needs a terminal that can be painted on");
        terminal.send("/quit\r");
        assert_eq!(terminal.ends(), 0);
    }
}

/// A limit on the size of files does what a full disk does.
fn with_a_full_disk(home: &Home) -> Terminal {
    let script = format!(
        "stty -g; (trap '' XFSZ; ulimit -f 100; pushback practice {SCENARIO} --no-model); echo ended $?; stty -g; read line; echo got \"$line\""
    );
    let mut terminal = Terminal::shell(home, 100, 50, &script);
    terminal.wait_for("›");
    let words = "words that no disk has ".repeat(3_000);
    terminal.send(&format!("\u{1b}[200~{words}\u{1b}[201~"));
    terminal.wait_for_words("Your text isn't on disk");
    terminal
}

#[test]
fn on_a_full_disk_the_text_stays_and_is_written_when_there_is_room() {
    let home = Home::new();
    let mut terminal = with_a_full_disk(&home);
    assert!(!draft(&home).exists());
    terminal.send("\u{4}");
    terminal.wait_for_words("Not sent yet: what you typed is not on disk");
    terminal.wait_for("words that no disk has");
    assert!(home.said().is_empty());
    terminal.send("\u{15}Fewer words.");
    terminal.wait_for_words("Your text is on disk again.");
    wait_for_draft(&home, "Fewer words.");
    terminal.send("\u{4}");
    assert_eq!(wait_for_said(&terminal, &home, 1), ["Fewer words."]);
}

#[test]
fn what_is_sent_all_the_same_is_on_the_screen_and_nothing_is_said_to_be_kept() {
    let home = Home::new();
    let mut terminal = with_a_full_disk(&home);
    terminal.send("\u{4}");
    terminal.wait_for_words("Not sent yet");
    terminal.send("\u{4}");
    terminal.wait_for("ended 1");
    terminal.wait_for_words("can't write to");
    terminal.wait_for_words("what you typed last is not on disk: copy it from the screen");
    assert!(!flat(&terminal.screen()).contains("is kept as a draft"), "{}", terminal.screen());
    assert!(terminal.with_scrollback().matches("words that no disk has").count() > 1_000);
    let before = terminal.raw().lines().find(|line| line.matches(':').count() > 9).unwrap().trim().to_owned();
    terminal.wait_until("the same settings", |terminal| terminal.raw().matches(&before).count() >= 2);
    terminal.send("a line\r");
    terminal.wait_for("got a line");
}

#[test]
fn ctrl_z_gives_the_terminal_back_to_a_shell_and_fg_takes_it_again() {
    let home = Home::new();
    let program = crate::harness::home::PROGRAM;
    let script = format!(
        "stty -g; set -m; '{program}' practice {SCENARIO} --no-model; echo stopped; stty -g; read line; echo got \"$line\"; fg; echo ended; stty -g"
    );
    let mut terminal = Terminal::shell(&home, 100, 50, &script);
    terminal.wait_for("›");
    let before = terminal.raw().lines().find(|line| line.matches(':').count() > 9).unwrap().trim().to_owned();
    let is_as_before = |terminal: &Terminal, times| terminal.raw().matches(&before).count() >= times;
    terminal.send("Before");
    wait_for_draft(&home, "Before");
    terminal.send("\u{1a}");
    terminal.wait_for("stopped");
    terminal.wait_until("the same settings", |terminal| is_as_before(terminal, 2));
    terminal.send("a line\r");
    terminal.wait_for("got a line");
    terminal.wait_for("› Before");
    terminal.send(" and after");
    wait_for_draft(&home, "Before and after");
    terminal.send("\u{15}/quit\r");
    terminal.wait_for("ended");
    terminal.wait_until("the same settings", |terminal| is_as_before(terminal, 3));
}

#[test]
fn ctrl_z_without_a_shell_does_nothing_and_says_so() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("Before\u{1a}");
    terminal.wait_for_words("Ctrl-Z does nothing here");
    terminal.send(" and after\u{4}");
    assert_eq!(wait_for_said(&terminal, &home, 1), ["Before and after"]);
}

#[test]
fn a_signal_that_ends_the_program_gives_the_terminal_back() {
    for signal in ["TERM", "HUP"] {
        let home = Home::new();
        let program = crate::harness::home::PROGRAM;
        let script = format!(
            "stty -g; '{program}' practice {SCENARIO} --no-model; echo ended; stty -g; read line; echo got \"$line\""
        );
        let mut terminal = Terminal::shell(&home, 100, 50, &script);
        terminal.wait_for("›");
        let before =
            terminal.raw().lines().find(|line| line.matches(':').count() > 9).unwrap().trim().to_owned();
        terminal.send("Typed and not sent");
        wait_for_draft(&home, "Typed and not sent");
        let shell = terminal.child.process_id().unwrap();
        let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
        Terminal::signal_to(children.trim().parse().unwrap(), signal);
        terminal.wait_for("ended");
        terminal.wait_until("the same settings", |terminal| terminal.raw().matches(&before).count() >= 2);
        assert!(terminal.raw().contains("\u{1b}[?2004l"), "paste marks are off again");
        terminal.send("a line\r");
        terminal.wait_for("got a line");
        wait_for_draft(&home, "Typed and not sent");
    }
}

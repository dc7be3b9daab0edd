//! What ends a live round from outside. The terminal is given back, and no word is lost.

use std::{fs, thread, time::Duration};

use crate::{
    harness::{
        fake_endpoint::{FakeEndpoint, Reaction},
        home::{Home, SCENARIO},
        played::{live_round, play, round},
        terminal::Terminal,
    },
    live::round::{begin, send, sights},
};

/// A shell that says what the terminal is like before and after a live round.
fn in_a_shell(home: &Home, after: &str) -> (Terminal, String) {
    let script = format!(
        "stty -g; pushback live {SCENARIO} --no-model; echo ended $?; {after} stty -g; read line; echo got \"$line\""
    );
    let mut terminal = Terminal::shell(home, 100, 50, &script);
    terminal.wait_for("Enter begins.");
    let before = terminal.screen().lines().next().unwrap().to_owned();
    assert!(before.contains(':'), "{before}");
    terminal.send("\r");
    terminal.wait_for("] ›");
    terminal.type_by_hand("Words that must not be lost");
    (terminal, before)
}

/// The process that has the terminal.
fn process(home: &Home) -> u64 {
    let note = fs::read(home.path().join("sessions/terminal.json")).unwrap();
    serde_json::from_slice::<serde_json::Value>(&note).unwrap()["process"].as_u64().unwrap()
}

#[track_caller]
fn is_given_back(terminal: &mut Terminal, before: &str, home: &Home) {
    terminal.wait_for("ended ");
    terminal
        .wait_until("the same settings as before", |terminal| terminal.raw().matches(before).count() >= 2);
    for mode in ["\u{1b}[?1004l", "\u{1b}[?2004l"] {
        assert!(terminal.raw().contains(mode), "focus reports and paste marks are off again");
    }
    terminal.send("a line\r");
    terminal.wait_for("got a line");
    assert!(!home.path().join("sessions/terminal.json").exists());
    assert_eq!(draft(home), "Words that must not be lost");
}

fn draft(home: &Home) -> String {
    fs::read_to_string(home.journal().with_extension("draft")).unwrap()
}

#[test]
fn a_signal_that_ends_the_program_gives_the_terminal_back() {
    for signal in ["TERM", "HUP"] {
        let home = Home::new();
        let (mut terminal, before) = in_a_shell(&home, "");
        Terminal::signal_to(process(&home), signal);
        is_given_back(&mut terminal, &before, &home);
    }
}

#[test]
fn after_kill_9_the_next_start_gives_the_terminal_back_and_says_so() {
    let home = Home::new();
    let (mut terminal, before) = in_a_shell(&home, "pushback doctor --no-model;");
    Terminal::signal_to(process(&home), "KILL");
    is_given_back(&mut terminal, &before, &home);
    terminal.wait_for("a live round was killed");
    terminal.wait_for_words("a live round is open");
}

#[test]
fn a_journal_that_takes_no_more_gives_the_terminal_back_and_says_where_the_words_are() {
    let home = Home::new();
    let mut terminal = begin(&home, 80, 40);
    terminal.signal("KILL");
    terminal.ends();
    // A limit on the size of files does what a full disk does.
    let blocks = fs::metadata(home.journal()).unwrap().len() / 512 + 2;
    let script = format!(
        "stty -g; (trap '' XFSZ; ulimit -f {blocks}; pushback resume --no-model); echo ended $?; stty -g; read line; echo got \"$line\""
    );
    let mut terminal = Terminal::shell(&home, 100, 50, &script);
    terminal.wait_for("] ›");
    let before = terminal.raw().lines().find(|line| line.matches(':').count() > 9).unwrap().trim().to_owned();
    let words = "Words that must not be lost ".repeat(40);
    terminal.type_by_hand(words.trim_end());
    terminal.send("\u{4}");
    terminal.wait_for_words("Ctrl-C gives up.");
    terminal.send("\u{3}");
    terminal.wait_for("ended 1");
    terminal.wait_for_words("can't write to");
    terminal.wait_for_words("what you had typed is kept as a draft");
    assert_eq!(draft(&home), words.trim_end());
    terminal
        .wait_until("the same settings as before", |terminal| terminal.raw().matches(&before).count() >= 2);
    terminal.send("a line\r");
    terminal.wait_for("got a line");
}

#[test]
fn an_interrupt_from_outside_ends_nothing() {
    let home = Home::new();
    let mut terminal = begin(&home, 80, 40);
    terminal.type_by_hand("Still");
    terminal.signal("INT");
    terminal.wait_for("still here");
    terminal.type_by_hand(" here");
    send(&mut terminal, &home);
    assert_eq!(home.said(), ["Still here"]);
}

#[test]
fn a_stop_from_outside_gives_the_terminal_back_for_its_time() {
    let home = Home::new();
    let mut terminal = begin(&home, 80, 40);
    terminal.type_by_hand("Before");
    let state = format!("/proc/{}/stat", process(&home));
    terminal.signal("TSTP");
    terminal.wait_until("the terminal is given back", |terminal| terminal.raw().contains("\u{1b}[?1004l"));
    assert!(!home.path().join("sessions/terminal.json").exists());
    // A signal to go on that comes before it stands still would be lost.
    terminal.wait_until("it stands still", |_| {
        std::fs::read_to_string(&state).is_ok_and(|stat| stat.contains(") T "))
    });
    terminal.signal("CONT");
    terminal
        .wait_until("the terminal is taken again", |_| home.path().join("sessions/terminal.json").exists());
    terminal.wait_for("] ›");
    terminal.type_by_hand(" and after");
    send(&mut terminal, &home);
    assert_eq!(home.said(), ["Before and after"]);
}

#[test]
fn a_window_that_is_closed_leaves_a_round_that_can_be_taken_up() {
    let home = Home::new();
    let mut terminal = begin(&home, 80, 40);
    terminal.type_by_hand("Typed before the window closed");
    let process = process(&home);
    drop(terminal);
    for _ in 0..1000 {
        if !std::path::Path::new(&format!("/proc/{process}")).exists() {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    let mut terminal = Terminal::start(&home, 80, 40, &["resume", "--no-model"]);
    terminal.wait_for("before the window closed");
    send(&mut terminal, &home);
    assert_eq!(home.said(), ["Typed before the window closed"]);
    assert_eq!(sights(&home, "restarted").len(), 1);
}

#[test]
fn killed_while_the_judge_reads_a_round_is_scored_when_it_is_taken_up() {
    let home = Home::new();
    home.write("config.toml", "[live]\nread-seconds = 1\nroute-seconds = 1\n");
    let endpoint = FakeEndpoint::start(|_, _| Reaction::Silence(Duration::from_secs(120)));
    let arguments = ["live", SCENARIO, "--endpoint", &endpoint.url, "--model", "tested"];
    let mut terminal = Terminal::start(&home, 80, 40, &arguments);
    terminal.wait_for("Enter begins.");
    terminal.send("\r");
    terminal.wait_for("] ›");
    for answer in ["I'd lend two.", "They hang.", "In July.", "We lose nine."] {
        terminal.type_by_hand(answer);
        send(&mut terminal, &home);
    }
    terminal.type_by_hand("I tell the CEO.");
    terminal.send("\u{4}");
    let is_sealed = |home: &Home| home.records().iter().any(|record| record["record"] == "sealed");
    terminal.wait_until("the seal", |_| is_sealed(&home));
    terminal.signal("KILL");
    terminal.ends();
    home.run(&["review"], "").fails(3, "a live round is open");
    assert!(home.run(&["resume", "--no-model"], "").ok().says("Unscored"));
    assert!(home.run(&["verify"], "").ok().says("sealed to its end"));
    assert_eq!(home.said().len(), 5);
}

#[test]
fn the_doctor_names_what_has_to_be_mended() {
    let home = Home::new();
    let fine = home.run(&["doctor", "--no-model"], "").ok();
    for text in ["sessions can be written", "no model is in use", "interview loops", "0 sessions"] {
        assert!(fine.says(text), "{text}: {}", fine.stdout);
    }
    home.run(&["doctor"], "").fails(1, "one thing has to be mended");
    home.write("sessions/broken.jsonl", "{}\n");
    home.write("scenarios/broken.yaml", "id: x\n");
    let run = home.run(&["doctor", "--no-model"], "").fails(1, "2 things have to be mended");
    assert!(run.says("broken: line 1 is damaged") && run.says("broken.yaml"), "{}", run.stdout);
}

#[test]
fn the_doctor_calls_no_journal_whole_that_was_cut() {
    let home = Home::new();
    let practice = play(&home, &round());
    let live = play(&home, &live_round());
    home.run(&["doctor", "--no-model"], "").ok();
    let (id, whole) = (practice.file_stem().unwrap().to_str().unwrap(), fs::read(&practice).unwrap());
    let line_end = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let cuts = [
        (0, "its journal is empty"),
        (100, "its journal is empty"),
        (line_end, "its journal ends before its case"),
        (4096, "its journal ends before its case"),
    ];
    for (cut, why) in cuts {
        fs::write(&practice, &whole[..cut]).unwrap();
        let run = home.run(&["doctor", "--no-model"], "").fails(1, "one thing has to be mended");
        assert!(run.says(&format!("{id}: {why}")), "{cut}: {}", run.stdout);
    }
    fs::write(&practice, vec![0; 4096]).unwrap();
    home.run(&["doctor", "--no-model"], "").fails(1, "one thing has to be mended");
    fs::write(&practice, &whole[..whole.len() - 9]).unwrap();
    assert!(home.run(&["doctor", "--no-model"], "").ok().says("the last line was cut off"));
    fs::write(&practice, &whole).unwrap();

    // A sealed one that ends at a line's end, with nothing in itself that shows it.
    let whole = fs::read_to_string(&live).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    fs::write(&live, lines[..lines.len() - 2].concat()).unwrap();
    let run = home.run(&["doctor", "--no-model"], "").fails(1, "one thing has to be mended");
    let told = format!("it had {} lines when it was sealed, and has {}", lines.len(), lines.len() - 2);
    assert!(run.says(&told), "{}", run.stdout);
}

/// Kills the program at a moment that the number picks, takes the round up again, and compares.
fn kill_and_take_up(round: u64) {
    let home = Home::new();
    let mut terminal = begin(&home, 80, 40);
    let mut said: Vec<String> = vec![];
    let mut typed = String::new();
    let mut pick = round.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |below: u64| {
        pick ^= pick << 13;
        pick ^= pick >> 7;
        pick ^= pick << 17;
        pick % below
    };
    for kill in 0..3 {
        for word in ["I-would-", "refuse-the-", "loan-of-", "four-and-"].iter().take(1 + next(4) as usize) {
            terminal.type_by_hand(word);
            typed.push_str(word);
        }
        if next(2) == 0 {
            // In the middle of sending.
            terminal.send("\u{4}");
            said.push(std::mem::take(&mut typed));
        }
        thread::sleep(Duration::from_millis(next(40)));
        terminal.signal("KILL");
        terminal.ends();
        let text = fs::read_to_string(home.journal()).unwrap();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for line in whole.lines() {
            serde_json::from_str::<serde_json::Value>(line).expect("every line that is whole can be read");
        }
        terminal = Terminal::start(&home, 80, 40, &["resume", "--no-model"]);
        terminal.wait_for("] ›");
        // What was sent is in the journal, or still there to be sent.
        if home.said().len() < said.len() {
            typed = said.pop().unwrap();
        }
        let solid = |text: &str| text.split_whitespace().collect::<String>();
        let expected = solid(&typed);
        terminal.wait_until(&format!("after kill {kill}: {typed:?}"), |terminal| {
            solid(&terminal.screen()).contains(&expected)
        });
    }
    terminal.type_by_hand("that is all.");
    typed.push_str("that is all.");
    said.push(typed);
    send(&mut terminal, &home);
    assert_eq!(home.said(), said);
    assert_eq!(sights(&home, "restarted").len(), 3);
}

#[test]
fn kill_9_at_any_moment_loses_no_word() {
    (0..3).for_each(kill_and_take_up);
}

#[test]
#[ignore = "takes minutes: the long form of the test before"]
fn kill_9_at_fifty_moments_loses_no_word() {
    (100..117).for_each(kill_and_take_up);
}

/// Is started by the test below in a pseudo-terminal: takes the terminal as a live round does, and panics.
#[test]
#[ignore = "panics on purpose, in the terminal of another test"]
fn panics_in_a_live_round() {
    let note = std::path::PathBuf::from(std::env::var_os("PUSHBACK_HOME").unwrap()).join("terminal.json");
    let broken: Result<(), pushback::cli::Failure> = pushback::cli::unbroken(|| {
        let _taken = pushback::adapters::terminal::raw::RawTerminal::take(&note).unwrap();
        assert!(note.exists(), "the terminal is taken");
        panic!("seven is not eight")
    });
    let failure = broken.unwrap_err();
    assert!(!note.exists(), "the terminal is given back");
    println!("{failure}");
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_told_in_plain_words() {
    let home = Home::new();
    let tests = std::env::current_exe().unwrap();
    let run = "--exact live::faults::panics_in_a_live_round --ignored --nocapture --test-threads=1";
    let script = format!("stty -g; '{}' {run}; stty -g; read line; echo got \"$line\"", tests.display());
    let mut terminal = Terminal::shell(&home, 100, 50, &script);
    terminal.wait_for("test result: ok. 1 passed");
    let before = terminal.screen().lines().next().unwrap().to_owned();
    terminal
        .wait_until("the same settings as before", |terminal| terminal.raw().matches(&before).count() >= 2);
    assert!(terminal.raw().contains("\u{1b}[?2004l"), "paste marks are off again");
    terminal.send("a line\r");
    terminal.wait_for("got a line");
    terminal.wait_for_words("error: a mistake in pushback ended it at tests/suite/live/faults.rs:");
    terminal.wait_for_words("seven is not eight hint: what you had sent is kept");
    for word in ["stack backtrace", "RUST_BACKTRACE", "panicked"] {
        assert!(!terminal.raw().contains(word), "{word}: {}", terminal.raw());
    }
}

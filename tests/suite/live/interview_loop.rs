//! Interview loops: several live rounds in order, the debrief at the end.

use pushback::adapters::{
    bank::{library, loops},
    paths,
};

use crate::harness::{
    fake_endpoint::{FakeEndpoint, Reaction},
    home::{Home, SCENARIO, flat},
    terminal::Terminal,
};

const LOOP: &str = "\
id: mine
title: A loop of my own
about: Two rounds.
rounds:
  - name: First
    scenario: ga-date-on-one-database
    minutes: 7
    interviewer:
      name: Ada Lindqvist, manager
      greeting: Let's begin with a date.
      no-help: That one is yours.
  - name: Second
    theme: mentoring
    level: principal
    weight: 3
    break-before: 1
debrief: Sleep on it.
";

pub fn home() -> Home {
    let home = Home::new();
    home.write("scenarios/loops/mine.yaml", LOOP);
    home
}

/// Answers everything that a round asks: the opening, three probes, the twist.
pub fn play_round(terminal: &mut Terminal, round: usize) {
    for answer in 0..5 {
        terminal.type_by_hand(&format!("Answer {round}.{answer} is this."));
        terminal.send("\u{4}");
        if answer < 4 {
            next_prompt(terminal);
        }
    }
}

/// Waits until the last line on the screen is a prompt with nothing behind it.
fn next_prompt(terminal: &Terminal) {
    terminal.wait_until("an empty prompt", |terminal| terminal.screen().trim_end().ends_with("] ›"));
}

#[test]
fn the_built_in_loops_are_in_order() {
    let home = Home::new();
    let place = paths::Home::at(home.path());
    let (bank, _) = library::load(&place);
    let (loops, problems) = loops::load(&place, &bank);
    assert!(problems.is_empty(), "{problems:?}");
    let ids: Vec<&str> = loops.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["ai-infrastructure-principal", "platform-senior-staff", "short-screen", "sre-staff"]);
    insta::assert_snapshot!(home.run(&["live", "--list-loops"], "").ok().stdout);
}

#[test]
fn a_loop_with_a_mistake_is_told_with_its_place_and_left_out() {
    let home = Home::new();
    home.write("scenarios/loops/a.yaml", LOOP.replace("rounds:", "ronds:"));
    home.write("scenarios/loops/b.yaml", LOOP.replace("theme: mentoring", "theme: mentorin"));
    home.write("scenarios/loops/c.yaml", LOOP.replace("    minutes: 7", "    theme: mentoring"));
    home.write("scenarios/loops/d.yaml", LOOP.replace("    minutes: 7", "    round: panel"));
    home.write(
        "scenarios/loops/e.yaml",
        LOOP.replace("theme: mentoring", "theme: mentoring\n    round: pannel"),
    );
    let run = home.run(&["live", "--list-loops"], "").ok();
    for message in [
        "a.yaml:4:1: unknown key `ronds`: did you mean `rounds`?",
        "b.yaml:13:12: there is no theme `mentorin`: did you mean `mentoring`?",
        "c.yaml:6:15: the round `First` needs a `theme` or a `scenario`, and not both",
        "d.yaml:7:12: the round `First` has a `scenario`, so its `round` says nothing",
        "e.yaml:14:12: `round` can't be `pannel`: did you mean `panel`?",
    ] {
        assert!(run.stderr.contains(message), "{message}: {}", run.stderr);
    }
    assert!(!run.stdout.contains("mine"));
    assert_eq!(home.run(&["scenario", "list"], "").ok().stderr, "", "a loop is no scenario");
}

#[test]
fn a_loop_goes_through_its_rounds_and_is_judged_at_the_end() {
    let home = home();
    let endpoint = FakeEndpoint::start(|_, body| {
        let is_routing = body.to_string().contains("<message>");
        if is_routing { Reaction::Say("A".into()) } else { Reaction::Yes { p: 0.3, content: "no".into() } }
    });
    let arguments = ["live", "--loop", "mine", "--endpoint", &endpoint.url, "--model", "tested"];
    let mut terminal = Terminal::start(&home, 80, 60, &arguments);
    terminal.wait_for_words("Live: A loop of my own, 2 rounds");
    terminal.wait_for("Enter begins.");
    terminal.send("\r");
    terminal.wait_for("] ›");
    assert!(terminal.screen().contains("Let's begin with a date."));
    assert!(terminal.screen().contains("[07:00]") || terminal.screen().contains("[06:"));
    assert!(
        flat(&terminal.screen()).contains("Ada Lindqvist, manager The roadmap review"),
        "{}",
        terminal.screen()
    );
    play_round(&mut terminal, 1);
    terminal.wait_for("Round 2 of 2: Second");
    terminal.wait_for("A break of a minute, until ");
    assert!(!terminal.raw().contains("Together"), "nothing is judged before the end");
    home.run(&["review"], "").fails(3, "a live round is open (A loop of my own)");
    terminal.send("\r");
    // The second interviewer has no name.
    terminal.wait_until("the second round", |terminal| terminal.raw().contains("Interviewer"));
    next_prompt(&terminal);
    play_round(&mut terminal, 2);
    assert_eq!(terminal.ends(), 0);
    let screen = flat(&terminal.screen());
    for text in [
        "Debrief: A loop of my own",
        "1. First: A launch date",
        "target principal",
        "Together:",
        "the weighted mean of all rounds",
        "Sleep on it.",
    ] {
        assert!(screen.contains(text), "{text}: {screen}");
    }
    let journals = home.journals();
    assert_eq!(journals.len(), 2);
    let overall: Vec<f64> = journals
        .iter()
        .map(|journal| {
            let text = std::fs::read_to_string(journal).unwrap();
            let mut records =
                text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
            records.find(|record| record["record"] == "scored").unwrap()["overall"].as_f64().unwrap()
        })
        .collect();
    let together = (overall[0] + 3.0 * overall[1]) / 4.0;
    assert!(screen.contains(&format!("{together:.1} the weighted mean")), "{together}: {screen}");
    let text = std::fs::read_to_string(&journals[1]).unwrap();
    assert!(text.contains(r#""break_minutes":1"#) && !text.contains(r#""break_ms":0"#), "{text}");
    let reviewed = |journal: &std::path::Path, form: &str| {
        let id = journal.file_stem().unwrap().to_str().unwrap();
        flat(&home.run(&["review", id, form], "").ok().stdout)
    };
    let first = reviewed(&journals[0], "--markdown");
    assert!(first.contains("**Ada Lindqvist, manager**"), "the interviewer keeps their name: {first}");
    assert!(first.contains("round 1 of 2 of the loop \\`mine\\`"), "{first}");
    let second = reviewed(&journals[1], "--markdown");
    assert!(second.contains("round 2 of 2 of the loop \\`mine\\`, after a break of"), "{second}");
    assert!(second.contains("(1 min planned)"), "{second}");
    for journal in &journals {
        let id = journal.file_stem().unwrap().to_str().unwrap();
        assert!(home.run(&["verify", id], "").ok().says("sealed to its end"));
    }
    let run = journals[0].file_stem().unwrap().to_str().unwrap().split_once("-round-").unwrap().0.to_owned();
    assert!(home.run(&["review", &run], "").ok().says("Debrief: A loop of my own"));
    let tried = std::fs::read_to_string(&journals[1]).unwrap();
    assert!(tried.contains("\"saw\":\"lookup\""), "a try in the break is in the next round's record");
    assert!(
        home.run(&["review", journals[1].file_stem().unwrap().to_str().unwrap()], "")
            .ok()
            .says("What could not be seen")
    );
}

#[test]
fn a_loop_that_was_cut_off_between_rounds_goes_on() {
    let home = home();
    let mut terminal = Terminal::start(&home, 80, 60, &["live", "--loop", "mine", "--no-model"]);
    terminal.wait_for("Enter begins.");
    terminal.send("\r");
    terminal.wait_for("] ›");
    play_round(&mut terminal, 1);
    terminal.wait_for("Round 2 of 2: Second");
    terminal.signal("KILL");
    terminal.ends();
    home.run(&["practice", SCENARIO], "").fails(3, "a live round is open");
    let mut terminal = Terminal::start(&home, 80, 60, &["resume", "--no-model"]);
    terminal.wait_for("Round 2 of 2: Second");
    terminal.send("\r");
    terminal.wait_for("] ›");
    terminal.type_by_hand("/quit");
    terminal.send("\r");
    terminal.wait_for_words("/quit once more leaves");
    terminal.type_by_hand("/quit");
    terminal.send("\r");
    assert_eq!(terminal.ends(), 0);
    let screen = flat(&terminal.screen());
    assert!(screen.contains("no score: left before its end"), "{screen}");
    assert!(screen.contains("no score: no model is in use"), "{screen}");
    home.run(&["sessions"], "").ok();
}

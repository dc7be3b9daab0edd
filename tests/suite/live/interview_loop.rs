//! Interview loops: several live rounds in order, the debrief at the end.

use std::collections::BTreeSet;

use pushback::{
    adapters::{
        bank::{library, loops},
        paths,
    },
    core::{bank::Case, casting::CastError},
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

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
    let all = [
        "ai-infrastructure-principal",
        "ai-infrastructure-senior-staff",
        "ai-infrastructure-staff",
        "platform-principal",
        "platform-senior-staff",
        "platform-staff",
        "short-screen",
        "sre-staff",
    ];
    assert_eq!(ids, all);
    insta::assert_snapshot!(home.run(&["live", "--list-loops"], "").ok().stdout);
}

/// A Senior Staff loop that asks what a Staff engineer is asked, or a head of research who asks about supermarkets, is
/// no rehearsal.
#[test]
fn every_built_in_loop_is_drawn_to_its_end_with_cases_of_its_level_and_domain() {
    let bank = library::shipped();
    let (loops, _) = loops::load(&paths::Home::at("/nonexistent"), &bank);
    for interview in &loops {
        let target = interview.target.unwrap_or_else(|| panic!("{} is for no level", interview.id));
        assert!(!interview.domain.is_any(), "{} is for no kind of role", interview.id);
        let mut drawn = BTreeSet::new();
        for seed in 0..200 {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let cases = interview.cast(&bank, None, &mut rng, |_| true).unwrap();
            assert_eq!(cases.len(), interview.rounds.len());
            for (case, round) in cases.iter().zip(&interview.rounds) {
                let (id, scenario) = (&interview.id, &case.scenario);
                assert_eq!(scenario.level, Some(target), "{id}: {}", scenario.id);
                assert!(scenario.domain.suits(interview.domain), "{id}: {}", scenario.id);
                assert!(round.round.is_none_or(|kind| kind == scenario.round), "{id}: {}", scenario.id);
                assert!(scenario.interviewer.is_some(), "{id}: nobody asks in {}", scenario.id);
            }
            let ids: BTreeSet<&str> = cases.iter().map(|case| case.scenario.id.as_str()).collect();
            assert_eq!(ids.len(), cases.len(), "{}: {ids:?}", interview.id);
            drawn.insert(ids);
        }
        assert!(drawn.len() >= 4, "{}: {} sittings differ", interview.id, drawn.len());
        // Whoever has played it once can play it again while those cases rest, or hears that it is too soon.
        let first = interview.cast(&bank, None, &mut ChaCha20Rng::seed_from_u64(1), |_| true).unwrap();
        let may = |case: &Case| first.iter().all(|seen| seen.scenario.id != case.scenario.id);
        match interview.cast(&bank, None, &mut ChaCha20Rng::seed_from_u64(2), may) {
            Ok(second) => assert!(second.iter().all(|case| may(case))),
            Err(error) => assert!(matches!(error, CastError::Short { .. }), "{error}"),
        }
    }
}

#[test]
fn a_loop_that_the_bank_can_not_fill_is_left_out_and_told_at_its_round() {
    let home = Home::new();
    let round = "  - {name: Talk, theme: mentoring, level: principal}\n".repeat(3);
    let short = format!("id: short\ntitle: Short\nabout: Three.\nrounds:\n{round}");
    home.write("scenarios/loops/short.yaml", &short);
    home.write(
        "scenarios/loops/typo.yaml",
        LOOP.replace("id: mine", "id: typo").replace("rounds:", "ronds:"),
    );
    home.write("scenarios/loops/mine.yaml", LOOP);
    let message =
        "the round `Talk` can't be filled: the bank has too few cases of its theme, level, and domain";
    let run = home.run(&["live", "--list-loops"], "").ok();
    assert!(run.stderr.contains(message) && run.stdout.contains("mine"), "{}", run.stderr);
    let lint = home.run(&["scenario", "lint", "--format", "json"], "").fails(2, "2 errors");
    let found: Vec<serde_json::Value> = serde_json::from_str(&lint.stdout).unwrap();
    let told: Vec<String> = found
        .iter()
        .map(|row| {
            let file = row["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            format!("{file}:{}:{} {}", row["line"], row["column"], row["rule"].as_str().unwrap())
        })
        .collect();
    assert_eq!(told, ["short.yaml:7:12 interview-loop", "typo.yaml:4:1 unknown-key"], "{}", lint.stdout);
    home.write("scenarios/loops/short.yaml", short.replacen(&round, &round[..round.len() / 3 * 2], 1));
    home.run(&["scenario", "lint", "scenarios/loops/short.yaml"], "").ok();
    // Somebody's own draft in place of a case leaves the bank's loop without it.
    let file = "scenarios/generated-code/what-did-it-buy.yaml";
    let text = std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for id in ["what-did-it-buy", "agent-back-on"] {
        let draft = text.replace("id: what-did-it-buy", &format!("id: {id}")) + "draft: true\n";
        home.write(&format!("scenarios/{id}.yaml"), draft);
    }
    let run = home.run(&["live", "--list-loops"], "").ok();
    assert!(!run.stdout.contains("ai-infrastructure-principal"), "{}", run.stdout);
    assert!(run.stderr.contains("the round `Generated code` can't be filled"), "{}", run.stderr);
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
        "c.yaml:6:15: the round `First` needs a `scenario`, or a `theme`, a `round`, or both to draw one by",
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
    let asked = ["**Nadia Petrov, VP of engineering**", "**Makena"];
    assert!(
        asked.iter().any(|name| second.contains(name)),
        "whoever asks in the case that was drawn: {second}"
    );
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

//! What the candidate says about the result: their own view before the card, and disputes after it.

use std::{collections::BTreeMap, fs};

use pushback::{
    adapters::{labels, store::journal},
    core::{
        lab::labelled::Labelled,
        record::Record,
        review::{self, dispute},
    },
};

use crate::harness::{
    fake_endpoint::{FakeEndpoint, Reaction, question},
    home::{Home, SCENARIO, flat, whole_round},
    played::{play, round},
    terminal::Terminal,
};
use pushback::core::session;

/// Plays a whole round at a terminal, up to where the result comes.
fn play_to_the_end(terminal: &mut Terminal) {
    let script = whole_round();
    for (number, answer) in script.split("\n.\n").filter(|answer| !answer.is_empty()).enumerate() {
        terminal.wait_until("the prompt", |terminal| {
            terminal.raw().matches("Interviewer").count() > number
                && terminal.screen().trim_end().ends_with('›')
        });
        terminal.say(answer);
    }
}

#[test]
fn before_the_card_the_candidate_says_how_each_criterion_read() {
    let home = Home::new();
    let server = FakeEndpoint::start(|_, body| {
        if body["messages"][1]["content"].as_str().unwrap().contains("<message>") {
            return Reaction::Say("A".into());
        }
        let p = if question(body).contains("makes the final call") { 0.9 } else { 0.1 };
        Reaction::Yes { p, content: "yes, sentences: 1".into() }
    });
    let arguments = ["practice", SCENARIO, "--endpoint", &server.url, "--model", "tested"];
    let mut terminal = Terminal::start(&home, 90, 50, &arguments);
    play_to_the_end(&mut terminal);
    terminal.wait_for("Before you see the card");
    terminal.wait_for("What the business stands to win and lose ›");
    assert!(!terminal.raw().contains("Score card"), "the card comes after it");
    terminal.send("4\r");
    terminal.wait_for("What is offered instead ›");
    terminal.send("seven\r");
    terminal.wait_for("0 to 5, or the name of a level");
    terminal.send("senior\r");
    terminal.wait_for("Who decides, and on what evidence ›");
    terminal.send("\r");
    terminal.wait_for("Not having the argument again ›");
    terminal.send("\u{4}");
    terminal.wait_for("Read it again");
    assert_eq!(terminal.ends(), 0);
    let records = home.records();
    let place = |kind: &str| records.iter().rposition(|record| record["record"] == kind).unwrap();
    assert_eq!(records[place("self-rated")]["levels"], serde_json::json!({"stakes": 4, "counter-offer": 2}));
    assert!(place("self-rated") < place("scored"));
    let review = home.run(&["review"], "").ok();
    assert!(review.says("What is offered instead: you said senior, it reads"), "{}", review.stdout);
}

#[test]
fn nobody_is_asked_when_it_is_turned_off_or_a_script_plays() {
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], &whole_round()).ok();
    assert!(!home.records().iter().any(|record| record["record"] == "self-rated"));
    let home = Home::new();
    home.write("config.toml", "self-rating = false\n");
    let mut terminal = Terminal::start(&home, 90, 50, &["practice", SCENARIO, "--no-model"]);
    play_to_the_end(&mut terminal);
    terminal.wait_for("Read it again");
    assert!(!terminal.raw().contains("Before you see the card"));
}

#[test]
fn a_dispute_is_kept_beside_the_judges_record() {
    let home = Home::new();
    let path = play(&home, &round());
    let before = fs::read_to_string(&path).unwrap();
    let run = home.run(&["dispute", "would-yield-if", "I", "named", "the load test."], "").ok();
    assert!(run.says("you showed `would-yield-if`"), "{}", run.stdout);
    home.run(&["dispute", "lets-slip", "Not mine.", "--session", &round().id], "").ok();
    assert!(fs::read_to_string(&path).unwrap().starts_with(&before), "nothing was rewritten");
    let review = home.run(&["review"], "").ok();
    assert!(review.says("you say that you showed it: I named the load test."));
    assert!(review.says("you say that this doesn't show it: Not mine."));
    assert!(
        home.run(&["progress"], "").ok().says("You contradict the judge on 2 observations in 1 session.")
    );
}

#[test]
fn a_dispute_needs_a_score_a_signal_and_a_reason() {
    let home = Home::new();
    home.run(&["dispute", "x", "y"], "").fails(2, "there are no sessions yet");
    play(&home, &round());
    home.run(&["dispute", "name-decider", "x"], "").fails(2, "did you mean `names-decider`?");
    home.run(&["dispute", "names-decider", " "], "").fails(2, "a dispute needs a reason");
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], "/quit\n").ok();
    home.run(&["dispute", "names-decider", "x"], "").fails(2, "has no score to dispute");
}

#[test]
fn between_sessions_a_dispute_is_one_line() {
    let home = Home::new();
    play(&home, &round());
    let run =
        home.run(&["--no-model"], "/dispute lets-slip They are not my reports.\n/dispute\n/quit\n").ok();
    assert!(run.says("you did not show `lets-slip`"), "{}", run.stdout);
    assert!(run.says("the following required arguments were not provided: <SIGNAL>"), "{}", run.stdout);
}

#[test]
fn disputes_become_labels_that_the_judge_can_be_fitted_to() {
    let home = Home::new();
    let path = play(&home, &round());
    assert_eq!(
        home.run(&["export", "--disputes"], "").ok().stdout,
        "",
        "where nothing is disputed there is no label"
    );
    home.run(&["dispute", "would-yield-if", "I named the load test."], "").ok();
    home.run(&["dispute", "lets-slip", "Not mine."], "").ok();
    home.run(&["export", "--disputes", "--out", "labels/own.jsonl"], "").fails(1, "can't write");
    fs::create_dir(home.path().join("labels")).unwrap();
    home.run(&["export", "--disputes", "--out", "labels/own.jsonl"], "").ok();

    let (answers, _) = labels::load(&[home.path().join("labels")]).unwrap();
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    let case = crate::harness::played::case(SCENARIO);
    let labelled = Labelled::new(answer, &case).unwrap();
    let shown: BTreeMap<&str, bool> = labelled
        .exam
        .statements
        .iter()
        .map(|statement| statement.signal.as_str())
        .zip(labelled.shown.iter().copied())
        .collect();
    assert_eq!((shown["would-yield-if"], shown["lets-slip"], shown["names-decider"]), (true, false, true));
    // One signal less at senior-staff, one more at staff: the levels follow.
    assert_eq!(
        (answer.criteria["stakes"], answer.criteria["decision"], answer.kind.as_str()),
        (3, 4, "disputed")
    );
    let lines = journal::load(&path).unwrap().lines;
    let (review, session) = (review::fold(&lines).unwrap(), session::replay(&lines).unwrap());
    let label = dispute::label(&review, &session).unwrap();
    assert_eq!(label["disputed"][0]["reason"], "I named the load test.");
    assert!(lines.iter().any(|line| matches!(line.record, Record::Disputed(_))));
    assert!(flat(&answer.answer).contains("Customers see their training jobs hang"));
}

#[test]
fn a_dispute_can_be_taken_back_and_a_judge_can_come_to_agree() {
    let home = Home::new();
    let path = play(&home, &round());
    let told = format!("this was about {}; `--session ID` names another one", round().id);
    home.run(&["dispute", "lets-slip", "--withdraw"], "").fails(2, &told);
    home.run(&["dispute", "lets-slip", "--withdraw"], "").fails(2, "you have not disputed `lets-slip`");
    home.run(&["dispute", "lets-slip", "Not mine."], "").ok();
    home.run(&["dispute", "lets-slip", "--withdraw"], "").ok();
    assert!(!home.run(&["review"], "").ok().says("Not mine."));
    assert_eq!(home.run(&["export", "--disputes"], "").ok().stdout, "");

    home.run(&["dispute", "would-yield-if", "I named the load test."], "").ok();
    crate::harness::played::score_again(
        &path,
        "a better judge",
        &[("would-yield-if", 0.8, "third person tonight")],
    );
    assert!(!home.run(&["review"], "").ok().says("I named the load test."), "it sees it now");
    assert!(home.run(&["review", "#1"], "").ok().says("I named the load test."));
    assert!(home.run(&["export", "--disputes"], "").ok().says("\"would-yield-if\":1"), "the label stays");
}

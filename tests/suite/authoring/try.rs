//! `scenario try`: what messages are taken for, and a round of which nothing is kept.

use serde_json::{Value, json};

use crate::harness::{
    fake_endpoint::{FakeEndpoint, Reaction},
    home::{Home, Run, SCENARIO, whole_round},
};

fn rows(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_message_on_standard_input_becomes_a_line() {
    let home = Home::new();
    let messages =
        "What did the last write stall cost?\nIs there a cafeteria?\nI would refuse the loan of four.\n";
    let run = home.run(&["scenario", "try", SCENARIO, "--json", "--no-model"], messages).ok();
    let rows = rows(&run);
    assert_eq!(rows[0]["message"], "What did the last write stall cost?");
    assert_eq!(rows[0]["route"], "fact");
    assert!(rows[0]["fact"].is_u64(), "{}", run.stdout);
    assert_eq!(rows[1], json!({"message": "Is there a cafeteria?", "route": "unknown", "fact": null}));
    assert_eq!(
        rows[2],
        json!({"message": "I would refuse the loan of four.", "route": "answer", "fact": null})
    );
    assert!(home.journals().is_empty());
}

#[test]
fn messages_of_several_lines_end_at_a_dot_and_labelled_ones_can_be_piped_in() {
    let home = Home::new();
    let run =
        home.run(&["scenario", "try", SCENARIO, "--json", "--no-model"], "I would\n\nsay no.\n.\n").ok();
    assert_eq!(rows(&run)[0]["message"], "I would\n\nsay no.");
    let line = "{\"message\": \"Is there a cafeteria?\", \"route\": \"unknown\"}\n";
    let run = home.run(&["scenario", "try", SCENARIO, "--json", "--no-model"], line).ok();
    assert_eq!(rows(&run)[0]["message"], "Is there a cafeteria?");
}

#[test]
fn the_model_in_use_decides_and_where_it_can_not_be_asked_nothing_is_made_up() {
    let home = Home::new();
    let endpoint = FakeEndpoint::start(|_, _| Reaction::Say("C".into()));
    let arguments = ["scenario", "try", SCENARIO, "--json", "--endpoint", &endpoint.url, "--model", "tested"];
    let run = home.run(&arguments, "what would you do\n").ok();
    assert_eq!(rows(&run)[0]["route"], "help");
    let endpoint = FakeEndpoint::start(|_, _| Reaction::Status(401, "", "{}".into()));
    let arguments = ["scenario", "try", SCENARIO, "--json", "--endpoint", &endpoint.url, "--model", "tested"];
    home.run(&arguments, "what would you do\n").fails(4, "the endpoint wants a key, and none is set");
}

#[test]
fn a_dry_play_shows_the_candidates_side_and_the_authors_and_keeps_nothing() {
    let home = Home::new();
    let script = format!("What did the last write stall cost?\n.\n{}", whole_round());
    let run = home.run(&["scenario", "try", SCENARIO, "--no-model"], &script).ok();
    for words in [
        "A dry play: nothing of it is kept",
        "→ taken for fact",
        "→ taken for an answer (by rule)",
        "→ the probe for `",
        "→ the twist",
        "→ played to its end in",
        "→ not asked for: fact",
    ] {
        assert!(run.says(words), "missing {words} in {}", run.stdout);
    }
    assert!(home.journals().is_empty());
    home.run(&["scenario", "try", "ga-date-on-one-databse"], "")
        .fails(2, "did you mean `ga-date-on-one-database`?");
}

#[test]
fn a_draft_can_be_tried() {
    let home = Home::new();
    home.run(&["scenario", "new", "mine"], "").ok();
    assert!(home.run(&["scenario", "try", "mine", "--no-model"], "/quit\n").ok().says("left before its end"));
}

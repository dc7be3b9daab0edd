//! Making scenarios and rubrics: templates, drafts from a note, and accepting them.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{
    fake_endpoint::{FakeEndpoint, Reaction},
    home::{Home, Run},
    terminal::Terminal,
};

const NOTE: &str =
    "In March the CFO wanted us off the 44 database licences by June.\nI said we keep twelve.\n";

fn lint(home: &Home) -> Vec<(String, String)> {
    let run = home.run(&["scenario", "lint", "--format", "json"], "");
    let rows: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(row, "rule"), text(row, "message"))).collect()
}

fn rules(home: &Home) -> std::collections::BTreeSet<String> {
    lint(home).into_iter().map(|(rule, _)| rule).collect()
}

#[test]
fn a_template_teaches_the_format_and_the_linter_says_what_is_still_to_be_written() {
    let home = Home::empty();
    home.run(&["scenario", "new", "licences", "--theme", "trade-offs", "--title", "Forty-four licences"], "")
        .ok();
    home.run(&["rubric", "new", "my-rubric"], "").ok();
    let text = fs::read_to_string(home.path().join("scenarios/trade-offs/licences.yaml")).unwrap();
    assert!(text.starts_with("# yaml-language-server: $schema=../../schemas/scenario.json\n"), "{text}");
    assert!(home.path().join("schemas/scenario.json").is_file());
    assert!(
        text.contains("title: \"Forty-four licences\"") && text.contains("missing: reason-over-rival"),
        "{text}"
    );
    // Nothing is wrong with a template but that it is one.
    assert_eq!(rules(&home), ["draft", "todo"].map(str::to_owned).into());
    insta::assert_snapshot!(text);
}

#[test]
fn a_draft_is_never_drawn_before_it_was_accepted() {
    let home = Home::empty();
    home.run(&["scenario", "new", "mine", "--theme", "my-theme", "--rubric", "trade-offs"], "").ok();
    home.run(&["practice", "--no-model", "mine"], "").fails(2, "`mine` is a draft");
    home.run(&["practice", "--no-model", "--theme", "my-theme"], "").fails(2, "there is no theme `my-theme`");
    let linted = home.run(&["scenario", "lint"], "").ok();
    assert_eq!(linted.stdout.matches("is still to be written").count(), 1, "{}", linted.stdout);
    assert!(linted.says("more, in the lines"), "{}", linted.stdout);
    let listed = home.run(&["scenario", "list"], "").ok();
    assert!(listed.stdout.contains("lets them be drawn\n  mine  "), "{}", listed.stdout);
    assert!(home.run(&["scenario", "list", "--theme", "my-theme"], "").ok().says("mine"));
    home.run(&["scenario", "accept", "mine", "--yes"], "").fails(2, "`mine` is not finished");
    let path = home.path().join("scenarios/my-theme/mine.yaml");
    let text = fs::read_to_string(&path).unwrap().replace("TODO", "Written at last");
    fs::write(&path, &text).unwrap();
    home.run(&["scenario", "accept", "mine"], "").fails(2, "nobody has said that `mine` was read through");
    home.run(&["scenario", "accept", "mine", "--yes"], "").ok();
    assert_eq!(fs::read_to_string(&path).unwrap(), text.replace("draft: true\n", ""));
    home.run(&["practice", "--no-model", "mine"], "/quit\n").ok();
    assert!(home.run(&["scenario", "accept", "mine", "--yes"], "").ok().says("is no draft"));
    fs::write(&path, text.replace("draft: true", "\"draft\": true")).unwrap();
    home.run(&["scenario", "accept", "mine", "--yes"], "").fails(2, "mine.yaml:4:10: this way of writing");
    home.run(&["scenario", "accept", "none", "--yes"], "")
        .fails(2, "there is no scenario of your own called `none`");
}

#[test]
fn a_scenario_with_a_draft_of_a_rubric_is_not_drawn_either() {
    let home = Home::empty();
    home.run(&["rubric", "new", "my-rubric"], "").ok();
    home.run(&["scenario", "new", "mine", "--rubric", "my-rubric"], "").ok();
    for (command, id, file) in [
        ("scenario", "mine", "scenarios/trade-offs/mine.yaml"),
        ("rubric", "my-rubric", "rubrics/my-rubric.yaml"),
    ] {
        home.run(&["practice", "--no-model", "mine"], "").fails(2, "`mine` is a draft, or its rubric is");
        let path = home.path().join(file);
        fs::write(&path, fs::read_to_string(&path).unwrap().replace("TODO", "Names it")).unwrap();
        home.run(&[command, "accept", id, "--yes"], "").ok();
    }
    home.run(&["practice", "--no-model", "mine"], "/quit\n").ok();
}

#[test]
fn new_says_what_is_wrong_with_what_was_asked_for() {
    let home = Home::empty();
    home.run(&["scenario", "new"], "").fails(2, "the new scenario has no id");
    home.run(&["scenario", "new", "My Case"], "").fails(2, "`My Case` is no id");
    home.run(&["scenario", "new", "../x"], "").fails(2, "`../x` is no id");
    home.run(&["scenario", "new", "x", "--theme", "../../x"], "").fails(2, "`../../x` is no theme");
    home.run(&["scenario", "new", "x", "--rubric", "trade-off"], "").fails(2, "did you mean `trade-offs`?");
    home.run(&["scenario", "new", "ga-date-on-one-database"], "")
        .fails(2, "there is a scenario `ga-date-on-one-database` already");
    home.run(&["rubric", "new", "x", "--from", "none.md"], "").fails(2, "none.md can't be read");
    assert!(!home.path().join("scenarios").exists());
}

#[test]
fn without_a_model_that_can_draft_the_note_stands_above_the_template() {
    let home = Home::empty();
    home.write("note.md", NOTE);
    let run = home.run(&["scenario", "new", "mine", "--from", "note.md", "--no-model"], "").ok();
    assert!(run.says("No model is in use that can draft"), "{}", run.stdout);
    let text = fs::read_to_string(home.path().join("scenarios/trade-offs/mine.yaml")).unwrap();
    assert!(text.contains("# > I said we keep twelve.\n"), "{text}");
    assert_eq!(rules(&home), ["draft", "todo"].map(str::to_owned).into());
}

fn drafted(home: &Home, endpoint: &FakeEndpoint, kind: &str, id: &str) -> Run {
    home.write("note.md", NOTE);
    home.run(&[kind, "new", id, "--from", "note.md", "--endpoint", &endpoint.url, "--model", "tested"], "")
}

#[test]
fn every_line_of_the_models_is_marked_and_the_note_is_all_that_is_sent() {
    let home = Home::empty();
    let reply = json!({
        "title": "Licences: \"June\"", "setting": "You lead.\nThe CFO wants them gone. \u{1b}[31m", "opening": "What now?",
        "facts": [{"about": "the price", "tell": "Four million.", "ask": ["What do they cost?"]}],
        "probes": [{"missing": "common-unit", "ask": "And if we keep them?"}],
        "twist": "# draft\ndraft: true", "notes": "",
    });
    let endpoint =
        FakeEndpoint::start(move |_, _| Reaction::Say(format!("Here it is:\n```json\n{reply}\n```")));
    let run = drafted(&home, &endpoint, "scenario", "licences").ok();
    assert!(run.says("warning[drafted-line]: is drafted by a model"), "{}", run.stdout);
    let requests = endpoint.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0]["messages"][1]["content"].as_str().unwrap().contains("I said we keep twelve."));
    let text = fs::read_to_string(home.path().join("scenarios/trade-offs/licences.yaml")).unwrap();
    insta::assert_snapshot!(text);
    let scenario: Value = pushback::adapters::bank::yaml::read(&text).unwrap();
    assert_eq!(scenario["setting"], "You lead.\nThe CFO wants them gone.");
    let marked = lint(&home).iter().filter(|(rule, _)| rule == "drafted-line").count();
    assert_eq!(marked, 9, "{text}");
    home.run(&["practice", "--no-model", "licences"], "").fails(2, "is a draft");
    home.run(&["scenario", "accept", "licences", "--yes"], "").ok();
    let accepted = fs::read_to_string(home.path().join("scenarios/trade-offs/licences.yaml")).unwrap();
    assert!(!accepted.lines().any(|line| !line.starts_with('#') && line.ends_with("# draft")), "{accepted}");
}

#[test]
fn a_rubric_can_be_drafted_too() {
    let home = Home::empty();
    let criterion = |id: &str| {
        json!({"id": id, "name": "Name", "question": "Q?",
            "levels": {"mid": "a", "senior": "b", "staff": "c", "senior-staff": "d", "principal": "e"},
            "signals": [{"id": format!("{id}-one"), "level": "staff", "statement": "Names a price.", "coach": "\"Four.\""}],
            "red-flags": [{"id": format!("{id}-flag"), "cap": "mid", "statement": "Names nothing."}]})
    };
    let reply = json!({"title": "T", "criteria": [criterion("a"), criterion("b"), criterion("c")]});
    let endpoint = FakeEndpoint::start(move |_, _| Reaction::Say(reply.to_string()));
    drafted(&home, &endpoint, "rubric", "mine").ok();
    assert_eq!(rules(&home), ["draft", "drafted-line"].map(str::to_owned).into(), "{:?}", lint(&home));
}

#[test]
fn a_reply_that_is_no_draft_leaves_nothing_behind() {
    let home = Home::empty();
    let endpoint = FakeEndpoint::start(|_, _| Reaction::Say("I can't do that.".into()));
    drafted(&home, &endpoint, "scenario", "mine").fails(1, "the model's reply is no draft: it holds no JSON");
    let endpoint = FakeEndpoint::start(|_, _| Reaction::Status(401, "", "{}".into()));
    drafted(&home, &endpoint, "scenario", "mine")
        .fails(4, "not drafted: the endpoint wants a key, and none is set");
    assert!(!home.path().join("scenarios").exists());
}

/// Waits for a question and for the prompt behind it: keys that come before the editor is ready are not its own.
fn asked(terminal: &Terminal, question: &str) {
    terminal.wait_until(question, |terminal| {
        let screen = terminal.screen();
        screen
            .rsplit_once(question)
            .is_some_and(|(_, rest)| rest.trim_end().ends_with('›') && rest.matches('›').count() == 1)
    });
}

#[test]
fn a_short_dialogue_asks_for_what_was_not_said_and_opens_the_editor() {
    let home = Home::empty();
    // An editor that writes everything that is to be written, at once; it has an argument of its own.
    let editor = home.write(
        "my editor.sh",
        "#!/bin/sh\n[ \"$1\" = --wait ] && sed -i 's/TODO/Done by the editor/' \"$2\"\n",
    );
    fs::set_permissions(&editor, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut terminal = Terminal::start_with(
        &home,
        100,
        80,
        &["scenario", "new"],
        &[("EDITOR", "\"./my editor.sh\" --wait")],
    );
    for (question, answer) in [
        ("Title:", "Forty-four licences\r"),
        ("Id, for commands and the file's name [forty-four-licences]:", "\r"),
        ("or one of your own) [trade-offs]:", "licences\r"),
        ("Rubric (", "\r"),
        ("Edit again? (y/n) [n]:", "\r"),
    ] {
        asked(&terminal, question);
        terminal.send(answer);
    }
    terminal.wait_for("`pushback scenario accept forty-four-licences` puts it to use");
    let text = fs::read_to_string(home.path().join("scenarios/licences/forty-four-licences.yaml")).unwrap();
    assert!(text.contains("Done by the editor") && !text.contains("TODO"), "{text}");
}

#[test]
fn ctrl_c_leaves_the_dialogue_and_writes_nothing() {
    let home = Home::empty();
    let mut terminal = Terminal::start(&home, 80, 40, &["scenario", "new"]);
    asked(&terminal, "Title:");
    terminal.send("\u{3}");
    terminal.wait_for("the dialogue was left, and nothing was written");
    assert_eq!(terminal.ends(), 2);
    assert!(!home.path().join("scenarios").exists());
}

#[test]
fn a_draft_is_shown_and_asked_about_before_it_is_accepted() {
    let home = Home::empty();
    home.run(&["scenario", "new", "mine"], "").ok();
    let path = home.path().join("scenarios/trade-offs/mine.yaml");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("TODO", "Written")).unwrap();
    for (answer, told) in [("\r", "It stays a draft."), ("\u{3}", "It stays a draft."), ("y\r", "accepted: ")]
    {
        let mut terminal = Terminal::start(&home, 100, 80, &["scenario", "accept", "mine"]);
        asked(&terminal, "Have you read it through, and is it right? (y/n) [n]:");
        assert!(terminal.screen().contains("setting: |"), "{}", terminal.screen());
        terminal.send(answer);
        terminal.wait_for(told);
        assert_eq!(terminal.ends(), 0);
    }
    assert!(!fs::read_to_string(&path).unwrap().contains("draft: true"));
}

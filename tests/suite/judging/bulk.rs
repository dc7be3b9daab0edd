//! Scoring answers in bulk, against a scripted endpoint.

use std::{
    fs,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};

use crate::harness::{
    fake_endpoint::{FakeEndpoint, Reaction, question},
    home::{Home, Run, SCENARIO},
};

fn answers(home: &Home, count: usize) {
    let line = |number: usize| {
        let answer = format!(
            "For case {number} I would refuse the loan, as the Postgres primary is at 71%, and tell the VP of it today."
        );
        json!({"id": format!("a{number}"), "scenario": SCENARIO, "answer": answer, "overall": 3}).to_string()
    };
    let lines: Vec<String> = (0..count).map(line).collect();
    home.write("answers.jsonl", lines.join("\n") + "\n");
}

fn score(home: &Home, endpoint: &FakeEndpoint, more: &[&str]) -> Run {
    home.run(&[&arguments(endpoint)[..], more].concat(), "")
}

fn arguments(endpoint: &FakeEndpoint) -> [&str; 9] {
    [
        "score",
        "--answers",
        "answers.jsonl",
        "--out",
        "out.jsonl",
        "--endpoint",
        &endpoint.url,
        "--model",
        "tested",
    ]
}

fn rows(home: &Home) -> Vec<Value> {
    let text = fs::read_to_string(home.path().join("out.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids(home: &Home) -> Vec<String> {
    rows(home).iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn yes() -> Reaction {
    Reaction::Yes { p: 0.9, content: "yes 1".into() }
}

#[test]
fn each_answer_becomes_a_line_in_order_however_many_are_asked_at_once() {
    let home = Home::new();
    answers(&home, 5);
    // The first answers take longest.
    let endpoint = FakeEndpoint::start(|_, body| {
        let slow = ["case 0", "case 1"].iter().any(|case| body.to_string().contains(case));
        std::thread::sleep(Duration::from_millis(if slow { 8 } else { 0 }));
        yes()
    });
    let run = score(&home, &endpoint, &["--concurrency", "4"]).ok();
    assert!(run.says("5 scored (0 of them before), 0 unscored, 0 skipped"), "{}", run.stdout);
    assert_eq!(ids(&home), ["a0", "a1", "a2", "a3", "a4"]);
    let row = &rows(&home)[0];
    assert_eq!(
        (&row["scenario"], &row["model"], &row["unscored"]),
        (&json!(SCENARIO), &json!("tested"), &Value::Null)
    );
    assert!(row["overall"].as_f64().unwrap() > 1.0 && row["read"].is_string());
    let signal = &row["signals"]["refuses-precisely"];
    assert_eq!(
        ((signal["p"].as_f64().unwrap() * 100.0).round(), &signal["present"], &signal["sentences"]),
        (90.0, &json!(true), &json!([1]))
    );
    assert_eq!(row["tokens"]["prompt"], 28 * 100);
    assert!(row["criteria"]["stakes"]["level"].is_number());
}

#[test]
fn what_is_scored_is_not_scored_again_and_a_torn_line_is() {
    let home = Home::new();
    answers(&home, 3);
    let endpoint = FakeEndpoint::start(|_, _| yes());
    score(&home, &endpoint, &[]).ok();
    let out = home.path().join("out.jsonl");
    let text = fs::read_to_string(&out).unwrap();
    // A kill in the middle of the third line; and the order was another one.
    let lines: Vec<&str> = text.lines().collect();
    fs::write(&out, format!("{}\n{}\n{}", lines[1], lines[0], &lines[2][..50])).unwrap();
    let before = endpoint.requests().len();
    let run = score(&home, &endpoint, &[]).ok();
    assert!(run.says("3 scored (2 of them before)"), "{}", run.stdout);
    assert_eq!(endpoint.requests().len() - before, 28, "one answer's questions");
    assert_eq!(ids(&home), ["a0", "a1", "a2"]);
}

/// All statements in one reply: each is shown by the first sentence.
fn all_shown(body: &Value) -> Reaction {
    let statements = question(body)
        .lines()
        .filter(|line| line.split_once(". ").is_some_and(|(n, _)| n.parse::<u32>().is_ok()));
    let shown: Vec<Value> =
        (1..=statements.count()).map(|id| json!({"id": id, "shown": true, "sentences": [1]})).collect();
    Reaction::Say(json!({"statements": shown}).to_string())
}

#[test]
fn a_batch_is_handed_in_waited_for_and_collected() {
    let home = Home::new();
    answers(&home, 3);
    let endpoint = FakeEndpoint::start(|_, body| {
        if body.to_string().contains("case 1") {
            Reaction::Status(500, "", "no".into())
        } else {
            all_shown(body)
        }
    });
    let run = score(&home, &endpoint, &["--batch"]);
    assert!(run.says("2 scored (0 of them before), 1 unscored, 0 skipped"), "{}", run.stdout);
    run.fails(1, "1 answer could not be scored");
    assert_eq!(ids(&home), ["a0", "a1", "a2"]);
    let rows = rows(&home);
    assert_eq!(rows[0]["signals"]["refuses-precisely"]["sentences"], json!([1]));
    assert_eq!(rows[0]["ms"], 20_000, "a third of the minute that the endpoint took");
    assert_eq!(rows[1]["unscored"], json!({"reason": "endpoint-failed", "status": 500}));
    assert_eq!(endpoint.requests().len(), 9, "each three times");
    assert!(!home.path().join("out.jsonl.batch").exists());
}

#[test]
fn a_batch_with_a_missing_reply_leaves_that_answer_unscored_and_no_other() {
    let home = Home::new();
    answers(&home, 3);
    let endpoint = FakeEndpoint::start(|_, body| {
        let is_lost = body["seed"] == 2 && body.to_string().contains("case 1");
        let is_odd = body["seed"] == 3 && body.to_string().contains("case 2");
        match () {
            () if is_lost => Reaction::Nothing,
            () if is_odd => Reaction::Body("[null]".into()),
            () => all_shown(body),
        }
    });
    score(&home, &endpoint, &["--batch"]).fails(1, "2 answers could not be scored");
    let rows = rows(&home);
    assert_eq!(rows[0]["unscored"], Value::Null);
    for (row, detail) in [(1, "a part of it is missing in the batch"), (2, "it holds no choice")] {
        assert_eq!(rows[row]["unscored"]["detail"], detail);
        assert_eq!(rows[row]["overall"], Value::Null);
    }
    assert!(!home.path().join("out.jsonl.batch").exists());
}

#[test]
fn a_batch_in_a_form_that_the_model_refuses_is_handed_in_again_in_another() {
    let home = Home::new();
    answers(&home, 2);
    let endpoint = FakeEndpoint::start(|_, body| match body["max_tokens"].is_null() {
        true => all_shown(body),
        false => Reaction::Status(400, "", "use max_completion_tokens instead of max_tokens".into()),
    });
    score(&home, &endpoint, &["--batch"]).ok();
    assert_eq!(ids(&home), ["a0", "a1"]);
    assert!(rows(&home).iter().all(|row| row["unscored"].is_null()));
    assert_eq!(endpoint.requests().len(), 12);
}

#[test]
fn when_the_endpoint_asks_for_patience_all_wait_together_and_the_time_is_shown() {
    let home = Home::new();
    answers(&home, 4);
    let times = Arc::new(std::sync::Mutex::new(vec![]));
    let seen = times.clone();
    let endpoint = FakeEndpoint::start(move |number, _| {
        let mut seen = seen.lock().unwrap();
        seen.push(std::time::Instant::now());
        match number {
            0 => Reaction::Status(503, "retry-after: 1\r\n", String::new()),
            1 => Reaction::Status(429, "retry-after: 1\r\n", String::new()),
            _ => yes(),
        }
    });
    let run = score(&home, &endpoint, &["--concurrency", "2"]).ok();
    assert!(run.stderr.contains("the endpoint asked to wait, 1 s left"), "{}", run.stderr);
    let times = times.lock().unwrap();
    let waited = times[2].duration_since(times[0]);
    assert!(waited >= Duration::from_millis(950), "{waited:?}");
    assert_eq!(times.len(), 2 + 4 * 28, "nothing was asked in vain");
    assert_eq!(ids(&home), ["a0", "a1", "a2", "a3"]);
}

#[test]
fn a_wait_until_tomorrow_ends_the_run_and_keeps_what_is_scored() {
    let home = Home::new();
    answers(&home, 5);
    let endpoint = FakeEndpoint::start(|number, _| match number {
        0..28 => yes(),
        _ => Reaction::Status(429, "retry-after: 86400\r\n", String::new()),
    });
    score(&home, &endpoint, &[]).fails(4, "the endpoint asks for fewer requests");
    assert_eq!(ids(&home), ["a0"]);
    assert_eq!(endpoint.requests().len(), 29, "and nothing more is asked");
}

#[test]
fn a_batch_that_was_handed_in_before_a_kill_is_not_handed_in_again() {
    let home = Home::new();
    answers(&home, 2);
    let endpoint = FakeEndpoint::start(|_, body| all_shown(body));
    // What a run leaves behind that is killed while it waits.
    let ticket = |url: &str| json!({"batch": "batch-0", "endpoint": url, "model": "tested"}).to_string();
    let mut waiting = home.command(&arguments(&endpoint));
    let mut child = waiting.arg("--batch").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let path = home.path().join("out.jsonl.batch");
    while !path.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let left: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(left.to_string(), ticket(&endpoint.url));

    home.write("out.jsonl.batch", ticket("http://elsewhere/v1"));
    score(&home, &endpoint, &["--batch"]).fails(2, "waits for `tested` at http://elsewhere/v1");
    home.write("out.jsonl.batch", ticket(&endpoint.url));
    score(&home, &endpoint, &["--batch"]).ok();
    assert_eq!(ids(&home), ["a0", "a1"]);
    assert_eq!(endpoint.requests().len(), 6, "asked once");
    assert!(!path.exists());
}

#[test]
fn a_look_at_a_batch_that_comes_to_nothing_does_not_give_the_batch_up() {
    let home = Home::new();
    answers(&home, 1);
    let endpoint = FakeEndpoint::start(|_, body| all_shown(body));
    let ticket =
        json!({"batch": "batch-unreadable", "endpoint": endpoint.url, "model": "tested"}).to_string();
    let path = home.write("out.jsonl.batch", &ticket);
    score(&home, &endpoint, &["--batch"]).fails(4, "the endpoint's reply is no answer");
    assert_eq!(fs::read_to_string(&path).unwrap(), ticket);
}

#[test]
fn bad_lines_are_told_and_skipped() {
    let home = Home::new();
    let good = json!({"id": "good", "scenario": SCENARIO, "answer": "I would refuse the loan and tell the VP today."});
    let lines = format!(
        "{good}\n\nno json\n{{\"id\":\"x\",\"awnser\":3}}\n{good}\n{}\n{}\n",
        json!({"id": "lost", "scenario": "no-such-case", "answer": "x"}),
        json!({"id": "empty", "scenario": SCENARIO, "answer": "Fine."}),
    );
    home.write("answers.jsonl", lines);
    let endpoint = FakeEndpoint::start(|_, _| yes());
    let run = score(&home, &endpoint, &[]).ok();
    for told in [
        "answers.jsonl:3:2: isn't a JSON object with `id`, `scenario`, and `answer`",
        "answers.jsonl:4:1: the line has no `scenario`: add `scenario`, id of the scenario that it answers; unknown key `awnser`: did you mean `answer`?",
        "answers.jsonl:5: a second answer with the id `good`",
        "answer `lost`: there is no scenario `no-such-case`",
    ] {
        assert!(run.stderr.contains(told), "missing {told} in {}", run.stderr);
    }
    assert_eq!(ids(&home), ["good", "empty"]);
    assert_eq!(rows(&home)[1]["overall"], 0.0, "nothing said is no evidence, and no model was asked");
    assert_eq!(endpoint.requests().len(), 28);
}

#[test]
fn an_answer_that_can_not_be_scored_says_why_and_is_tried_again() {
    let home = Home::new();
    answers(&home, 2);
    let broken = Arc::new(AtomicUsize::new(1));
    let is_broken = broken.clone();
    let endpoint = FakeEndpoint::start(move |_, body| {
        if is_broken.load(Ordering::SeqCst) == 1 && body.to_string().contains("case 0") {
            return Reaction::Status(500, "", "<html>".into());
        }
        yes()
    });
    score(&home, &endpoint, &[]).fails(1, "1 answer could not be scored");
    let row = &rows(&home)[0];
    assert_eq!((&row["overall"], &row["unscored"]["reason"]), (&Value::Null, &json!("endpoint-failed")));
    broken.store(0, Ordering::SeqCst);
    score(&home, &endpoint, &[]).ok();
    assert_eq!(ids(&home), ["a0", "a1"]);
    assert!(rows(&home).iter().all(|row| row["unscored"].is_null()));
}

#[test]
fn where_nobody_answers_it_stops_and_the_same_command_goes_on() {
    let home = Home::new();
    answers(&home, 3);
    let endpoint = FakeEndpoint::start(|_, body| {
        if body.to_string().contains("case 1") { Reaction::Status(401, "", "{}".into()) } else { yes() }
    });
    score(&home, &endpoint, &[]).fails(4, "the endpoint wants a key, and none is set");
    assert_eq!(ids(&home), ["a0"]);
    home.run(&["score", "--answers", "answers.jsonl", "--out", "other.jsonl", "--no-model"], "")
        .fails(4, "no model");
    home.write("notes.txt", "not scores\n");
    home.run(&["score", "--answers", "answers.jsonl", "--out", "notes.txt", "--no-model"], "")
        .fails(2, "notes.txt holds something that isn't a score");
    assert_eq!(fs::read_to_string(home.path().join("notes.txt")).unwrap(), "not scores\n");
}

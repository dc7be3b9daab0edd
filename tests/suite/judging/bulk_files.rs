//! The files of a bulk run: what changes is scored again, and no file is lost or taken for another.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    process::Stdio,
    time::Duration,
};

use serde_json::{Value, json};

use crate::harness::{
    fake_endpoint::{FakeEndpoint, Reaction},
    home::{Home, Run, SCENARIO},
};

const CASE: &str =
    include_str!("../../judging/first-edition/scenarios/roadmap-pushback/ga-date-on-one-database.yaml");
const RUBRIC: &str = include_str!("../../../rubrics/roadmap-pushback.yaml");

fn answer(id: &str, text: &str) -> String {
    json!({"id": id, "scenario": SCENARIO, "answer": text}).to_string() + "\n"
}

const SAID: &str = "I would refuse the loan of four and tell the VP of it today.";

fn yes() -> FakeEndpoint {
    FakeEndpoint::start(|_, _| Reaction::Yes { p: 0.9, content: "yes 1".into() })
}

fn score(home: &Home, endpoint: &FakeEndpoint, more: &[&str]) -> Run {
    let usual = ["score", "--answers", "answers.jsonl", "--out", "out.jsonl", "--endpoint", &endpoint.url];
    home.run(&[&usual[..], &["--model", "tested"], more].concat(), "")
}

fn rows(home: &Home) -> Vec<Value> {
    let text = fs::read_to_string(home.path().join("out.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_answer_is_scored_again_when_it_the_case_the_rubric_or_the_judge_has_changed() {
    let home = Home::empty();
    let endpoint = yes();
    home.write("scenarios/mine.yaml", CASE);
    home.write("rubrics/mine.yaml", RUBRIC);
    home.write("answers.jsonl", answer("a", SAID) + &answer("b", SAID));
    score(&home, &endpoint, &[]).ok();
    let nothing = score(&home, &endpoint, &[]).ok();
    assert!(nothing.says("2 scored (2 of them before)") && nothing.stderr.is_empty(), "{}", nothing.stderr);
    home.write("answers.jsonl", answer("a", &format!("{SAID} He may ask me why.")) + &answer("b", SAID));
    let one = score(&home, &endpoint, &[]).ok();
    assert!(one.says("2 scored (1 of them before)"), "{}", one.stdout);
    assert!(one.stderr.contains("1 scored again: the answer, the case, the rubric, or the judge"));
    home.write("scenarios/mine.yaml", CASE.replace("minutes: 12", "minutes: 13"));
    assert!(score(&home, &endpoint, &[]).ok().says("2 scored (0 of them before)"));
    home.write("rubrics/mine.yaml", RUBRIC.replacen("weight: 2", "weight: 3", 1));
    assert!(score(&home, &endpoint, &[]).ok().says("2 scored (0 of them before)"));
    let text = fs::read_to_string(home.path().join("out.jsonl")).unwrap();
    home.write("out.jsonl", text.replacen("tested", "another", 1));
    assert!(score(&home, &endpoint, &[]).ok().says("2 scored (1 of them before)"));
    let rows = rows(&home);
    assert_eq!(rows.len(), 2, "one line an answer: {rows:?}");
    assert!(rows.iter().all(|row| row["model"] == "tested"));
}

#[test]
fn a_score_without_hashes_is_from_an_older_version_and_is_made_again() {
    let home = Home::new();
    let endpoint = yes();
    home.write("answers.jsonl", answer("a", SAID));
    score(&home, &endpoint, &[]).ok();
    let mut row = rows(&home).remove(0);
    row.as_object_mut().unwrap().remove("answer_hash");
    home.write("out.jsonl", format!("{row}\n"));
    assert!(score(&home, &endpoint, &[]).ok().says("1 scored (0 of them before)"));
}

#[test]
fn two_processes_do_not_write_the_same_scores() {
    let home = Home::new();
    let endpoint = FakeEndpoint::start(|_, _| {
        std::thread::sleep(Duration::from_millis(100));
        Reaction::Yes { p: 0.9, content: "yes 1".into() }
    });
    home.write("answers.jsonl", answer("a", SAID));
    let arguments = ["score", "--answers", "answers.jsonl", "--out", "out.jsonl", "--model", "tested"];
    let arguments = [&arguments[..], &["--endpoint", &endpoint.url]].concat();
    let mut first = home.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while endpoint.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    home.run(&arguments, "").fails(2, "another process is writing scores to ");
    assert!(first.wait().unwrap().success());
    assert_eq!(rows(&home).len(), 1);
}

#[test]
fn the_file_of_scores_stays_the_link_and_the_mode_that_it_was() {
    let home = Home::new();
    let endpoint = yes();
    home.write("answers.jsonl", answer("b", SAID));
    let shared = home.write("shared/scores.jsonl", "");
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o664)).unwrap();
    symlink("shared/scores.jsonl", home.path().join("out.jsonl")).unwrap();
    score(&home, &endpoint, &[]).ok();
    // Another order rewrites the file.
    home.write("answers.jsonl", answer("a", SAID) + &answer("b", SAID));
    score(&home, &endpoint, &[]).ok();
    assert!(fs::symlink_metadata(home.path().join("out.jsonl")).unwrap().is_symlink());
    assert_eq!(fs::metadata(&shared).unwrap().permissions().mode() & 0o777, 0o664);
    assert_eq!(fs::read_to_string(&shared).unwrap().lines().count(), 2);
}

#[test]
fn what_is_no_file_of_scores_is_refused_and_stays() {
    let home = Home::new();
    home.write("answers.jsonl", answer("a", SAID));
    let out =
        |path: &str| home.run(&["score", "--answers", "answers.jsonl", "--out", path, "--no-model"], "");
    out("/dev/full").fails(2, "/dev/full isn't a plain file");
    // Without a line end it isn't a torn score either.
    let notes = home.write("notes.txt", "my notes");
    out("notes.txt").fails(2, "isn't a score");
    out("answers.jsonl").fails(2, "isn't a score");
    assert_eq!(fs::read_to_string(notes).unwrap(), "my notes");
    assert_eq!(fs::read_to_string(home.path().join("answers.jsonl")).unwrap(), answer("a", SAID));
}

#[test]
fn a_byte_order_mark_costs_no_answer_and_utf16_says_what_it_is() {
    let home = Home::new();
    let endpoint = yes();
    home.write("answers.jsonl", format!("\u{feff}{}", answer("a", SAID)));
    assert!(score(&home, &endpoint, &[]).ok().says("1 scored (0 of them before), 0 unscored, 0 skipped"));
    for mark in ["\u{feff}", ""] {
        let utf16 = format!("{mark}{}", answer("a", SAID));
        home.write("answers.jsonl", utf16.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        score(&home, &endpoint, &[]).fails(2, "answers.jsonl: it is UTF-16: save it as UTF-8");
    }
}

#[test]
fn where_nothing_can_be_scored_it_is_an_error() {
    let home = Home::new();
    let endpoint = yes();
    for lines in ["", "no json\n", "{\"id\":\"a\",\"scenario\":\"none\",\"answer\":\"x\"}\n"] {
        home.write("answers.jsonl", lines);
        score(&home, &endpoint, &[]).fails(2, "answers.jsonl holds no answer that can be scored");
    }
    home.write("answers.jsonl", answer("a", SAID));
    score(&home, &endpoint, &["--scenarios", "nowhere"]).fails(2, "there is no folder nowhere");
    home.run(&["score", "--answers", "none.jsonl", "--out", "out.jsonl"], "")
        .fails(2, "can't read none.jsonl: No such file");
}

#[test]
fn a_folder_of_cases_is_scored_by_the_banks_rubrics_and_the_banks_cases_by_a_folder_of_rubrics() {
    let home = Home::new();
    let endpoint = yes();
    home.write("cases/x.yaml", CASE.replace(SCENARIO, "another-case"));
    home.write("ones/r.yaml", RUBRIC.replacen("weight: 2", "weight: 3", 1));
    home.write("answers.jsonl", answer("a", SAID).replace(SCENARIO, "another-case"));
    score(&home, &endpoint, &["--scenarios", "cases"]).ok();
    let before = rows(&home)[0]["rubric_hash"].clone();
    home.write("answers.jsonl", answer("a", SAID));
    score(&home, &endpoint, &["--rubrics", "ones"]).ok();
    assert_ne!(rows(&home)[0]["rubric_hash"], before);
}

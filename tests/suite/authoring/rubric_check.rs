//! `rubric check`: what the judge in use sees in anchor answers, and what to do about it.

use serde_json::{Value, json};

use crate::harness::{
    fake_endpoint::{FakeEndpoint, Reaction},
    home::{Home, Run, SCENARIO},
    terminal::Terminal,
};

const RUBRIC: &str = "roadmap-pushback";

const STRONG: &str = "I refuse to lend four of the six and I say so to the VP today. The launch adds fifteen points of load by \
    October. If we refuse we lose the nine million of pipeline that names the date. The VP decides, and I bring the figures.";
const WEAK: &str = "I believe in alignment on Postgres at 71% and in clear communication across the teams behind fine-tuning.";

/// A judge that sees one signal where the word is, another everywhere, and no other.
fn judge() -> FakeEndpoint {
    FakeEndpoint::start(|_, body| {
        let user = body["messages"][1]["content"].as_str().unwrap();
        let (answer, statement) = user.rsplit_once("</answer>").unwrap();
        let refuses = statement.contains("Names the exact part, number or date of the request")
            && answer.contains("[1] I refuse");
        let everywhere = statement.contains("Names the person or role that makes the final call");
        if refuses || everywhere {
            Reaction::Yes { p: 0.95, content: "yes 1".into() }
        } else {
            Reaction::Yes { p: 0.02, content: "no".into() }
        }
    })
}

fn check(home: &Home, endpoint: &FakeEndpoint, more: &[&str]) -> Run {
    let fixed = [
        "rubric",
        "check",
        RUBRIC,
        "--answers",
        "anchors.jsonl",
        "--endpoint",
        &endpoint.url,
        "--model",
        "tested",
    ];
    home.run(&[&fixed[..], more].concat(), "")
}

fn anchors(home: &Home) {
    let strong = json!({"id": "strong", "scenario": SCENARIO, "answer": STRONG, "overall": 3,
        "signals": {"refuses-precisely": 1, "cost-of-no": 1, "names-decider": 1}});
    let weak = json!({"id": "weak", "scenario": SCENARIO, "answer": WEAK,
        "signals": {"refuses-precisely": 0, "names-decider": 0}});
    home.write("anchors.jsonl", format!("{strong}\n\n{weak}\n"));
}

#[test]
fn one_page_says_what_the_judge_sees_what_it_cannot_and_what_fires_on_everything() {
    let home = Home::new();
    anchors(&home);
    let endpoint = judge();
    let run = check(&home, &endpoint, &[]).ok();
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn programs_get_the_same_as_json() {
    let home = Home::new();
    anchors(&home);
    let endpoint = judge();
    let json: Value = serde_json::from_str(&check(&home, &endpoint, &["--json"]).ok().stdout).unwrap();
    let standing = |text: &str| {
        let signals = json["signals"].as_array().unwrap();
        signals.iter().filter(|signal| signal["standing"] == text).count()
    };
    assert_eq!((standing("works"), standing("unseen"), standing("fires-on-everything")), (1, 1, 1), "{json}");
    assert_eq!(json["strongest"], "strong");
    assert_eq!(json["tricks"].as_array().unwrap().len(), 6);
    assert!(json["advice"].as_array().unwrap().len() >= 3);
    // The statements pasted and the case echoed are the case's own words: no model gets to be asked about them.
    assert!(
        json["tricks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|trick| trick["trick"] != "statements" || trick["overall"] == 0.0)
    );
}

#[test]
fn what_is_wrong_with_the_answers_is_told_with_its_place() {
    let home = Home::new();
    let endpoint = judge();
    check(&home, &endpoint, &[]).fails(2, "anchors.jsonl: No such file");
    home.write("anchors.jsonl", "{\"id\": \"a\", \"answer\": \"x\", \"singals\": {}}\n{\"id\": 3}\n");
    let run = check(&home, &endpoint, &[]).fails(2, "error: 3 problems\n");
    for told in [
        "anchors.jsonl:1:28: unknown key `singals`: did you mean `signals`?\n",
        "anchors.jsonl:2:1: the line has no `answer`: add `answer`, the words\n",
        "anchors.jsonl:2:8: `id` is a whole number, where text is expected\n",
    ] {
        assert!(run.stderr.contains(told), "{told} is not in {}", run.stderr);
    }
    home.write("anchors.jsonl", "\n");
    check(&home, &endpoint, &[]).fails(2, "holds no answers");
    home.write("anchors.jsonl", "{\"id\": \"a\", \"answer\": \"x\", \"signals\": {\"names-decidr\": 1}}\n");
    check(&home, &endpoint, &[]).fails(2, "which is no signal: did you mean `names-decider`?");
    home.write("anchors.jsonl", "{\"id\": \"a\", \"answer\": \"x\", \"scenario\": \"fourteen-a-week\"}\n");
    check(&home, &endpoint, &[]).fails(2, "which is scored against `mentoring`");
    home.run(&["rubric", "check", "roadmap-pushbak", "--answers", "x"], "")
        .fails(2, "did you mean `roadmap-pushback`?");
    anchors(&home);
    home.run(&["rubric", "check", RUBRIC, "--answers", "anchors.jsonl", "--no-model"], "")
        .fails(4, "no model is in use");
}

#[test]
fn it_helps_to_write_the_answers() {
    let home = Home::new();
    let endpoint = judge();
    let statements = 24;
    let labels = format!("y\n{}", "\n".repeat(statements - 1));
    let input = format!("{STRONG}\n\nAnd more.\n.\n{labels}{WEAK}\n.\n{}", "\n".repeat(statements));
    let arguments = [
        "rubric",
        "check",
        RUBRIC,
        "--answers",
        "new.jsonl",
        "--write",
        "--endpoint",
        &endpoint.url,
        "--model",
        "tested",
    ];
    let run = home.run(&arguments, &input).ok();
    assert!(run.says("Write the best answer") && run.says("Write an eloquent answer"), "{}", run.stdout);
    let text = std::fs::read_to_string(home.path().join("new.jsonl")).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows.len(), &rows[0]["id"], &rows[1]["id"]), (2, &json!("strong"), &json!("weak")));
    assert_eq!(rows[0]["answer"], format!("{STRONG}\n\nAnd more."));
    let shown = rows[0]["signals"].as_object().unwrap().values().filter(|label| **label == 1).count();
    assert_eq!((shown, rows[0]["signals"].as_object().unwrap().len()), (1, statements));
    home.run(&arguments, "").fails(2, "new.jsonl is there already");
}

#[test]
fn at_a_terminal_an_answer_can_be_pasted_and_ctrl_c_leaves() {
    let home = Home::new();
    let arguments = ["rubric", "check", "mentoring", "--answers", "new.jsonl", "--write", "--no-model"];
    let mut terminal = Terminal::start(&home, 100, 240, &arguments);
    terminal.wait_until("the prompt", |terminal| terminal.screen().trim_end().ends_with('›'));
    terminal.send("\u{1b}[200~First of all I ask her why.\r\rThen we look at it again.\u{1b}[201~\u{4}");
    // Keys that come before the editor is ready are lost.
    let asked = |terminal: &Terminal, count: usize| {
        terminal.wait_until("a question", |terminal| {
            let screen = terminal.screen();
            screen.matches("[y/N]").count() == count && screen.trim_end().ends_with("[y/N]")
        });
    };
    for count in 1..=24 {
        asked(&terminal, count);
        terminal.send(if count == 1 { "y\r" } else { "\r" });
    }
    terminal.wait_until("the prompt", |terminal| terminal.screen().trim_end().ends_with('›'));
    terminal.send("Let us align.\u{4}");
    for count in 25..=48 {
        asked(&terminal, count);
        terminal.send("\r");
    }
    terminal.wait_for("written: ");
    let text = std::fs::read_to_string(home.path().join("new.jsonl")).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows[0]["answer"], "First of all I ask her why.\n\nThen we look at it again.");
    assert_eq!((&rows[0]["signals"]["asks-why"], &rows[1]["answer"]), (&json!(1), &json!("Let us align.")));
    let mut terminal = Terminal::start(
        &home,
        100,
        120,
        &["rubric", "check", "mentoring", "--answers", "b.jsonl", "--write"],
    );
    terminal.wait_until("the prompt", |terminal| terminal.screen().trim_end().ends_with('›'));
    terminal.send("\u{3}");
    terminal.wait_for("the answers were not finished, so nothing was written");
    assert_eq!(terminal.ends(), 2);
}

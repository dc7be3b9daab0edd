//! Learning from labels what an endpoint's probabilities mean.

use std::fs;

use pushback::{
    adapters::{
        bank::library,
        model::embedded::{
            readout::Readout,
            router::{Asked, Router},
        },
        paths,
    },
    core::{bank::rubric::Rubric, record::Route},
};
use serde_json::{Map, Value, json};

use crate::harness::{
    fake_endpoint::{FakeEndpoint, Reaction, question},
    first_edition,
    home::{Home, Run, SCENARIO},
};

/// Another scenario with the same rubric.
const OTHER: &str = "sixty-seconds-old";

fn rubric() -> Rubric {
    let (bank, _) = library::load(&paths::Home::at("/nonexistent"));
    assert_eq!(bank.case(OTHER).unwrap().rubric, bank.case(SCENARIO).unwrap().rubric);
    bank.case(SCENARIO).unwrap().rubric.clone()
}

/// Case number 0 shows every other signal, case number 1 the rest.
fn is_shown(signal: usize, case: usize) -> bool {
    signal % 2 == case
}

fn answer(case: usize) -> String {
    format!(
        "I tell the VP today that Postgres at 71%, or tables rebuilt within 60 seconds for the tenders, is what I refuse, \
         in case number {case} of the two."
    )
}

fn labels(home: &Home, scenarios: &[&str]) {
    let rubric = rubric();
    let mut lines = String::new();
    for scenario in scenarios {
        for case in [0, 1] {
            let signals: Map<String, Value> = rubric
                .statements()
                .enumerate()
                .map(|(at, (id, _))| (id.to_owned(), json!(u8::from(is_shown(at, case)))))
                .collect();
            let line = json!({
                "id": format!("{scenario}-{case}"), "scenario": scenario, "kind": "staff", "answer": answer(case),
                "overall": 3, "criteria": {}, "signals": signals,
            });
            lines += &format!("{line}\n");
        }
    }
    home.write("labels.jsonl", lines);
}

/// Hesitates where it should say yes, and says no everywhere else.
fn timid() -> FakeEndpoint {
    let rubric = rubric();
    FakeEndpoint::start(move |_, body| {
        let case = usize::from(body.to_string().contains("case number 1"));
        let asked = question(body);
        // What is asked about the whole is in no rubric.
        let signal =
            rubric.statements().position(|(_, text)| asked.contains(text.trim())).unwrap_or(case + 1);
        Reaction::Yes { p: if is_shown(signal, case) { 0.3 } else { 0.02 }, content: "yes 1".into() }
    })
}

fn with(home: &Home, endpoint: &FakeEndpoint, arguments: &[&str]) -> Run {
    home.run(&[arguments, &["--endpoint", &endpoint.url, "--model", "tested"]].concat(), "")
}

fn scored(home: &Home, endpoint: &FakeEndpoint, out: &str) -> Value {
    with(home, endpoint, &["score", "--answers", "labels.jsonl", "--out", out]).ok();
    let text = fs::read_to_string(home.path().join(out)).unwrap();
    serde_json::from_str(text.lines().next().unwrap()).unwrap()
}

fn shown(row: &Value) -> usize {
    row["signals"].as_object().unwrap().values().filter(|signal| signal["present"] == true).count()
}

#[test]
fn a_timid_model_is_understood_after_a_fit_and_as_before_without_it() {
    let home = Home::new();
    labels(&home, &[SCENARIO, OTHER]);
    let endpoint = timid();
    let before = scored(&home, &endpoint, "before.jsonl");
    assert_eq!(shown(&before), 0);

    let run = with(&home, &endpoint, &["judge", "fit", "--answers", "labels.jsonl"]).ok();
    for text in ["As it comes", "Each scenario left out in turn", "in use from now on; delete"] {
        assert!(run.says(text), "missing {text}:\n{}", run.stdout);
    }
    let after = scored(&home, &endpoint, "after.jsonl");
    assert_eq!(shown(&after), rubric().statements().count().div_ceil(2));
    assert_ne!(after["prompt_hash"], before["prompt_hash"], "the two can be told apart");

    let folder = fs::read_dir(home.path().join("judge")).unwrap();
    let files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let learnt = fs::read_to_string(&files[0]).unwrap();
    fs::write(&files[0], learnt.replace("\"prompt_hash\": \"", "\"prompt_hash\": \"0")).unwrap();
    let run = with(&home, &endpoint, &["score", "--answers", "labels.jsonl", "--out", "other.jsonl"]);
    run.fails(2, "is not for this model and this version");
    fs::remove_file(&files[0]).unwrap();
    assert_eq!(scored(&home, &endpoint, "without.jsonl")["signals"], before["signals"]);
}

/// Disputes are about the bank's cases; the program's own labels are about cases that have been rewritten since.
#[test]
fn labels_of_an_earlier_text_and_of_todays_teach_together() {
    let home = Home::empty();
    labels(&home, &[SCENARIO, OTHER]);
    let todays = library::load(&paths::Home::at("/nonexistent")).0;
    let todays = todays.case(SCENARIO).unwrap().told_hash();
    let earlier = first_edition::bank().case(OTHER).unwrap().told_hash();
    let text = fs::read_to_string(home.path().join("labels.jsonl")).unwrap();
    let text: String = text
        .lines()
        .map(|line| {
            let hash =
                if line.contains(&format!("\"scenario\":\"{SCENARIO}\"")) { &todays } else { &earlier };
            line.replacen('{', &format!("{{\"told_hash\":\"{hash}\","), 1) + "\n"
        })
        .collect();
    home.write("labels.jsonl", text);
    let endpoint = timid();
    let arguments = ["judge", "fit", "--answers", "labels.jsonl", "--out", "learnt.json"];
    with(&home, &endpoint, &arguments).fails(2, &format!("is for an earlier text of the case `{OTHER}`"));
    let scenarios = format!("{}/scenarios", first_edition::FOLDER);
    let rubrics = format!("{}/rubrics", first_edition::FOLDER);
    let folders = ["--scenarios", &scenarios, "--rubrics", &rubrics];
    with(&home, &endpoint, &[&arguments[..], &folders].concat()).ok();
}

#[test]
fn what_was_learnt_goes_to_a_file_where_one_is_named_and_one_scenario_teaches_nothing() {
    let home = Home::new();
    labels(&home, &[SCENARIO, OTHER]);
    let endpoint = timid();
    let arguments = ["judge", "fit", "--answers", "labels.jsonl", "--out", "learnt.json"];
    let run = with(&home, &endpoint, &arguments).ok();
    assert!(run.says("written to learnt.json"), "{}", run.stdout);
    assert!(!home.path().join("judge").exists());
    labels(&home, &[SCENARIO]);
    with(&home, &endpoint, &arguments).fails(2, "more than one scenario");
    home.run(&[&arguments[..], &["--no-model"]].concat(), "").fails(4, "no model");
}

#[test]
fn a_readout_of_ones_own_is_used_if_it_is_one_and_told_if_it_is_none() {
    let home = Home::new();
    let file = home.path().join("readout.json");
    assert_eq!(Readout::own(&file).unwrap(), None);
    let built_in = concat!(env!("CARGO_MANIFEST_DIR"), "/src/adapters/model/embedded/readout.json");
    fs::copy(built_in, &file).unwrap();
    assert_eq!(Readout::own(&file).unwrap(), Some(Readout::built_in().unwrap()));
    fs::write(&file, "{}").unwrap();
    let told = Readout::own(&file).unwrap_err().to_string();
    assert!(told.contains("readout.json is no readout for this version: fit it again"), "{told}");
}

#[test]
fn the_router_that_comes_with_the_program_fits_it() {
    let router = Router::built_in().unwrap();
    let width = 2 * 1536;
    let asked = Asked { state: vec![0.0; width], facts: vec![], likeness: vec![] };
    let routing = router.decide(&asked).unwrap();
    assert!(!matches!(routing.route, Route::Fact { .. }), "there is none to ask for");
    assert!(routing.p > 0.0 && routing.p <= 1.0);
    let narrow = Asked { state: vec![0.0; width - 1], ..asked };
    assert!(router.decide(&narrow).is_err());
}

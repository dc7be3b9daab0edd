//! A new author's whole way: a scenario and a rubric, two mistakes found, the rubric checked, a round played and reviewed.

use std::fs;

use serde_json::json;

use crate::harness::{
    fake_endpoint::{FakeEndpoint, Reaction},
    home::Home,
};

const SETTING: &str = "You lead the platform team of a chain of forty bakeries. The ovens are steered by one controller in the \
    cellar of the first shop. In March the finance director bought support for it until June, at four hundred thousand a \
    year, and wants you off it by then. Moving a shop takes two people nine days. Eleven shops have no network at night. The \
    last outage cost a morning of bread in six shops, about thirty thousand. Six people are on your team, and two of them \
    are lent to the shop in the second country, which opens on the ninth.";

fn edit(home: &Home, file: &str, change: impl Fn(String) -> String) {
    let path = home.path().join(file);
    fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
}

/// Puts texts in the place of what is to be written, in order.
fn fill(text: &str, texts: &[&str]) -> String {
    let mut texts = texts.iter().cycle();
    let lines = text.lines().map(|line| match line.split_once("TODO") {
        Some((before, _)) if !line.trim_start().starts_with('#') => {
            format!("{before}{}", texts.next().unwrap())
        }
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn from_nothing_to_a_reviewed_round_of_ones_own() {
    let home = Home::empty();
    home.run(&["rubric", "new", "old-machines", "--title", "Parting with old machines"], "").ok();
    let rubric = [
        "Cost",
        "Does the candidate count",
        "No figure",
        "One figure",
        "Two figures",
        "Years",
        "Market",
        "Names a figure for one morning without bread.",
        "\"Four a loaf.\"",
        "Works out what a year of both controllers costs.",
        "\"Two years.\"",
        "Ties the move to what the chain can charge for bread.",
        "\"Rye.\"",
        "Says that nothing can go wrong.",
    ];
    edit(&home, "rubrics/old-machines.yaml", |text| fill(&text, &rubric));
    home.run(
        &[
            "scenario",
            "new",
            "forty-ovens",
            "--theme",
            "ovens",
            "--rubric",
            "old-machines",
            "--title",
            "Forty ovens",
        ],
        "",
    )
    .ok();
    let scenario = "scenarios/ovens/forty-ovens.yaml";
    let texts = [
        SETTING,
        "The director is in the room. Which ovens move first?",
        "the nights without network",
        "Eleven shops, from nine to four.",
        "Which shops have no network at night?",
        "Does an oven run without the controller?",
        "And the shop that opens on the ninth?",
        "Who pays for the two people?",
        "What if the controller fails tomorrow?",
        "Good. The supplier offers three more months. Do you take them?",
        "We kept twelve.",
    ];
    edit(&home, scenario, |text| fill(&text, &texts));
    let clean = home.run(&["scenario", "lint", "--format", "json"], "").ok();
    assert!(!clean.stdout.contains("\"todo\""), "{}", clean.stdout);
    // Two planted mistakes.
    edit(&home, scenario, |text| {
        text.replace("minutes:", "minuets:").replace("missing: two-staff", "missing: two-stuff")
    });
    let lint = home.run(&["scenario", "lint"], "").fails(2, "2 errors: a file with one is left out");
    for told in [
        "did you mean `minutes`?",
        "a probe is for `two-stuff`, which is no signal",
        "did you mean `two-staff`?",
    ] {
        assert!(lint.says(told), "missing {told} in {}", lint.stdout);
    }
    assert!(home.run(&["scenario", "lint", "--fix"], "").ok().says("0 errors"));

    let endpoint = FakeEndpoint::start(|_, body| {
        let user = body["messages"][1]["content"].as_str().unwrap();
        if user.contains("<message>") {
            return Reaction::Say("A".into());
        }
        let yes = user.contains("Names a figure for one morning") && user.contains("thirty");
        Reaction::Yes {
            p: if yes { 0.95 } else { 0.02 },
            content: if yes { "yes 1".into() } else { "no".into() },
        }
    });
    let model = ["--endpoint", &endpoint.url, "--model", "tested"];
    let answer = "A morning without bread costs us about thirty thousand, so the six shops that failed move first this year.";
    let strong = json!({"id": "strong", "answer": answer, "signals": {"one-senior": 1}});
    let weak = json!({"id": "weak", "answer": "I would align everybody who is involved and then decide together.", "signals": {"one-senior": 0}});
    home.write("anchors.jsonl", format!("{strong}\n{weak}\n"));
    let check = home
        .run(&[&["rubric", "check", "old-machines", "--answers", "anchors.jsonl"][..], &model].concat(), "")
        .ok();
    assert!(
        check.says("✓ one-senior") && check.says("seen in 1 of 1 that show it, 0 of 1 that don't"),
        "{}",
        check.stdout
    );

    home.run(&["practice", "forty-ovens", "--no-model"], "").fails(2, "is a draft");
    for (kind, id) in [("rubric", "old-machines"), ("scenario", "forty-ovens")] {
        home.run(&[kind, "accept", id, "--yes"], "").ok();
    }
    let script = format!("{answer}\n.\n").repeat(5);
    let round = home.run(&[&["practice", "--theme", "ovens"][..], &model].concat(), &script).ok();
    assert!(
        round.says("Which ovens move first?") && round.says("The supplier offers three more months."),
        "{}",
        round.stdout
    );
    let review = home.run(&["review"], "").ok();
    assert!(
        review.says("Names a figure for one morning without bread.") && review.says("Forty ovens"),
        "{}",
        review.stdout
    );
}

#[test]
fn the_same_is_at_hand_at_the_prompt() {
    let home = Home::empty();
    let script = "/new forty-ovens\n/lint\n/try forty-ovens\n/quit\n/accept forty-ovens\n/accept\n/new-rubric mine\n/quit\n";
    let run = home.run(&["--no-model", "--yes"], script).ok();
    for told in [
        "written: ",
        "warning[todo]: is still to be written",
        "A dry play: nothing of it is kept",
        "error: `forty-ovens` is not finished",
        "error: the following required arguments were not provided: <ID>",
        "rubrics/mine.yaml",
    ] {
        assert!(run.says(told), "missing {told} in {}", run.stdout);
    }
}

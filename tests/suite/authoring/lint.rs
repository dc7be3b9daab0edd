//! The linter: every problem at once, each at its place, with what to do.

use std::{fs, path::Path};

use pushback::{
    adapters::{
        bank::{library, lint_files, loops},
        paths::Home as Folders,
    },
    core::lint::{Rule, Severity},
};
use serde_json::Value;

use crate::harness::home::Home;

const SCENARIO: &str =
    include_str!("../../judging/first-edition/scenarios/roadmap-pushback/ga-date-on-one-database.yaml");
const RUBRIC: &str = include_str!("../../../rubrics/roadmap-pushback.yaml");

/// A scenario of one's own that the linter has nothing to say about: the setting tells another story than the bank's.
fn scenario(id: &str) -> String {
    let text = SCENARIO.replace("id: ga-date-on-one-database", &format!("id: {id}"));
    let (before, rest) = text.split_once("setting: ").unwrap();
    let rest = &rest[rest.find("\nopening:").unwrap()..];
    let story = "A chain of forty bakeries runs its ovens from one controller in the cellar of the first shop, and the \
        database behind it is full by October. Orders stall when it writes, and a launch to the customers of a second \
        country is sold for the ninth. Sales has a pipeline of nine million that names the date. Four of your six \
        engineers are to be lent to the launch, the VP asks for them today, and the load on the database has not been \
        looked at since the spring. The cost of a stall is a morning without bread in some of the shops.";
    format!("{before}setting: >-\n  {story}{rest}")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `place rule: message` of every finding, in the order in which they are told.
fn findings(home: &Home, paths: &[&str]) -> Vec<String> {
    let run = home.run(&[&["scenario", "lint", "--format", "json"], paths].concat(), "");
    let rows: Vec<Value> = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let shown = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap().replace(&format!("{}/", home.path().display()), "");
        format!("{}:{}:{} {}: {}", text("file"), row["line"], row["column"], text("rule"), text("message"))
    };
    rows.iter().map(shown).collect()
}

#[test]
fn the_built_in_bank_gives_no_reason_to_complain() {
    let (bank, _) = library::load(&Folders::at("/nonexistent"));
    let linted = lint_files::lint(&[root().join("scenarios"), root().join("rubrics")], &bank).unwrap();
    let findings: Vec<String> =
        linted.findings.iter().map(|f| format!("{} {}: {}", f.place(), f.rule.code(), f.message)).collect();
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    let (loops, _) = loops::load(&Folders::at("/nonexistent"), &bank);
    assert_eq!(linted.files(), bank.all().count() + bank.rubrics().count() + loops.len());
}

#[test]
fn a_slip_in_the_yaml_comes_with_what_to_do() {
    let home = Home::empty();
    for (title, what_to_do) in [
        ("'Don't sign'", "apostrophe inside single quotes twice"),
        ("\"He says \"no\" twice\"", "a double quote inside double quotes"),
        ("Sign: or not", "put a text that holds a colon"),
        ("@all, sign", "put the text in double quotes"),
        ("*sign* it", "put the text in double quotes"),
        (">-\n\tSign", "indent with spaces"),
    ] {
        let broken = scenario("mine").replacen("title: ", &format!("title: {title}\nwas: "), 1);
        let file = home.write("scenarios/mine.yaml", &broken);
        let run = home.run(&["scenario", "lint", file.to_str().unwrap()], "");
        assert_eq!(run.code, 2, "{title}");
        assert!(run.stdout.contains("error[syntax]"), "{title}: {}", run.stdout);
        assert!(run.stdout.contains(what_to_do), "{title}: {}", run.stdout);
    }
}

#[test]
fn every_problem_of_a_file_is_told_at_once() {
    let home = Home::empty();
    let text = scenario("mine")
        .replace("minutes: 12", "minuets: 12")
        .replace("rubric: roadmap-pushback", "rubric: roadmap-pushbak")
        .replace("round: hiring-manager", "round: [panel]")
        .replace("title: A launch date on a database that runs out", "title: ''")
        + "artifact: ../secret.txt\nlength: 3\nid: again\n";
    home.write("scenarios/mine.yaml", text);
    insta::assert_snapshot!(findings(&home, &[]).join("\n"));
}

#[test]
fn every_problem_of_a_rubric_is_told_at_once() {
    let home = Home::empty();
    let text = RUBRIC
        .replacen("id: roadmap-pushback", "id: mine", 1)
        .replacen("      senior-staff: ", "      # senior-staff: ", 1)
        .replacen("weight: 2", "weight: 20", 1)
        .replacen("level: staff", "level: stafff", 1)
        .replacen("cap: mid", "cap: 1", 1)
        .replacen("statement: Says", "statment: Says", 1)
        .replacen("- id: sizes-the-risk", "- id: who-is-hurt", 1)
        .replacen("coach:", "couch:", 1);
    home.write("rubrics/mine.yaml", text);
    home.write("rubrics/few.yaml", "id: few\ntitle: Few\ncriteria:\n  - none\n");
    insta::assert_snapshot!(findings(&home, &[]).join("\n"));
}

#[test]
fn a_person_sees_the_line_the_cause_and_what_to_do() {
    let home = Home::empty();
    home.write("scenarios/mine.yaml", scenario("mine").replace("minutes: 12", "minuets: 12"));
    let run = home.run(&["scenario", "lint"], "").fails(2, "1 error: a file with one is left out");
    insta::assert_snapshot!(run.stdout.replace(&format!("{}/", home.path().display()), ""));
    let run = home.run(&["rubric", "lint", "scenarios/none.yaml"], "");
    run.fails(2, "scenarios/none.yaml: No such file or directory");
}

#[test]
fn a_clean_file_passes_and_a_warning_fails_only_where_none_are_allowed() {
    let home = Home::empty();
    home.write("scenarios/mine.yaml", scenario("mine"));
    let run = home.run(&["scenario", "lint", "--deny-warnings"], "").ok();
    assert!(run.says("1 file checked, no problems found"), "{}", run.stdout);
    home.write("scenarios/mine.yaml", scenario("mine").replace("minutes: 12", "minutes: 3"));
    assert!(home.run(&["scenario", "lint"], "").ok().says("1 file checked: 0 errors, 1 warning"));
    home.run(&["scenario", "lint", "--deny-warnings"], "").fails(2, "1 warnings, and none are allowed");
}

#[test]
fn signals_without_a_coach_are_one_note_and_no_warning() {
    let home = Home::new();
    let lines = RUBRIC.lines().filter(|line| !line.trim_start().starts_with("coach: "));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    home.write("rubrics/mine.yaml", text.replace("id: roadmap-pushback", "id: mine"));
    let run = home.run(&["rubric", "lint", "--deny-warnings"], "").ok();
    assert!(run.says("note[no-coach]: no signal has a `coach`"), "{}", run.stdout);
    assert!(run.says("2 files checked: 0 errors, 0 warnings, 1 note"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("no-coach").count(), 1, "{}", run.stdout);
}

#[test]
fn errors_are_told_before_anything_is_cut_off() {
    let home = Home::new();
    let probes: String = (0..150).map(|_| "  - missing: names-decider\n    ask: Who?\n".to_owned()).collect();
    home.write(
        "scenarios/mine.yaml",
        scenario("mine")
            .replace("probes:\n", &format!("probes:\n{probes}  - missing: none-such\n    ask: Who?\n")),
    );
    let run = home.run(&["scenario", "lint"], "").fails(2, "1 error: a file with one is left out");
    assert!(run.says("a probe is for `none-such`") && run.says("more in this file"), "{}", run.stdout);
}

#[test]
fn warnings_say_what_would_make_the_file_better() {
    let home = Home::empty();
    let give = "ask: Which person or role makes the final call here?";
    let probe = scenario("mine").lines().position(|line| line.contains("missing: ")).unwrap();
    let mut lines: Vec<String> = scenario("mine").lines().map(str::to_owned).collect();
    lines[probe] = "  - missing: names-decider".into();
    lines[probe + 1] = format!("    {give}");
    home.write("scenarios/gives.yaml", lines.join("\n") + "\n");
    home.write(
        "scenarios/lonely.yaml",
        scenario("lonely")
            .replace("facts:\n", "facts:\n  - {about: the weather, tell: It rains.}\n")
            .replace("facts:\n", "facts:\n  - {about: hats, tell: Red ones., ask: [Which hats?]}\n"),
    );
    let built_in = include_str!("../../../scenarios/roadmap-pushback/ga-date-on-one-database.yaml");
    home.write("scenarios/twin.yaml", built_in.replace("id: ga-date-on-one-database", "id: twin"));
    home.write("scenarios/other-name.yaml", scenario("this-name"));
    let statement = "statement: Takes the disagreement to the person who made the request.";
    let rubric = RUBRIC.replace("id: roadmap-pushback", "id: mine");
    assert!(rubric.contains(statement));
    home.write("rubrics/mine.yaml", rubric.replace(statement, "statement: Communicates well."));
    home.write(
        "rubrics/two.yaml",
        rubric
            .replace("id: mine", "id: two")
            .replace(statement, "statement: Names an owner and proposes a budget for on-call."),
    );
    insta::assert_snapshot!(findings(&home, &[]).join("\n"));
}

/// A spoken case with `words` words of setting and opening together.
fn spoken(id: &str, words: usize, shape: &str) -> String {
    let text = scenario(id);
    let (before, rest) = text.split_once("setting: ").unwrap();
    let opening = rest.find("\nopening:").unwrap();
    let after = &rest[opening + rest[opening..].find("\nfacts:").unwrap()..];
    let setting = "The database is full by October, and the launch is sold.";
    let opening = vec!["what"; words - setting.split(' ').count()].join(" ");
    format!("{before}shape: [{shape}]\nview: Weigh it.\nsetting: {setting}\nopening: {opening}{after}")
}

#[test]
fn a_spoken_case_is_measured_by_what_is_said_before_the_first_answer() {
    let home = Home::empty();
    for (id, words, shape) in [
        ("short", 59, ""),
        ("shortest", 60, ""),
        ("longest", 110, ""),
        ("long", 111, ""),
        ("open", 50, "open-prompt"),
        ("too-open", 51, "open-prompt"),
    ] {
        home.write(&format!("scenarios/{id}.yaml"), spoken(id, words, shape));
    }
    let told: Vec<String> =
        findings(&home, &[]).into_iter().filter(|finding| finding.contains("setting-length")).collect();
    let lengths: Vec<(&str, &str)> = told
        .iter()
        .map(|finding| {
            let (place, message) = finding.split_once(" setting-length: ").unwrap();
            (place.split_once(".yaml").unwrap().0, message)
        })
        .collect();
    assert_eq!(
        lengths,
        [
            ("scenarios/long", "the setting and the opening have 111 words together"),
            ("scenarios/short", "the setting and the opening have 59 words together"),
            ("scenarios/too-open", "the setting and the opening have 51 words together"),
        ]
    );
}

#[test]
fn duplicate_ids_are_told_with_the_other_file() {
    let home = Home::empty();
    home.write("scenarios/a.yaml", scenario("a"));
    home.write("scenarios/b.yaml", scenario("a").replace("bakeries", "butchers"));
    let text = findings(&home, &[]).join("\n");
    assert!(
        text.contains("scenarios/b.yaml:1:5 duplicate-id: the id `a` belongs to `a.yaml` beside it"),
        "{text}"
    );
}

#[test]
fn fix_mends_what_is_misspelt_and_leaves_the_rest_of_the_file_alone() {
    let home = Home::empty();
    let wrong = scenario("mine")
        .replace("minutes: 12", "\"minuets\": 12   # as long as usual")
        .replace("rubric: roadmap-pushback", "rubric: roadmap-pushbak")
        .replace("round: hiring-manager", "round: 'hireing-manager'")
        .replace("missing: who-is-hurt", "missing: who-is-hrut")
        .replacen("  ask:", "  aks:", 1)
        .replace('\n', "\r\n");
    let path = home.write("scenarios/mine.yaml", format!("\u{feff}{wrong}"));
    let run = home.run(&["scenario", "lint", "--fix"], "").ok();
    assert!(run.says("1 file checked, no problems found; fixed 5"), "{}", run.stdout);
    let right = scenario("mine")
        .replace("minutes: 12", "\"minutes\": 12   # as long as usual")
        .replace("round: hiring-manager", "round: 'hiring-manager'")
        .replace('\n', "\r\n");
    assert_eq!(fs::read_to_string(path).unwrap(), format!("\u{feff}{right}"));
}

#[test]
fn other_programs_get_sarif_and_github_commands() {
    let home = Home::empty();
    home.write("my files/50%, a:b.yaml", scenario("mine").replace("minutes: 12", "minuets: 12"));
    let run = home.run(&["scenario", "lint", "--format", "sarif", "my files"], "");
    assert_eq!(run.code, 2);
    let sarif: Value = serde_json::from_str(&run.stdout).unwrap();
    let driver = &sarif["runs"][0]["tool"]["driver"];
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let result = results.iter().find(|result| result["ruleId"] == "unknown-key").unwrap();
    let rule = &driver["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
    assert_eq!((&sarif["version"], &rule["id"]), (&"2.1.0".into(), &result["ruleId"]));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20files/50%25%2C%20a%3Ab.yaml");
    assert_eq!(place["region"]["startLine"], 6);
    let run = home.run(&["scenario", "lint", "--format", "github", "my files"], "");
    let line = run.stdout.lines().find(|line| line.contains("unknown-key")).unwrap();
    assert_eq!(
        line,
        "::error file=my files/50%25%2C a%3Ab.yaml,line=6,col=1,title=unknown-key::unknown key `minuets`: did you mean `minutes`?"
    );
}

#[test]
fn every_rule_has_a_name_of_its_own_and_a_reason() {
    let codes: std::collections::BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.code()).collect();
    assert_eq!(codes.len(), Rule::ALL.len());
    assert!(Rule::ALL.iter().all(|rule| rule.reason().split(' ').count() > 4));
    assert!(Rule::ALL.iter().any(|rule| rule.severity() == Severity::Warning));
}

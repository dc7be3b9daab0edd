//! Sessions set side by side, written out, scored again and deleted.

use std::fs;

use crate::harness::{
    fake_endpoint::{FakeEndpoint, Reaction},
    home::{Home, SCENARIO},
    played::{play, round, score_again},
    terminal::Terminal,
};

/// Two tries at one case; the second shows less.
fn two_tries(home: &Home) -> [String; 2] {
    play(home, &round());
    let mut second = round();
    second.id = "2026-03-09-0915-ga-date-on-one-database".into();
    second.at = "2026-03-09T09:15:00Z".parse().unwrap();
    second.sees.retain(|(signal, ..)| !["names-decider", "lets-slip", "if-overruled"].contains(signal));
    play(home, &second);
    [round().id, second.id]
}

#[test]
fn two_tries_stand_side_by_side() {
    let home = Home::new();
    let [first, second] = two_tries(&home);
    insta::assert_snapshot!(home.run(&["compare", &first, &second], "").ok().stdout);
    let json = home.run(&["compare", &first, &second, "--json"], "").ok().stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["criteria"][2]["only_first"][0]["id"], "names-decider");
    home.run(&["compare", &first, &second, "--html", "both.html"], "").ok().says("written to");
    let page = fs::read_to_string(home.path().join("both.html")).unwrap();
    crate::review::pages::is_inert(&page);
    for text in ["Two tries", &first, &second, "Only A: ", "names-decider", "default-src 'none'"] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[test]
fn a_session_that_is_open_elsewhere_is_not_called_cut_off() {
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], "/quit\n").ok();
    assert!(home.run(&["sessions"], "").ok().says("cut off"));
    let _held = pushback::adapters::store::journal::hold(&home.journal()).unwrap();
    let run = home.run(&["sessions"], "").ok();
    assert!(run.says("open in another terminal") && !run.says("cut off"), "{}", run.stdout);
}

#[test]
fn a_round_in_which_nothing_was_said_says_nothing_about_the_person() {
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], &"/skip\n".repeat(9)).ok();
    assert!(home.run(&["sessions"], "").ok().says("too little said"));
    let run = home.run(&["progress"], "").ok();
    assert!(run.says("1 session, none of them scored"), "{}", run.stdout);
}

#[test]
fn two_scorings_of_one_session_stand_side_by_side() {
    let home = Home::new();
    let path = play(&home, &round());
    score_again(&path, "another judge", &[("names-decider", 0.9, "makes the call")]);
    let run = home.run(&["compare", "2026#1", "2026#2"], "").ok();
    for words in ["Two scorings of one session", "both: names-decider", "only A: cost-of-no", "another judge"]
    {
        assert!(run.says(words), "missing {words}: {}", run.stdout);
    }
    home.run(&["compare", "2026", "2026#2"], "").fails(2, "that is the same scoring twice");
}

#[test]
fn what_can_not_be_compared_is_told() {
    let home = Home::new();
    play(&home, &round());
    let mut other = round();
    other.id = "2026-03-10-0915-academy-by-friday".into();
    other.scenario = "academy-by-friday";
    other.sees.clear();
    play(&home, &other);
    home.run(&["compare", "2026-03-02", "2026-03-10"], "").fails(2, "are scored against different rubrics");
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], "/quit\n").ok();
    home.run(&["compare", "2", "2"], "").fails(2, "has no score to compare");
    let run = home.run(&["--no-model"], "compare a\n").ok();
    assert!(run.says("the following required arguments were not provided: <SECOND>"), "{}", run.stdout);
}

#[test]
fn a_session_is_written_in_three_forms() {
    let home = Home::new();
    let path = play(&home, &round());
    let journal = fs::read_to_string(&path).unwrap();
    assert!(
        home.run(&["export", "--jsonl"], "").ok().stdout == journal,
        "every byte, so that hashes still hold"
    );
    let markdown = home.run(&["export", "--markdown", "--out", "round.md"], "").ok();
    assert!(markdown.stdout.contains("written to round.md"));
    assert!(fs::read_to_string(home.path().join("round.md")).unwrap().starts_with("# A launch date"));
    let csv = home.run(&["export", "--csv"], "").ok().stdout;
    let mut table = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let case = crate::harness::played::case(SCENARIO);
    assert_eq!(rows.len(), case.rubric.statements().count(), "one row a signal and red flag");
    let row = rows.iter().find(|row| &row[8] == "names-decider").unwrap();
    assert_eq!((&row[12], &row[13]), ("true", "The CEO makes the call, since both budgets meet there."));
    home.run(&["export"], "").fails(2, "required");
    two_more(&home);
    let all = home.run(&["export", "--csv", "--all"], "").ok().stdout;
    assert_eq!(all.lines().filter(|line| line.starts_with("session,")).count(), 1, "one header");
    assert_eq!(csv::Reader::from_reader(all.as_bytes()).records().count(), 2 * rows.len());
}

fn two_more(home: &Home) {
    let mut again = round();
    again.id = "2026-03-03-0915-ga-date-on-one-database".into();
    play(home, &again);
    home.write("sessions/2026-03-04-broken.jsonl", "{}\n");
}

#[test]
fn a_corrected_rubric_adds_a_scoring_and_leaves_the_first() {
    let home = Home::new();
    let path = play(&home, &round());
    let before = fs::read_to_string(&path).unwrap();
    let rubric = include_str!("../../../rubrics/roadmap-pushback.yaml");
    let corrected = rubric.replace("name: What is offered instead", "name: What is offered in its place");
    home.write("rubrics/roadmap-pushback.yaml", corrected);
    let server = FakeEndpoint::start(|_, _| Reaction::Yes { p: 0.9, content: "yes, sentences: 1".into() });
    let score = |more: &[&str]| {
        let arguments = [&["score", "--endpoint", &server.url, "--model", "tested"], more].concat();
        home.run(&arguments, "").ok()
    };
    assert!(
        !score(&[]).says("What is offered in its place"),
        "without being asked it stays with the round's rubric"
    );
    assert!(score(&["--current-rubric"]).says("What is offered in its place"));
    let corrections = || fs::read_to_string(&path).unwrap().matches("\"record\":\"corrected\"").count();
    assert_eq!(corrections(), 1);
    score(&["--current-rubric"]);
    assert_eq!(corrections(), 1, "a correction is put down once");
    assert!(fs::read_to_string(&path).unwrap().starts_with(&before));
    assert!(home.run(&["review", "#1"], "").ok().says("What is offered instead"));
    assert!(home.run(&["review"], "").ok().says(", rubric corrected (shown here)"));
}

#[test]
fn a_deleted_session_leaves_no_trace() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, 80, 40, &["practice", SCENARIO, "--no-model"]);
    terminal.wait_for("›");
    terminal.say("A sentence that nobody but me may ever see again.");
    terminal.wait_until("a probe", |terminal| terminal.screen().matches("Interviewer").count() == 2);
    terminal.send("half a draft");
    terminal.wait_until("the draft", |_| home.journal().with_extension("draft").exists());
    terminal.signal("KILL");
    terminal.ends();
    play(&home, &round());
    home.run(&["sessions"], "").ok();
    let id = home
        .journals()
        .into_iter()
        .find(|path| *path != home.path().join("sessions").join(round().id + ".jsonl"));
    let id = id.unwrap().file_stem().unwrap().to_str().unwrap().to_owned();

    home.run(&["sessions", "delete", &id], "").fails(2, "there is nobody here to confirm it");
    let mut terminal = Terminal::start(&home, 80, 40, &["sessions", "delete", &id]);
    terminal.wait_for("[y/N]");
    terminal.send("\r");
    assert_eq!(terminal.ends(), 0);
    terminal.wait_for("Nothing was deleted.");
    assert_eq!(home.journals().len(), 2);

    home.run(&["sessions", "delete", &id, "--yes"], "").ok();
    assert_eq!(home.journals().len(), 1, "the other one stays");
    for entry in walk(home.path()) {
        let text = String::from_utf8_lossy(&fs::read(&entry).unwrap()).into_owned();
        for trace in ["nobody but me", "half a draft", id.as_str()] {
            assert!(
                !text.contains(trace) && !entry.to_str().unwrap().contains(&id),
                "{trace} in {}",
                entry.display()
            );
        }
    }
    home.run(&["sessions", "delete", "nothing"], "").fails(2, "there is no session `nothing`");
}

#[test]
fn a_session_that_is_open_elsewhere_is_not_deleted() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, 80, 40, &["practice", SCENARIO, "--no-model"]);
    terminal.wait_for("›");
    home.run(&["sessions", "delete", "2", "--yes"], "").fails(1, "is open in another process");
    terminal.send("/quit\r");
    assert_eq!(terminal.ends(), 0);
    home.run(&["sessions", "delete", "2", "--yes"], "").ok();
    assert_eq!(home.journals().len(), 0);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

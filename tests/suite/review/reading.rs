//! Reading a session again, in the terminal and by a program.

use std::{collections::BTreeMap, fs};

use pushback::{
    adapters::store::journal,
    core::{
        record::{Disputed, Record},
        review::{
            self, Outcome, Review,
            clock::{Moment, Spent},
        },
        session::policy::Action,
    },
};

use crate::harness::{
    home::{Home, flat},
    played::{self, Move, append, play, round, score_again},
    terminal::Terminal,
};

fn folded(path: &std::path::Path) -> Review {
    review::fold(&journal::load(path).unwrap().lines).unwrap()
}

/// A round with everything that a review can show.
fn rich(home: &Home) -> std::path::PathBuf {
    let path = play(home, &round());
    let levels = BTreeMap::from([("stakes".into(), 4), ("counter-offer".into(), 3), ("decision".into(), 0)]);
    let disputed = |signal: &str, present, reason: &str| {
        Record::Disputed(Disputed { signal: signal.into(), present, reason: reason.into(), withdrawn: false })
    };
    append(
        &path,
        &[
            Record::SelfRated { levels },
            disputed("would-yield-if", true, "I said what the load test would have to show."),
            disputed("lets-slip", false, "Those reports are not mine."),
        ],
    );
    path
}

#[test]
fn the_terminal_shows_the_whole_session() {
    let home = Home::new();
    rich(&home);
    insta::assert_snapshot!(home.run(&["review"], "").ok().stdout);
}

#[test]
fn markdown_has_the_same_content() {
    let home = Home::new();
    rich(&home);
    insta::assert_snapshot!(home.run(&["review", "--markdown"], "").ok().stdout);
}

#[test]
fn a_program_reads_the_review_as_one_object() {
    let home = Home::new();
    rich(&home);
    let review: serde_json::Value =
        serde_json::from_str(&home.run(&["review", "--json"], "").ok().stdout).unwrap();
    assert_eq!(review["outcome"]["scored"]["criteria"][0]["signals"][0]["evidence"][0][0], 6);
    assert_eq!(review["own"]["stakes"], 4);
    assert_eq!(review["facts"][0]["asked"], true);
    assert_eq!(review["disputes"][1]["reason"], "Those reports are not mine.");
    assert_eq!(
        review["drawn"]["scenario"]["notes"],
        serde_json::Value::Null,
        "the author's notes stay theirs"
    );
}

#[test]
fn evidence_is_marked_in_the_answer_and_the_twist_has_its_own() {
    let home = Home::new();
    let review = folded(&rich(&home));
    let twist = review.twist.as_ref().unwrap();
    assert_eq!((twist.only_after.as_slice(), twist.again.len()), (["if-overruled".to_owned()].as_slice(), 0));
    let Outcome::Scored(card) = &review.outcome else { panic!("not scored") };
    let texts: Vec<String> = review
        .transcript
        .iter()
        .filter_map(|entry| match &entry.item {
            review::Item::Answer { pieces, .. } => Some(pieces.iter().map(|p| p.text.as_str()).collect()),
            _ => None,
        })
        .collect();
    let said: Vec<String> = round()
        .moves
        .iter()
        .filter_map(|step| match step {
            Move::Say(_, text) => Some(text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, said, "an answer in pieces is the answer");
    for signal in card.criteria.iter().flat_map(|criterion| &criterion.signals) {
        for (_, sentence) in &signal.evidence {
            assert!(said.iter().any(|text| text.contains(sentence.as_str())), "{sentence}");
        }
        assert_eq!(signal.present, !signal.evidence.is_empty());
    }
}

#[test]
fn the_clock_leaves_out_pauses_and_what_came_after_the_round() {
    let home = Home::new();
    let mut round = round();
    round.moves.insert(2, Move::Do(10, Action::Pause));
    let path = play(&home, &round);
    score_again(&path, "another judge", &[]);
    let review = folded(&path);
    let clock = &review.clock;
    // What the moves take, and four seconds for each of the four times that the judge is asked.
    assert_eq!(clock.seconds, 40.0 + 170.0 + 10.0 + 5.0 + 65.0 + 80.0 + 30.0 + 95.0 + 4.0 * 4.0);
    assert_eq!(clock.first_answer(), Some(210.0));
    assert_eq!(clock.count(|moment| *moment == Moment::Away), 1);
    assert_eq!(clock.spent(|what| what == Spent::Asking), 40.0);
    for pair in clock.spans.windows(2) {
        assert!(pair[0].to <= pair[1].from, "{pair:?}");
    }
}

#[test]
fn scoring_again_adds_and_either_can_be_shown() {
    let home = Home::new();
    let path = play(&home, &round());
    let before = fs::read_to_string(&path).unwrap();
    score_again(&path, "another judge", &[("names-decider", 0.9, "makes the call")]);
    assert!(fs::read_to_string(&path).unwrap().starts_with(&before), "the first scoring stays as it was");
    let latest = home.run(&["review"], "").ok();
    assert!(latest.says("Observed by another judge."), "{}", latest.stdout);
    assert!(latest.says("Scored more than once"));
    let id = round().id;
    assert!(home.run(&["review", &format!("{id}#1")], "").ok().says("Observed by test judge."));
    assert!(home.run(&["review", "#2"], "").ok().says("Observed by another judge."));
    home.run(&["review", "#3"], "").fails(2, "there is no scoring 3: the session was scored 2 times");
    home.run(&["review", "#x"], "").fails(2, "`#x` is no number of a scoring");
}

#[test]
fn it_wraps_at_any_width() {
    let home = Home::new();
    let review = folded(&rich(&home));
    for width in [20, 33, 40, 80, 96] {
        let text = pushback::render::review::review(&review, width, &jiff::tz::TimeZone::UTC);
        let text = anstream::adapter::strip_str(&text).to_string();
        for line in text.lines() {
            // A gauge and a word can't be broken.
            let solid = line.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
            assert!(line.chars().count() <= width.max(solid + 8).max(47), "{width}: {line}");
        }
    }
}

#[test]
fn on_a_terminal_a_long_review_goes_through_the_pager() {
    let home = Home::new();
    rich(&home);
    let pager = home.write("pager", "#!/bin/sh\necho paged by $1\nhead -n 1\n");
    fs::set_permissions(&pager, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let start = |pager: &str| {
        let mut terminal = Terminal::start_with(&home, 80, 24, &["review"], &[("PAGER", pager)]);
        assert_eq!(terminal.ends(), 0);
        terminal.raw()
    };
    let paged = start(&format!("{} 'the pager'", pager.display()));
    assert!(paged.contains("paged by the pager") && !paged.contains("What was said"), "{paged}");
    let unpaged = start("/nonexistent/pager");
    assert!(unpaged.contains("What was said"), "without a pager it is printed: {unpaged}");
}

#[test]
fn an_unscored_round_is_reviewed_too() {
    let home = Home::new();
    let mut unfinished = round();
    unfinished.moves.truncate(2);
    play(&home, &unfinished);
    let run = home.run(&["review"], "").ok();
    assert!(run.says("This round was cut off before its end."), "{}", run.stdout);
    assert!(flat(&run.stdout).contains("Facts: 1 of 5 asked for"));
    assert_eq!(played::case(unfinished.scenario).scenario.facts.len(), 5);
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let home = Home::new();
    rich(&home);
    let mut command = std::process::Command::new("sh");
    let pipe = format!(
        "for i in 1 2 3 4 5; do '{}' review --json; done | head -c 10",
        crate::harness::home::PROGRAM
    );
    command.args(["-c", &pipe]).env("PUSHBACK_HOME", home.path());
    let run = crate::harness::home::finish(command, "");
    assert_eq!((run.stdout.len(), run.stderr.as_str()), (10, ""));
}

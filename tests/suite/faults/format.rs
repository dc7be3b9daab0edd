//! The disk format: what stands in a journal is what stood in it, and what a newer version wrote is kept.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use pushback::{
    adapters::store::journal::{self, JsonlJournal},
    core::{
        bank::{Case, scenario::Domain},
        hash::hash,
        record::{Corrected, Disputed, Line, Record},
        session::policy::Action,
        turn::Voice,
    },
    ports::{Clock, Journal},
};
use serde_json::{Value, json};

use crate::{
    faults::journals::frozen,
    harness::{
        home::{Home, SCENARIO},
        played::{self, Move, Round, live_round, play_case, round, score_again, seal_again},
    },
};

/// Every kind of record that there is. A new one has to stand in a frozen journal too.
fn kind(record: &Record) -> &'static str {
    match record {
        Record::Opened(_) => "opened",
        Record::Drawn(_) => "drawn",
        Record::Asked(_) => "asked",
        Record::Said { .. } => "said",
        Record::Routed { .. } => "routed",
        Record::Used { .. } => "used",
        Record::Observed(_) => "observed",
        Record::Unobserved { .. } => "unobserved",
        Record::Scored(_) => "scored",
        Record::Corrected(_) => "corrected",
        Record::SelfRated { .. } => "self-rated",
        Record::Disputed(_) => "disputed",
        Record::Rules(_) => "rules",
        Record::Sighted(_) => "sighted",
        Record::Ended { .. } => "ended",
        Record::Sealed(_) => "sealed",
    }
}

/// How many [`kind`] knows.
const KINDS: usize = 16;

#[derive(Clone, Copy)]
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn steady(&self) -> u64 {
        0
    }
}

/// The public keys that frozen journals are sealed with. The secret ones are gone.
const KEYS: [&str; 2] = ["format-1.key", "format-1.1.key"];

/// A home on the machine on which the frozen journals were sealed.
fn home() -> Home {
    let home = Home::new();
    home.write("keys/seal.known", KEYS.map(frozen_file).concat());
    home
}

fn frozen_file(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journals").join(name)).unwrap()
}

fn stem(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

fn values(bytes: &[u8]) -> Vec<Value> {
    String::from_utf8(bytes.to_vec())
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Lines as a journal whose numbers and hashes fit.
fn chained(lines: Vec<Value>) -> String {
    let mut text = String::new();
    let mut prev = hash(b"");
    for (seq, mut line) in lines.into_iter().enumerate() {
        line["seq"] = json!(seq);
        line["prev"] = json!(prev);
        let line = line.to_string();
        prev = hash(line.as_bytes());
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Writes the records of a journal once more, each at its time.
fn written_again(home: &Home, lines: &[Line]) -> PathBuf {
    let path = home.path().join("again.jsonl");
    let _ = fs::remove_file(&path);
    for line in lines {
        let mut journal = match line.seq {
            0 => JsonlJournal::create(&path, At(line.at)).unwrap(),
            _ => played::reopen(&path, At(line.at)),
        };
        journal.append(&line.record).unwrap();
    }
    path
}

/// The case of the other tests with every key that a scenario may have.
fn full_case() -> Case {
    let mut case = played::case(SCENARIO);
    let voice = Voice { name: Some("Rosa Lindqvist, director".into()), ..Voice::default() };
    case.scenario.domain = Domain::Sre;
    case.scenario.interviewer = Some(voice);
    case.scenario.view = Some("I'd lend two people and move the date by six weeks.".into());
    case.scenario.facts[0].why = Some("It's the cheapest load to take away.".into());
    case.scenario.facts[0].decisive = true;
    case
}

fn disputed(withdrawn: bool) -> Record {
    let reason = "I said that I'd staff it on Friday.".into();
    Record::Disputed(Disputed { signal: "if-overruled".into(), present: true, reason, withdrawn })
}

fn corrected() -> Record {
    let mut rubric = full_case().rubric;
    rubric.title.push_str(", corrected");
    Record::Corrected(Box::new(Corrected { rubric, rubric_hash: "0b1d".into() }))
}

/// A practice round and a live round in which every kind of record occurs that this version writes.
fn everything(home: &Home) -> [PathBuf; 2] {
    let rated = Record::SelfRated { levels: [("stakes".into(), 4)].into() };
    let mut practice = Round { id: "format-1.1-practice".into(), ..round() };
    practice.moves.insert(1, Move::Do(3, Action::SeeRubric));
    let practice = play_case(home, &practice, full_case());
    played::append(&practice, &[rated.clone(), corrected()]);
    score_again(&practice, "another judge", &round().sees);
    played::append(&practice, &[disputed(false), disputed(true)]);

    let live = play_case(home, &Round { id: "format-1.1-live".into(), ..live_round() }, full_case());
    score_again(&live, "test judge", &live_round().sees);
    seal_again(home, &live);
    played::append(&live, &[rated, corrected()]);
    score_again(&live, "another judge", &round().sees);
    seal_again(home, &live);
    played::append(&live, &[disputed(false)]);
    seal_again(home, &live);
    [practice, live]
}

#[test]
fn every_kind_of_record_stands_in_a_frozen_journal() {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut on_disk: BTreeSet<String> = BTreeSet::new();
    for file in frozen() {
        known.extend(journal::load(&file).unwrap().lines.iter().map(|line| kind(&line.record)));
        on_disk
            .extend(values(&fs::read(&file).unwrap()).iter().map(|it| it["record"].as_str().unwrap().into()));
    }
    assert_eq!(known.len(), KINDS, "{known:?}");
    let format_only: Vec<&String> = on_disk.iter().filter(|kind| !known.contains(kind.as_str())).collect();
    assert_eq!(format_only, ["format"]);
}

#[test]
fn a_frozen_journal_is_written_today_as_it_was_then() {
    for file in frozen() {
        let lines = journal::load(&file).unwrap().lines;
        let frozen = fs::read(&file).unwrap();
        let again = fs::read(written_again(&Home::new(), &lines)).unwrap();
        if stem(&file).starts_with("format-1.1-") && !stem(&file).ends_with("continued") {
            assert!(frozen == again, "{}", file.display());
        }
        // The version in the header is all that an older journal differs in, and with it the hashes.
        let plain = |bytes: &[u8]| -> Vec<Value> {
            let mut values = values(bytes);
            values.retain(|value| value["record"] != "format");
            for value in &mut values {
                let line = value.as_object_mut().unwrap();
                line.retain(|key, _| !["seq", "prev", "minor"].contains(&key.as_str()));
            }
            values
        };
        assert_eq!(plain(&frozen), plain(&again), "{}", file.display());
    }
}

#[test]
fn what_is_played_today_is_read_back_and_verifies() {
    let home = home();
    let [practice, live] = everything(&home);
    let mut paths = vec![practice, live.clone()];
    let ends = [Move::RunOut(600, "I'd tell the".into()), Move::Leave(5)];
    for (number, end) in (1..).zip(ends) {
        let mut cut = Round { id: format!("cut-{number}"), ..live_round() };
        cut.moves.truncate(15);
        cut.moves.push(end);
        paths.push(play_case(&home, &cut, full_case()));
        home.run(&["verify", &cut.id], "").ok();
    }
    for path in &paths {
        let loaded = journal::load(path).unwrap();
        assert_eq!((loaded.damage, loaded.skipped.note()), (None, None));
        assert_eq!(fs::read(path).unwrap(), fs::read(written_again(&home, &loaded.lines)).unwrap());
        let scenario = &values(&fs::read(path).unwrap())
            .into_iter()
            .find(|it| it["record"] == "drawn")
            .unwrap()["scenario"];
        assert_eq!(scenario["domain"], "sre");
        assert_eq!(scenario["interviewer"]["name"], "Rosa Lindqvist, director");
        assert_eq!(scenario["facts"][0]["decisive"], true);
    }
    home.run(&["verify", stem(&live)], "").ok();
}

#[test]
fn sealed_frozen_journals_verify_for_ever() {
    let mut sealed = 0;
    for file in frozen().iter().filter(|file| stem(file).contains("live")) {
        let home = home();
        let name = stem(file);
        let copy = home.write(&format!("sessions/{name}.jsonl"), fs::read(file).unwrap());
        let whole = home.run(&["verify", name], "").ok();
        assert!(whole.says("is whole"), "{}", whole.stdout);
        assert_eq!(fs::read(&copy).unwrap(), fs::read(file).unwrap(), "looking at it changes nothing");
        let changed = fs::read_to_string(file).unwrap().replace("I would see the VP", "I would sue the VP");
        fs::write(&copy, changed).unwrap();
        home.run(&["verify", name], "").fails(5, "was changed");
        sealed += 1;
    }
    assert_eq!(sealed, 4);
    for (name, key) in ["format-1-live-sealed.pushback", "format-1.1-live.pushback"].iter().zip(KEYS) {
        // Elsewhere, with another key.
        let home = Home::new();
        home.write(name, frozen_file(name));
        let key = home.write("key", frozen_file(key));
        let whole = home.run(&["verify", name, "--public-key", key.to_str().unwrap()], "").ok();
        assert!(whole.says("is whole: "), "{}", whole.stdout);
    }
}

#[test]
fn a_sealed_frozen_journal_is_gone_on_with_and_still_verifies() {
    let home = home();
    let name = "format-1-live-sealed";
    let before = frozen_file("format-1-live-sealed.jsonl");
    let copy = home.write("sessions/format-1-live-sealed.jsonl", &before);
    for signal in ["cost-of-no", "names-decider"] {
        home.run(&["dispute", signal, "I said so.", "--session", name], "").ok();
    }
    let after = fs::read(&copy).unwrap();
    assert!(after.starts_with(&before), "it was only added to");
    let added = values(&after[before.len()..]);
    let kinds: Vec<&str> = added.iter().map(|line| line["record"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["format", "disputed", "sealed", "disputed", "sealed"], "the version is named once");
    assert_eq!((&added[0]["format"], &added[0]["minor"]), (&json!(1), &json!(1)));
    assert!(home.run(&["verify", name], "").ok().says("is whole"));
    home.run(&["review", name], "").ok();
}

/// A journal as a newer minor version may write it: kinds, words, and keys that nobody knows here.
fn newer(lines: Vec<Value>) -> Vec<Value> {
    let mut newer = vec![];
    for mut line in lines {
        if line["record"] == "sealed" {
            continue;
        }
        match line["record"].as_str().unwrap() {
            "opened" => line["minor"] = json!(7),
            "drawn" => line["scenario"]["facts"][0]["season"] = json!("spring"),
            "asked" => line["tone"] = json!("dry"),
            _ => {}
        }
        let at = line["at"].clone();
        newer.push(line);
        if newer.len() == 6 {
            newer.push(json!({"at": at, "record": "coached", "words": ["no", {"idea": 1}]}));
            newer.push(json!({"at": at, "record": "used", "what": {"use": "whiteboard"}}));
        }
    }
    newer
}

const NOTE: &str = "a newer version of pushback wrote parts of this session that this one doesn't know (`asked.tone`, `coached`, `drawn.season`, `used`); they stay in its journal and are skipped here";

#[test]
fn what_a_newer_minor_version_wrote_is_kept_and_skipped_with_one_line() {
    let home = home();
    let text = chained(newer(values(&frozen_file("format-1.1-practice.jsonl"))));
    let path = home.write("sessions/format-1.1-practice.jsonl", &text);
    let review = home.run(&["review"], "").ok();
    assert_eq!(review.stderr.trim(), format!("note: {NOTE}"));
    assert!(review.says("jobs hang for two hours"), "what comes after it is read");
    let doctor = home.run(&["doctor", "--no-model"], "");
    assert!(doctor.says(NOTE), "{}", doctor.stdout);
    assert_eq!(home.run(&["export", "--jsonl"], "").ok().stdout, text);
    let disputed = home.run(&["dispute", "cost-of-no", "I said so."], "").ok();
    assert_eq!(disputed.stderr.trim(), format!("note: {NOTE}"));
    let after = fs::read_to_string(&path).unwrap();
    assert!(after.starts_with(&text) && !after[text.len()..].contains("\"record\":\"format\""), "{after}");
    assert_eq!(journal::load(&path).unwrap().damage, None);
}

#[test]
fn what_a_newer_minor_version_sealed_verifies() {
    let home = home();
    let name = "format-1.1-live";
    let path = home.write(
        "sessions/format-1.1-live.jsonl",
        chained(newer(values(&frozen_file("format-1.1-live.jsonl")))),
    );
    seal_again(&home, &path);
    let whole = home.run(&["verify", name], "").ok();
    assert!(whole.says("is whole") && whole.says(NOTE), "{}", whole.stdout);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"idea\":1", "\"idea\":2")).unwrap();
    home.run(&["verify", name], "").fails(5, "line 7 was changed");
}

#[test]
fn a_newer_major_version_is_refused_and_left_alone() {
    for with in ["header", "later"] {
        let home = home();
        let name = "format-1.1-live";
        let mut lines = values(&frozen_file("format-1.1-live.jsonl"));
        if with == "header" {
            lines[0]["format"] = json!(2);
        } else {
            let at = lines[8]["at"].clone();
            lines.insert(9, json!({"at": at, "record": "format", "format": 2, "minor": 0, "why": {}}));
        }
        let text = chained(lines);
        let path = home.write("sessions/format-1.1-live.jsonl", &text);
        let commands: [&[&str]; 5] = [
            &["review", name],
            &["verify", name],
            &["dispute", "cost-of-no", "I said so.", "--session", name],
            &["resume", name],
            &["score", name, "--no-model"],
        ];
        for command in commands {
            let run = home.run(command, "").fails(2, "was written by a newer version of pushback (format 2.");
            assert!(run.stderr.contains("update pushback"), "{}", run.stderr);
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn nothing_unknown_is_skipped_in_a_journal_of_this_version() {
    let mut lines = values(&frozen_file("format-1.1-practice.jsonl"));
    let at = lines[3]["at"].clone();
    lines.insert(4, json!({"at": at, "record": "coached"}));
    let home = Home::new();
    let path = home.write("sessions/a.jsonl", chained(lines));
    let loaded = journal::load(&path).unwrap();
    assert_eq!(loaded.lines.len(), 4);
    assert!(loaded.damage.is_some() && loaded.skipped.note().is_none());
}

//! The seal of a live session: whatever is changed afterwards is found and named.

use std::fs;

use jiff::Timestamp;
use pushback::core::{
    editing::buffer::Edit,
    live::{
        Cut, Sight, Sighting,
        typing::{Stroke, Typing},
    },
    record::{Record, Route, RoutedBy},
};

use crate::{
    harness::{
        fake_endpoint::{FakeEndpoint, Reaction},
        home::{Home, SCENARIO, flat},
    },
    live::round::{begin, crafted, send},
};

/// A round that was played to its end, and its journal.
fn sealed(home: &Home) -> Vec<u8> {
    let mut terminal = begin(home, 80, 40);
    for answer in ["I'd lend two.", "They hang.", "In July.", "We lose nine.", "I tell the CEO."] {
        terminal.type_by_hand(answer);
        if answer == "I tell the CEO." {
            terminal.send("\u{4}");
        } else {
            send(&mut terminal, home);
        }
    }
    assert_eq!(terminal.ends(), 0);
    let id = home.journal().file_stem().unwrap().to_str().unwrap().to_owned();
    let screen = flat(&terminal.screen());
    for text in ["The record is sealed:", "pushback review", "pushback verify", "pushback replay", &id] {
        assert!(screen.contains(text), "{text}: {screen}");
    }
    fs::read(home.journal()).unwrap()
}

/// Numbers that are the same in every run.
struct Picks(u64);

impl Picks {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

#[test]
fn a_round_to_its_end_is_sealed_and_every_change_is_found() {
    let home = Home::new();
    let whole = sealed(&home);
    let verified = home.run(&["verify"], "").ok();
    assert!(verified.says("sealed to its end"), "{}", verified.stdout);
    let review = flat(&home.run(&["review"], "").ok().stdout);
    for text in [
        "Unscored",
        "What was seen",
        "What could not be seen",
        "characters typed",
        "the interview was over before the time was",
    ] {
        assert!(review.contains(text), "{text}: {review}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(home.path().join("keys/seal.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    let replayed = home.run(&["replay"], "").ok();
    for text in ["I'd lend two.", "I tell the CEO.", "Interviewer"] {
        assert!(replayed.says(text), "{text}: {}", replayed.stdout);
    }

    // As one file, on a machine that has another key.
    home.run(&["verify", "--export", "one.pushback"], "").ok();
    let key = verified.stdout.lines().find_map(|line| line.strip_prefix("sealed with ")).unwrap();
    let elsewhere = Home::new();
    let file = elsewhere.write("one.pushback", fs::read(home.path().join("one.pushback")).unwrap());
    let file = file.to_str().unwrap();
    elsewhere.run(&["verify", file, "--public-key", key], "").ok();
    elsewhere.run(&["verify", file], "").ok().says("Compare it with the one");
    let other = "0".repeat(64);
    elsewhere.run(&["verify", file, "--public-key", &other], "").fails(5, "sealed with another key");

    every_change_is_found(&home, &whole);
}

fn every_change_is_found(home: &Home, whole: &[u8]) {
    use pushback::adapters::store::seal;
    let stub = seal::remembered(&home.journal());
    let key = seal::verify(whole, None, stub.as_ref()).unwrap().key;
    let find = |bytes: &[u8]| {
        seal::verify(bytes, Some(&key), stub.as_ref()).expect_err("it was changed").to_string()
    };
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let mut picks = Picks(0x2545_f491_4f6c_dd1d);
    for _ in 0..200 {
        // A byte.
        let at = picks.below(whole.len());
        let mut changed = whole.to_vec();
        changed[at] ^= 1 << picks.below(8);
        let line = whole[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        let found = find(&changed);
        assert!(
            found.contains(&format!("line {line} "))
                || found.contains(&format!("lines {line} to "))
                || found.contains(&format!("line {} ", line + 1))
                || found.contains("another key")
                || found.contains("was cut off"),
            "byte {at} in line {line}: {found}"
        );
        // A line.
        let line = picks.below(lines.len());
        let without = [&lines[..line], &lines[line + 1..]].concat().concat();
        let found = find(&without);
        assert!(
            found.contains(&format!("line {} ", line + 1)) || line + 1 == lines.len(),
            "dropped {line}: {found}"
        );
        let twice = [&lines[..=line], &lines[line..]].concat().concat();
        assert_eq!(find(&twice), format!("line {} was added", line + 2));
        let other = picks.below(lines.len());
        if other != line {
            let mut moved = lines.clone();
            moved.swap(line, other);
            let found = find(&moved.concat());
            assert!(found.contains(&format!("line {} was moved", line.min(other) + 1)), "{found}");
        }
        let cut = picks.below(whole.len() - 1) + 1;
        find(&whole[..cut]);
        find(&lines[..picks.below(lines.len())].concat());
    }
    // The last line's number, and through the command.
    fs::write(home.journal(), [&lines[..4], &lines[5..]].concat().concat()).unwrap();
    home.run(&["verify"], "").fails(5, "line 5 was dropped");
    // Somebody who makes the whole chain anew has no key to close it with.
    fs::write(home.journal(), whole).unwrap();
    home.run(&["verify"], "").ok();
}

#[test]
fn a_session_that_was_scored_again_is_sealed_again() {
    let home = Home::new();
    sealed(&home);
    assert_eq!(home.run(&["score", "--no-model"], "").code, 4);
    assert!(home.run(&["verify"], "").ok().says("sealed to its end"));
    assert_eq!(home.records().iter().filter(|record| record["record"] == "sealed").count(), 3);
    assert_eq!(home.records()[2]["scenario"]["id"], SCENARIO);
}

#[test]
fn a_session_that_was_disputed_is_sealed_again() {
    let home = Home::new();
    sealed(&home);
    let endpoint = FakeEndpoint::start(|_, _| Reaction::Yes { p: 0.9, content: "yes 1".into() });
    home.run(&["score", "--endpoint", &endpoint.url, "--model", "tested"], "").ok();
    home.run(&["dispute", "refuses-precisely", "I offered two people."], "").ok();
    let verified = home.run(&["verify"], "").ok();
    assert!(verified.says("sealed to its end"), "{}", verified.stdout);
}

#[test]
fn the_ledger_tells_what_was_seen_beside_what_could_not_be_seen() {
    let home = Home::empty();
    let saw = |ms, what| Record::Sighted(Sighting { ms, what });
    // "I would refuse it", two characters taken back, and a minute and a half of silence in the middle.
    let keys = "I would ".chars().map(Edit::Insert);
    let keys = keys.chain([Edit::Backspace, Edit::Backspace]).chain("d refuse it".chars().map(Edit::Insert));
    let gap = |index: usize| if index == 10 { 93_000 } else { 0 };
    let mut ms = 20_000;
    let strokes: Vec<Stroke> = keys
        .enumerate()
        .map(|(index, edit)| {
            ms += 140 + gap(index);
            Stroke { ms, edit }
        })
        .collect();
    let text = "I would refuse it".to_owned();
    let typing = Typing::record(20_000, "", &strokes);
    assert_eq!(typing.text(), text);
    let pasted = "As a Staff engineer, I would first align the stakeholders on the trade-offs.".to_owned();
    let more = vec![
        saw(30_000, Sight::FocusLost),
        saw(101_000, Sight::FocusBack { away: 71_000 }),
        saw(104_000, Sight::Paste { marked: true, chars: 76, text: pasted }),
        saw(105_600, Sight::DeniedKey { key: "Ctrl-R".into() }),
        saw(106_000, Sight::DeniedCommand { command: "/hint".into() }),
        saw(107_000, Sight::Resized { columns: 100, rows: 30 }),
        saw(108_000, Sight::Lookup { command: "review".into(), when: Timestamp::UNIX_EPOCH }),
        saw(118_000, Sight::Typed(Box::new(typing))),
        Record::Said { text },
        Record::Routed { route: Route::Answer, by: RoutedBy::Rule },
        Record::Said { text: "Any hint?".into() },
        Record::Routed { route: Route::Help, by: RoutedBy::Rule },
        saw(200_000, Sight::StoodStill { for_ms: 61_000 }),
        saw(201_000, Sight::TimeSet { by_ms: -3_600_000 }),
        saw(420_000, Sight::Warned { minutes: 5 }),
        saw(500_000, Sight::Restarted { away: 12_000 }),
        Record::Ended { why: Cut::Deadline },
    ];
    crafted(&home, "2026-01-01T12:00:00Z".parse().unwrap(), more);
    let review = home.run(&["review"], "").ok().stdout;
    let ledger = review.split_once("── What was seen").unwrap().1;
    insta::assert_snapshot!(format!("── What was seen{ledger}"));
    // However it is shown, a sighting has one time and a silence one length.
    let page = home.path().join("page.html");
    home.run(&["review", "--html", page.to_str().unwrap()], "").ok();
    let page = std::fs::read_to_string(page).unwrap();
    let markdown = home.run(&["review", "--markdown"], "").ok().stdout;
    for (time, what) in
        [("1:45", "Ctrl-R was pressed"), ("3:20", "the program had stood still for 1 min 01 s")]
    {
        assert!(ledger.contains(&format!("{time}  {what}")), "{ledger}");
        assert!(markdown.contains(&format!("{time} {what}")), "{markdown}");
        assert!(page.contains(&format!("{time} {what}")), "{page}");
    }
    insta::assert_snapshot!("replayed", home.run(&["replay"], "").ok().stdout);
}

proptest::proptest! {
    #[test]
    fn bytes_that_nobody_sealed_are_never_whole(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        proptest::prop_assert!(pushback::adapters::store::seal::verify(&bytes, None, None).is_err());
        let export = [b"{\"pushback_export\":1", bytes.as_slice()].concat();
        proptest::prop_assert!(pushback::adapters::store::seal::verify(&export, None, None).is_err());
    }
}

#[test]
fn a_journal_under_another_name_is_found() {
    let home = Home::empty();
    sealed(&home);
    let journal = home.journal();
    let id = journal.file_stem().unwrap().to_str().unwrap().to_owned();
    let copy = home.path().join("sessions/2026-01-01-1200-another.jsonl");
    fs::copy(&journal, &copy).unwrap();
    fs::copy(journal.with_extension("seal"), copy.with_extension("seal")).unwrap();
    let run = home.run(&["verify", "2026-01-01-1200-another"], "").fails(5, "it is the journal of");
    assert!(run.stderr.contains(&id), "{}", run.stderr);
}

#[test]
fn a_rubric_of_ones_own_is_told_from_the_shipped_one() {
    let home = Home::empty();
    sealed(&home);
    let as_shipped = "Case and rubric are as this version ships them.";
    assert!(home.run(&["verify"], "").ok().says(as_shipped));
    assert!(home.run(&["review"], "").ok().says(as_shipped));

    let home = Home::empty();
    let rubric = crate::harness::played::case(SCENARIO).rubric.id;
    let file = format!("rubrics/{rubric}.yaml");
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
    let text = fs::read_to_string(shipped).unwrap();
    home.write(&file, text.replacen("title: ", "title: My ", 1));
    sealed(&home);
    let own = "The rubric is not the one that this version ships under that name.";
    assert!(home.run(&["verify"], "").ok().says(own));
    assert!(home.run(&["review"], "").ok().says(own));
}

#[test]
fn where_a_journal_ends_is_not_claimed_without_anything_that_says_so() {
    let home = Home::new();
    sealed(&home);
    let whole = home.run(&["verify"], "").ok();
    assert!(whole.says("is whole:") && !whole.says("can't be known"), "{}", whole.stdout);
    home.run(&["verify", "--export", "one.pushback"], "").ok();
    // Its first line goes, and everything behind the first seal.
    let text = fs::read_to_string(home.path().join("one.pushback")).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').skip(1).collect();
    let seal = lines.iter().position(|line| line.contains("\"record\":\"sealed\"")).unwrap();
    assert!(seal + 1 < lines.len());
    home.write("cut.pushback", lines[..=seal].concat());
    let cut = home.run(&["verify", "cut.pushback"], "").ok();
    assert!(cut.says("is whole as far as it goes") && cut.says("the end can't be known"), "{}", cut.stdout);
    fs::remove_file(home.journal().with_extension("seal")).unwrap();
    assert!(home.run(&["verify"], "").ok().says("the end can't be known"));
}

#[test]
fn after_the_key_is_lost_what_was_sealed_with_it_is_still_known() {
    let home = Home::new();
    sealed(&home);
    fs::remove_file(home.path().join("keys/seal.key")).unwrap();
    assert!(home.run(&["verify"], "").ok().says("an earlier key of this machine, which is gone"));
    assert!(!home.path().join("keys/seal.key").exists(), "looking makes no key");
    home.run(&["doctor", "--no-model"], "").ok();
    assert!(home.run(&["verify"], "").ok().says("an earlier key of this machine, which is gone"));
    // A key that was never this machine's is another matter.
    fs::remove_file(home.path().join("keys/seal.known")).unwrap();
    home.run(&["verify"], "").fails(5, "sealed with another key");
}

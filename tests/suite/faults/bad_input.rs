//! What a folder of one's own may hold by accident or malice: each is told, costs nothing else, and can't take long.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::Instant,
};

use proptest::prelude::*;
use pushback::{
    adapters::{
        bank::{library, lint_files, yaml},
        paths::Home as Folders,
    },
    core::{
        bank::{Bank, scenario::Scenario},
        lint::{Severity, tree::lines},
    },
};

use crate::harness::home::Home;

const SCENARIO: &str =
    include_str!("../../judging/first-edition/scenarios/roadmap-pushback/ga-date-on-one-database.yaml");
const RUBRIC: &str = include_str!("../../../rubrics/roadmap-pushback.yaml");

fn scenario(id: &str) -> String {
    SCENARIO.replace("id: ga-date-on-one-database", &format!("id: {id}"))
}

/// Hostile texts just below the largest file that is read, and what is told of each.
fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let fill = |part: &str| part.repeat(1_000_000 / part.len());
    let mut bomb = String::from("a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (from, to) in ('a'..='i').zip('b'..='j') {
        bomb.push_str(&format!("{to}: &{to} [{}]\n", vec![format!("*{from}"); 9].join(",")));
    }
    let mut merges = String::from("a: &a {x: 1, y: 2}\n");
    for (from, to) in ('a'..='i').zip('b'..='j') {
        merges.push_str(&format!("{to}: &{to} {{<<: [{}]}}\n", vec![format!("*{from}"); 9].join(",")));
    }
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(scenario("x").encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin1 = scenario("x").replace("setting:", "setting: caf\u{e9}\n#").into_bytes();
    let latin1: Vec<u8> =
        String::from_utf8(latin1).unwrap().chars().map(|c| u32::from(c).min(255) as u8).collect();
    let text = |text: String| text.into_bytes();
    vec![
        ("alias-bomb", text(bomb), ""),
        ("merge-bomb", text(merges), ""),
        ("flow-depth", text(fill("[")), "nested far deeper"),
        ("map-depth", text(fill("{a: ")), ""),
        ("block-depth", text(fill("- ")), ""),
        ("question-marks", text(fill("? ")), "nested far deeper"),
        ("anchors", text(fill("&a ")), ""),
        ("bomb-in-place", text(scenario("x") + "notes: &a x\n" + &format!("notes: [{}]\n", fill("*a,"))), ""),
        ("aliases", text(format!("a: &a x\nb: [{}]", fill("*a,"))), ""),
        ("list", text("- x\n".repeat(9_000)), "the file is a list, where a block of keys is expected"),
        ("unknown-keys", text((0..12_000).map(|n| format!("k{n}: 1\n")).collect()), "unknown key `k0`"),
        ("keys", text((0..90_000).map(|n| format!("k{n}: 1\n")).collect()), ""),
        ("comments", text(fill("# x\n")), "far more parts"),
        ("documents", text(fill("---\n")), ""),
        ("directives", text(fill("%TAG ! x\n")), ""),
        ("long-key", text(format!("{}: 1", fill("k"))), ""),
        ("open-quote", text(format!("a: \"{}", fill("x "))), ""),
        ("open-single", text(format!("a: '{}", fill("''"))), ""),
        ("colons", text(fill(": ")), ""),
        ("long-scalar", text(format!("{}setting2: >\n  {}\n", scenario("x"), fill("x y "))), ""),
        ("spaces", text(fill(" ")), "the file is empty"),
        ("newlines", text(fill("\n")), ""),
        ("tags", text(fill("!!x ")), ""),
        ("object", text("!!python/object/apply:os.system ['true']\n".into()), ""),
        ("tab", text(scenario("x").replace("  - {", "\t- {").replace("facts:\n  -", "facts:\n\t-")), ""),
        ("duplicate", text(scenario("x") + "minutes: 13\n"), "the key `minutes` stands here a second time"),
        ("nul", text("id: a\u{0}b\n".into()), ""),
        ("utf16", utf16, "is UTF-16: save it as UTF-8"),
        ("latin1", latin1, "is not UTF-8 text (line 8): save it as UTF-8"),
        ("number-id", text(scenario("x").replace("minutes: 12", "minutes: 1e3")), ""),
        ("minus", text(scenario("x").replace("minutes: 12", "minutes: -1")), ""),
        ("huge-number", text(scenario("x").replace("minutes: 12", "minutes: 99999999999999999999")), ""),
        ("escape", text("id: \"a\\e[31mb\"\n\u{1b}]0;owned\u{7}: 1\n".into()), ""),
    ]
}

#[test]
fn each_hostile_file_is_told_and_the_rest_is_there() {
    let (home, mut slowest) = (Home::empty(), (0.0, ""));
    home.write("scenarios/good.yaml", scenario("good"));
    home.write("rubrics/roadmap-pushback.yaml", RUBRIC);
    let folders = (home.path().join("scenarios"), home.path().join("rubrics"));
    for (name, bytes, message) in hostile() {
        let path = home.write(&format!("scenarios/{name}.yaml"), bytes);
        let began = Instant::now();
        let (loaded, problems) =
            library::load_folders(&Folders::at("/nonexistent"), Some(&folders.0), Some(&folders.1));
        let seconds = began.elapsed().as_secs_f64();
        if seconds > slowest.0 {
            slowest = (seconds, name);
        }
        let told: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.place, p.message)).collect();
        assert!(
            told.len() == 1 && told[0].contains(&format!("{name}.yaml")) && told[0].contains(message),
            "{name}: {told:?}"
        );
        assert!(told[0].len() < 600, "{name}: {}", told[0].len());
        let jargon = ["budget", "replay", "from_str", "scalar", "did not find"];
        assert!(jargon.iter().all(|word| !told[0].replace(name, "").contains(word)), "{name}: {}", told[0]);
        assert!(loaded.case("good").is_ok(), "{name}");
        let linted = lint_files::lint(std::slice::from_ref(&path), built_in()).unwrap();
        let errors = linted.findings.iter().filter(|f| f.rule.severity() == Severity::Error).count();
        assert!(errors > 0, "{name}: the loader refuses it and the linter has nothing to say");
        println!(
            "{name}: {seconds:.2} s, lint {:.2} s: {}",
            began.elapsed().as_secs_f64() - seconds,
            told[0]
        );
        fs::remove_file(path).unwrap();
    }
    println!("slowest: {slowest:?}");
}

#[test]
fn what_is_no_plain_file_is_not_waited_for_and_not_followed() {
    let home = Home::empty();
    home.write("scenarios/good.yaml", scenario("good"));
    let secret = home.write("secret.yaml", scenario("secret"));
    let at = |name: &str| home.path().join("scenarios").join(name);
    symlink(&secret, at("link.yaml")).unwrap();
    symlink(home.path(), at("circle")).unwrap();
    fs::create_dir(at("folder.yaml")).unwrap();
    let fifo = |path: PathBuf| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    fifo(at("pipe.yaml"));
    fifo(at("pipe.txt"));
    symlink("/etc/passwd", at("passwd.txt")).unwrap();
    for (id, artifact) in
        [("a", "pipe.txt"), ("b", "passwd.txt"), ("c", "/etc/passwd"), ("d", ".."), ("e", "good.yaml/")]
    {
        home.write(&format!("scenarios/{id}.yaml"), scenario(id) + &format!("artifact: {artifact}\n"));
    }
    fs::File::create(at("large.yaml")).unwrap().set_len(100 << 20).unwrap();
    home.write("scenarios/\u{1b}]0;owned\u{7}.yaml", "x");
    let run = home.run(&["scenario", "list"], "").ok();
    for told in [
        "link.yaml: is a symbolic link, and none is followed",
        "a.yaml:83:11: artifact `pipe.txt` is no plain file",
        "b.yaml:83:11: artifact `passwd.txt` is a symbolic link",
        "c.yaml:83:11: artifact `/etc/passwd` is not the name of a file beside the scenario",
        "d.yaml:83:11: artifact `..` is not the name",
        "e.yaml:83:11: artifact `good.yaml/` is not the name",
        "large.yaml: is larger than 1024 kB",
    ] {
        assert!(run.stderr.contains(told), "missing {told} in {}", run.stderr);
    }
    assert!(!run.stderr.contains('\u{1b}') && !run.stderr.contains('\u{7}'), "{:?}", run.stderr);
    assert!(run.says("good") && !run.says("secret"));
    let lint = home.run(&["scenario", "lint"], "");
    assert!(lint.code == 2 && !lint.stdout.contains('\u{1b}'), "{:?}", lint.stdout);
    assert!(lint.says("is a symbolic link, and none is followed"));
    for format in ["json", "sarif", "github"] {
        let run = home.run(&["scenario", "lint", "--format", format], "");
        assert!(run.code == 2 && !run.stdout.contains('\u{1b}'), "{format}: {:?}", run.stdout);
    }
    home.run(&["scenario", "lint", "/dev/zero"], "").fails(2, "1 error: a file with one is left out");
}

#[test]
fn another_editors_line_ends_and_byte_order_mark_are_no_mistake() {
    let home = Home::empty();
    home.write("scenarios/good.yaml", format!("\u{feff}{}", scenario("good").replace('\n', "\r\n")));
    home.write("rubrics/mine.yaml", RUBRIC.replace("id: roadmap-pushback", "id: mine").replace('\n', "\r\n"));
    let (bank, problems) = library::load(&Folders::at(home.path()));
    assert_eq!(problems, []);
    let setting = &bank.case("good").unwrap().scenario.setting;
    assert_eq!(setting, &yaml::read::<Scenario>(SCENARIO).unwrap().setting);
    assert!(bank.rubric("mine").is_some());
}

fn built_in() -> &'static Bank {
    static BANK: OnceLock<Bank> = OnceLock::new();
    BANK.get_or_init(|| library::load(&Folders::at("/nonexistent")).0)
}

/// A text with a few parts of it taken out, doubled, or replaced by something else that YAML has a meaning for.
fn mutated(text: &'static str) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(String::new()),
        "[\\-:?&*!|>'\"%@`{}\\[\\],# \t\n~<]{1,4}",
        Just("no".to_owned()),
        Just("1e3".to_owned()),
        Just("- ".to_owned()),
        Just("\n  ".to_owned()),
        Just("<<: *a".to_owned()),
        Just("&a ".to_owned()),
        "[\u{0}-\u{9f}\u{202e}\u{feff}é漢]{1,3}",
    ];
    let edit = (any::<proptest::sample::Index>(), 0..40_usize, piece);
    proptest::collection::vec(edit, 1..4).prop_map(move |edits| {
        let mut chars: Vec<char> = text.chars().collect();
        for (at, length, piece) in edits {
            let at = at.index(chars.len().max(1)).min(chars.len());
            let end = (at + length).min(chars.len());
            chars.splice(at..end, piece.chars());
        }
        chars.into_iter().collect()
    })
}

/// The files of a folder that the linter has an error for, and those that the loader leaves out.
fn judged(folder: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let folders = ["scenarios", "rubrics"].map(|name| folder.join(name));
    folders.iter().for_each(|folder| fs::create_dir_all(folder).unwrap());
    let name = |place: &str| place.split_once(".yaml").unwrap().0.rsplit('/').next().unwrap().to_owned();
    let linted = lint_files::lint(&folders, &Bank::default()).unwrap();
    let errors = linted.findings.iter().filter(|finding| finding.rule.severity() == Severity::Error);
    let (bank, problems) =
        library::load_folders(&Folders::at("/nonexistent"), Some(&folders[0]), Some(&folders[1]));
    let loaded = bank.all().count() + bank.rubrics().count();
    let left_out: BTreeSet<String> = problems.iter().map(|problem| name(&problem.place)).collect();
    assert_eq!(loaded + left_out.len(), linted.files(), "each file is there or told: {problems:?}");
    (errors.map(|finding| name(&finding.file)).collect(), left_out)
}

/// The linter has an error for exactly what the loader leaves out, and what it tells stands in the file.
fn holds(name: &str, text: &str, bank: &Bank) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("rubrics")).unwrap();
    fs::create_dir_all(folder.path().join("scenarios")).unwrap();
    if !name.starts_with("rubrics") {
        fs::write(folder.path().join("rubrics/roadmap-pushback.yaml"), RUBRIC).unwrap();
    }
    fs::write(folder.path().join(name), text).unwrap();
    let (errors, left_out) = judged(folder.path());
    prop_assert_eq!(errors, left_out, "the linter and the loader disagree");
    let linted = lint_files::lint_texts(vec![(name.to_owned(), text.to_owned())], bank);
    let lines = lines(text).count() as u64;
    for finding in &linted.findings {
        prop_assert!(finding.span.line <= lines + 1, "{finding:?} is behind the end of {lines} lines");
        if !finding.span.range().is_empty() {
            prop_assert!(text.get(finding.span.range()).is_some(), "{finding:?} is no part of the file");
        }
    }
    let page = pushback::render::lint::text(&linted.findings, &linted.texts, 1, 80);
    let plain: String = anstream::adapter::strip_str(&page).to_string();
    prop_assert!(plain.chars().all(|c| c == '\n' || !c.is_control()), "{plain:?}");
    Ok(())
}

fn cases() -> ProptestConfig {
    // More for a long run: PUSHBACK_FUZZ_CASES=100000 cargo test --test suite mutated
    let cases = std::env::var("PUSHBACK_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(40);
    ProptestConfig { cases, ..ProptestConfig::default() }
}

/// Slips that leave the YAML whole: in ids, references, keys, values, and what may be empty or missing.
const EDITS: [(&str, &str); 40] = [
    ("id: a\n", "id: b\n"),
    ("id: b\n", "id: TODO\n"),
    ("id: own\n", "id: roadmap-pushback\n"),
    ("rubric: ", "rubric: no-"),
    ("rubric: ", "rubric: ''\nwas: "),
    ("rubric: roadmap-pushback", "rubric: own"),
    ("rubric: ", "rubric: TODO # "),
    ("missing: who-is-hurt", "missing: who-is-hrut"),
    ("missing: who-is-hurt", "missing: TODO"),
    ("missing: who-is-hurt", "missing:"),
    ("id: who-is-hurt", "id: who-was-hurt"),
    ("id: who-is-hurt", "id: sizes-the-risk"),
    ("minutes: 12", "minutes: 0"),
    ("minutes: 12", "minutes: 1e3"),
    ("minutes: 12", "minutes: 99999999999"),
    ("minutes: 12", "minutes: \"12\""),
    ("minutes: 12", "minutes: 12.0"),
    ("minutes: 12", "minutes: 0x0c"),
    ("minutes: 12", "artifact: ''"),
    ("minutes: 12", "minutes: 12\nartifact: none.txt"),
    ("minutes: 12", "minutes: 12\nartifact: ''"),
    ("minutes: 12", "minutes: 12\nnotes:"),
    ("minutes: 12", "minutes: 12\ninterviewer: {name: Ada, grating: hi}"),
    ("minutes: 12", "minutes: 12\n<<: {draft: true}"),
    ("minutes: 12", "minutes: 12\ndraft: yes"),
    ("minutes: 12", "minutes: 12\nfacts: []"),
    ("facts:\n", "facts:\nwas:\n"),
    ("title: ", "title: ' '\nnotes: "),
    ("title: ", "title:\nnotes: "),
    ("title: ", "title: [a]\nnotes: "),
    ("title: ", "title: &x "),
    ("weight: 2", "weight: 11"),
    ("weight: 2", "weight: -1"),
    ("      senior-staff: ", "      senior: "),
    ("      principal: ", "      principal: ''\n    source: "),
    ("level: staff", "level: TODO"),
    ("cap: mid", "cap: 1"),
    ("coach: ", "# coach: "),
    ("statement: ", "statement: ''\n        source: "),
    ("criteria:\n", "criteria: []\nwas:\n"),
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_mutated_scenario_is_loaded_or_told(text in mutated(SCENARIO)) {
        holds("scenarios/x.yaml", &text, built_in())?;
    }

    #[test]
    fn a_mutated_rubric_is_loaded_or_told(text in mutated(RUBRIC)) {
        holds("rubrics/x.yaml", &text, built_in())?;
    }

    #[test]
    fn the_linter_has_an_error_for_exactly_what_is_left_out(
        edits in proptest::collection::vec((0..4_usize, any::<proptest::sample::Index>()), 0..5)
    ) {
        let mut files = [
            ("scenarios/a.yaml", scenario("a")),
            ("scenarios/b.yaml", scenario("b").replace("rubric: roadmap-pushback", "rubric: own")),
            ("rubrics/own.yaml", RUBRIC.replace("id: roadmap-pushback", "id: own")),
            ("rubrics/roadmap-pushback.yaml", RUBRIC.to_owned()),
        ];
        for (file, edit) in edits {
            let (from, to) = EDITS[edit.index(EDITS.len())];
            files[file].1 = files[file].1.replacen(from, to, 1);
        }
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in &files {
            fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
            fs::write(folder.path().join(name), text).unwrap();
        }
        let (errors, left_out) = judged(folder.path());
        prop_assert_eq!(errors, left_out, "{:?}", files);
    }

    #[test]
    fn any_bytes_are_loaded_or_told(text in "\\PC{0,200}[\u{0}-\u{ff}]{0,200}") {
        holds("scenarios/x.yaml", &text, &Bank::default())?;
    }
}

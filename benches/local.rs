//! What needs no model: `cargo bench --bench local`.
//!
//! `start_to_prompt` is the whole program in a pseudo-terminal, from its start to the prompt behind the first
//! question. Without a model it is our own share; with one (`PUSHBACK_TEST_MODELS` names its folder) the model
//! loads meanwhile, in the background.

#[path = "../tests/harness/mod.rs"]
#[allow(dead_code)]
mod harness;

use std::fs;

use divan::Bencher;
use harness::{
    home::{Home, SCENARIO},
    played,
    terminal::Terminal,
};
use pushback::{
    adapters::{
        bank::{library, lint_files},
        paths,
        store::{sessions::Sessions, summaries},
    },
    core::{
        bank::Bank,
        judging::{Observation, tally},
        progress, review,
    },
    render,
};

fn main() {
    divan::main();
}

/// A folder with so many scenarios and one rubric.
fn folder(scenarios: usize) -> Home {
    let home = Home::new();
    let text = include_str!(
        "../tests/judging/first-edition/scenarios/roadmap-pushback/ga-date-on-one-database.yaml"
    );
    for number in 0..scenarios {
        let id = format!("case-{number}");
        home.write(&format!("scenarios/{id}.yaml"), text.replace(SCENARIO, &id));
    }
    home.write("rubrics/roadmap-pushback.yaml", include_str!("../rubrics/roadmap-pushback.yaml"));
    home
}

#[divan::bench(sample_count = 20)]
fn a_bank_of_1000_scenarios(bencher: Bencher) {
    let home = folder(1000);
    let empty = paths::Home::at("/nonexistent");
    bencher.bench(|| {
        let (bank, problems) = library::load_folders(
            &empty,
            Some(&home.path().join("scenarios")),
            Some(&home.path().join("rubrics")),
        );
        assert_eq!((bank.cases().count(), problems.len()), (1000, 0));
    });
}

#[divan::bench(sample_count = 10)]
fn linting_1000_files(bencher: Bencher) {
    let home = folder(1000);
    let (bank, _) = library::load(&pushback::adapters::paths::Home::at("/nonexistent"));
    let folders = [home.path().join("scenarios"), home.path().join("rubrics")];
    bencher.bench(|| {
        let linted = lint_files::lint(&folders, &bank).unwrap();
        assert_eq!(linted.files(), 1001);
    });
}

/// The file that takes longest to lint, of those just below the largest that is read.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn linting_a_hostile_file(bencher: Bencher) {
    let home = Home::new();
    home.write("scenarios/list.yaml", "- x\n".repeat(250_000));
    let keys: String = (0..12_000).map(|n| format!("k{n}: 1\n")).collect();
    home.write("scenarios/keys.yaml", keys);
    bencher.bench(|| lint_files::lint(&[home.path().join("scenarios")], &Bank::default()).unwrap());
}

#[divan::bench(args = ["no model", "embedded model"], sample_count = 10, sample_size = 1)]
fn start_to_prompt(bencher: Bencher, model: &str) {
    let home = Home::new();
    let mut arguments = vec!["practice", SCENARIO];
    match std::env::var_os("PUSHBACK_TEST_MODELS") {
        Some(models) if model == "embedded model" => {
            std::os::unix::fs::symlink(models, home.path().join("models")).unwrap();
        }
        None if model == "embedded model" => {
            eprintln!("PUSHBACK_TEST_MODELS is not set: the embedded model is not measured");
            return;
        }
        _ => arguments.push("--no-model"),
    }
    bencher.bench(|| {
        let terminal = Terminal::start(&home, 100, 80, &arguments);
        terminal.wait_for("›");
    });
}

#[divan::bench]
fn rating_a_rubric(bencher: Bencher) {
    let home = Home::new();
    let (bank, _) = library::load(&pushback::adapters::paths::Home::at(home.path()));
    let rubric = &bank.case(SCENARIO).unwrap().rubric;
    let observations: Vec<Observation> = rubric
        .statements()
        .enumerate()
        .map(|(place, (id, _))| Observation {
            signal: id.to_owned(),
            p: (place as f64 * 0.37).fract(),
            sentences: vec![1],
        })
        .collect();
    bencher.bench(|| tally::ratings(rubric, &observations));
}

/// A folder with so many sessions whose summaries are kept, as it is at every start but the first. The journals are
/// links to a few files: it is the list that is measured. Summing 100,000 up before takes half a minute.
fn kept_sessions(count: usize) -> Home {
    let home = Home::new();
    let journal = fs::read(played::play(&home, &played::round())).unwrap();
    fs::remove_dir_all(home.path().join("sessions")).unwrap();
    fs::create_dir(home.path().join("sessions")).unwrap();
    for number in 0..count {
        // A file can't have any number of links.
        let original = home.path().join(format!("original-{}", number / 10_000));
        if number % 10_000 == 0 {
            fs::write(&original, &journal).unwrap();
        }
        let link = home.path().join(format!("sessions/2026-01-01-0900-case-{number:06}.jsonl"));
        fs::hard_link(original, link).unwrap();
    }
    summaries::load(&Sessions::of(&paths::Home::at(home.path()))).unwrap();
    home
}

/// The rows from disk, which is what `pushback sessions` waits for. Wanted: below 1 s for 100,000 and below 200 ms
/// for 1,000.
#[divan::bench(args = [1_000, 100_000], sample_count = 5, sample_size = 1)]
fn a_list_of_sessions(bencher: Bencher, count: usize) {
    let home = kept_sessions(count);
    let sessions = Sessions::of(&paths::Home::at(home.path()));
    bencher.bench(|| {
        let rows = summaries::load(&sessions).unwrap();
        assert!(rows.len() == count && rows.iter().all(|row| row.content.is_ok()));
    });
}

/// The same, and everything that `pushback progress` makes of it.
#[divan::bench(args = [1_000, 100_000], sample_count = 5, sample_size = 1)]
fn progress_over_sessions(bencher: Bencher, count: usize) {
    let home = kept_sessions(count);
    let sessions = Sessions::of(&paths::Home::at(home.path()));
    bencher.bench(|| {
        let rows = summaries::load(&sessions).unwrap();
        let summaries: Vec<_> = rows.iter().filter_map(|row| row.content.as_ref().ok()).collect();
        let folded = progress::fold(&summaries);
        assert_eq!(folded.scored, count);
        render::progress::progress(&folded, 100, &jiff::tz::TimeZone::UTC)
    });
}

/// A review as a page. Wanted: below 50 ms.
#[divan::bench]
fn a_page(bencher: Bencher) {
    let home = Home::new();
    let journal = played::play(&home, &played::round());
    let lines = pushback::adapters::store::journal::load(&journal).unwrap().lines;
    let review = review::fold(&lines).unwrap();
    let place = render::html::Place::Alone;
    bencher.bench(|| render::html::review::review(&review, &[], place, &jiff::tz::TimeZone::UTC));
}

//! How a person changes over their sessions, from real journals.

use std::{collections::BTreeSet, fs};

use pushback::core::record::{Mode, Record};
use scraper::{Html, Selector};

use crate::{
    harness::{
        home::Home,
        played::{Seen, append, play, round},
    },
    review::pages::is_inert,
};

/// So many rounds, one a day, each with a little more to see; two of them live.
pub fn history(home: &Home, rounds: usize) {
    let sees = round().sees;
    for day in 1..=rounds {
        let mut round = round();
        round.id = format!("2026-02-{day:02}-0900-ga-date-on-one-database");
        round.at = format!("2026-02-{day:02}T09:00:00Z").parse().unwrap();
        round.sees = sees[..(day + 1).min(sees.len())].to_vec();
        if day % 4 == 0 {
            round.mode = Mode::Live;
            round.moves.retain(|step| !matches!(step, crate::harness::played::Move::Do(..)));
        }
        let path = play(home, &round);
        let levels = [("stakes".to_owned(), 4), ("decision".to_owned(), 2)].into();
        append(&path, &[Record::SelfRated { levels }]);
    }
}

#[test]
fn eight_rounds_show_a_rise_and_what_never_comes() {
    let home = Home::new();
    history(&home, 8);
    insta::assert_snapshot!(home.run(&["progress"], "").ok().stdout);
}

#[test]
fn two_rounds_are_too_few_and_it_says_so() {
    let home = Home::new();
    assert!(home.run(&["progress"], "").ok().says("There are no sessions yet."));
    history(&home, 2);
    let run = home.run(&["progress"], "").ok();
    for words in [
        "2 rounds so far, too few to see a trend (that takes 6)",
        "too few rounds to compare (2)",
        "weak or won: nothing yet.",
    ] {
        assert!(run.says(words), "missing {words}: {}", run.stdout);
    }
    assert!(!run.says("rises") && !run.says("never shown:"));
}

#[test]
fn rounds_without_a_score_have_no_levels() {
    let home = Home::new();
    home.run(
        &["practice", crate::harness::home::SCENARIO, "--no-model"],
        &crate::harness::home::whole_round(),
    )
    .ok();
    let run = home.run(&["progress"], "").ok();
    assert!(run.says("1 session, none of them scored, so there are no levels yet"), "{}", run.stdout);
    assert!(!run.says("Levels"));
}

#[test]
fn a_program_reads_progress_as_one_object() {
    let home = Home::new();
    history(&home, 7);
    let progress: serde_json::Value =
        serde_json::from_str(&home.run(&["progress", "--json"], "").ok().stdout).unwrap();
    assert_eq!(progress["scored"], 7);
    assert_eq!(progress["overall"]["points"].as_array().unwrap().len(), 7);
    assert!(progress["overall"]["trend"]["rises"]["by"].as_f64().unwrap() > 0.0);
    assert_eq!(progress["own"]["ratings"], 14);
    assert_eq!(progress["modes"]["live"][1], 1);
}

#[test]
fn the_page_is_inert_and_has_the_same_words() {
    let home = Home::new();
    history(&home, 8);
    let page = home.run(&["progress", "--html", "-"], "").ok().stdout;
    is_inert(&page);
    assert!(page.len() < 300_000);
    let html = Html::parse_document(&page);
    let text = crate::harness::home::flat(&html.root_element().text().collect::<Vec<_>>().join(" "));
    for words in ["8 scored", "never shown:", "probes a round:", "Practice ", "Bias "] {
        assert!(text.contains(words), "missing {words}");
    }
}

#[test]
fn all_sessions_become_a_site_whose_links_lead_somewhere() {
    let home = Home::new();
    history(&home, 5);
    home.run(&["practice", "academy-by-friday", "--no-model"], "/quit\n").ok();
    home.write("sessions/broken <b>.jsonl", "not a journal\n");
    home.run(&["review", "--all", "--out", "site"], "").ok();
    let site = home.path().join("site");
    let index = fs::read_to_string(site.join("index.html")).unwrap();
    let pages = fs::read_dir(site.join("sessions")).unwrap().map(|entry| entry.unwrap().path());
    let all: Vec<_> = pages.chain([site.join("index.html"), site.join("progress.html")]).collect();
    assert_eq!(all.len(), 6 + 2);
    for file in &all {
        let page = fs::read_to_string(file).unwrap();
        is_inert(&page);
        let html = Html::parse_document(&page);
        for link in html.select(&Selector::parse("a[href$='.html']").unwrap()) {
            let target = file.parent().unwrap().join(link.attr("href").unwrap());
            assert!(target.exists(), "{} leads to {}", file.display(), target.display());
        }
    }
    let html = Html::parse_document(&index);
    let selector = Selector::parse(".sessions li").unwrap();
    let rows = html.select(&selector);
    let classes: BTreeSet<String> =
        rows.flat_map(|row| row.value().classes().map(str::to_owned).collect::<Vec<_>>()).collect();
    for class in &classes {
        assert!(
            index.contains(&format!("main:has(#{class}:checked) .sessions li:not(.{class})")),
            "{class} can't be chosen"
        );
    }
    assert!(index.contains("broken &lt;b&gt;: "), "what can't be read is told");
}

#[test]
fn kept_summaries_follow_their_journals() {
    let home = Home::new();
    history(&home, 2);
    let list = || home.run(&["sessions", "--json"], "").ok().stdout;
    let before = list();
    let cache = home.path().join("sessions/summaries.cache");
    assert!(cache.exists());
    assert_eq!(list(), before, "kept or computed, it is the same");

    let journal = home.journals()[0].clone();
    crate::harness::played::score_again(&journal, "another", &[] as &[Seen]);
    let after = list();
    assert_ne!(after.lines().next(), before.lines().next(), "a new scoring is seen");
    assert_eq!(after.lines().nth(1), before.lines().nth(1));

    fs::remove_file(&journal).unwrap();
    assert_eq!(list().lines().count(), 1, "what is gone is gone");
    let kept = String::from_utf8_lossy(&fs::read(&cache).unwrap()).into_owned();
    assert!(kept.contains("2026-02-02") && !kept.contains("2026-02-01"), "and leaves no row");

    fs::write(&cache, "torn {\n").unwrap();
    assert_eq!(list().lines().next(), before.lines().nth(1), "a spoiled file is only slower");
}

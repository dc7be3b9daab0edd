//! Pages in a real browser: `PUSHBACK_TEST_BROWSER=chromium cargo test --test suite browser -- --ignored`.
//! `PUSHBACK_TEST_AXE` names the `axe.min.js` of axe-core from npm.

use std::{fs, process::Command, time::Duration};

use pushback::{adapters::store::journal, core::review, render::html::Place};

use crate::{
    harness::{
        home::Home,
        played::{play, round},
    },
    review::pages,
};

/// What the browser makes of a page: its document after everything has run that can run.
fn document(home: &Home, page: &str) -> String {
    in_colours(home, page, "light")
}

fn in_colours(home: &Home, page: &str, scheme: &str) -> String {
    let file = home.write("page.html", page);
    let browser = std::env::var("PUSHBACK_TEST_BROWSER").expect("PUSHBACK_TEST_BROWSER names a Chromium");
    let profile = home.path().join("profile");
    let output = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg(format!("--blink-settings=preferredColorScheme={}", if scheme == "dark" { 0 } else { 1 }))
        .arg(format!("--virtual-time-budget={}", Duration::from_secs(3).as_millis()))
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let document = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(document.contains("<main>"), "{}", String::from_utf8_lossy(&output.stderr));
    document
}

/// A script of ours behind the page tells whether one of theirs ran.
const WITNESS: &str = "<script>document.title = window.ran ? 'it ran' : 'nothing ran'</script></body>";

fn witnessed(page: &str) -> String {
    page.replace("</body>", WITNESS)
}

/// The page without its policy, so that only the escaping stands between the words and the browser.
fn without_policy(page: &str) -> String {
    let (before, rest) = page.split_once("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    let (_, after) = rest.split_once('>').unwrap();
    format!("{before}{after}")
}

#[test]
#[ignore = "needs a browser"]
fn hostile_words_run_nothing_even_without_the_policy() {
    let home = Home::new();
    let review = pages::hostile(&home, "window.ran=1");
    let page = pushback::render::html::review::review(&review, &[], Place::Alone, &jiff::tz::TimeZone::UTC);
    let document = document(&home, &witnessed(&without_policy(&page)));
    assert!(document.contains("<title>nothing ran</title>"));
}

#[test]
#[ignore = "needs a browser"]
fn the_policy_stops_a_script_that_got_in() {
    let home = Home::new();
    let lines = journal::load(&play(&home, &round())).unwrap().lines;
    let review = review::fold(&lines).unwrap();
    let page = pushback::render::html::review::review(&review, &[], Place::Alone, &jiff::tz::TimeZone::UTC);
    assert!(!document(&home, &witnessed(&page)).contains("ran</title>"), "even our own script is stopped");
    assert!(document(&home, &witnessed(&without_policy(&page))).contains("<title>nothing ran</title>"));
}

/// Runs axe-core and leaves in the document which scheme it saw, how many rules passed, and what it holds against the page.
const AUDIT: &str = "<script>axe.run(document).then(found => {
    const scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    const violations = found.violations.map(v => v.id + ' at ' + v.nodes.map(node => node.target).join(', '));
    document.title = scheme + ': ' + (found.passes.length > 10) + ' ' + violations.join('; ');
})</script></body>";

#[test]
#[ignore = "needs a browser, and axe-core from npm"]
fn axe_core_finds_nothing_against_any_page_in_either_scheme() {
    let axe = std::env::var("PUSHBACK_TEST_AXE").expect("PUSHBACK_TEST_AXE names axe.min.js");
    let axe =
        format!("<script>{}</script>", fs::read_to_string(axe).unwrap().replace("</script", "<\\/script"));
    let home = Home::new();
    pages::rich(&home);
    home.run(&["review", "--all", "--out", "site"], "").ok();
    let site = home.path().join("site");
    let session = format!("sessions/{}.html", round().id);
    let sessions = home.path().join("sessions");
    let mut ids: Vec<String> = fs::read_dir(sessions)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".jsonl").map(str::to_owned))
        .filter(|id| id.contains("ga-date"))
        .collect();
    ids.sort();
    home.run(&["compare", &ids[0], &ids[1], "--html", "site/compare.html"], "").ok();
    for name in ["index.html", "progress.html", "compare.html", &session] {
        let page = without_policy(&fs::read_to_string(site.join(name)).unwrap());
        let page = page.replace("</body>", &(axe.clone() + AUDIT));
        for scheme in ["light", "dark"] {
            let document = in_colours(&home, &page, scheme);
            let (_, rest) = document.split_once("<title>").unwrap();
            let (title, _) = rest.split_once("</title>").unwrap();
            assert_eq!(title, format!("{scheme}: true "), "{name}");
        }
    }
}

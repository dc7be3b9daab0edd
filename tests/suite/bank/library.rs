//! The built-in bank, and one's own folder laid over it.

use pushback::{
    adapters::{bank::library, paths::Home as Folders},
    core::{
        bank::{Bank, scenario::Domain},
        level::{Level, TargetLevel},
    },
};

use crate::harness::{home::Home, terminal::Terminal};

fn load(home: &Home) -> (Bank, Vec<String>) {
    let (bank, problems) = library::load(&Folders::at(home.path()));
    let problems = problems
        .into_iter()
        .map(|problem| {
            let place = problem.place.replace(&format!("{}/", home.path().display()), "");
            format!("{place}: {}", problem.message)
        })
        .collect();
    (bank, problems)
}

fn scenario(id: &str) -> String {
    let text =
        include_str!("../../judging/first-edition/scenarios/roadmap-pushback/ga-date-on-one-database.yaml");
    text.replace("id: ga-date-on-one-database", &format!("id: {id}"))
}

#[test]
fn the_built_in_bank_has_no_problems_and_three_scenarios_in_each_first_theme() {
    let (bank, problems) = load(&Home::empty());
    assert_eq!(problems, Vec::<String>::new());
    for theme in ["roadmap-pushback", "operational-investment", "team-growth"] {
        let count = bank.cases().filter(|case| case.scenario.theme == theme).count();
        assert!(count >= 3, "{theme} has {count}");
    }
}

#[test]
fn every_rubric_spans_the_levels_and_every_scenario_can_be_played() {
    let (bank, _) = load(&Home::empty());
    for case in bank.cases() {
        let id = &case.scenario.id;
        let levels: std::collections::BTreeSet<Level> = case.rubric.signals().map(|s| s.level).collect();
        assert!(levels.contains(&Level::Senior) && levels.contains(&Level::Principal), "{id}: {levels:?}");
        assert!(case.scenario.facts.len() >= 5, "{id} has few facts");
        let at_staff = case.scenario.probes.iter().filter(|probe| {
            case.rubric.signal(&probe.missing).is_some_and(|signal| signal.level <= Level::Staff)
        });
        assert!(at_staff.count() >= 3, "{id} has too few probes for a staff target");
        assert!(
            case.rubric.signals().all(|signal| signal.coach.is_some()),
            "{id}: a signal has no coach text"
        );
        assert!(case.scenario.facts.iter().all(|fact| !fact.ask.is_empty()), "{id}: a fact has no wordings");
    }
}

#[test]
fn ones_own_scenario_is_there_and_one_with_the_same_id_replaces_the_banks() {
    let home = Home::empty();
    home.write("scenarios/mine.yaml", scenario("mine"));
    let replaced = scenario("ga-date-on-one-database").replace("minutes: 12", "minutes: 44");
    home.write("scenarios/deep/er/other.yaml", replaced);
    let (bank, problems) = load(&home);
    assert_eq!(problems, Vec::<String>::new());
    assert!(bank.case("mine").is_ok());
    assert_eq!(bank.case("ga-date-on-one-database").unwrap().scenario.minutes, 44);
}

#[test]
fn each_broken_file_is_told_with_its_place_and_costs_nothing_else() {
    let home = Home::empty();
    home.write("scenarios/a-typo.yaml", scenario("a").replace("opening:", "openign:"));
    home.write(
        "scenarios/b-rubric.yaml",
        scenario("b").replace("rubric: roadmap-pushback", "rubric: roadmap-pushbak"),
    );
    home.write(
        "scenarios/c-probe.yaml",
        scenario("c").replace("missing: who-is-hurt", "missing: who-is-hrut"),
    );
    home.write("scenarios/d-binary.yaml", [0x00, 0xff, 0x9f]);
    home.write("scenarios/e-large.yaml", "# ".repeat(600_000));
    home.write("scenarios/f-artifact.yaml", scenario("f") + "artifact: ../../etc/passwd\n");
    home.write("scenarios/g-id.yaml", scenario("\"not an id\""));
    home.write("scenarios/h-empty.yaml", "");
    home.write("scenarios/i-good.yaml", scenario("i"));
    home.write("scenarios/j-second.yaml", scenario("i"));
    home.write("rubrics/k.yaml", "id: k\ntitle: K\ncriteria: []\n");
    let (bank, problems) = load(&home);
    let text = problems.join("\n");
    let line = |id: &str, key: &str| scenario(id).lines().position(|line| line.contains(key)).unwrap() + 1;
    for expected in [
        &format!(
            "scenarios/a-typo.yaml:{}:1: unknown key `openign`: did you mean `opening`?",
            line("a", "opening:")
        ),
        "scenarios/b-rubric.yaml:4:9: there is no rubric `roadmap-pushbak`: did you mean `roadmap-pushback`?",
        &format!(
            "scenarios/c-probe.yaml:{}:14: a probe is for `who-is-hrut`, which is no signal of the rubric \
             `roadmap-pushback`: did you mean `who-is-hurt`?",
            line("c", "missing: who-is-hurt")
        ),
        "scenarios/d-binary.yaml: is not UTF-8 text",
        "scenarios/e-large.yaml: is larger than 1024 kB",
        "scenarios/f-artifact.yaml:83:11: artifact `../../etc/passwd` is not the name of a file beside the scenario",
        "scenarios/g-id.yaml:1:5: `id` is not made of lowercase letters, digits and hyphens: for instance `not-an-id`",
        "scenarios/h-empty.yaml:1:1: the file is empty",
        "scenarios/j-second.yaml:1:5: the id `i` is taken by ",
        "rubrics/k.yaml:3:11: `criteria` has 0 entries: use 3 to 6",
    ] {
        assert!(text.contains(expected), "missing: {expected}\nin:\n{text}");
    }
    assert_eq!(problems.len(), 10, "{text}");
    assert!(bank.case("i").is_ok() && bank.case("ga-date-on-one-database").is_ok());
}

#[test]
fn the_built_in_files_pass_the_check_that_no_start_makes_again() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.join("scenarios"), root.join("rubrics")];
    let (checked, problems) =
        library::load_folders(&Folders::at("/nonexistent"), Some(&folders[0]), Some(&folders[1]));
    assert_eq!(problems, []);
    let shipped = library::shipped();
    assert!(checked.all().eq(shipped.all()), "what is checked is what is shipped");
    assert!(checked.rubrics().eq(shipped.rubrics()));
}

#[test]
fn every_mistake_of_a_file_is_counted_and_a_rubric_with_one_is_named() {
    let home = Home::new();
    home.write(
        "scenarios/a.yaml",
        scenario("a").replace("minutes: 12", "minuets: 12").replace("round: ", "ruond: "),
    );
    home.write("scenarios/b.yaml", scenario("b").replace("rubric: roadmap-pushback", "rubric: own"));
    let rubric = include_str!("../../../rubrics/roadmap-pushback.yaml");
    home.write(
        "rubrics/own.yaml",
        rubric.replace("id: roadmap-pushback", "id: own").replace("weight: 2", "weight: 20"),
    );
    let (_, problems) = load(&home);
    let text = problems.join("\n");
    for expected in [
        "a.yaml:5:1: unknown key `ruond`: did you mean `round`? (1 more: `pushback scenario lint` shows all)",
        "b.yaml:4:9: the rubric `own` has an error of its own: fix that first",
        "own.yaml:",
    ] {
        assert!(text.contains(expected), "missing: {expected}\nin:\n{text}");
    }
    assert_eq!(problems.len(), 3, "{text}");
}

#[test]
fn a_stale_copy_never_takes_the_place_of_the_file_that_is_named_after_its_id() {
    let home = Home::new();
    let titled =
        |title: &str| scenario("mine").replace("title: A launch date", &format!("title: {title} date"));
    home.write("scenarios/mine.yaml", titled("The real"));
    // By their names, all of these come before it.
    let copies = ["mine 2.yaml", "mine (1).yaml", "Copy of mine.yaml", "mine-old.yaml", "a/mine-older.yaml"];
    for copy in copies {
        home.write(&format!("scenarios/{copy}"), titled("A stale"));
    }
    for hidden in
        [".mine.yaml", "._mine.yaml", ".#mine.yaml", ".trash/mine.yaml", "mine.yaml~", "#mine.yaml#"]
    {
        home.write(&format!("scenarios/{hidden}"), titled("A hidden"));
    }
    let rubric = include_str!("../../../rubrics/roadmap-pushback.yaml");
    home.write("rubrics/roadmap-pushback.yaml", rubric);
    home.write("rubrics/roadmap-pushback 2.yaml", rubric.replace("title: ", "title: Stale "));
    let (bank, problems) = load(&home);
    let case = bank.case("mine").unwrap();
    assert!(case.scenario.title.starts_with("The real"), "{}", case.scenario.title);
    assert!(!case.rubric.title.starts_with("Stale"), "{}", case.rubric.title);
    assert_eq!(problems.len(), copies.len() + 1, "each is told once: {problems:#?}");
    for copy in &copies[..4] {
        let told = format!("scenarios/{copy}:1:5: the id `mine` belongs to `mine.yaml` beside it");
        assert!(problems.iter().any(|problem| problem.starts_with(&told)), "{told}: {problems:#?}");
    }
    assert!(
        problems.iter().any(|problem| problem.contains("a/mine-older.yaml:1:5: the id `mine` is taken by ")),
        "{problems:#?}"
    );
    // Over the time of one program, once.
    let repl = home.run(&["--no-model"], "practice mine\n/quit\npractice mine\n/quit\nquit\n").ok();
    assert_eq!(repl.stderr.matches("mine 2.yaml").count(), 1, "{}", repl.stderr);
    assert!(repl.says("The real date"));

    // A broken file is told, and no copy is played for it.
    std::fs::remove_file(home.path().join("scenarios/a/mine-older.yaml")).unwrap();
    home.write("scenarios/mine.yaml", "id: mine\ntitle: [");
    let (bank, problems) = load(&home);
    assert!(problems.iter().any(|problem| problem.starts_with("scenarios/mine.yaml:")), "{problems:#?}");
    assert!(bank.case("mine").is_err());
}

#[test]
fn a_file_with_another_id_than_its_name_keeps_it() {
    let home = Home::new();
    home.write("scenarios/one.yaml", scenario("two"));
    home.write("scenarios/two.yaml", scenario("one"));
    home.write("scenarios/three 2.yaml", scenario("three"));
    let (bank, problems) = load(&home);
    assert_eq!(problems, Vec::<String>::new());
    for id in ["one", "two", "three"] {
        assert!(bank.case(id).is_ok(), "{id}");
    }
}

#[test]
fn the_same_seed_draws_the_same_scenario() {
    let home = Home::empty();
    let draw = |seed: &str| {
        let run = home.run(&["practice", "--no-model", "--seed", seed], "/quit\n").ok();
        let heading = run.stdout.lines().find(|line| line.contains("about")).unwrap().to_owned();
        (heading, run.stdout.lines().count())
    };
    assert_eq!(draw("7").0, draw("7").0);
    let drawn: std::collections::BTreeSet<String> = (0..12).map(|seed| draw(&seed.to_string()).0).collect();
    assert!(drawn.len() > 2, "{drawn:?}");
}

/// Somebody who interviews for a platform role isn't asked about GPUs, and first of all at their own level.
#[test]
fn a_draw_goes_by_domain_and_level() {
    let home = Home::empty();
    let bank = library::shipped();
    let mut themes = std::collections::BTreeSet::new();
    for seed in 0..12 {
        let seed = seed.to_string();
        let command =
            ["practice", "--no-model", "--domain", "platform", "--target", "principal", "--seed", &seed];
        home.run(&command, "/quit\n").ok();
    }
    for journal in home.journals() {
        let text = std::fs::read_to_string(journal).unwrap();
        let mut records = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let drawn = records.find(|record| record["record"] == "drawn").unwrap();
        let scenario = &bank.case(drawn["scenario"]["id"].as_str().unwrap()).unwrap().scenario;
        assert!(scenario.domain.suits(Domain::Platform), "{}", scenario.id);
        assert_eq!(scenario.level, Some(TargetLevel::Principal), "{}", scenario.id);
        themes.insert(scenario.theme.clone());
    }
    assert!(themes.len() > 1, "{themes:?}");
    let none = ["practice", "--no-model", "--domain", "platform", "--theme", "mine"];
    let text = scenario("mine").replace("theme: roadmap-pushback", "theme: mine\ndomain: sre");
    home.write("scenarios/mine.yaml", text);
    home.run(&none, "").fails(2, "no case is of that theme and domain");
    home.run(&["practice", "--domain", "sre", "mine"], "").fails(2, "cannot be used with");
}

#[test]
fn a_draw_that_can_not_be_made_says_what_there_is() {
    let home = Home::empty();
    home.run(&["practice", "--no-model", "ga-date-on-one-databse"], "")
        .fails(2, "there is no scenario `ga-date-on-one-databse`: did you mean `ga-date-on-one-database`?");
    home.run(&["practice", "--no-model", "--theme", "cooking"], "").fails(2, "the themes are ");
    home.run(&["practice", "--no-model", "--target", "mid"], "").fails(2, "is not a target level");
    assert_eq!(home.journals().len(), 0);
}

#[test]
fn a_file_that_breaks_is_told_once_and_its_last_good_version_is_played() {
    let home = Home::empty();
    let library = library::Library::default();
    let load = || library.load(&Folders::at(home.path()));
    let minutes = |bank: &Bank| bank.case("mine").map(|case| case.scenario.minutes).ok();
    home.write("scenarios/mine.yaml", scenario("mine").replace("minutes: 12", "minutes: 21"));
    assert_eq!(minutes(&load().bank), Some(21));
    home.write("scenarios/mine.yaml", scenario("mine").replace("minutes: 12", "minutes: 22"));
    assert_eq!(minutes(&load().bank), Some(22), "what is saved is in the next draw");
    // Broken in its syntax, in what it refers to, and as a file.
    for broken in ["id: [\n", &scenario("mine").replace("rubric: ", "rubric: no-"), "\u{0}"] {
        home.write("scenarios/mine.yaml", broken);
        let first = load();
        assert_eq!(
            (minutes(&first.bank), first.kept.len(), first.left_out.len()),
            (Some(22), 1, 0),
            "{first:?}"
        );
        assert!(first.kept[0].place.contains("scenarios/mine.yaml"));
        let second = load();
        assert_eq!((minutes(&second.bank), second.kept.len()), (Some(22), 0), "told once");
    }
    home.write("scenarios/mine.yaml", scenario("mine").replace("minutes: 12", "minutes: 23"));
    assert_eq!(minutes(&load().bank), Some(23));
    std::fs::remove_file(home.path().join("scenarios/mine.yaml")).unwrap();
    assert_eq!(minutes(&load().bank), None, "what was taken away is gone");
    home.write("scenarios/new.yaml", "id: [\n");
    let loaded = load();
    assert_eq!((loaded.kept.len(), loaded.left_out.len()), (0, 1), "what was never good is left out");
}

#[test]
fn at_the_prompt_what_is_saved_counts_at_once() {
    let home = Home::empty();
    let titled = |title: &str| scenario("mine").replace("A launch date on a database that runs out", title);
    home.write("scenarios/mine.yaml", titled("First title"));
    let mut terminal = Terminal::start(&home, 110, 200, &["--no-model"]);
    // Keys that come before the editor is ready are not its own.
    let ready = |terminal: &Terminal, told: &str, prompt: &str| {
        terminal.wait_until(told, |terminal| {
            let screen = terminal.screen();
            screen
                .rsplit_once(told)
                .is_some_and(|(_, rest)| rest.trim_end().ends_with(&format!("\n{prompt}")))
        });
    };
    ready(&terminal, "Leave.", "pushback›");
    terminal.send("/scenarios\r");
    ready(&terminal, "First title", "pushback›");
    home.write("scenarios/mine.yaml", titled("Second title"));
    terminal.send("/scenarios\r");
    ready(&terminal, "Second title", "pushback›");
    home.write("scenarios/mine.yaml", titled("Third title").replace("opening:", "openign:"));
    terminal.send("/practice mine\r");
    terminal.wait_for("(the last good version is used until it is mended)");
    ready(&terminal, "── Second title", "›");
    terminal.send("/quit\r\u{4}");
    ready(&terminal, "goes on.", "pushback›");
    assert_eq!(terminal.screen().matches("did you mean `opening`?").count(), 1);
    home.write("scenarios/mine.yaml", titled("Fourth title"));
    terminal.send("/scenarios\r");
    terminal.wait_for("Fourth title");
}

#[test]
fn the_list_can_be_narrowed_and_gives_nothing_away() {
    let home = Home::empty();
    let rows = |filters: &[&str]| -> Vec<serde_json::Value> {
        let run = home.run(&[&["scenario", "list", "--json"], filters].concat(), "").ok();
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let all = rows(&[]);
    let (bank, _) = load(&home);
    assert_eq!(all.len(), bank.cases().count());
    for (filters, fits) in [
        (["--theme", "mentoring"], (|row| row["theme"] == "mentoring") as fn(&serde_json::Value) -> bool),
        (["--round", "executive"], |row| row["round"] == "executive"),
        (["--level", "principal"], |row| row["level"] == "principal"),
        (["--domain", "platform"], |row| row["domain"] == "platform" || row["domain"] == "any"),
        (["--minutes", "10"], |row| row["minutes"].as_u64().unwrap() <= 10),
    ] {
        let expected: Vec<_> = all.iter().filter(|row| fits(row)).cloned().collect();
        assert!(!expected.is_empty() && expected.len() < all.len(), "{filters:?}");
        assert_eq!(rows(&filters), expected, "{filters:?}");
    }
    let both = rows(&["--round", "executive", "--level", "senior-staff"]);
    assert!(both.iter().all(|row| row["round"] == "executive" && row["level"] == "senior-staff"));
    let shown: std::collections::BTreeSet<&str> =
        all.iter().flat_map(|row| row.as_object().unwrap().keys().map(String::as_str)).collect();
    assert_eq!(
        shown,
        ["artifact", "domain", "draft", "id", "level", "minutes", "round", "theme", "title"].into()
    );
    home.run(&["scenario", "list", "--theme", "cooking"], "").fails(2, "the themes are ");
    home.run(&["scenario", "list", "--round", "pannel"], "").fails(2, "did you mean `panel`?");
    home.run(&["scenario", "list", "--round", "loop"], "").fails(2, "use recruiter-screen, ");
    home.run(&["scenario", "list", "--domain", "frontend"], "")
        .fails(2, "use sre, platform, ai-infrastructure, ");
    assert!(home.run(&["scenario", "list", "--minutes", "1"], "").ok().says("No scenario is like that"));
}

#[test]
fn the_list_is_a_table_that_eighty_columns_hold() {
    let home = Home::empty();
    let run = home.run(&["scenario", "list", "--round", "executive", "--minutes", "12"], "").ok();
    insta::assert_snapshot!(run.stdout, @r"
    generated-code
      sign-the-renewal                 executive        12 min principal    platform
    mentoring
      academy-by-friday                executive        12 min principal    SRE
      no-more-juniors                  executive        12 min principal    any role
    roadmap-pushback
      ship-friday-finish-later         executive        12 min senior-staff AI infra
    team-growth
      ten-into-five-groups             executive        12 min senior-staff SRE
    ");
    let all = home.run(&["scenario", "list"], "").ok();
    assert!(all.stdout.lines().all(|line| line.chars().count() <= 80), "{}", all.stdout);
}

#[test]
fn a_scenario_without_a_level_is_listed_for_every_level() {
    let home = Home::empty();
    home.write("scenarios/mine.yaml", scenario("mine").replace("level: staff\n", ""));
    for level in ["staff", "senior-staff", "principal"] {
        let run = home.run(&["scenario", "list", "--level", level], "").ok();
        assert!(run.stdout.contains("  mine "), "{level}: {}", run.stdout);
    }
}

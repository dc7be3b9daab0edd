//! The level that a person interviews for: asked once, kept where it can be edited, and shown.

use std::fs;

use crate::harness::{
    home::{Home, SCENARIO, whole_round},
    terminal::Terminal,
};

const QUESTION: &str = "Which level do you interview for?";

fn target_of(home: &Home) -> String {
    let drawn = home.records().into_iter().find(|record| record["record"] == "drawn").unwrap();
    drawn["target"].as_str().unwrap().to_owned()
}

#[test]
fn a_person_is_asked_once_and_the_answer_is_kept_in_the_settings() {
    let home = Home::of_a_new_person();
    home.write("config.toml", "# mine\nself-rating = false\n");
    let mut terminal = Terminal::start(&home, 80, 60, &["practice", SCENARIO, "--no-model"]);
    terminal.wait_for_words(QUESTION);
    terminal.wait_for("Level [staff]:");
    terminal.wait_until("a prompt", |terminal| terminal.screen().trim_end().ends_with('›'));
    terminal.send("senior\r");
    terminal.wait_for_words("`senior` is not a target level: did you mean `senior-staff`?");
    terminal.wait_until("a prompt", |terminal| terminal.screen().trim_end().ends_with('›'));
    terminal.send("2\r");
    terminal.wait_for_words("config.toml as `target`: change it there, or for one round with `--target`.");
    terminal.wait_for("Target level: senior-staff.");
    terminal.wait_for("A launch date on a database");
    terminal.wait_until("the round's prompt", |terminal| terminal.screen().trim_end().ends_with('›'));
    terminal.send("/quit\r\u{4}");
    assert_eq!(terminal.ends(), 0);
    assert_eq!(
        fs::read_to_string(home.path().join("config.toml")).unwrap(),
        "target = \"senior-staff\"\n# mine\nself-rating = false\n"
    );
    assert_eq!(target_of(&home), "senior-staff");
    let doctor = home.run(&["doctor", "--no-model"], "").ok();
    assert!(doctor.says("you interview for senior-staff"), "{}", doctor.stdout);

    let terminal = Terminal::start(&home, 80, 60, &["practice", SCENARIO, "--no-model"]);
    terminal.wait_for("Target level: senior-staff.");
    terminal.wait_for("A launch date on a database");
    assert!(!terminal.with_scrollback().contains(QUESTION), "{}", terminal.with_scrollback());
}

#[test]
fn a_flag_a_script_and_yes_are_not_asked_and_keep_nothing() {
    for (arguments, target) in [
        (&["practice", SCENARIO, "--no-model", "--target", "principal"][..], "principal"),
        (&["practice", SCENARIO, "--no-model", "--yes"], "staff"),
    ] {
        let home = Home::of_a_new_person();
        let terminal = Terminal::start(&home, 80, 60, arguments);
        terminal.wait_for(&format!("Target level: {target}."));
        terminal.wait_for("A launch date on a database");
        assert!(!terminal.with_scrollback().contains(QUESTION), "{arguments:?}");
        assert!(!home.path().join("config.toml").exists(), "{arguments:?}");
    }
    let home = Home::of_a_new_person();
    let run = home.run(&["practice", SCENARIO, "--no-model"], &whole_round()).ok();
    assert!(!run.says(QUESTION) && run.says("Target level: staff."), "{}", run.stdout);
    assert_eq!(target_of(&home), "staff");
    assert!(!home.path().join("config.toml").exists());
}

#[test]
fn who_leaves_at_the_question_has_begun_nothing_and_is_asked_again() {
    for arguments in [&["practice", "--no-model"][..], &["live", "--no-model"]] {
        let home = Home::of_a_new_person();
        let mut terminal = Terminal::start(&home, 80, 60, arguments);
        terminal.wait_for("Level [staff]:");
        terminal.wait_until("a prompt", |terminal| terminal.screen().trim_end().ends_with('›'));
        terminal.send("\u{4}");
        terminal.wait_for_words("Nothing has begun");
        assert_eq!(terminal.ends(), 0, "{arguments:?}");
        assert!(home.journals().is_empty() && !home.path().join("config.toml").exists(), "{arguments:?}");
    }
}

#[test]
fn at_the_prompt_the_answer_counts_for_every_later_round_even_if_it_can_not_be_kept() {
    let home = Home::of_a_new_person();
    // A link to a place where nothing can be written.
    std::os::unix::fs::symlink("/proc/none/config.toml", home.path().join("config.toml")).unwrap();
    let mut terminal = Terminal::start(&home, 80, 200, &["--no-model"]);
    let prompt = |terminal: &Terminal, mark: &str| {
        terminal.wait_until(mark, |terminal| terminal.screen().trim_end().ends_with(mark));
    };
    prompt(&terminal, "pushback›");
    terminal.send(&format!("practice {SCENARIO}\r"));
    terminal.wait_for("Level [staff]:");
    prompt(&terminal, "\n›");
    terminal.send("Principal\r");
    terminal.wait_for_words("This counts until you leave, and isn't kept: can't write ");
    terminal.wait_for("Target level: principal.");
    for round in 1..=2 {
        terminal
            .wait_until("a round", |terminal| terminal.screen().matches("── A launch date").count() == round);
        prompt(&terminal, "\n›");
        terminal.send("/quit\r\u{4}");
        terminal.wait_until("the end", |terminal| terminal.screen().matches("goes on.").count() == round);
        prompt(&terminal, "pushback›");
        if round == 1 {
            terminal.send(&format!("/practice {SCENARIO}\r"));
        }
    }
    assert_eq!(terminal.screen().matches(QUESTION).count(), 1);
    assert_eq!(terminal.screen().matches("Target level: principal.").count(), 2);
}

#[test]
fn live_draws_a_case_for_the_level() {
    for level in ["staff", "senior-staff", "principal"] {
        for seed in 0..3 {
            let home = Home::of_a_new_person();
            home.write("config.toml", format!("target = \"{level}\"\n"));
            let arguments = ["live", "--no-model", "--seed", &seed.to_string()];
            let mut terminal = Terminal::start(&home, 80, 60, &arguments);
            terminal.wait_for("Enter begins.");
            terminal.send("\r");
            terminal.wait_until("a journal", |_| {
                !home.journals().is_empty() && {
                    fs::read_to_string(home.journal()).unwrap().contains("\"drawn\"")
                }
            });
            let drawn = home.records().into_iter().find(|record| record["record"] == "drawn").unwrap();
            assert_eq!(drawn["target"], level);
            assert_eq!(drawn["scenario"]["level"], level, "seed {seed}");
        }
    }
}

#[test]
fn a_loop_asks_only_where_a_round_of_it_is_for_no_level() {
    let home = Home::of_a_new_person();
    let mine = "id: mine\ntitle: Mine\nabout: Two.\nrounds:\n  - {name: One, scenario: ga-date-on-one-database}\n  \
        - {name: Two, theme: mentoring, level: principal}\n";
    home.write("scenarios/loops/mine.yaml", mine);
    let mut terminal = Terminal::start(&home, 80, 60, &["live", "--no-model", "--loop", "sre-staff"]);
    terminal.wait_for("Enter begins.");
    assert!(!terminal.with_scrollback().contains(QUESTION), "{}", terminal.with_scrollback());
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    let mut terminal = Terminal::start(&home, 80, 60, &["live", "--no-model", "--loop", "mine"]);
    terminal.wait_for("Level [staff]:");
    terminal.wait_until("a prompt", |terminal| terminal.screen().trim_end().ends_with('›'));
    terminal.send("2\r");
    terminal.wait_for_words("Live: Mine, 2 rounds");
    terminal.wait_for("Enter begins.");
    assert!(terminal.screen().contains("senior-staff"), "{}", terminal.screen());
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
}

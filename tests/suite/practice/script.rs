//! A round from the command line, without a model.

use crate::harness::home::{Home, SCENARIO, flat, whole_round};

#[test]
fn a_scripted_round_is_played_kept_and_read_again() {
    let home = Home::new();
    let run = home.run(&["practice", SCENARIO, "--no-model"], &whole_round()).ok();
    assert!(run.says("Pushback plays the interviewer"), "{}", run.stdout);
    assert!(run.says("No model is in use, so nothing is scored and nothing leaves your machine."));
    assert!(run.says("Unscored: no model is in use. Everything you said is kept"), "{}", run.stdout);

    let said = home.said();
    assert_eq!(said.len(), 5);
    assert!(said[0].ends_with("\n\nI can lend two until October."), "a paragraph break sends nothing");
    let kinds: Vec<String> = home
        .records()
        .iter()
        .filter(|record| record["record"] == "asked")
        .map(|record| record["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["opening", "probe", "probe", "probe", "twist"]);

    let review = flat(&home.run(&["review"], "").ok().stdout);
    let sessions = home.run(&["sessions"], "").ok().stdout;
    assert!(sessions.contains("unscored"), "{sessions}");
    for text in
        ["Unscored: no model is in use", "lending four of the six", "late in the round", "in the morning"]
    {
        assert!(review.contains(text), "missing {text}: {review}");
    }
}

#[test]
fn a_question_is_answered_in_the_authors_words_and_does_not_count_as_an_answer() {
    let home = Home::new();
    let script = "What did the last write stall cost?\n.\nDo you like cheese?\n.\n/facts-asked\n/quit\n";
    let run = home.run(&["practice", SCENARIO, "--no-model"], script).ok();
    assert_eq!(run.stdout.matches("$310k in credits").count(), 2, "{}", run.stdout);
    assert!(run.says("Assume what you need, and say so."));
    assert!(run.says("`pushback resume"), "{}", run.stdout);
    let run = home.run(&["resume", "--no-model"], "/quit\n").ok();
    assert!(run.says("You were told") && run.says("$310k in credits"), "{}", run.stdout);
}

#[test]
fn who_asks_the_interviewer_for_help_is_told_where_it_is() {
    let home = Home::new();
    let run = home.run(&["practice", SCENARIO, "--no-model"], "Could you give me a hint?\n.\n/quit\n").ok();
    assert!(run.says("I can't help you with that one."), "{}", run.stdout);
    assert!(run.says("/hint and /rubric help, after your first answer"), "{}", run.stdout);
}

#[test]
fn hint_and_rubric_stay_closed_before_the_first_answer_and_open_after_it() {
    let home = Home::new();
    let script = "/hint\n/rubric\n/hnit\nI would go to the VP today and say which part of it I refuse.\n.\n/rubric\n/hint\n/quit\n";
    let run = home.run(&["practice", SCENARIO, "--no-model"], script).ok();
    let (before, after) = run.stdout.split_once("did you mean /hint?").unwrap();
    assert_eq!(before.matches("commit to an answer of your own first").count(), 2, "{before}");
    assert!(!before.contains("Names the person or role that makes the final call"));
    assert!(after.contains("Names the person or role that makes the final call"), "{after}");
    assert!(after.contains("Hint"), "{after}");
}

#[test]
fn a_session_that_was_cut_off_is_taken_up_where_it_was() {
    let home = Home::new();
    let script = whole_round();
    let (first, rest) = script.split_at(script.find("By October").unwrap());
    home.run(&["practice", SCENARIO, "--no-model"], first).ok();
    assert!(home.run(&["sessions"], "").ok().stdout.contains("cut off"));
    let run = home.run(&["resume", "--no-model"], rest).ok();
    assert!(run.says("lending four of the six"), "the recap shows what was said: {}", run.stdout);
    assert!(run.says("Unscored"), "{}", run.stdout);
    assert_eq!(home.said().len(), 5);
    home.run(&["resume", "--no-model"], "").fails(2, "no session was cut off");
}

#[test]
fn taking_an_answer_back_and_skipping_leave_their_trace() {
    let home = Home::new();
    let script = "I would say no to everything, and that is all there is to it.\n.\n/retry\n\
                  I would refuse the loan of four people and offer two of them until October.\n.\n/skip\n/skip\n/skip\n/skip\n";
    home.run(&["practice", SCENARIO, "--no-model"], script).ok();
    let review = flat(&home.run(&["review"], "").ok().stdout);
    assert!(review.contains("You (taken back, doesn't count)"), "{review}");
    assert!(review.contains("(question skipped)"), "{review}");
}

#[test]
fn what_steers_a_terminal_never_reaches_it() {
    let home = Home::new();
    let evil = "I refuse \u{1b}[31mred \u{9b}31m and \u{202e}backwards \u{1b}]0;title\u{7} and say which part of it I do.\n.\n";
    home.run(&["practice", SCENARIO, "--no-model"], evil).ok();
    assert!(home.said()[0].contains('\u{202e}'), "the journal keeps the words as they were");
    let review = flat(&home.run(&["review"], "").ok().stdout);
    assert!(review.contains("I refuse red and backwards and say"), "{review}");
    assert!(!review.contains('\u{1b}') && !review.contains('\u{9b}') && !review.contains('\u{202e}'));
}

#[test]
fn thirty_thousand_words_are_kept_and_shown() {
    let home = Home::new();
    let long = "we would say no and explain it to them ".repeat(3_400);
    home.run(&["practice", SCENARIO, "--no-model"], &format!("{long}\n.\n/quit\n")).ok();
    assert_eq!(home.said()[0], long);
    let review = flat(&home.run(&["review"], "").ok().stdout);
    assert!(review.matches("explain").count() >= 3_000);
}

#[test]
fn the_list_of_sessions_and_the_journal_can_be_read_by_a_program() {
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], &whole_round()).ok();
    let rows = home.run(&["sessions", "--json"], "").ok().stdout;
    let row: serde_json::Value = serde_json::from_str(&rows).unwrap();
    assert_eq!((row["scenario"].as_str(), row["state"].as_str()), (Some(SCENARIO), Some("unscored")));
    let review = home.run(&["review", "--json"], "").ok().stdout;
    let review: serde_json::Value = serde_json::from_str(&review).unwrap();
    assert_eq!(review["outcome"]["unscored"]["reason"], "no-model");
    let list = home.run(&["scenario", "list", "--json"], "").ok().stdout;
    assert!(
        list.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].is_string())
    );
}

#[test]
fn the_prompt_between_sessions_does_what_the_commands_do() {
    let home = Home::new();
    let script = "/sessions\nsessions --json\nhello\n/reviw\n/practice --theme mentring\nquit\n";
    let run = home.run(&["--no-model"], script).ok();
    for text in [
        "There are no sessions yet",
        "there is no command `hello`",
        "did you mean `review`?",
        "there is no theme `mentring`",
    ] {
        assert!(run.stdout.contains(text), "missing {text}: {}", run.stdout);
    }
}

#[test]
fn the_draw_says_why_and_a_seed_or_an_id_still_rules() {
    let home = Home::new();
    let first = home.run(&["practice", "--no-model"], "/quit\n").ok();
    assert!(!first.says("Drawn because"), "there is nothing to go by yet");
    crate::review::progress::history(&home, 3);
    let run = home.run(&["practice", "--no-model", "--theme", "roadmap-pushback"], "/quit\n").ok();
    assert!(run.says("Drawn because you "), "{}", run.stdout);
    let seeded = || {
        let run = home.run(&["practice", "--no-model", "--seed", "5"], "/quit\n").ok();
        assert!(!run.says("Drawn because"), "{}", run.stdout);
        run.stdout.lines().find(|line| line.starts_with("── ")).unwrap().to_owned()
    };
    assert_eq!(seeded(), seeded());
    let named = home.run(&["practice", SCENARIO, "--no-model"], "/quit\n").ok();
    assert!(!named.says("Drawn because") && named.says("A launch date on a database that runs out"));
}

#[test]
fn a_last_message_without_its_dot_is_kept_as_a_draft_and_said() {
    let home = Home::new();
    let script = "I would refuse the loan of four people.\n.\nAnd I would offer\n\ntwo of them";
    let run = home.run(&["practice", SCENARIO, "--no-model"], script);
    let run = run.fails(2, "the last message has no line with a dot behind it, so it wasn't sent");
    assert!(run.stderr.contains("it is kept as a draft: `pushback resume"), "{}", run.stderr);
    assert!(!run.says("Everything you said is kept"), "{}", run.stdout);
    assert_eq!(home.said().len(), 1);
    let draft = home.journal().with_extension("draft");
    assert_eq!(std::fs::read_to_string(&draft).unwrap(), "And I would offer\n\ntwo of them");
    let run = home.run(&["resume", "--no-model"], "until October.\n. \n/quit\n").ok();
    assert!(run.says("Your draft goes in front of the next message."), "{}", run.stdout);
    assert_eq!(home.said()[1], "And I would offer\n\ntwo of them\nuntil October.");
    assert!(!draft.exists());
}

#[test]
fn a_draft_that_cannot_be_kept_is_not_said_to_be() {
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], "/quit\n").ok();
    std::fs::create_dir_all(home.journal().with_extension("draft").join("in the way")).unwrap();
    let run = home.run(&["resume", "--no-model"], "Words without a dot").fails(2, "it wasn't sent");
    assert!(run.stderr.contains("it is not kept ("), "{}", run.stderr);
}

#[test]
fn a_script_that_is_no_text_or_never_ends_is_refused() {
    let home = Home::new();
    let utf16: String = "/quit\n".chars().map(|c| format!("{c}\0")).collect();
    home.run(&["practice", SCENARIO, "--no-model"], &utf16).fails(2, "save it as UTF-8");
    let endless = "yes\n".repeat(400_000);
    home.run(&["practice", SCENARIO, "--no-model"], &endless).fails(2, "larger than 1024 kB");
    home.run(&["practice", SCENARIO, "--no-model"], "\u{feff}/quit\n").ok();
    home.run(&["scenario", "try", SCENARIO, "--no-model"], "Words without a dot").fails(2, "it wasn't sent");
}

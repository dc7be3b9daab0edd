//! One whole interview at a real terminal, with the real model.

use std::{fs, time::Duration};

use crate::{harness::home::SCENARIO, harness::terminal::Terminal, home_with_model};

const ANSWER: &str = "I would not lend four people. I would go to the VP of Product today, before the review, and tell her exactly which \
part I refuse: the pause of the split. By October we are at ninety percent of the stall point from growth alone, and the launch adds \
fifteen points, so the primary stalls in the first week.\n\nWhat I offer instead is a launch by invitation on 1 October for the five \
accounts that hold most of the pipeline, and the rest gets in when the write load has stayed under eighty percent for two weeks.";

#[test]
#[ignore = "needs the model"]
fn opening_question_answer_probe_twist_card_and_review() {
    let home = home_with_model();
    let mut terminal = Terminal::start(&home, 100, 200, &["practice", SCENARIO, "--target", "staff"]);
    terminal.wait_for("›");
    assert!(terminal.screen().contains("The model runs in this program. Nothing leaves your machine."));

    terminal.say("What did the last write stall cost us?");
    terminal.wait_for("$310k in credits");
    terminal.say(ANSWER);
    let mut interviewer = 3;
    loop {
        // The next question has come when there is an empty prompt behind one more line of the interviewer's.
        terminal.wait_until("the next question", |terminal| {
            let screen = terminal.screen();
            screen.matches("Interviewer").count() >= interviewer && screen.trim_end().ends_with('›')
        });
        interviewer += 1;
        if terminal.screen().contains("late in the round") {
            break;
        }
        terminal.say("Their jobs would hang for two hours, the month would miss its promise, and the CTO has to decide that with me.");
        assert!(interviewer < 8, "{}", terminal.screen());
    }
    terminal.say("Then the stall comes earlier than I said, so three accounts get in and not five, and I tell the CEO so tonight.");
    terminal.wait_for("What the business stands to win and lose ›");
    terminal.send("\u{4}");
    terminal.wait_for("Read it again: pushback review");
    assert_eq!(terminal.ends(), 0);
    let screen = terminal.screen();
    for text in ["Score card", "This round reads", "bar for staff", "✓", "“"] {
        assert!(screen.contains(text), "missing {text}:\n{screen}");
    }

    let review = home.run(&["review"], "").ok();
    for text in
        ["Score card", "What was said", "$310k in credits", "I tell the CEO so tonight", "late in the round"]
    {
        assert!(review.says(text), "missing {text}:\n{}", review.stdout);
    }
    let card =
        |text: &str| text.split("── Facts:").next().unwrap().split_once("Score card").unwrap().1.to_owned();
    let before = card(&review.stdout);
    let lines = fs::read_to_string(home.journal()).unwrap().lines().count();
    home.run(&["score"], "").ok();
    assert_eq!(
        fs::read_to_string(home.journal()).unwrap().lines().count(),
        lines + 2,
        "new records, none changed"
    );
    assert_eq!(card(&home.run(&["review"], "").ok().stdout), before, "the same session scored twice");
}

#[test]
#[ignore = "needs the model"]
fn ctrl_c_stops_the_judge_and_keeps_the_answer() {
    let home = home_with_model();
    let mut terminal = Terminal::start(&home, 80, 60, &["practice", SCENARIO]);
    terminal.wait_for("›");
    terminal.say(ANSWER);
    terminal.wait_until("the model at work", |_| home.said().len() == 1);
    std::thread::sleep(Duration::from_millis(300));
    terminal.send("\u{3}");
    terminal.wait_until("a question by fixed rules", |terminal| {
        let screen = terminal.screen();
        screen.matches("Interviewer").count() >= 2 && screen.trim_end().ends_with('›')
    });
    assert_eq!(home.said().len(), 1);
    terminal.send("/quit\r");
    assert_eq!(terminal.ends(), 0);
}

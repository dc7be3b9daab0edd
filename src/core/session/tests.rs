//! The round, played with plain data.

use super::policy::Denied;
use super::*;
use crate::core::{
    judging::{Judge, Unscored, Usage, whole},
    turn::Phrase,
};

fn case() -> Case {
    let criterion = |id: &str, signals: serde_json::Value| {
        serde_json::json!({
            "id": id, "name": id, "question": "?", "signals": signals,
            "levels": {"mid": "m", "senior": "s", "staff": "t", "senior-staff": "u", "principal": "p"},
            "red-flags": [{"id": format!("{id}-flag"), "cap": "mid", "statement": "Gives up."}],
        })
    };
    let signal = |id: &str, level: &str| serde_json::json!({"id": id, "level": level, "statement": format!("Shows {id}."), "coach": format!("coach of {id}")});
    let rubric = serde_json::json!({
        "id": "r", "title": "R", "criteria": [
            criterion("first", serde_json::json!([signal("a", "senior"), signal("b", "staff"), signal("c", "principal")])),
            criterion("second", serde_json::json!([signal("d", "staff"), signal("e", "senior-staff")])),
            criterion("third", serde_json::json!([signal("f", "staff")])),
        ]
    });
    let scenario = serde_json::json!({
        "id": "s", "title": "S", "theme": "t", "rubric": "r", "round": "panel", "minutes": 12,
        "setting": "A company with a database.", "opening": "What do you do?", "twist": "Now everything is different. And?",
        "facts": [{"about": "the cost of a stall", "tell": "Three hundred thousand.", "ask": ["what did the stall cost?"]}],
        "probes": [
            {"missing": "a", "ask": "Who is hurt?"}, {"missing": "b", "ask": "How large is it?"},
            {"missing": "c", "ask": "And in five years?"}, {"missing": "d", "ask": "Who decides?"},
            {"missing": "e", "ask": "And if you are overruled?"}, {"missing": "f", "ask": "What goes?"},
        ],
    });
    Case {
        scenario: serde_json::from_value(scenario).unwrap(),
        artifact: None,
        rubric: serde_json::from_value(rubric).unwrap(),
    }
}

const ANSWER: &str =
    "I would go to the VP today and tell her which part of the plan I refuse and why I refuse it.";

fn round(target: TargetLevel) -> (Session, Step) {
    let mut session = Session::new(Mode::Practice, target, case());
    let begun = session.handle(Event::Began).unwrap();
    (session, begun)
}

/// Sends a message, which is recognised by rule. The effects of both are in what is returned.
fn say(session: &mut Session, text: &str) -> Step {
    let said = session.handle(Event::Said(text.into())).unwrap();
    if !matches!(said.next, Wait::Route { .. }) {
        return said;
    }
    let route = routing::by_rule(text, &session.case().scenario.facts);
    let routed = session.handle(Event::Routed(Ok((route, RoutedBy::Rule)))).unwrap();
    Step { effects: [said.effects, routed.effects].concat(), next: routed.next }
}

/// What a judge says who saw these signals in sentence 1, and no other.
fn saw(exam: &Exam, purpose: Purpose, shown: &[&str]) -> Event {
    let observations = exam
        .statements
        .iter()
        .map(|statement| {
            let is_shown = shown.contains(&statement.signal.as_str());
            let p = if is_shown { 0.9 } else { 0.05 };
            let sentences = exam.countable().take(1).collect();
            Observation { signal: statement.signal.clone(), p, sentences }
        })
        .collect();
    let judge = Judge { model: "scripted".into(), prompt_hash: String::new(), trust: None };
    let (sentences, usage) = (exam.spans(), Usage::default());
    Event::Observed(Ok(Observed { purpose, judge, observations, sentences, usage, ms: 0 }))
}

fn exam(step: &Step) -> (Purpose, Exam) {
    match &step.next {
        Wait::Observe { purpose, exam, .. } => (*purpose, (**exam).clone()),
        other => panic!("expected a question to the judge, got {other:?}"),
    }
}

fn asked(step: &Step) -> Vec<Ask> {
    step.effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Record(Record::Asked(asked)) => Some(asked.kind.clone()),
            _ => None,
        })
        .collect()
}

/// What a round does that shows something and goes on listening.
fn shows(show: Show) -> Step {
    Step { effects: vec![Effect::Show(show)], next: Wait::Listen }
}

fn probe(signal: &str) -> Ask {
    Ask::Probe { signal: signal.into() }
}

#[test]
fn a_round_asks_the_opening_probes_what_is_missing_turns_the_case_and_scores() {
    let (mut session, step) = round(TargetLevel::Staff);
    assert_eq!(asked(&step), [Ask::Opening]);

    // Only signals at or below the target are asked about, and only those that have a probe.
    let step = say(&mut session, ANSWER);
    let (purpose, first) = exam(&step);
    assert_eq!(purpose, Purpose::Probe);
    assert_eq!(first.statements.iter().map(|s| s.signal.as_str()).collect::<Vec<_>>(), ["a", "b", "d", "f"]);

    // Of what is missing, the criterion that has shown least comes first.
    let step = session.handle(saw(&first, purpose, &["a"])).unwrap();
    assert_eq!(asked(&step), [probe("d")]);
    let step = say(&mut session, "The CTO decides, and I will give her the numbers on Monday.");
    let (purpose, second) = exam(&step);
    // Each round of probing sees everything said so far.
    assert_eq!(second.turns.len(), 2);
    let step = session.handle(saw(&second, purpose, &["a", "f"])).unwrap();
    assert_eq!(asked(&step), [probe("b")]);

    // Nothing is missing any more that could be asked for, so the case turns.
    let step = say(&mut session, "About fifteen points too much in the first week of October.");
    assert_eq!(asked(&step), [Ask::Twist]);

    let step = say(&mut session, "Then the invitation list gets shorter, and I say so to the CEO.");
    let (purpose, last) = exam(&step);
    assert_eq!(purpose, Purpose::Card);
    assert_eq!(last.statements.len(), case().rubric.statements().count() + whole::STATEMENTS.len());
    let step = session.handle(saw(&last, purpose, &["a", "b", "d"])).unwrap();
    assert!(matches!(
        step.effects.as_slice(),
        [Effect::Record(Record::Observed(_)), Effect::Record(Record::Scored(_)), Effect::Show(Show::Card)]
    ));
    assert_eq!(step.next, Wait::End);
}

#[test]
fn at_most_three_probes_come() {
    let (mut session, _) = round(TargetLevel::Principal);
    let mut step = say(&mut session, ANSWER);
    let mut probes = 0;
    while let Wait::Observe { purpose: Purpose::Probe, .. } = &step.next {
        let (purpose, exam) = exam(&step);
        let next = session.handle(saw(&exam, purpose, &[])).unwrap();
        probes += asked(&next).iter().filter(|ask| matches!(ask, Ask::Probe { .. })).count();
        step = say(&mut session, "I can't say more about that, really, not today.");
    }
    // After the third probe nobody needs to be asked what is missing.
    assert_eq!((probes, asked(&step)), (3, vec![Ask::Twist]));
}

/// Answers everything until nothing is left to be said.
fn say_everything(session: &mut Session) -> Step {
    let mut step = say(session, ANSWER);
    loop {
        step = match step.next {
            Wait::Observe { purpose: Purpose::Probe, .. } => {
                session.handle(Event::Observed(Err(Unscored::TimedOut))).unwrap()
            }
            Wait::Listen => say(session, "I would rather not say more about that one, honestly."),
            _ => return step,
        };
    }
}

#[test]
fn the_own_view_is_asked_for_once_before_the_judge_speaks_and_only_of_who_wants_it() {
    let (mut session, _) = round(TargetLevel::Staff);
    let step = say_everything(&mut session);
    assert!(matches!(step.next, Wait::Observe { purpose: Purpose::Card, .. }), "{:?}", step.next);

    for (levels, records) in [(BTreeMap::from([("first".to_owned(), 3)]), 1), (BTreeMap::new(), 0)] {
        let (mut session, _) = round(TargetLevel::Staff);
        session.ask_own_view();
        assert_eq!(say_everything(&mut session).next, Wait::OwnView);
        let early = session.clone().handle(Event::Observed(Err(Unscored::TimedOut)));
        assert!(early.is_err(), "the judge has not been asked yet");
        let step = session.handle(Event::OwnView(levels.clone())).unwrap();
        assert_eq!(step.effects, vec![Effect::Record(Record::SelfRated { levels }); records]);
        assert!(matches!(step.next, Wait::Observe { purpose: Purpose::Card, .. }), "{:?}", step.next);

        // Taken up again before the judge was through: only who said nothing is asked again.
        let mut again = session.clone();
        again.ask_own_view();
        let step = again.handle(Event::Began).unwrap();
        assert_eq!(step.next == Wait::OwnView, records == 0);
    }
}

#[test]
fn nobody_is_asked_for_their_own_view_in_live_mode() {
    let mut session = Session::new(Mode::Live, TargetLevel::Staff, case());
    session.ask_own_view();
    let mut step = session.handle(Event::Began).unwrap();
    while step.next != Wait::End {
        assert_ne!(step.next, Wait::OwnView);
        step = go_on(&mut session, &step.next, &Move::Fail);
    }
}

#[test]
fn an_event_that_the_round_does_not_wait_for_is_told_and_changes_nothing() {
    let (mut session, _) = round(TargetLevel::Staff);
    let before = format!("{session:?}");
    for event in [
        Event::Resumed,
        Event::Routed(Ok((Route::Answer, RoutedBy::Rule))),
        Event::Observed(Err(Unscored::TimedOut)),
        Event::OwnView(BTreeMap::new()),
        Event::Deadline("late".into()),
        Event::Abandoned,
        Event::Sealed(Closes::Words),
    ] {
        let unexpected = session.handle(event.clone()).unwrap_err();
        assert_eq!(unexpected, Unexpected { event: event.name(), waits_for: "the candidate" });
    }
    assert_eq!(format!("{session:?}"), before);
    let _ = session.handle(Event::Said("Is it short?".into())).unwrap();
    let unexpected = session.handle(Event::Said("And one more?".into())).unwrap_err();
    assert_eq!(unexpected.to_string(), "the round waits for what a message is, and what came is a message");
}

#[test]
fn a_question_gets_the_authors_fact_and_the_same_question_stays_open() {
    let (mut session, _) = round(TargetLevel::Staff);
    let step = say(&mut session, "What did the stall cost?");
    assert_eq!(asked(&step), [Ask::Fact { fact: 0 }]);
    assert_eq!(step.next, Wait::Listen);
    let step = say(&mut session, "Is there a canteen?");
    assert_eq!(asked(&step), [Ask::Phrase { phrase: Phrase::AssumeAndSay }]);
    assert_eq!(session.turns().len(), 1);
    assert_eq!(session.told(), [0]);
}

#[test]
fn the_answer_is_recorded_before_anything_is_asked_about_it() {
    let (mut session, _) = round(TargetLevel::Staff);
    for text in [ANSWER.to_owned(), ANSWER.repeat(5)] {
        let step = session.clone().handle(Event::Said(text.clone())).unwrap();
        assert_eq!(step.effects.first(), Some(&Effect::Record(Record::Said { text })));
    }
    let step = session.handle(Event::Said("  \n ".into())).unwrap();
    assert_eq!(step, shows(Show::NothingSent));
}

#[test]
fn hints_and_rubric_open_up_after_the_first_answer_only() {
    let (mut session, _) = round(TargetLevel::Staff);
    for action in [Action::SeeHint, Action::SeeRubric] {
        let step = session.handle(Event::Wants(action)).unwrap();
        assert_eq!(step, shows(Show::Denied(Denied::AnswerFirst)));
    }
    let step = say(&mut session, ANSWER);
    let (purpose, exam) = exam(&step);
    session.handle(saw(&exam, purpose, &["a"])).unwrap();
    let step = session.handle(Event::Wants(Action::SeeHint)).unwrap();
    assert!(step.effects.contains(&Effect::Show(Show::Hint(Some("b".into())))), "{step:?}");
    // The same hint doesn't come twice.
    let step = session.handle(Event::Wants(Action::SeeHint)).unwrap();
    assert!(step.effects.contains(&Effect::Show(Show::Hint(Some("d".into())))), "{step:?}");
}

#[test]
fn without_a_judge_the_round_goes_on_by_fixed_rules_and_ends_unscored() {
    let (mut session, _) = round(TargetLevel::Staff);
    say(&mut session, ANSWER);
    let mut step = session.handle(Event::Observed(Err(Unscored::NoModel))).unwrap();
    assert_eq!(asked(&step), [probe("a")], "the author's order");
    for _ in 0..3 {
        step = say(&mut session, "I would rather not say more about that one, honestly.");
        if let Wait::Observe { .. } = &step.next {
            step = session.handle(Event::Observed(Err(Unscored::TimedOut))).unwrap();
        }
    }
    assert_eq!(asked(&step), [Ask::Twist]);
    say(&mut session, ANSWER);
    let step = session.handle(Event::Observed(Err(Unscored::TimedOut))).unwrap();
    let unscored = Record::Unobserved { purpose: Purpose::Card, why: Unscored::TimedOut };
    let effects = vec![Effect::Record(unscored), Effect::Show(Show::Card)];
    assert_eq!(step, Step { effects, next: Wait::End });
}

#[test]
fn an_answer_that_can_show_nothing_is_scored_without_asking_a_model() {
    let (mut session, _) = round(TargetLevel::Staff);
    let mut step = say(&mut session, "Fine.");
    while step.next == Wait::Listen {
        step = say(&mut session, "What do you do?");
        if session.is_over() {
            break;
        }
        step = session.handle(Event::Wants(Action::Skip)).unwrap();
    }
    let score = step.effects.iter().find_map(|effect| match effect {
        Effect::Record(Record::Scored(score)) => Some(score),
        _ => None,
    });
    let score = score.expect("a score");
    assert_eq!((score.overall, score.read), (0.0, None));
    assert!(score.ratings.iter().all(|rating| rating.read.is_none()));
}

#[test]
fn a_retried_answer_does_not_count() {
    let (mut session, _) = round(TargetLevel::Staff);
    let step = say(&mut session, ANSWER);
    let (purpose, exam_one) = exam(&step);
    session.handle(saw(&exam_one, purpose, &[])).unwrap();
    let step = session.handle(Event::Wants(Action::Retry)).unwrap();
    assert_eq!(step.next, Wait::Listen);
    assert_eq!(session.turns().len(), 1, "the probe goes with the answer that it followed");
    let step = say(&mut session, "I would write down what it costs to say no, and then say it to her face.");
    let (_, exam_two) = exam(&step);
    assert!(exam_two.sentences.iter().all(|sentence| !sentence.text.contains("which part")));
}

#[test]
fn a_probe_quotes_a_short_sentence_that_came_near_and_else_keeps_the_authors_words() {
    let case = case();
    let probe = &case.scenario.probes[0];
    let turn = Turn {
        question: "What do you do?".into(),
        kind: Ask::Opening,
        said: vec!["We lose some customers there. ".repeat(2)],
    };
    let exam = Exam::new(&case, &[turn], |_| true);
    let near = Observation { signal: "a".into(), p: 0.3, sentences: vec![1] };
    assert_eq!(
        probing::worded(probe, Some(&near), &exam.sentences),
        "You said: “We lose some customers there.” Who is hurt?"
    );
    let far = Observation { p: 0.01, ..near };
    assert_eq!(probing::worded(probe, Some(&far), &exam.sentences), "Who is hurt?");
}

#[test]
fn a_sentence_that_a_probe_quotes_stays_the_candidates_own() {
    let turn = |question: &str, kind: Ask, said: &str| Turn {
        question: question.into(),
        kind,
        said: vec![said.into()],
    };
    let turns = [
        turn("What do you do?", Ask::Opening, "The piece I refuse is pausing the split."),
        turn(
            "You said: “The piece I refuse is pausing the split.” Who is hurt?",
            Ask::Probe { signal: "a".into() },
            "Who is hurt? Nobody whom I know of.",
        ),
    ];
    let exam = Exam::new(&case(), &turns, |_| true);
    let echoes = exam.sentences.iter().filter(|sentence| sentence.discount.is_some());
    assert_eq!(echoes.map(|echo| echo.text.as_str()).collect::<Vec<_>>(), ["Who is hurt?"]);
}

/// What a person, a model and a judge may do, in any order.
fn any_event() -> impl proptest::strategy::Strategy<Value = Move> {
    use proptest::prelude::*;
    prop_oneof![
        "[a-z]{1,8}( [a-z]{1,8}){0,60}[.?]?".prop_map(Move::Say),
        Just(Move::Want(Action::SeeHint)),
        Just(Move::Want(Action::SeeRubric)),
        Just(Move::Want(Action::Retry)),
        Just(Move::Want(Action::Skip)),
        Just(Move::Want(Action::Pause)),
        proptest::collection::vec(0.0..1.0f64, 12).prop_map(Move::Judge),
        Just(Move::Fail),
    ]
}

#[derive(Clone, Debug)]
enum Move {
    Say(String),
    Want(Action),
    Judge(Vec<f64>),
    Fail,
}

/// Answers what the round waits for, with the move where it fits and with the obvious where it doesn't.
fn go_on(session: &mut Session, waits: &Wait, next: &Move) -> Step {
    let event = match (waits, next) {
        (Wait::Listen, Move::Say(text)) => Event::Said(text.clone()),
        (Wait::Listen, Move::Want(action)) => Event::Wants(*action),
        (Wait::Listen, _) => Event::Said(ANSWER.into()),
        (Wait::Rest, _) => Event::Resumed,
        (Wait::Route { .. }, Move::Fail) => Event::Routed(Err(Unscored::TimedOut)),
        (Wait::Route { message, .. }, _) => {
            let route = routing::by_rule(message, &session.case().scenario.facts);
            Event::Routed(Ok((route, RoutedBy::Rule)))
        }
        (Wait::OwnView, Move::Say(_)) => Event::OwnView([("first".into(), 3)].into()),
        (Wait::OwnView, _) => Event::OwnView(BTreeMap::new()),
        (Wait::Observe { purpose, exam, .. }, Move::Judge(ps)) => {
            let Event::Observed(Ok(mut observed)) = saw(exam, *purpose, &[]) else { unreachable!() };
            for (observation, p) in observed.observations.iter_mut().zip(ps.iter().cycle()) {
                observation.p = *p;
            }
            Event::Observed(Ok(observed))
        }
        (Wait::Observe { .. }, _) => Event::Observed(Err(Unscored::TimedOut)),
        (Wait::Seal(closes), _) => Event::Sealed(*closes),
        (Wait::Loop | Wait::End, _) => panic!("the round waits for nothing: {waits:?}"),
    };
    session.handle(event).unwrap()
}

proptest::proptest! {
    #[test]
    fn replaying_the_records_gives_the_same_state(moves in proptest::collection::vec(any_event(), 1..40)) {
        let (mut session, mut step) = round(TargetLevel::SeniorStaff);
        session.ask_own_view();
        let mut replayed = Session::new(Mode::Practice, TargetLevel::SeniorStaff, case());
        let mut check = |session: &Session, step: &Step| {
            for effect in &step.effects {
                if let Effect::Record(record) = effect {
                    replayed.apply(record);
                }
            }
            proptest::prop_assert_eq!(&session.stage, &replayed.stage);
            proptest::prop_assert_eq!(&session.turns, &replayed.turns);
            proptest::prop_assert_eq!(&session.seen, &replayed.seen);
            Ok(())
        };
        check(&session, &step)?;
        for next in &moves {
            if session.is_over() {
                break;
            }
            step = go_on(&mut session, &step.next, next);
            check(&session, &step)?;
        }
    }

    #[test]
    fn nothing_coaches_before_the_first_answer(moves in proptest::collection::vec(any_event(), 1..30)) {
        let (mut session, mut step) = round(TargetLevel::Staff);
        for next in &moves {
            if session.answered || session.is_over() {
                break;
            }
            step = go_on(&mut session, &step.next, next);
            let coached = step.effects.iter().any(|effect| matches!(effect, Effect::Show(Show::Hint(_) | Show::Rubric)));
            proptest::prop_assert!(!coached || session.answered);
        }
    }

    #[test]
    fn in_live_every_line_is_the_authors_or_a_fixed_phrase(moves in proptest::collection::vec(any_event(), 1..40)) {
        let case = case();
        let mut session = Session::new(Mode::Live, TargetLevel::Principal, case.clone());
        let mut step = session.handle(Event::Began).unwrap();
        let scenario = &case.scenario;
        let mut known: Vec<&str> = vec![&scenario.opening, &scenario.twist];
        known.extend(scenario.facts.iter().map(|fact| fact.tell.as_str()));
        known.extend(scenario.probes.iter().map(|probe| probe.ask.as_str()));
        known.extend([Phrase::AssumeAndSay.text(), Phrase::NoHelp.text()]);
        for next in &moves {
            for effect in &step.effects {
                if let Effect::Record(Record::Asked(asked)) = effect {
                    let again = asked.text.strip_prefix("Sure. ").unwrap_or(&asked.text);
                    proptest::prop_assert!(known.contains(&again), "{}", asked.text);
                }
                let coached = matches!(effect, Effect::Show(Show::Hint(_) | Show::Rubric));
                proptest::prop_assert!(!coached || session.is_sealed());
            }
            if session.is_over() {
                break;
            }
            step = go_on(&mut session, &step.next, next);
        }
    }
}

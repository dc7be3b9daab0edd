//! The round, played with plain data.

use super::policy::Denied;
use super::*;
use crate::core::{
    judging::{Judge, Unscored, Usage},
    live::Seal,
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

fn round(target: TargetLevel) -> (Session, Vec<Effect>) {
    let mut session = Session::new(Mode::Practice, target, case());
    let effects = session.handle(Event::Began);
    (session, effects)
}

fn say(session: &mut Session, text: &str) -> Vec<Effect> {
    let effects = session.handle(Event::Said(text.into()));
    match effects.last() {
        Some(Effect::Route { .. }) => {
            let route = routing::by_rule(text, &session.case().scenario.facts);
            let mut all = effects;
            all.extend(session.handle(Event::Routed(Ok((route, RoutedBy::Rule)))));
            all
        }
        _ => effects,
    }
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

fn exam(effects: &[Effect]) -> (Purpose, Exam) {
    match effects.last() {
        Some(Effect::Observe { purpose, exam }) => (*purpose, (**exam).clone()),
        other => panic!("expected a question to the judge, got {other:?}"),
    }
}

fn asked(effects: &[Effect]) -> Vec<Ask> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Record(Record::Asked(asked)) => Some(asked.kind.clone()),
            _ => None,
        })
        .collect()
}

fn probe(signal: &str) -> Ask {
    Ask::Probe { signal: signal.into() }
}

#[test]
fn a_round_asks_the_opening_probes_what_is_missing_turns_the_case_and_scores() {
    let (mut session, effects) = round(TargetLevel::Staff);
    assert_eq!(asked(&effects), [Ask::Opening]);

    // Only signals at or below the target are asked about, and only those that have a probe.
    let effects = say(&mut session, ANSWER);
    let (purpose, first) = exam(&effects);
    assert_eq!(purpose, Purpose::Probe);
    assert_eq!(first.statements.iter().map(|s| s.signal.as_str()).collect::<Vec<_>>(), ["a", "b", "d", "f"]);

    // Of what is missing, the criterion that has shown least comes first.
    let effects = session.handle(saw(&first, purpose, &["a"]));
    assert_eq!(asked(&effects), [probe("d")]);
    let effects = say(&mut session, "The CTO decides, and I will give her the numbers on Monday.");
    let (purpose, second) = exam(&effects);
    // Each round of probing sees everything said so far.
    assert_eq!(second.turns.len(), 2);
    let effects = session.handle(saw(&second, purpose, &["a", "f"]));
    assert_eq!(asked(&effects), [probe("b")]);

    // Nothing is missing any more that could be asked for, so the case turns.
    let effects = say(&mut session, "About fifteen points too much in the first week of October.");
    assert_eq!(asked(&effects), [Ask::Twist]);

    let effects = say(&mut session, "Then the invitation list gets shorter, and I say so to the CEO.");
    let (purpose, last) = exam(&effects);
    assert_eq!(purpose, Purpose::Card);
    assert_eq!(last.statements.len(), case().rubric.statements().count());
    let effects = session.handle(saw(&last, purpose, &["a", "b", "d"]));
    assert!(matches!(
        effects.as_slice(),
        [
            Effect::Record(Record::Observed(_)),
            Effect::Record(Record::Scored(_)),
            Effect::Show(Show::Card),
            Effect::End
        ]
    ));
}

#[test]
fn at_most_three_probes_come() {
    let (mut session, _) = round(TargetLevel::Principal);
    let mut effects = say(&mut session, ANSWER);
    let mut probes = 0;
    while let Some(Effect::Observe { purpose: Purpose::Probe, .. }) = effects.last() {
        let (purpose, exam) = exam(&effects);
        let next = session.handle(saw(&exam, purpose, &[]));
        probes += asked(&next).iter().filter(|ask| matches!(ask, Ask::Probe { .. })).count();
        effects = say(&mut session, "I can't say more about that, really, not today.");
    }
    // After the third probe nobody needs to be asked what is missing.
    assert_eq!((probes, asked(&effects)), (3, vec![Ask::Twist]));
}

#[test]
fn a_question_gets_the_authors_fact_and_the_same_question_stays_open() {
    let (mut session, _) = round(TargetLevel::Staff);
    let effects = say(&mut session, "What did the stall cost?");
    assert_eq!(asked(&effects), [Ask::Fact { fact: 0 }]);
    assert!(matches!(effects.last(), Some(Effect::Listen)));
    let effects = say(&mut session, "Is there a canteen?");
    assert_eq!(asked(&effects), [Ask::Phrase { phrase: Phrase::AssumeAndSay }]);
    assert_eq!(session.turns().len(), 1);
    assert_eq!(session.told(), [0]);
}

#[test]
fn the_answer_is_recorded_before_anything_is_asked_about_it() {
    let (mut session, _) = round(TargetLevel::Staff);
    for text in [ANSWER.to_owned(), ANSWER.repeat(5)] {
        let effects = session.clone().handle(Event::Said(text.clone()));
        assert_eq!(effects.first(), Some(&Effect::Record(Record::Said { text })));
    }
    let effects = session.handle(Event::Said("  \n ".into()));
    assert_eq!(effects, [Effect::Show(Show::NothingSent), Effect::Listen]);
}

#[test]
fn hints_and_rubric_open_up_after_the_first_answer_only() {
    let (mut session, _) = round(TargetLevel::Staff);
    for action in [Action::SeeHint, Action::SeeRubric] {
        let effects = session.handle(Event::Wants(action));
        assert_eq!(effects, [Effect::Show(Show::Denied(Denied::AnswerFirst)), Effect::Listen]);
    }
    let effects = say(&mut session, ANSWER);
    let (purpose, exam) = exam(&effects);
    session.handle(saw(&exam, purpose, &["a"]));
    let effects = session.handle(Event::Wants(Action::SeeHint));
    assert!(effects.contains(&Effect::Show(Show::Hint(Some("b".into())))), "{effects:?}");
    // The same hint doesn't come twice.
    let effects = session.handle(Event::Wants(Action::SeeHint));
    assert!(effects.contains(&Effect::Show(Show::Hint(Some("d".into())))), "{effects:?}");
}

#[test]
fn without_a_judge_the_round_goes_on_by_fixed_rules_and_ends_unscored() {
    let (mut session, _) = round(TargetLevel::Staff);
    say(&mut session, ANSWER);
    let mut effects = session.handle(Event::Observed(Err(Unscored::NoModel)));
    assert_eq!(asked(&effects), [probe("a")], "the author's order");
    for _ in 0..3 {
        effects = say(&mut session, "I would rather not say more about that one, honestly.");
        if let Some(Effect::Observe { .. }) = effects.last() {
            effects = session.handle(Event::Observed(Err(Unscored::TimedOut)));
        }
    }
    assert_eq!(asked(&effects), [Ask::Twist]);
    say(&mut session, ANSWER);
    let effects = session.handle(Event::Observed(Err(Unscored::TimedOut)));
    let unscored = Record::Unobserved { purpose: Purpose::Card, why: Unscored::TimedOut };
    assert_eq!(effects, [Effect::Record(unscored), Effect::Show(Show::Card), Effect::End]);
}

#[test]
fn an_answer_that_can_show_nothing_is_scored_without_asking_a_model() {
    let (mut session, _) = round(TargetLevel::Staff);
    let mut effects = say(&mut session, "Fine.");
    while let Some(Effect::Listen) = effects.last() {
        effects = say(&mut session, "What do you do?");
        if session.is_over() {
            break;
        }
        effects = session.handle(Event::Wants(Action::Skip));
    }
    let score = effects.iter().find_map(|effect| match effect {
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
    let effects = say(&mut session, ANSWER);
    let (purpose, exam_one) = exam(&effects);
    session.handle(saw(&exam_one, purpose, &[]));
    let effects = session.handle(Event::Wants(Action::Retry));
    assert!(matches!(effects.last(), Some(Effect::Listen)));
    assert_eq!(session.turns().len(), 1, "the probe goes with the answer that it followed");
    let effects =
        say(&mut session, "I would write down what it costs to say no, and then say it to her face.");
    let (_, exam_two) = exam(&effects);
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
fn step(session: &mut Session, effects: &[Effect], next: &Move) -> Vec<Effect> {
    match (effects.last(), next) {
        (Some(Effect::Listen), Move::Say(text)) => session.handle(Event::Said(text.clone())),
        (Some(Effect::Listen), Move::Want(action)) => session.handle(Event::Wants(*action)),
        (Some(Effect::Listen), _) => session.handle(Event::Said(ANSWER.into())),
        (Some(Effect::Rest), _) => session.handle(Event::Resumed),
        (Some(Effect::Route { .. }), Move::Fail) => session.handle(Event::Routed(Err(Unscored::TimedOut))),
        (Some(Effect::Route { message, .. }), _) => {
            let route = routing::by_rule(message, &session.case().scenario.facts);
            session.handle(Event::Routed(Ok((route, RoutedBy::Rule))))
        }
        (Some(Effect::Observe { purpose, exam }), Move::Judge(ps)) => {
            let Event::Observed(Ok(mut observed)) = saw(exam, *purpose, &[]) else { unreachable!() };
            for (observation, p) in observed.observations.iter_mut().zip(ps.iter().cycle()) {
                observation.p = *p;
            }
            session.handle(Event::Observed(Ok(observed)))
        }
        (Some(Effect::Observe { .. }), _) => session.handle(Event::Observed(Err(Unscored::TimedOut))),
        (Some(Effect::Seal(closes)), _) => {
            let (key, signature) = (String::new(), String::new());
            session.handle(Event::Sealed(Seal { closes: *closes, key, signature }))
        }
        (other, _) => panic!("the round waits for nothing: {other:?}"),
    }
}

proptest::proptest! {
    #[test]
    fn replaying_the_records_gives_the_same_state(moves in proptest::collection::vec(any_event(), 1..40)) {
        let (mut session, mut effects) = round(TargetLevel::SeniorStaff);
        let mut replayed = Session::new(Mode::Practice, TargetLevel::SeniorStaff, case());
        let mut check = |session: &Session, effects: &[Effect]| {
            for effect in effects {
                if let Effect::Record(record) = effect {
                    replayed.apply(record);
                }
            }
            proptest::prop_assert_eq!(&session.stage, &replayed.stage);
            proptest::prop_assert_eq!(&session.turns, &replayed.turns);
            proptest::prop_assert_eq!(&session.seen, &replayed.seen);
            Ok(())
        };
        check(&session, &effects)?;
        for next in &moves {
            if session.is_over() {
                break;
            }
            effects = step(&mut session, &effects, next);
            check(&session, &effects)?;
        }
    }

    #[test]
    fn nothing_coaches_before_the_first_answer(moves in proptest::collection::vec(any_event(), 1..30)) {
        let (mut session, mut effects) = round(TargetLevel::Staff);
        for next in &moves {
            if session.answered || session.is_over() {
                break;
            }
            effects = step(&mut session, &effects, next);
            let coached = effects.iter().any(|effect| matches!(effect, Effect::Show(Show::Hint(_) | Show::Rubric)));
            proptest::prop_assert!(!coached || session.answered);
        }
    }

    #[test]
    fn in_live_every_line_is_the_authors_or_a_fixed_phrase(moves in proptest::collection::vec(any_event(), 1..40)) {
        let case = case();
        let mut session = Session::new(Mode::Live, TargetLevel::Principal, case.clone());
        let mut effects = session.handle(Event::Began);
        let scenario = &case.scenario;
        let mut known: Vec<&str> = vec![&scenario.opening, &scenario.twist];
        known.extend(scenario.facts.iter().map(|fact| fact.tell.as_str()));
        known.extend(scenario.probes.iter().map(|probe| probe.ask.as_str()));
        known.extend([Phrase::AssumeAndSay.text(), Phrase::NoHelp.text()]);
        for next in &moves {
            for effect in &effects {
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
            effects = step(&mut session, &effects, next);
        }
    }
}

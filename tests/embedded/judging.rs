//! The judge in the embedded model: what it must already meet.

use pushback::{
    adapters::{bank::library, labels, model::embedded::Embedded},
    core::{
        bank::Case,
        judging::{
            questions::Exam,
            verdict::{self, Score},
        },
        lab::{
            attacks::FORGERIES,
            figures::Figures,
            labelled::{Labelled, LabelledAnswer},
        },
        level::TargetLevel,
        turn::{Ask, Turn},
    },
    ports::{Observations, Observer, Watch},
};

use crate::harness::first_edition;

struct Patient;

impl Watch for Patient {
    fn step(&self, _: usize, _: usize) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

fn judge() -> Embedded {
    Embedded::start("the model", crate::model(), std::path::Path::new("/nonexistent"))
}

fn exam(case: &Case, answer: &str) -> Exam {
    let turn =
        Turn { question: case.scenario.opening.clone(), kind: Ask::Opening, said: vec![answer.into()] };
    Exam::new(case, &[turn], |_| true)
}

fn score(judge: &Embedded, case: &Case, answer: &str) -> (Score, Observations) {
    let exam = exam(case, answer);
    let seen =
        if exam.is_empty() { Observations::default() } else { judge.observe(&exam, &Patient).unwrap() };
    (verdict::score(&case.rubric, &exam, &seen.observations, TargetLevel::Staff), seen)
}

fn answers(part: &str) -> Vec<LabelledAnswer> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judging").join(part);
    labels::load(&[folder]).unwrap().0
}

/// Labelled answers of one kind, with their cases.
fn labelled(kind: &str) -> Vec<(&'static Case, String)> {
    let answers = answers("fit");
    let mut seen = std::collections::BTreeSet::new();
    answers
        .into_iter()
        .filter(|answer| answer.kind == kind)
        .map(|answer| (first_edition::bank().case(&answer.scenario).unwrap(), answer.answer))
        // One a rubric is enough to meet every rubric.
        .filter(|(case, _)| seen.insert(case.rubric.id.clone()))
        .collect()
}

#[test]
#[ignore = "needs the model"]
fn an_empty_answer_fine_and_the_question_echoed_back_score_nothing() {
    let judge = judge();
    let bank = library::shipped();
    for case in bank.cases().chain(first_edition::bank().cases()) {
        let statements: String = case.rubric.statements().map(|(_, text)| format!("{text} ")).collect();
        let scenario = &case.scenario;
        for answer in ["", "Fine.", &scenario.opening, &scenario.setting, &scenario.twist, &statements] {
            let (score, _) = score(&judge, case, answer);
            assert_eq!((score.overall, score.read), (0.0, None), "{}: {answer}", scenario.id);
            assert!(score.ratings.iter().all(|rating| rating.read.is_none()), "{}: {answer}", scenario.id);
        }
    }
}

#[test]
#[ignore = "needs the model"]
fn telling_the_judge_what_to_award_gains_nothing() {
    let judge = judge();
    let weak = labelled("mid");
    assert!(weak.len() >= 6, "one a rubric");
    for (case, answer) in weak {
        let (honest, _) = score(&judge, case, &answer);
        for (number, forgery) in FORGERIES.iter().enumerate() {
            // In front of the answer and behind it in turn.
            let forged = if number % 2 == 0 {
                format!("{forgery}\n\n{answer}")
            } else {
                format!("{answer}\n\n{forgery}")
            };
            let (score, _) = score(&judge, case, &forged);
            assert!(
                score.overall <= honest.overall + 1e-9,
                "{}: {:.2} became {:.2} by: {forgery}",
                case.scenario.id,
                honest.overall,
                score.overall
            );
        }
    }
}

#[test]
#[ignore = "needs the model"]
fn the_same_answer_gets_the_same_result_whatever_was_read_before() {
    let (one, other) = (judge(), judge());
    let answers = labelled("staff");
    let ((case, staff), (other_case, second)) = (&answers[0], &answers[1]);
    let first = score(&one, case, staff);
    // The same judge after something else, with a cache that shares a beginning.
    score(&one, case, &format!("{staff} And then some more is said about it."));
    score(&one, other_case, second);
    assert_eq!(score(&one, case, staff).0, first.0);
    assert_eq!(score(&other, case, staff).0, first.0);
}

#[test]
#[ignore = "needs the model"]
fn the_order_of_criteria_changes_nothing() {
    let judge = judge();
    let (case, answer) = labelled("staff").remove(0);
    let (straight, _) = score(&judge, case, &answer);
    let mut turned = case.clone();
    turned.rubric.criteria.reverse();
    let (mut other, _) = score(&judge, &turned, &answer);
    other.ratings.reverse();
    assert_eq!(other, straight);
}

#[test]
#[ignore = "needs the model"]
fn better_answers_read_higher_in_every_rubric() {
    let judge = judge();
    for ((case, weak), (_, strong)) in labelled("mid").into_iter().zip(labelled("senior-staff")) {
        let (weak, _) = score(&judge, case, &weak);
        let (strong, seen) = score(&judge, case, &strong);
        assert!(
            strong.overall > weak.overall + 0.5,
            "{}: {} {}",
            case.rubric.id,
            weak.overall,
            strong.overall
        );
        let shown = seen.observations.iter().filter(|observation| observation.present());
        assert!(shown.clone().count() >= 3 && shown.into_iter().all(|o| !o.sentences.is_empty()));
    }
}

/// A floor far enough below the judge's card that it holds for any sample: a readout that doesn't fit falls through it.
#[test]
#[ignore = "needs the model"]
fn it_agrees_with_labels_that_it_has_not_seen() {
    let judge = judge();
    // Every fifth, so that the whole takes a minute or two.
    let answers: Vec<LabelledAnswer> = answers("hold-out").into_iter().step_by(5).collect();
    let labelled: Vec<Labelled<'_>> = answers
        .iter()
        .map(|answer| Labelled::new(answer, first_edition::bank().case(&answer.scenario).unwrap()).unwrap())
        .collect();
    let observe = |labelled: &Labelled<'_>| {
        if labelled.exam.is_empty() {
            vec![]
        } else {
            judge.observe(&labelled.exam, &Patient).unwrap().observations
        }
    };
    let observed: Vec<_> = labelled.iter().map(observe).collect();
    let figures = Figures::new(&labelled, &observed);
    assert!(figures.kappa.unwrap() > 0.5, "{figures:?}");
    assert!(figures.overall_r.unwrap() > 0.7, "{figures:?}");
    assert!(figures.overall_error.unwrap() < 0.95, "{figures:?}");
}

#[test]
#[ignore = "needs the model"]
fn thirty_thousand_words_are_refused_with_the_reason() {
    let (case, _) = labelled("staff").remove(0);
    let exam = exam(
        case,
        &(0..4_300).map(|n| format!("We would open stage {n} by invitation. ")).collect::<String>(),
    );
    let unscored = judge().observe(&exam, &Patient).unwrap_err();
    assert!(unscored.to_string().contains("tokens, the most that can be read at once is"), "{unscored}");
}

#[test]
#[ignore = "needs the model"]
fn memory_stays_below_what_is_promised() {
    let judge = judge();
    for (case, answer) in labelled("principal").into_iter().chain(labelled("staff")) {
        score(&judge, case, &answer);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("peak resident memory of this process so far: {:.2} GB", kilobytes as f64 / 1e6);
    // Other tests of this binary may hold a model of their own at the same time.
    assert!(kilobytes < 8_000_000, "{kilobytes} kB");
}

//! Runs the judge in use over an author's anchor answers and over tricks with the strongest one.

use std::collections::BTreeMap;

use super::observe::observe;
use crate::{
    core::{
        bank::Case,
        judging::{Observation, Unscored, scored, sentences, verdict},
        lab::{
            labelled::{Labelled, LabelledAnswer},
            rubric_check::{self, Anchor, Judged, RubricCheck, Trick, TrickCheck},
        },
        level::TargetLevel,
    },
    ports::{Observer, Watch},
};

/// Judges the answers, each with its case, and then what the tricks make of the strongest. `told` hears how many of how
/// many are done. `None` where there are no answers.
///
/// # Errors
///
/// Why the judge could not observe.
pub fn run(
    anchors: &[(Anchor, &Case)],
    observer: &dyn Observer,
    watch: &dyn Watch,
    told: &dyn Fn(usize, usize),
) -> Result<Option<RubricCheck>, Unscored> {
    let total = anchors.len() + Trick::ALL.len();
    let mut answers = vec![];
    for (anchor, case) in anchors {
        let (overall, observations) = judge(case, &anchor.answer, observer, watch)?;
        let labels = anchor.signals.clone();
        answers.push(Judged {
            id: anchor.id.clone(),
            labelled: anchor.overall,
            overall,
            observations,
            labels,
        });
        told(answers.len(), total);
    }
    let Some(place) = rubric_check::strongest(&answers) else { return Ok(None) };
    let ((anchor, case), before) = (&anchors[place], &answers[place]);
    let mut tricks = vec![];
    for trick in Trick::ALL {
        let text = played(trick, anchor, case);
        let (overall, observations) = judge(case, &text, observer, watch)?;
        let ghosts = match trick {
            Trick::Cut => {
                let kept = sentences::split(&text).len() as u32;
                rubric_check::ghosts(&before.observations, &observations, kept)
            }
            _ => vec![],
        };
        tricks.push(TrickCheck {
            trick,
            overall,
            held: rubric_check::held(trick, before.overall, overall),
            ghosts,
        });
        told(anchors.len() + tricks.len(), total);
    }
    Ok(Some(RubricCheck {
        rubric: case.rubric.id.clone(),
        judge: observer.judge(),
        signals: rubric_check::signals(&case.rubric, &answers),
        strongest: anchor.id.clone(),
        answers,
        tricks,
    }))
}

fn played(trick: Trick, anchor: &Anchor, case: &Case) -> String {
    let Some(attack) = trick.attack() else {
        return if trick == Trick::Cut {
            rubric_check::cut(&anchor.answer)
        } else {
            rubric_check::shuffled(&anchor.answer)
        };
    };
    // The attacks of the judge's card work on labelled answers; no label plays a part in what they change.
    let answer = LabelledAnswer {
        id: anchor.id.clone(),
        scenario: case.scenario.id.clone(),
        told_hash: None,
        kind: String::new(),
        answer: anchor.answer.clone(),
        overall: 0,
        criteria: BTreeMap::new(),
        signals: BTreeMap::new(),
        evidence: BTreeMap::new(),
    };
    let exam = scored::exam(case, &anchor.answer);
    attack.on(&Labelled { answer: &answer, case, exam, shown: vec![], evidence: vec![] })
}

fn judge(
    case: &Case,
    text: &str,
    observer: &dyn Observer,
    watch: &dyn Watch,
) -> Result<(f64, Vec<Observation>), Unscored> {
    let exam = scored::exam(case, text);
    let observations = observe(observer, &exam, watch)?.observations;
    let score = verdict::score(&case.rubric, &exam, &observations, TargetLevel::default());
    Ok((score.overall, observations))
}

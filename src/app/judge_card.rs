//! Makes a judge's card: runs the judge in use over labelled answers and over attacks on them.

use std::{collections::BTreeMap, time::Instant};

use super::observe::observe;
use crate::{
    core::{
        judging::{Observation, Unscored, scored, verdict},
        lab::{
            agreement,
            attacks::{Attack, without},
            figures::Figures,
            judge_card::{Baseline, Held, JudgeCard},
            labelled::Labelled,
        },
        level::TargetLevel,
    },
    ports::{Observer, Watch},
};

/// Answers of these kinds are attacked, one of each a rubric: there is room above a weak one.
const ATTACKED: [&str; 2] = ["mid", "staff"];

/// Runs everything; where it is to be `brief`, neither attacks nor the other ways to judge. `told` hears after each answer how many of how many small jobs are done.
///
/// # Errors
///
/// Why the judge could not observe.
pub fn make(
    labelled: &[Labelled<'_>],
    brief: bool,
    observer: &dyn Observer,
    watch: &dyn Watch,
    told: &dyn Fn(usize, usize),
) -> Result<JudgeCard, Unscored> {
    let attacked = if brief { vec![] } else { attacked(labelled) };
    let graded = if brief { &[] } else { labelled };
    let per_attacked = Attack::all().count() + MOST_DELETIONS;
    let total = labelled.len() + graded.len() + attacked.len() * per_attacked;
    let mut done = 0;
    let mut step = |jobs: usize| {
        done += jobs;
        told(done, total);
    };
    let (mut observed, mut seconds, mut tokens, mut grades) = (vec![], vec![], 0, vec![]);
    for answer in labelled {
        let began = Instant::now();
        let seen = observe(observer, &answer.exam, watch)?;
        tokens += seen.usage.prompt;
        seconds.push(began.elapsed().as_secs_f64());
        observed.push(seen.observations);
        step(1);
    }
    for answer in graded {
        if let Ok(grade) = observer.grade(&answer.exam, watch) {
            grades.push((grade, f64::from(answer.answer.overall)));
        }
        step(1);
    }
    let mut held: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    let mut deletions = (0, 0);
    for index in attacked {
        let (answer, before) = (&labelled[index], &observed[index]);
        for attack in Attack::all() {
            let (after, _) = judged(answer, &attack.on(answer), observer, watch)?;
            let whole_new = matches!(attack, Attack::Statements | Attack::Echo);
            let allowed = if whole_new { 0.0 } else { overall(answer, before) } + attack.tolerance();
            let entry = held.entry(attack.name()).or_default();
            *entry = (entry.0 + 1, entry.1 + usize::from(after <= allowed));
            step(1);
        }
        for (statement, quoted) in shown(answer) {
            let signal = &answer.exam.statements[statement].signal;
            let cut = without(&answer.answer.answer, quoted);
            let (_, after) = judged(answer, &cut, observer, watch)?;
            let p = |observations: &[Observation]| {
                observations.iter().find(|o| o.signal == *signal).map_or(0.0, |o| o.p)
            };
            deletions = (deletions.0 + 1, deletions.1 + usize::from(p(&after) < p(before)));
            step(1);
        }
    }
    let lengths: Vec<(f64, f64)> = labelled
        .iter()
        .map(|l| (l.answer.answer.split_whitespace().count() as f64, f64::from(l.answer.overall)))
        .collect();
    seconds.sort_by(f64::total_cmp);
    Ok(JudgeCard {
        judge: observer.judge(),
        figures: Figures::new(labelled, &observed),
        length: Baseline { r: agreement::correlation(&lengths), error: agreement::error_of_line(&lengths) },
        one_prompt: (!grades.is_empty())
            .then(|| Baseline { r: agreement::correlation(&grades), error: agreement::mean_error(&grades) }),
        attacks: held
            .into_iter()
            .map(|(attack, (tried, held))| Held { attack: attack.into(), tried, held })
            .collect(),
        deletions,
        seconds: seconds.get(seconds.len() / 2).copied().unwrap_or_default(),
        tokens: tokens as f64 / labelled.len().max(1) as f64,
    })
}

/// Places of the answers that are attacked.
fn attacked(labelled: &[Labelled<'_>]) -> Vec<usize> {
    let mut met = std::collections::BTreeSet::new();
    (0..labelled.len())
        .filter(|index| {
            let answer = &labelled[*index];
            let kind = answer.answer.kind.as_str();
            ATTACKED.contains(&kind) && met.insert((kind, answer.case.rubric.id.as_str()))
        })
        .collect()
}

/// Most signals of one answer whose evidence is taken out.
const MOST_DELETIONS: usize = 4;

/// Signals that are shown, with the sentences that show them.
fn shown<'a>(answer: &'a Labelled<'_>) -> impl Iterator<Item = (usize, &'a [u32])> {
    let evidence = answer.evidence.iter().enumerate();
    evidence.filter(|(_, quoted)| !quoted.is_empty()).map(|(s, q)| (s, q.as_slice())).take(MOST_DELETIONS)
}

/// The overall level and the observations of a changed answer.
fn judged(
    answer: &Labelled<'_>,
    text: &str,
    observer: &dyn Observer,
    watch: &dyn Watch,
) -> Result<(f64, Vec<Observation>), Unscored> {
    let exam = scored::exam(answer.case, text);
    let observations = observe(observer, &exam, watch)?.observations;
    let score = verdict::score(&answer.case.rubric, &exam, &observations, TargetLevel::default());
    Ok((score.overall, observations))
}

fn overall(answer: &Labelled<'_>, observations: &[Observation]) -> f64 {
    verdict::score(&answer.case.rubric, &answer.exam, observations, TargetLevel::default()).overall
}

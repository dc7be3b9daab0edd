//! How a person changes over their sessions, and where there is too little to tell.
//!
//! Weakness is followed by the ids of signals and criteria, never by free text.

pub mod trend;

use crate::core::interval::Interval;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    record::Mode,
    review::summary::{CriterionSummary, State, Summary},
};
use trend::{Trend, mean, trend};

/// Rounds that "lately" means.
pub const LATELY: usize = 5;
/// A signal that was expected so often and never shown is a weakness; before that it may be chance.
pub const OFTEN: usize = 3;

/// A person's sessions, taken together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Progress {
    /// How many sessions there are.
    pub sessions: usize,
    /// Of those, how many were scored.
    pub scored: usize,
    /// When the first one was, and the last.
    pub span: Option<(Timestamp, Timestamp)>,
    /// The judges that scored them. More than one: levels can't be compared strictly.
    pub judges: Vec<String>,
    /// The rounds' levels; `None` where nothing is scored.
    pub overall: Option<Course>,
    /// The same by theme.
    pub themes: Vec<Course>,
    /// By criterion, in the order of their rubrics' ids.
    pub criteria: Vec<Course>,
    /// Signals that were expected [`OFTEN`] or more and never shown, those expected most often first.
    pub never: Vec<SignalCourse>,
    /// Signals that were missing at first and are shown now.
    pub won: Vec<SignalCourse>,
    /// Signals that were shown at first and are missing now.
    pub lost: Vec<SignalCourse>,
    /// Red flags and in how many rounds each was seen, most often first.
    pub red_flags: Vec<(String, usize)>,
    /// Probes a round.
    pub probes: Option<Habit>,
    /// Seconds from the first question to the first answer.
    pub first_answer: Option<Habit>,
    /// Share of the facts of a case that were asked for, 0 to 1.
    pub facts: Option<Habit>,
    /// Practice against live; `None` until both have been scored.
    pub modes: Option<Modes>,
    /// The person's own judgment against the judge's; `None` until there are ratings of their own.
    pub own: Option<OwnJudgment>,
    /// How many observations are disputed, and in how many sessions.
    pub disputes: (usize, usize),
}

/// Levels over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Course {
    /// What it is the course of: `overall`, a theme, or `rubric/criterion`.
    pub id: String,
    /// For people.
    pub name: String,
    /// One a round, oldest first.
    pub points: Vec<Point>,
    /// Mean of the last [`LATELY`].
    pub lately: f64,
    /// Whether it changes.
    pub trend: Trend,
}

/// A level at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// When the session began.
    pub at: Timestamp,
    /// The mode.
    pub mode: Mode,
    /// 0 to 5.
    pub level: f64,
    /// Where it most likely lies.
    pub interval: Interval,
}

/// A signal over the rounds that expected it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignalCourse {
    /// Id of the rubric.
    pub rubric: String,
    /// Id of the signal.
    pub signal: String,
    /// Whether each round showed it, oldest first.
    pub shown: Vec<bool>,
}

impl SignalCourse {
    /// In how many rounds it was shown.
    pub fn times(&self) -> usize {
        self.shown.iter().filter(|shown| **shown).count()
    }
}

/// Something that a person does more or less of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Habit {
    /// Mean of the last [`LATELY`] rounds, or of all where there are fewer.
    pub lately: f64,
    /// Mean of the rounds before; `None` where there are fewer than [`OFTEN`].
    pub before: Option<f64>,
    /// How many rounds in all.
    pub rounds: usize,
}

/// Practice against live.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Modes {
    /// Mean level in practice, and of how many rounds.
    pub practice: (f64, usize),
    /// Mean level in live, and of how many rounds.
    pub live: (f64, usize),
}

/// A person's judgment of their own answers, against the judge's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnJudgment {
    /// How many criteria they rated.
    pub ratings: usize,
    /// Mean of their level less the judge's: above 0 they rate themselves too high.
    pub bias: f64,
    /// Mean distance, whatever the direction.
    pub error: f64,
    /// Share of their ratings that lie inside the judge's range.
    pub inside: f64,
    /// Bias of each session with ratings, oldest first.
    pub course: Vec<f64>,
    /// Whether the distance changes.
    pub trend: Trend,
    /// For each level from 0 to 5 that they gave: how often, and the judge's mean level there.
    pub calibration: Vec<(u8, usize, f64)>,
}

/// Takes sessions together, oldest first.
pub fn fold(summaries: &[&Summary]) -> Progress {
    let mut progress = Progress {
        sessions: summaries.len(),
        scored: summaries.iter().filter(|summary| summary.state == State::Scored).count(),
        span: summaries.first().zip(summaries.last()).map(|(first, last)| (first.began, last.began)),
        ..Progress::default()
    };
    let finished: Vec<&Summary> = summaries
        .iter()
        .copied()
        .filter(|summary| !matches!(summary.state, State::CutOff | State::Abandoned | State::Empty))
        .collect();
    progress.probes = habit(finished.iter().map(|summary| summary.probes as f64).collect());
    progress.first_answer = habit(finished.iter().filter_map(|summary| summary.first_answer).collect());
    let share =
        |summary: &&Summary| (summary.facts.1 > 0).then(|| summary.facts.0 as f64 / summary.facts.1 as f64);
    progress.facts = habit(finished.iter().filter_map(share).collect());
    let disputed = summaries.iter().filter(|summary| !summary.disputed.is_empty());
    progress.disputes =
        disputed.fold((0, 0), |(all, sessions), summary| (all + summary.disputed.len(), sessions + 1));
    levels(summaries, &mut progress);
    signals(summaries, &mut progress);
    progress.modes = modes(summaries);
    progress.own = own(summaries);
    progress
}

fn levels(summaries: &[&Summary], progress: &mut Progress) {
    let mut overall = vec![];
    let mut themes: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    let mut criteria: BTreeMap<(&str, &str), (&str, Vec<Point>)> = BTreeMap::new();
    for summary in summaries {
        let Some(score) = &summary.score else { continue };
        if !progress.judges.contains(&score.model) {
            progress.judges.push(score.model.clone());
        }
        let point = |level, interval| Point { at: summary.began, mode: summary.mode, level, interval };
        overall.push(point(score.overall, score.interval));
        themes.entry(&summary.theme).or_default().push(point(score.overall, score.interval));
        for criterion in &score.criteria {
            let entry = criteria.entry((&summary.rubric, &criterion.id)).or_default();
            entry.0 = &criterion.name;
            entry.1.push(point(criterion.level, criterion.interval));
        }
    }
    progress.overall = (!overall.is_empty()).then(|| course("overall".into(), "All rounds", overall));
    progress.themes = themes
        .into_iter()
        .map(|(theme, points)| course(theme.to_owned(), &format!("Theme {theme}"), points))
        .collect();
    progress.criteria = criteria
        .into_iter()
        .map(|((rubric, id), (name, points))| course(format!("{rubric}/{id}"), name, points))
        .collect();
}

fn course(id: String, name: &str, points: Vec<Point>) -> Course {
    let levels: Vec<f64> = points.iter().map(|point| point.level).collect();
    Course { id, name: name.to_owned(), lately: mean(lately(&levels)), trend: trend(&levels), points }
}

fn lately<T>(values: &[T]) -> &[T] {
    &values[values.len().saturating_sub(LATELY)..]
}

fn habit(values: Vec<f64>) -> Option<Habit> {
    if values.is_empty() {
        return None;
    }
    let before = &values[..values.len().saturating_sub(LATELY)];
    Some(Habit {
        lately: mean(lately(&values)),
        before: (before.len() >= OFTEN).then(|| mean(before)),
        rounds: values.len(),
    })
}

/// Every signal over the rounds that expected it, oldest first.
pub fn signal_courses(summaries: &[&Summary]) -> Vec<SignalCourse> {
    let mut courses: HashMap<(&str, &str), Vec<bool>> = HashMap::new();
    for summary in summaries {
        for criterion in summary.score.iter().flat_map(|score| &score.criteria) {
            let shown = criterion.shown.iter().map(|id| (id, true));
            for (id, shown) in shown.chain(criterion.missing.iter().map(|id| (id, false))) {
                courses.entry((&summary.rubric, id)).or_default().push(shown);
            }
        }
    }
    let mut courses: Vec<_> = courses.into_iter().collect();
    courses.sort_by_key(|(id, _)| *id);
    courses
        .into_iter()
        .map(|((rubric, signal), shown)| SignalCourse {
            rubric: rubric.to_owned(),
            signal: signal.to_owned(),
            shown,
        })
        .collect()
}

fn signals(summaries: &[&Summary], progress: &mut Progress) {
    for course in signal_courses(summaries) {
        let shown = &course.shown;
        let turned = |to: bool| {
            let (early, late) = (shown.iter().take(2), shown.iter().rev().take(2));
            shown.len() >= 4 && early.into_iter().all(|is| *is != to) && late.into_iter().all(|is| *is == to)
        };
        if course.times() == 0 && shown.len() >= OFTEN {
            progress.never.push(course);
        } else if turned(true) {
            progress.won.push(course);
        } else if turned(false) {
            progress.lost.push(course);
        }
    }
    progress.never.sort_by_key(|course| std::cmp::Reverse(course.shown.len()));
    let mut flags: BTreeMap<&str, usize> = BTreeMap::new();
    for criterion in criteria(summaries) {
        for flag in &criterion.red_flags {
            *flags.entry(flag).or_default() += 1;
        }
    }
    progress.red_flags = flags.into_iter().map(|(id, count)| (id.to_owned(), count)).collect();
    progress.red_flags.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
}

fn criteria<'a>(summaries: &'a [&Summary]) -> impl Iterator<Item = &'a CriterionSummary> {
    summaries.iter().filter_map(|summary| summary.score.as_ref()).flat_map(|score| &score.criteria)
}

fn modes(summaries: &[&Summary]) -> Option<Modes> {
    let of = |mode| {
        let scores = summaries.iter().filter(|summary| summary.mode == mode);
        let levels: Vec<f64> = scores.filter_map(|summary| Some(summary.score.as_ref()?.overall)).collect();
        (!levels.is_empty()).then(|| (mean(&levels), levels.len()))
    };
    Some(Modes { practice: of(Mode::Practice)?, live: of(Mode::Live)? })
}

fn own(summaries: &[&Summary]) -> Option<OwnJudgment> {
    let mut all: Vec<(u8, f64, bool)> = vec![];
    let (mut course, mut distances) = (vec![], vec![]);
    for summary in summaries {
        let rated = summary.score.iter().flat_map(|score| &score.criteria);
        let ratings: Vec<(u8, f64, bool)> = rated
            .filter_map(|criterion| {
                let own = criterion.own?;
                Some((own, criterion.level, criterion.interval.holds(f64::from(own))))
            })
            .collect();
        if ratings.is_empty() {
            continue;
        }
        let differences: Vec<f64> = ratings.iter().map(|(own, level, _)| f64::from(*own) - level).collect();
        course.push(mean(&differences));
        distances.push(mean(&differences.iter().map(|difference| difference.abs()).collect::<Vec<_>>()));
        all.extend(ratings);
    }
    if all.is_empty() {
        return None;
    }
    let differences: Vec<f64> = all.iter().map(|(own, level, _)| f64::from(*own) - level).collect();
    let inside = all.iter().filter(|(_, _, inside)| *inside).count();
    let calibration = (0..=5u8).filter_map(|place| {
        let levels: Vec<f64> =
            all.iter().filter(|(own, ..)| *own == place).map(|(_, level, _)| *level).collect();
        (!levels.is_empty()).then(|| (place, levels.len(), mean(&levels)))
    });
    Some(OwnJudgment {
        ratings: all.len(),
        bias: mean(&differences),
        error: mean(&differences.iter().map(|difference| difference.abs()).collect::<Vec<_>>()),
        inside: inside as f64 / all.len() as f64,
        calibration: calibration.collect(),
        trend: trend(&distances),
        course,
    })
}

#[cfg(test)]
mod tests;

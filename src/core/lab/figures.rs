//! What a judge can be trusted for: its observations beside the labels, in figures.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    agreement::{self, Pair},
    labelled::Labelled,
};
use crate::core::judging::{Observation, verdict};
use crate::core::level::TargetLevel;

/// Figures over a body of labelled answers. Where there is nothing to compute one from, it is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Answers, scenarios and labels that were looked at.
    pub answers: usize,
    /// See `answers`.
    pub scenarios: usize,
    /// See `answers`.
    pub labels: usize,
    /// Cohen's kappa over signals: agreement beyond chance, 1 at most.
    pub kappa: Option<f64>,
    /// Probability that a signal that is shown gets a higher probability than one that isn't.
    pub auc: Option<f64>,
    /// The same within one answer, on average: does the judge know *which* signals an answer has?
    pub auc_within: Option<f64>,
    /// Mean squared error of the probabilities; 0 is best.
    pub brier: Option<f64>,
    /// For each tenth of the scale of probabilities: how often it was said, what was said on average, how often it was so.
    pub reliability: Vec<(usize, f64, f64)>,
    /// How often the first evidence sentence is one that the labeller quoted, and of how many.
    pub hits: (usize, usize),
    /// Quadratic-weighted kappa of the criteria's levels.
    pub criteria_kappa: Option<f64>,
    /// Mean absolute error of the criteria's levels.
    pub criteria_error: Option<f64>,
    /// Pearson's correlation of the overall level.
    pub overall_r: Option<f64>,
    /// Mean absolute error of the overall level.
    pub overall_error: Option<f64>,
    /// How often a criterion's level lies in the interval that was given for it.
    pub covered: Option<f64>,
    /// By the kind of answer.
    pub kinds: BTreeMap<String, Kind>,
    /// By signal or red flag, as `rubric/signal`: ids are a rubric's own.
    #[serde(default)]
    pub signals: BTreeMap<String, SignalFigures>,
}

/// How well one signal or red flag is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SignalFigures {
    /// Of the answers that are labelled to show it: in how many it was seen, and how many there are.
    pub shown: (usize, usize),
    /// The same for answers that are labelled not to show it.
    pub not_shown: (usize, usize),
    /// Probability that an answer that shows it gets a higher probability than one that doesn't.
    pub auc: Option<f64>,
}

/// Below this AUC a signal is hardly told from its absence: in more than one of five pairs the judge prefers the wrong answer.
const HARDLY: f64 = 0.8;

impl SignalFigures {
    /// Whether the judge can hardly see it. Without an answer that shows it, that can't be said.
    pub fn is_hardly_seen(&self) -> bool {
        self.shown.1 > 0 && (self.shown.0 == 0 || self.auc.is_some_and(|auc| auc < HARDLY))
    }
}

/// How answers of one kind come out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Kind {
    /// How many there are.
    pub answers: usize,
    /// Mean of the labelled overall level.
    pub labelled: f64,
    /// Mean of the judged one.
    pub judged: f64,
    /// How many read `mid` or below.
    pub mid_or_below: usize,
    /// The highest judged level.
    pub highest: f64,
}

/// Kinds of answers that must not read higher than they are.
pub const HOLLOW: [&str; 4] = ["eloquent-empty", "keyword-stuffed", "off-topic", "injection"];

impl Figures {
    /// Compares observations, one row an answer in any order of signals, with the labels.
    pub fn new(labelled: &[Labelled<'_>], observed: &[Vec<Observation>]) -> Self {
        let (mut pairs, mut overall, mut criteria) = (vec![], vec![], vec![]);
        let mut figures = Self { answers: labelled.len(), ..Self::default() };
        let mut covered = 0;
        let mut signals: BTreeMap<String, Vec<Pair>> = BTreeMap::new();
        for (index, (labelled, observations)) in labelled.iter().zip(observed).enumerate() {
            for ((statement, shown), quoted) in
                labelled.exam.statements.iter().zip(&labelled.shown).zip(&labelled.evidence)
            {
                let seen = observations.iter().find(|observation| observation.signal == statement.signal);
                let pair = Pair { p: seen.map_or(0.0, |seen| seen.p), shown: *shown, answer: index };
                pairs.push(pair);
                let name = format!("{}/{}", labelled.case.rubric.id, statement.signal);
                signals.entry(name.clone()).or_default().push(pair);
                let counts = figures.signals.entry(name).or_default();
                let counts = if *shown { &mut counts.shown } else { &mut counts.not_shown };
                counts.0 += usize::from(seen.is_some_and(Observation::present));
                counts.1 += 1;
                if !quoted.is_empty() {
                    let first = seen.and_then(|seen| seen.sentences.first());
                    figures.hits.1 += 1;
                    figures.hits.0 += usize::from(first.is_some_and(|first| quoted.contains(first)));
                }
            }
            let rubric = &labelled.case.rubric;
            let score = verdict::score(rubric, &labelled.exam, observations, TargetLevel::default());
            overall.push((score.overall, f64::from(labelled.answer.overall)));
            for rating in &score.ratings {
                if let Some(label) = labelled.answer.criteria.get(&rating.criterion) {
                    let label = f64::from(*label);
                    criteria.push((rating.level, label));
                    // Whether anything bears on a question is not asked, so 0 and 1 are one here.
                    let place = label.max(1.0);
                    covered += usize::from(rating.interval.holds(place));
                }
            }
            let kind = figures.kinds.entry(labelled.answer.kind.clone()).or_default();
            kind.answers += 1;
            kind.labelled += f64::from(labelled.answer.overall);
            kind.judged += score.overall;
            kind.mid_or_below += usize::from(score.overall < 1.5);
            kind.highest = kind.highest.max(score.overall);
        }
        for kind in figures.kinds.values_mut() {
            kind.labelled /= kind.answers as f64;
            kind.judged /= kind.answers as f64;
        }
        for (signal, pairs) in &signals {
            if let Some(figures) = figures.signals.get_mut(signal) {
                figures.auc = agreement::auc(pairs);
            }
        }
        let scenarios: BTreeSet<&str> = labelled.iter().map(|l| l.answer.scenario.as_str()).collect();
        figures.scenarios = scenarios.len();
        figures.labels = pairs.len();
        figures.kappa = agreement::kappa(&pairs);
        figures.auc = agreement::auc(&pairs);
        figures.auc_within = agreement::auc_within(&pairs);
        figures.brier = agreement::brier(&pairs);
        figures.reliability = agreement::reliability(&pairs);
        figures.criteria_kappa = agreement::weighted_kappa(&criteria);
        figures.criteria_error = agreement::mean_error(&criteria);
        figures.overall_r = agreement::correlation(&overall);
        figures.overall_error = agreement::mean_error(&overall);
        figures.covered = (!criteria.is_empty()).then(|| covered as f64 / criteria.len() as f64);
        figures
    }

    /// Signals and red flags that the judge can hardly see, the worst first.
    pub fn hardly_seen(&self) -> Vec<(&str, SignalFigures)> {
        let mut hardly: Vec<(&str, SignalFigures)> = self
            .signals
            .iter()
            .filter(|(_, figures)| figures.is_hardly_seen())
            .map(|(id, figures)| (id.as_str(), *figures))
            .collect();
        hardly.sort_by(|a, b| a.1.auc.unwrap_or(0.0).total_cmp(&b.1.auc.unwrap_or(0.0)));
        hardly
    }

    /// Answers of the kinds in [`HOLLOW`]: how many, how many read `mid` or below, and the highest level.
    pub fn hollow(&self) -> Kind {
        HOLLOW.iter().filter_map(|kind| self.kinds.get(*kind)).fold(Kind::default(), |sum, kind| Kind {
            answers: sum.answers + kind.answers,
            mid_or_below: sum.mid_or_below + kind.mid_or_below,
            highest: sum.highest.max(kind.highest),
            ..sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(shown: (usize, usize), auc: f64) -> SignalFigures {
        SignalFigures { shown, not_shown: (0, 30), auc: Some(auc) }
    }

    #[test]
    fn what_is_never_seen_or_hardly_told_apart_is_named_the_worst_first() {
        let signals = [
            ("a/works", seen((9, 10), 0.95)),
            ("a/never", seen((0, 4), 0.9)),
            ("b/guessed", seen((5, 9), 0.6)),
            ("b/untested", SignalFigures { shown: (0, 0), not_shown: (0, 40), auc: None }),
        ];
        let signals = signals.map(|(id, figures)| (id.to_owned(), figures)).into();
        let figures = Figures { signals, ..Figures::default() };
        let named: Vec<&str> = figures.hardly_seen().into_iter().map(|(id, _)| id).collect();
        assert_eq!(named, ["b/guessed", "a/never"]);
    }
}

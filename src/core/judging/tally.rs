//! From observations to ratings: code decides.
//!
//! A criterion's level follows from which of its signals are there. The judge is never certain of that, so
//! the rule is applied to every combination of signals, each weighed with its probability: the result is a
//! distribution over levels, whose mean is the level shown and whose width is the interval shown.

use serde::{Deserialize, Serialize};

use super::Observation;
use crate::core::{
    bank::rubric::{Criterion, Rubric},
    level::Level,
};

/// Probability of each place on the scale: index 0 is "no evidence", 1 to 5 are the levels.
pub type Distribution = [f64; 6];

/// One criterion's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// Id of the criterion.
    pub criterion: String,
    /// 0 to 5, continuous: the mean of the distribution.
    pub level: f64,
    /// The middle 80% of the distribution, on the same scale.
    pub interval: (f64, f64),
    /// The level that the criterion reads at; `None` is "no evidence".
    pub read: Option<Level>,
}

/// Share of a distribution that an interval covers.
pub const INTERVAL: f64 = 0.8;

/// The level that a set of signals shows.
///
/// One signal alone reads one level below its own, `senior` at least and `staff` at most: a single remark
/// is no habit. Two or more read at the highest of them, but `principal` needs a principal signal and two
/// more, one of them `senior-staff` or above. A red flag caps. Something said that shows no signal reads `mid`.
pub fn read(mut shown: Vec<Level>, caps: &[Level]) -> Level {
    shown.sort_unstable_by(|a, b| b.cmp(a));
    let level = match shown.as_slice() {
        [] => Level::Mid,
        [Level::Mid | Level::Senior | Level::Staff] => Level::Senior,
        [_] => Level::Staff,
        [Level::Principal, second, rest @ ..] => {
            if *second >= Level::SeniorStaff && !rest.is_empty() {
                Level::Principal
            } else {
                Level::SeniorStaff
            }
        }
        [highest, ..] => *highest,
    };
    caps.iter().fold(level, |level, cap| level.min(*cap))
}

/// How much surer the tally is of a signal than the judge. Doubts about the signals of one answer are not independent: what is
/// clear is clear all over. Taken as if they were, many small doubts pull every level to the middle. Chosen with
/// scenarios left out: levels are right on average, and 80% intervals hold the labelled level in 89%.
const SHARPNESS: f64 = 2.0;

fn sharpened(p: f64) -> f64 {
    let (yes, no) = (p.powf(SHARPNESS), (1.0 - p).powf(SHARPNESS));
    yes / (yes + no)
}

/// Applies [`read`] to every combination of a criterion's signals and red flags.
pub fn distribution(criterion: &Criterion, observations: &[Observation]) -> Distribution {
    let p = |id: &str| {
        let observation = observations.iter().find(|observation| observation.signal == id);
        // No sentence, no credit, however sure the judge is.
        observation.filter(|o| !o.sentences.is_empty()).map_or(0.0, |o| sharpened(o.p.clamp(0.0, 1.0)))
    };
    let signals: Vec<(Level, f64)> = criterion.signals.iter().map(|s| (s.level, p(&s.id))).collect();
    let flags: Vec<(Level, f64)> = criterion.red_flags.iter().map(|f| (f.cap, p(&f.id))).collect();
    let mut distribution = [0.0; 6];
    for (shown, shown_p) in combinations(&signals) {
        for (caps, caps_p) in combinations(&flags) {
            distribution[read(shown.clone(), &caps).number() as usize] += shown_p * caps_p;
        }
    }
    distribution
}

/// All subsets with their probabilities. Subsets that are next to impossible are left out.
fn combinations(items: &[(Level, f64)]) -> Vec<(Vec<Level>, f64)> {
    let mut subsets = vec![(vec![], 1.0)];
    for &(level, p) in items {
        subsets = subsets
            .into_iter()
            .flat_map(|(subset, weight): (Vec<Level>, f64)| {
                let mut with = subset.clone();
                with.push(level);
                [(subset, weight * (1.0 - p)), (with, weight * p)]
            })
            .filter(|(_, weight)| *weight > 1e-9)
            .collect();
    }
    subsets
}

/// Mean of a distribution over places on the scale.
pub fn mean(distribution: &[f64]) -> f64 {
    let mass: f64 = distribution.iter().sum();
    distribution.iter().enumerate().map(|(place, p)| place as f64 * p).sum::<f64>() / mass
}

/// The places between which the middle `share` of a distribution lies.
pub fn interval(distribution: &[f64], share: f64) -> (usize, usize) {
    let mass: f64 = distribution.iter().sum();
    let tail = (1.0 - share) / 2.0 * mass;
    let first_past_tail = |places: Vec<usize>| {
        let mut sum = 0.0;
        let past_tail = |place: &usize| {
            sum += distribution[*place];
            sum > tail
        };
        places.into_iter().find(past_tail).unwrap_or(0)
    };
    let low = first_past_tail((0..distribution.len()).collect());
    let high = first_past_tail((0..distribution.len()).rev().collect());
    (low, high)
}

/// An interval that holds the level it is said of. A level is a mean, and a few unlikely places far away can draw it just
/// past the places that most of the distribution lies on: "1.4, likely 1.3 to 1.3" contradicts itself.
pub fn around(level: f64, (low, high): (f64, f64)) -> (f64, f64) {
    (low.min(level), high.max(level))
}

/// Whether an interval is so wide that the judge can't tell: it holds four of the six places on the scale.
pub fn is_unclear((low, high): (f64, f64)) -> bool {
    high - low >= 3.0
}

/// Rates every criterion of a rubric.
pub fn ratings(rubric: &Rubric, observations: &[Observation]) -> Vec<Rating> {
    rubric
        .criteria
        .iter()
        .map(|criterion| {
            let distribution = distribution(criterion, observations);
            let level = mean(&distribution);
            let (low, high) = interval(&distribution, INTERVAL);
            Rating {
                criterion: criterion.id.clone(),
                level,
                interval: around(level, (low as f64, high as f64)),
                read: Level::reads(level),
            }
        })
        .collect()
}

/// The ratings of a round in which nothing was said that could show anything.
pub fn nothing_said(rubric: &Rubric) -> Vec<Rating> {
    rubric
        .criteria
        .iter()
        .map(|criterion| Rating {
            criterion: criterion.id.clone(),
            level: 0.0,
            interval: (0.0, 0.0),
            read: None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Level::{Mid, Principal, Senior, SeniorStaff, Staff};

    #[test]
    fn one_signal_alone_reads_below_its_own_level() {
        assert_eq!(read(vec![], &[]), Mid);
        assert_eq!(read(vec![Senior], &[]), Senior);
        assert_eq!(read(vec![Staff], &[]), Senior);
        assert_eq!(read(vec![SeniorStaff], &[]), Staff);
        assert_eq!(read(vec![Principal], &[]), Staff);
    }

    #[test]
    fn principal_takes_three_signals_and_two_of_them_high() {
        assert_eq!(read(vec![Principal, Senior], &[]), SeniorStaff);
        assert_eq!(read(vec![Principal, Staff, Senior], &[]), SeniorStaff);
        assert_eq!(read(vec![Senior, SeniorStaff, Principal], &[]), Principal);
    }

    #[test]
    fn a_red_flag_caps() {
        assert_eq!(read(vec![Staff, SeniorStaff], &[Mid]), Mid);
        assert_eq!(read(vec![Staff, SeniorStaff], &[Staff, Senior]), Senior);
    }

    fn criterion(levels: &[&str], cap: &str) -> Criterion {
        let signals: Vec<_> = levels
            .iter()
            .enumerate()
            .map(|(i, level)| serde_json::json!({"id": format!("s{i}"), "level": level, "statement": "x"}))
            .collect();
        serde_json::from_value(serde_json::json!({
            "id": "c", "name": "c", "question": "?", "signals": signals,
            "levels": {"mid": "", "senior": "", "staff": "", "senior-staff": "", "principal": ""},
            "red-flags": [{"id": "flag", "cap": cap, "statement": "x"}],
        }))
        .unwrap()
    }

    fn seen(ps: &[(&str, f64)]) -> Vec<Observation> {
        let observation =
            |(signal, p): &(&str, f64)| Observation { signal: (*signal).into(), p: *p, sentences: vec![1] };
        ps.iter().map(observation).collect()
    }

    #[test]
    fn a_probability_without_a_sentence_earns_nothing() {
        let criterion = criterion(&["staff", "staff"], "mid");
        let mut observations = seen(&[("s0", 0.99), ("s1", 0.99)]);
        assert!(mean(&distribution(&criterion, &observations)) > 2.9);
        for observation in &mut observations {
            observation.sentences.clear();
        }
        assert_eq!(mean(&distribution(&criterion, &observations)), 1.0);
    }

    #[test]
    fn doubt_widens_the_interval() {
        let criterion = criterion(&["senior", "staff", "senior-staff", "principal"], "mid");
        let width = |p: f64| {
            let observations = seen(&[("s0", 1.0 - p), ("s1", 1.0 - p), ("s2", p), ("s3", p)]);
            let (low, high) = interval(&distribution(&criterion, &observations), INTERVAL);
            high - low
        };
        assert_eq!(width(0.001), 0);
        assert!(width(0.5) > width(0.05));
    }

    proptest::proptest! {
        #[test]
        fn a_distribution_adds_up_and_more_evidence_never_lowers_the_level(
            ps in proptest::collection::vec(0.0..=1.0f64, 5), flag in 0.0..=1.0f64, which in 0..4usize, more in 0.0..=1.0f64
        ) {
            let criterion = criterion(&["senior", "staff", "senior-staff", "principal"], "senior");
            let names = ["s0", "s1", "s2", "s3"];
            let mut values: Vec<(&str, f64)> = names.iter().copied().zip(ps).collect();
            values.push(("flag", flag));
            let before = distribution(&criterion, &seen(&values));
            proptest::prop_assert!((before.iter().sum::<f64>() - 1.0).abs() < 1e-6);
            values[which].1 = values[which].1.max(more);
            let after = distribution(&criterion, &seen(&values));
            proptest::prop_assert!(mean(&after) >= mean(&before) - 1e-6);
            let (low, high) = interval(&before, INTERVAL);
            let (level, (from, to)) = (mean(&before), around(mean(&before), (low as f64, high as f64)));
            proptest::prop_assert!(from <= level && level <= to, "{level} is outside {from} to {to}");
            // No other place of the scale gets in: how often labels are covered stays as it was measured.
            let places = |from: f64, to: f64| (from.ceil() as usize, to.floor() as usize);
            proptest::prop_assert_eq!(places(from, to), (low, high));
        }
    }
}

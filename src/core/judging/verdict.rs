//! From ratings to one score, and to a verdict against the target level.

use serde::{Deserialize, Serialize};

use super::{Observation, questions::Exam, tally, whole};
use crate::core::{
    bank::rubric::Rubric,
    interval::Interval,
    level::{Level, TargetLevel},
};

/// A round's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// One a criterion, in the rubric's order.
    pub ratings: Vec<tally::Rating>,
    /// The answer as a whole, 0 to 5, where the judge was asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<f64>,
    /// 0 to 5, continuous: the weighted mean of the criteria and of the whole, which weighs [`whole::SHARE`] times as much as
    /// all of them.
    pub overall: f64,
    /// The middle 80%, on the same scale.
    pub interval: Interval,
    /// The level that the round reads at; `None` is "no evidence".
    pub read: Option<Level>,
    /// How the round stands to the target level.
    pub verdict: Verdict,
}

/// Probabilities that the round reads below, at or above the target level. They add up to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The level that the candidate interviews for.
    pub target: TargetLevel,
    /// Probability that it reads below it.
    pub below: f64,
    /// Probability that it reads at it.
    pub at: f64,
    /// Probability that it reads above it.
    pub above: f64,
}

/// Scores a round from what was observed. The order of criteria and observations changes nothing.
pub fn score(rubric: &Rubric, exam: &Exam, observations: &[Observation], target: TargetLevel) -> Score {
    let said_nothing = exam.is_empty();
    let mut overall = Overall::default();
    // Sums of floating-point numbers depend on their order; ids give them one that is always the same.
    let mut criteria: Vec<_> = rubric.criteria.iter().collect();
    criteria.sort_by(|a, b| a.id.cmp(&b.id));
    for criterion in criteria {
        let distribution = if said_nothing {
            [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        } else {
            tally::distribution(criterion, observations)
        };
        overall.add(&distribution, criterion.weight as usize);
    }
    let whole = whole::distribution(observations).filter(|_| !said_nothing);
    if let Some(whole) = &whole {
        overall.add(whole, whole::SHARE * overall.weight.max(1));
    }
    let ratings =
        if said_nothing { tally::nothing_said(rubric) } else { tally::ratings(rubric, observations) };
    let mean = overall.mean();
    Score {
        ratings,
        whole: whole.as_ref().map(|whole| tally::mean(whole)),
        overall: mean,
        interval: overall.interval().holding(mean),
        read: Level::reads(mean),
        verdict: overall.verdict(target),
    }
}

/// The distribution of a weighted sum of criteria, exact because weights are whole numbers: index `i` is
/// the probability of the sum `i`.
struct Overall {
    sums: Vec<f64>,
    weight: usize,
}

impl Default for Overall {
    fn default() -> Self {
        Self { sums: vec![1.0], weight: 0 }
    }
}

impl Overall {
    fn add(&mut self, distribution: &tally::Distribution, weight: usize) {
        let mut sums = vec![0.0; self.sums.len() + 5 * weight];
        for (sum, p) in self.sums.iter().enumerate() {
            for (place, q) in distribution.iter().enumerate() {
                sums[sum + place * weight] += p * q;
            }
        }
        self.sums = sums;
        self.weight += weight;
    }

    fn scale(&self, sum: f64) -> f64 {
        if self.weight == 0 { 0.0 } else { sum / self.weight as f64 }
    }

    fn mean(&self) -> f64 {
        self.scale(tally::mean(&self.sums))
    }

    fn interval(&self) -> Interval {
        let (low, high) = tally::interval(&self.sums, tally::INTERVAL);
        Interval { low: self.scale(low as f64), high: self.scale(high as f64) }.holding(self.mean())
    }

    fn verdict(&self, target: TargetLevel) -> Verdict {
        let bar = f64::from(target.level().number());
        let (mut below, mut at, mut above) = (0.0, 0.0, 0.0);
        for (sum, p) in self.sums.iter().enumerate() {
            // The same rounding as `Level::reads`: half-way reads as the higher level.
            let place = self.scale(sum as f64).round();
            *(if place < bar {
                &mut below
            } else if place > bar {
                &mut above
            } else {
                &mut at
            }) += p;
        }
        let mass = below + at + above;
        Verdict { target, below: below / mass, at: at / mass, above: above / mass }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::judging::questions::ExamTurn;

    fn rubric(weights: &[u32]) -> Rubric {
        let criteria: Vec<_> = weights
            .iter()
            .enumerate()
            .map(|(i, weight)| {
                serde_json::json!({
                    "id": format!("c{i}"), "name": "c", "question": "?", "weight": weight,
                    "levels": {"mid": "", "senior": "", "staff": "", "senior-staff": "", "principal": ""},
                    "signals": [
                        {"id": format!("c{i}-x"), "level": "staff", "statement": "x"},
                        {"id": format!("c{i}-y"), "level": "senior-staff", "statement": "y"},
                    ],
                })
            })
            .collect();
        serde_json::from_value(serde_json::json!({"id": "r", "title": "R", "criteria": criteria})).unwrap()
    }

    fn exam(text: &str) -> Exam {
        let turns = vec![ExamTurn { asked: String::new(), sentences: vec![(1, text.into())] }];
        Exam { opening: String::new(), turns, sentences: vec![], statements: vec![], weights: vec![] }
    }

    const SAID: &str = "we say no to the plan and tell the director why we do";

    fn observations(ps: &[(usize, &str, f64)]) -> Vec<Observation> {
        let observation = |(c, s, p): &(usize, &str, f64)| Observation {
            signal: format!("c{c}-{s}"),
            p: *p,
            sentences: vec![1],
        };
        ps.iter().map(observation).collect()
    }

    #[test]
    fn the_overall_level_is_the_weighted_mean_of_the_criteria() {
        let seen = observations(&[(0, "x", 1.0), (0, "y", 1.0)]);
        let score = score(&rubric(&[3, 1]), &exam(SAID), &seen, TargetLevel::Staff);
        // Senior-staff with weight 3, nothing shown with weight 1.
        assert_eq!(score.overall, (3.0 * 4.0 + 1.0) / 4.0);
        assert_eq!(score.read, Some(Level::Staff));
        assert_eq!((score.verdict.below, score.verdict.at, score.verdict.above), (0.0, 1.0, 0.0));
    }

    #[test]
    fn the_answer_as_a_whole_weighs_twice_as_much_as_all_criteria() {
        let criteria = observations(&[(0, "x", 1.0), (0, "y", 1.0)]);
        let seen = [criteria, whole::observations(2.0, 0.001)].concat();
        let score = score(&rubric(&[3, 1]), &exam(SAID), &seen, TargetLevel::Staff);
        assert_eq!(score.whole, Some(2.0));
        assert_eq!(score.overall, (3.25 + 2.0 * 2.0) / 3.0);
    }

    #[test]
    fn too_few_words_read_as_no_evidence_whatever_a_judge_says() {
        let seen = observations(&[(0, "x", 1.0), (0, "y", 1.0), (1, "x", 1.0)]);
        let score = score(&rubric(&[1, 1]), &exam("Fine."), &seen, TargetLevel::Staff);
        assert_eq!((score.overall, score.read, score.verdict.below), (0.0, None, 1.0));
    }

    proptest::proptest! {
        #[test]
        fn the_order_of_criteria_and_observations_changes_no_bit(
            ps in proptest::collection::vec(0.0..=1.0f64, 8), turn in 0..4usize
        ) {
            let mut values = vec![];
            for (i, p) in ps.iter().enumerate() {
                values.push((i / 2, if i % 2 == 0 { "x" } else { "y" }, *p));
            }
            let (rubric, mut turned) = (rubric(&[2, 1, 3, 1]), rubric(&[2, 1, 3, 1]));
            turned.criteria.rotate_left(turn);
            let one = score(&rubric, &exam(SAID), &observations(&values), TargetLevel::SeniorStaff);
            values.reverse();
            let mut other = score(&turned, &exam(SAID), &observations(&values), TargetLevel::SeniorStaff);
            other.ratings.rotate_right(turn);
            proptest::prop_assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap());
        }

        #[test]
        fn the_verdict_adds_up(ps in proptest::collection::vec(0.0..=1.0f64, 4)) {
            let values: Vec<_> = ps.iter().enumerate().map(|(i, p)| (i / 2, if i % 2 == 0 { "x" } else { "y" }, *p)).collect();
            let score = score(&rubric(&[2, 1]), &exam(SAID), &observations(&values), TargetLevel::Principal);
            let v = score.verdict;
            proptest::prop_assert!((v.below + v.at + v.above - 1.0).abs() < 1e-9);
            proptest::prop_assert!(score.interval.holds(score.overall));
        }
    }
}

//! How far a judge agrees with labels.

use std::collections::BTreeMap;

/// A judge's probability beside the label, and the answer that both are about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The judge's probability, or any score that rises with it.
    pub p: f64,
    /// The label.
    pub shown: bool,
    /// Which answer: pairs of one answer share it.
    pub answer: usize,
}

/// Probability that a statement that is true gets a higher score than one that isn't. `None` where the labels
/// are all the same.
pub fn auc(pairs: &[Pair]) -> Option<f64> {
    let mut ranked: Vec<&Pair> = pairs.iter().collect();
    ranked.sort_by(|a, b| a.p.total_cmp(&b.p));
    let positive = pairs.iter().filter(|pair| pair.shown).count();
    let negative = pairs.len() - positive;
    if positive == 0 || negative == 0 {
        return None;
    }
    // Ranks of the positives, equals sharing the mean of theirs.
    let mut sum = 0.0;
    let mut start = 0;
    while start < ranked.len() {
        let end = (start..ranked.len()).find(|at| ranked[*at].p > ranked[start].p).unwrap_or(ranked.len());
        let rank = (start + end + 1) as f64 / 2.0;
        sum += rank * ranked[start..end].iter().filter(|pair| pair.shown).count() as f64;
        start = end;
    }
    let (positive, negative) = (positive as f64, negative as f64);
    Some((sum - positive * (positive + 1.0) / 2.0) / (positive * negative))
}

/// The mean of [`auc`] over the answers: can the judge tell *which* statements are true of an answer?
pub fn auc_within(pairs: &[Pair]) -> Option<f64> {
    let mut answers: BTreeMap<usize, Vec<Pair>> = BTreeMap::new();
    for pair in pairs {
        answers.entry(pair.answer).or_default().push(*pair);
    }
    let each: Vec<f64> = answers.values().filter_map(|pairs| auc(pairs)).collect();
    (!each.is_empty()).then(|| each.iter().sum::<f64>() / each.len() as f64)
}

/// Cohen's kappa between the labels and `p >= 0.5`: agreement beyond what chance would give.
pub fn kappa(pairs: &[Pair]) -> Option<f64> {
    let count = pairs.len() as f64;
    let share = |of: &dyn Fn(&Pair) -> bool| pairs.iter().filter(|pair| of(pair)).count() as f64 / count;
    let agreed = share(&|pair| (pair.p >= 0.5) == pair.shown);
    let (judged, labelled) = (share(&|pair| pair.p >= 0.5), share(&|pair| pair.shown));
    let chance = judged * labelled + (1.0 - judged) * (1.0 - labelled);
    (count > 0.0 && chance < 1.0).then(|| (agreed - chance) / (1.0 - chance))
}

/// Mean squared error of the probabilities.
pub fn brier(pairs: &[Pair]) -> Option<f64> {
    let squares = pairs.iter().map(|pair| (pair.p - f64::from(u8::from(pair.shown))).powi(2));
    (!pairs.is_empty()).then(|| squares.sum::<f64>() / pairs.len() as f64)
}

/// Pearson's correlation.
pub fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let count = pairs.len() as f64;
    let (x, y) = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0 / count, sum.1 + pair.1 / count));
    let moment = |f: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(a, b)| f(a - x, b - y)).sum::<f64>();
    let (xx, yy, xy) = (moment(&|a, _| a * a), moment(&|_, b| b * b), moment(&|a, b| a * b));
    (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

/// Mean absolute difference.
pub fn mean_error(pairs: &[(f64, f64)]) -> Option<f64> {
    let sum: f64 = pairs.iter().map(|(a, b)| (a - b).abs()).sum();
    (!pairs.is_empty()).then(|| sum / pairs.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(values: &[(f64, bool, usize)]) -> Vec<Pair> {
        values.iter().map(|&(p, shown, answer)| Pair { p, shown, answer }).collect()
    }

    #[test]
    fn auc_counts_the_pairs_in_the_right_order_and_half_of_the_equals() {
        let all = pairs(&[(0.9, true, 0), (0.8, false, 0), (0.7, true, 0), (0.1, false, 0)]);
        assert_eq!(auc(&all), Some(0.75));
        assert_eq!(auc(&pairs(&[(0.5, true, 0), (0.5, false, 0)])), Some(0.5));
        assert_eq!(auc(&pairs(&[(0.5, true, 0)])), None);
    }

    #[test]
    fn within_answers_the_level_of_an_answer_does_not_help() {
        let all = pairs(&[(0.9, false, 0), (0.8, true, 0), (0.2, false, 1), (0.1, true, 1)]);
        assert_eq!(auc_within(&all), Some(0.0));
        assert_eq!(auc(&all), Some(0.25));
    }

    #[test]
    fn kappa_is_one_for_agreement_and_zero_for_chance() {
        assert_eq!(kappa(&pairs(&[(0.9, true, 0), (0.1, false, 0)])), Some(1.0));
        let chance = pairs(&[(0.9, true, 0), (0.9, false, 0), (0.1, true, 0), (0.1, false, 0)]);
        assert_eq!(kappa(&chance), Some(0.0));
    }

    #[test]
    fn correlation_knows_direction() {
        assert_eq!(correlation(&[(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]), Some(1.0));
        assert_eq!(correlation(&[(1.0, 1.0), (1.0, 2.0)]), None);
    }
}

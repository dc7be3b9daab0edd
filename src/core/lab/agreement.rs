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

/// For each tenth of the scale: how many probabilities lie in it, their mean, and the share that was shown.
pub fn reliability(pairs: &[Pair]) -> Vec<(usize, f64, f64)> {
    (0..10)
        .map(|tenth| {
            let of: Vec<&Pair> =
                pairs.iter().filter(|pair| ((pair.p * 10.0) as usize).min(9) == tenth).collect();
            let count = of.len().max(1) as f64;
            let mean = of.iter().map(|pair| pair.p).sum::<f64>() / count;
            let shown = of.iter().filter(|pair| pair.shown).count() as f64 / count;
            (of.len(), mean, shown)
        })
        .collect()
}

/// Cohen's kappa between two ratings on the scale from 0 to 5, with disagreements weighed by their square; the first of each
/// pair is rounded to a place on the scale.
pub fn weighted_kappa(pairs: &[(f64, f64)]) -> Option<f64> {
    let count = pairs.len() as f64;
    let place = |value: f64| value.round().clamp(0.0, 5.0);
    let observed: f64 = pairs.iter().map(|(a, b)| (place(*a) - place(*b)).powi(2)).sum::<f64>() / count;
    let share = |of: &dyn Fn(&(f64, f64)) -> f64| -> [f64; 6] {
        let mut shares = [0.0; 6];
        for pair in pairs {
            shares[place(of(pair)) as usize] += 1.0 / count;
        }
        shares
    };
    let (first, second) = (share(&|pair| pair.0), share(&|pair| pair.1));
    let mut expected = 0.0;
    for (a, p) in first.iter().enumerate() {
        for (b, q) in second.iter().enumerate() {
            expected += p * q * (a as f64 - b as f64).powi(2);
        }
    }
    (count > 0.0 && expected > 0.0).then(|| 1.0 - observed / expected)
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

/// Mean absolute error of the best straight line from the first of each pair to the second.
pub fn error_of_line(pairs: &[(f64, f64)]) -> Option<f64> {
    let count = pairs.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
    let (xy, xx) = (mean(&|pair| (pair.0 - x) * (pair.1 - y)), mean(&|pair| (pair.0 - x).powi(2)));
    let slope = if xx > 0.0 { xy / xx } else { 0.0 };
    let lined: Vec<(f64, f64)> = pairs.iter().map(|pair| (y + slope * (pair.0 - x), pair.1)).collect();
    mean_error(&lined)
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
    fn weighted_kappa_forgives_near_misses_more_than_far_ones() {
        let near = weighted_kappa(&[(1.0, 1.0), (2.0, 3.0), (5.0, 5.0), (3.0, 3.0)]).unwrap();
        let far = weighted_kappa(&[(1.0, 1.0), (2.0, 5.0), (5.0, 5.0), (3.0, 3.0)]).unwrap();
        assert!(near > far, "{near} {far}");
        assert_eq!(weighted_kappa(&[(1.2, 1.0), (4.9, 5.0)]), Some(1.0));
    }

    #[test]
    fn reliability_compares_what_was_said_with_what_was() {
        let bins =
            reliability(&pairs(&[(0.92, true, 0), (0.98, false, 0), (1.0, true, 0), (0.05, false, 0)]));
        assert_eq!((bins[9].0, bins[0]), (3, (1, 0.05, 0.0)));
        assert!((bins[9].2 - 2.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn correlation_knows_direction() {
        assert_eq!(correlation(&[(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]), Some(1.0));
        assert_eq!(correlation(&[(1.0, 1.0), (1.0, 2.0)]), None);
    }
}

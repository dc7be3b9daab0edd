//! Fitting a readout to labels: regularised regressions whose scores are always taken from groups that were left out.
//! The same data give the same numbers.

use nalgebra::{DMatrix, DVector};

/// Features of a labelled example, and whether its label says yes.
pub type Example<'a> = (&'a [f32], bool);

/// A weighted sum over features as they come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightedSum {
    /// One a feature.
    pub weights: Vec<f32>,
    /// Added to the sum.
    pub bias: f64,
}

impl WeightedSum {
    /// The weighted sum for one example.
    pub fn score(&self, features: &[f32]) -> f64 {
        dot(&self.weights, features) + self.bias
    }
}

/// Most groups that are left out one by one; more are left out several at a time.
const MOST_FOLDS: usize = 12;

/// Fits without each group in turn and scores its examples, so that every score comes from weights that had not seen the
/// example's group. `group` holds each example's, counted from 0.
///
/// `None` where there are fewer than two groups, or what is left cannot be fitted.
pub fn left_out(
    examples: &[Example<'_>],
    group: &[usize],
    fit: impl Fn(&[Example<'_>]) -> Option<WeightedSum>,
) -> Option<Vec<f64>> {
    let folds = (group.iter().max()? + 1).min(MOST_FOLDS);
    if folds < 2 {
        return None;
    }
    let mut scores = vec![0.0; examples.len()];
    for fold in 0..folds {
        let inside = |at: &usize| group[*at] % folds == fold;
        let seen: Vec<Example<'_>> =
            (0..examples.len()).filter(|at| !inside(at)).map(|at| examples[at]).collect();
        let line = fit(&seen)?;
        for at in (0..examples.len()).filter(inside) {
            scores[at] = line.score(examples[at].0);
        }
    }
    Some(scores)
}

/// Logistic regression with an L2 penalty; features are standardised inside. `trust` is how much it may lean on the data: the
/// `C` of the usual libraries. Balanced, both classes weigh the same; otherwise scores are log-odds.
///
/// `None` where all examples are of one class.
pub fn logistic(examples: &[Example<'_>], trust: f64, balanced: bool) -> Option<WeightedSum> {
    let size = examples.first()?.0.len();
    let count = examples.len() as f64;
    let positive = examples.iter().filter(|example| example.1).count() as f64;
    if positive == 0.0 || positive == count {
        return None;
    }
    let features: Vec<&[f32]> = examples.iter().map(|example| example.0).collect();
    let scale = Scale::of(&features);
    let rows: Vec<Vec<f32>> = features.iter().map(|features| scale.apply(features)).collect();
    let shown: Vec<f64> = examples.iter().map(|example| f64::from(u8::from(example.1))).collect();
    let (yes, no) =
        if balanced { (count / (2.0 * positive), count / (2.0 * (count - positive))) } else { (1.0, 1.0) };
    let cost: Vec<f64> = shown.iter().map(|shown| trust * if *shown > 0.5 { yes } else { no }).collect();
    let solution = Problem { rows, shown, cost, size }.solve();
    Some(scale.undo(&solution[..size], solution[size]))
}

/// Mean and spread of each feature.
#[derive(Clone, Debug)]
pub struct Scale {
    mean: Vec<f64>,
    spread: Vec<f64>,
}

impl Scale {
    /// Over rows of one length.
    pub fn of(rows: &[&[f32]]) -> Self {
        let size = rows.first().map_or(0, |row| row.len());
        let count = rows.len() as f64;
        let (mut mean, mut square) = (vec![0.0; size], vec![0.0; size]);
        for row in rows {
            for (mean, x) in mean.iter_mut().zip(*row) {
                *mean += f64::from(*x) / count;
            }
        }
        for row in rows {
            for ((square, mean), x) in square.iter_mut().zip(&mean).zip(*row) {
                *square += (f64::from(*x) - mean).powi(2) / count;
            }
        }
        let spread = square.into_iter().map(|square| square.sqrt() + 1e-6).collect();
        Self { mean, spread }
    }

    /// A row in units of the spread.
    pub fn apply(&self, row: &[f32]) -> Vec<f32> {
        (0..row.len()).map(|i| ((f64::from(row[i]) - self.mean[i]) / self.spread[i]) as f32).collect()
    }

    /// Weights for rows in units of the spread as weights for rows as they come.
    pub fn undo(&self, weights: &[f64], bias: f64) -> WeightedSum {
        let weights: Vec<f64> = weights.iter().zip(&self.spread).map(|(w, spread)| w / spread).collect();
        let offset: f64 = weights.iter().zip(&self.mean).map(|(weight, mean)| weight * mean).sum();
        WeightedSum {
            weights: weights.into_iter().map(|weight| weight as f32).collect(),
            bias: bias - offset,
        }
    }
}

/// What a least-squares fit needs to know of examples: it adds up, so that a group can be left out by taking it away.
#[derive(Clone, Debug)]
pub struct Moments {
    square: DMatrix<f64>,
    product: DVector<f64>,
    weight: f64,
}

impl Moments {
    /// Of examples whose rows are in units of their spread; `yes` and `no` are the classes' weights.
    pub fn of(rows: &[Vec<f32>], shown: &[bool], yes: f64, no: f64) -> Self {
        let size = rows.first().map_or(0, Vec::len) + 1;
        let weights: Vec<f64> = shown.iter().map(|shown| if *shown { yes } else { no }).collect();
        let matrix = DMatrix::from_fn(rows.len(), size, |row, column| {
            if column + 1 == size { 1.0 } else { f64::from(rows[row][column]) }
        });
        let mut weighted = matrix.clone();
        for (mut row, weight) in weighted.row_iter_mut().zip(&weights) {
            row *= *weight;
        }
        let target = DVector::from_iterator(shown.len(), shown.iter().map(|s| if *s { 1.0 } else { -1.0 }));
        Self {
            square: matrix.tr_mul(&weighted),
            product: weighted.tr_mul(&target),
            weight: shown.len() as f64,
        }
    }

    /// Of both together.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            square: &self.square + &other.square,
            product: &self.product + &other.product,
            weight: self.weight + other.weight,
        }
    }

    /// Of these without `other`, which is among them.
    pub fn minus(&self, other: &Self) -> Self {
        Self {
            square: &self.square - &other.square,
            product: &self.product - &other.product,
            weight: self.weight - other.weight,
        }
    }

    /// The weights that fit best under a penalty of `penalty` an example, and behind them the bias.
    pub fn solve(&self, penalty: f64) -> Option<Vec<f64>> {
        let mut square = self.square.clone();
        let last = square.nrows() - 1;
        for i in 0..last {
            square[(i, i)] += penalty * self.weight;
        }
        square[(last, last)] += 1e-3;
        Some(square.cholesky()?.solve(&self.product).iter().copied().collect())
    }
}

/// Ridge regression with few rows and many features, for several targets at once: one line a target, over rows in units of
/// their spread. Each target holds a number for every row.
pub fn ridge(rows: &[Vec<f32>], targets: &[Vec<f64>], penalty: f64) -> Option<Vec<WeightedSum>> {
    let size = rows.first()?.len();
    let matrix = DMatrix::from_fn(rows.len(), size, |row, column| f64::from(rows[row][column]));
    let mut kernel = (&matrix * matrix.transpose()) / size as f64;
    for i in 0..rows.len() {
        kernel[(i, i)] += penalty;
    }
    let solver = kernel.cholesky()?;
    let lines = targets.iter().map(|target| {
        let mean = target.iter().sum::<f64>() / target.len() as f64;
        let rest = target.iter().map(|value| value - mean);
        let alpha = solver.solve(&DVector::from_iterator(target.len(), rest));
        let weights = matrix.tr_mul(&alpha) / size as f64;
        WeightedSum { weights: weights.iter().map(|weight| *weight as f32).collect(), bias: mean }
    });
    Some(lines.collect())
}

/// Logistic regression with an unpenalised bias, which stands last among the unknowns.
struct Problem {
    rows: Vec<Vec<f32>>,
    shown: Vec<f64>,
    cost: Vec<f64>,
    size: usize,
}

impl Problem {
    /// Newton's method; each step's equations are solved by conjugate gradients, so that no matrix of
    /// features by features is ever built.
    fn solve(&self) -> Vec<f64> {
        let mut at = vec![0.0; self.size + 1];
        let mut value = self.value(&at);
        for _ in 0..50 {
            let p: Vec<f64> = self.scores(&at).into_iter().map(sigmoid).collect();
            let errors: Vec<f64> =
                (0..p.len()).map(|row| self.cost[row] * (p[row] - self.shown[row])).collect();
            let mut gradient = self.combine(&errors);
            for i in 0..self.size {
                gradient[i] += at[i];
            }
            let curvature: Vec<f64> =
                (0..p.len()).map(|row| self.cost[row] * p[row] * (1.0 - p[row])).collect();
            let step = self.newton_step(&gradient, &curvature);
            let mut length = 1.0;
            let next = loop {
                let next: Vec<f64> = at.iter().zip(&step).map(|(at, step)| at - length * step).collect();
                let next_value = self.value(&next);
                if next_value <= value || length < 1e-6 {
                    break Some((next, next_value)).filter(|(_, next)| *next < value);
                }
                length /= 2.0;
            };
            let Some((next, next_value)) = next else { break };
            let gain = value - next_value;
            (at, value) = (next, next_value);
            if gain < 1e-9 * value.abs().max(1.0) {
                break;
            }
        }
        at
    }

    fn newton_step(&self, gradient: &[f64], curvature: &[f64]) -> Vec<f64> {
        let mut step = vec![0.0; gradient.len()];
        let mut rest = gradient.to_vec();
        let mut direction = rest.clone();
        let mut size = square(&rest);
        let enough = 1e-10 * size;
        for _ in 0..200 {
            if size <= enough {
                break;
            }
            let weighted: Vec<f64> =
                self.scores(&direction).iter().zip(curvature).map(|(score, c)| score * c).collect();
            let mut curved = self.combine(&weighted);
            for i in 0..self.size {
                curved[i] += direction[i];
            }
            let along: f64 = direction.iter().zip(&curved).map(|(a, b)| a * b).sum();
            if along <= 0.0 {
                break;
            }
            let length = size / along;
            for i in 0..step.len() {
                step[i] += length * direction[i];
                rest[i] -= length * curved[i];
            }
            let next = square(&rest);
            for i in 0..direction.len() {
                direction[i] = rest[i] + next / size * direction[i];
            }
            size = next;
        }
        step
    }

    fn value(&self, at: &[f64]) -> f64 {
        let penalty = 0.5 * square(&at[..self.size]);
        let losses =
            self.scores(at).into_iter().zip(&self.shown).zip(&self.cost).map(|((score, shown), cost)| {
                // log(1 + e^score) - shown * score, without overflow.
                cost * (score.max(0.0) + (-score.abs()).exp().ln_1p() - shown * score)
            });
        penalty + losses.sum::<f64>()
    }

    fn scores(&self, at: &[f64]) -> Vec<f64> {
        let weights: Vec<f32> = at[..self.size].iter().map(|weight| *weight as f32).collect();
        self.rows.iter().map(|row| dot(&weights, row) + at[self.size]).collect()
    }

    /// The sum of all rows, each times its factor; the bias's row is all ones.
    fn combine(&self, factors: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; self.size + 1];
        for (row, factor) in self.rows.iter().zip(factors) {
            for (sum, x) in sum.iter_mut().zip(row) {
                *sum += factor * f64::from(*x);
            }
            sum[self.size] += factor;
        }
        sum
    }
}

/// Sums in sixteen lanes, which the compiler turns into vector instructions.
fn dot(weights: &[f32], state: &[f32]) -> f64 {
    let mut lanes = [0.0f32; 16];
    let (weight_chunks, state_chunks) = (weights.chunks_exact(16), state.chunks_exact(16));
    let tail: f32 = weight_chunks.remainder().iter().zip(state_chunks.remainder()).map(|(w, x)| w * x).sum();
    for (w, x) in weight_chunks.zip(state_chunks) {
        for lane in 0..16 {
            lanes[lane] += w[lane] * x[lane];
        }
    }
    lanes.iter().map(|lane| f64::from(*lane)).sum::<f64>() + f64::from(tail)
}

fn square(vector: &[f64]) -> f64 {
    vector.iter().map(|x| x * x).sum()
}

/// From log-odds to a probability.
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples whose label depends on two of ten features, with noise; four groups.
    fn examples() -> Vec<(Vec<f32>, bool, usize)> {
        let mut seed = 7u64;
        let mut noise = move || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((seed >> 33) as f64 / f64::from(1u32 << 31)) - 0.5
        };
        (0..400)
            .map(|i| {
                let state: Vec<f32> = (0..10).map(|_| noise() as f32).collect();
                let shown = 2.0 * f64::from(state[2]) - f64::from(state[5]) + 0.3 * noise() > 0.3;
                (state, shown, i % 4)
            })
            .collect()
    }

    fn pairs(examples: &[(Vec<f32>, bool, usize)]) -> (Vec<Example<'_>>, Vec<usize>) {
        examples.iter().map(|(state, shown, group)| ((state.as_slice(), *shown), *group)).unzip()
    }

    fn largest(weights: &[f32]) -> Option<usize> {
        (0..weights.len()).max_by(|a, b| weights[*a].abs().total_cmp(&weights[*b].abs()))
    }

    #[test]
    fn the_features_that_matter_get_the_weight() {
        let examples = examples();
        let line = logistic(&pairs(&examples).0, 1.0, true).unwrap();
        assert_eq!(largest(&line.weights), Some(2));
        assert!(line.weights[2] > 0.0 && line.weights[5] < 0.0);
    }

    #[test]
    fn unbalanced_scores_are_log_odds_of_what_is_as_frequent_as_they_say() {
        let examples = examples();
        let (pairs, group) = pairs(&examples);
        let scores = left_out(&pairs, &group, |seen| logistic(seen, 1.0, false)).unwrap();
        let sum: f64 = scores.iter().map(|score| sigmoid(*score)).sum();
        let shown = examples.iter().filter(|example| example.1).count() as f64;
        assert!((sum - shown).abs() < 0.03 * shown, "{sum} against {shown}");
    }

    #[test]
    fn one_class_or_one_group_alone_can_not_be_fitted() {
        let mut examples = examples();
        examples.retain(|example| example.1);
        assert_eq!(logistic(&pairs(&examples).0, 1.0, true), None);
        let one_group: Vec<usize> = vec![0; examples.len()];
        assert_eq!(left_out(&pairs(&examples).0, &one_group, |seen| logistic(seen, 1.0, true)), None);
    }

    #[test]
    fn taking_a_group_away_is_as_good_as_never_having_had_it() {
        let examples = examples();
        let rows = |keep: fn(usize) -> bool| -> (Vec<Vec<f32>>, Vec<bool>) {
            examples.iter().filter(|e| keep(e.2)).map(|e| (e.0.clone(), e.1)).unzip()
        };
        let moments = |keep| {
            let (rows, shown) = rows(keep);
            Moments::of(&rows, &shown, 1.0, 0.5)
        };
        let (all, first, rest) = (moments(|_| true), moments(|g| g == 0), moments(|g| g != 0));
        let (a, b) = (all.minus(&first).solve(0.01).unwrap(), rest.solve(0.01).unwrap());
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-9), "{a:?} {b:?}");
        let weights: Vec<f32> = a[..10].iter().map(|weight| *weight as f32).collect();
        assert_eq!(largest(&weights), Some(2));
    }

    #[test]
    fn rows_that_count_score_higher_for_their_own_target() {
        let examples = examples();
        let rows: Vec<Vec<f32>> = examples.iter().map(|example| example.0.clone()).collect();
        let is_large = |row: &Vec<f32>, feature: usize| f64::from(u8::from(row[feature] > 0.3));
        let targets: Vec<Vec<f64>> =
            [0, 1].map(|feature| rows.iter().map(|row| is_large(row, feature)).collect()).to_vec();
        let lines = ridge(&rows, &targets, 0.3).unwrap();
        assert_eq!([largest(&lines[0].weights), largest(&lines[1].weights)], [Some(0), Some(1)]);
    }

    #[test]
    fn the_same_data_give_the_same_numbers() {
        let examples = examples();
        assert_eq!(logistic(&pairs(&examples).0, 1.0, true), logistic(&pairs(&examples).0, 1.0, true));
    }
}

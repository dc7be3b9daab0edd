//! Fitting a readout to labels: L2-regularised logistic regression with balanced classes, calibrated on
//! groups that its weights had not seen. The same data give the same numbers.

/// One labelled statement about one answer.
#[derive(Clone, Debug)]
pub struct Example {
    /// What the model's inside said.
    pub state: Vec<f32>,
    /// Whether the label says that the statement is true.
    pub shown: bool,
    /// The scenario: examples of one group are left out together.
    pub group: usize,
}

/// A readout's numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// One a feature, for states as they come.
    pub weights: Vec<f32>,
    /// Added to the weighted sum.
    pub bias: f64,
    /// Calibration: see [`calibrate`].
    pub scale: f64,
    /// Calibration: see [`calibrate`].
    pub shift: f64,
    /// The score that each example got while its group was left out, in the examples' order.
    pub left_out: Vec<f64>,
}

/// How much the fit may lean on the data: the `C` of the usual libraries.
pub const TRUST: f64 = 1e-3;
/// Most groups that are left out one by one; more are left out several at a time.
const MOST_FOLDS: usize = 12;

/// Fits weights to all examples, and a calibration to scores of examples whose group was left out.
///
/// `None` where the examples are of one class or one group only.
pub fn fit(examples: &[Example]) -> Option<Fitted> {
    let groups = examples.iter().map(|example| example.group).max()? + 1;
    let folds = groups.min(MOST_FOLDS);
    if folds < 2 {
        return None;
    }
    let mut left_out = vec![0.0; examples.len()];
    for fold in 0..folds {
        let seen: Vec<&Example> = examples.iter().filter(|e| e.group % folds != fold).collect();
        let (weights, bias) = regress(&seen)?;
        for (score, example) in left_out.iter_mut().zip(examples) {
            if example.group % folds == fold {
                *score = dot(&weights, &example.state) + bias;
            }
        }
    }
    let (scale, shift) = calibrate(&left_out, &examples.iter().map(|e| e.shown).collect::<Vec<_>>());
    let (weights, bias) = regress(&examples.iter().collect::<Vec<_>>())?;
    Some(Fitted { weights, bias, scale, shift, left_out })
}

/// Scale and shift that turn scores into log-odds: logistic regression on one feature, by Newton's method.
pub fn calibrate(scores: &[f64], shown: &[bool]) -> (f64, f64) {
    let (mut scale, mut shift) = (1.0, 0.0);
    for _ in 0..100 {
        // A whisper of a prior keeps perfectly separated scores from running away.
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (1e-3 * scale, 1e-3 * shift, 1e-3, 0.0, 1e-3);
        for (score, shown) in scores.iter().zip(shown) {
            let p = sigmoid(scale * score + shift);
            let (error, weight) = (p - f64::from(u8::from(*shown)), p * (1.0 - p));
            g0 += error * score;
            g1 += error;
            h00 += weight * score * score;
            h01 += weight * score;
            h11 += weight;
        }
        let determinant = h00 * h11 - h01 * h01;
        if determinant.abs() < 1e-12 {
            break;
        }
        let step = ((h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant);
        (scale, shift) = (scale - step.0, shift - step.1);
        if step.0.abs() + step.1.abs() < 1e-9 {
            break;
        }
    }
    (scale, shift)
}

/// Weights and bias for states as they come; inside, features are standardised.
fn regress(examples: &[&Example]) -> Option<(Vec<f32>, f64)> {
    let size = examples.first()?.state.len();
    let count = examples.len() as f64;
    let positive = examples.iter().filter(|example| example.shown).count() as f64;
    if positive == 0.0 || positive == count {
        return None;
    }
    let (mean, spread) = moments(examples, size);
    let rows: Vec<Vec<f32>> = examples
        .iter()
        .map(|e| (0..size).map(|i| ((f64::from(e.state[i]) - mean[i]) / spread[i]) as f32).collect())
        .collect();
    let shown: Vec<f64> = examples.iter().map(|example| f64::from(u8::from(example.shown))).collect();
    let cost: Vec<f64> = shown
        .iter()
        .map(|shown| {
            TRUST * if *shown > 0.5 { count / (2.0 * positive) } else { count / (2.0 * (count - positive)) }
        })
        .collect();
    let solution = Problem { rows, shown, cost, size }.solve();
    let weights: Vec<f64> = (0..size).map(|i| solution[i] / spread[i]).collect();
    let offset: f64 = weights.iter().zip(&mean).map(|(weight, mean)| weight * mean).sum();
    Some((weights.iter().map(|weight| *weight as f32).collect(), solution[size] - offset))
}

fn moments(examples: &[&Example], size: usize) -> (Vec<f64>, Vec<f64>) {
    let count = examples.len() as f64;
    let (mut mean, mut square) = (vec![0.0; size], vec![0.0; size]);
    for example in examples {
        for (i, x) in example.state.iter().enumerate() {
            mean[i] += f64::from(*x) / count;
        }
    }
    for example in examples {
        for (i, x) in example.state.iter().enumerate() {
            square[i] += (f64::from(*x) - mean[i]).powi(2) / count;
        }
    }
    let spread = square.into_iter().map(|square| square.sqrt() + 1e-6).collect();
    (mean, spread)
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

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples whose label depends on two of ten features, with noise; four groups.
    fn examples() -> Vec<Example> {
        let mut seed = 7u64;
        let mut noise = move || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((seed >> 33) as f64 / f64::from(1u32 << 31)) - 0.5
        };
        (0..400)
            .map(|i| {
                let state: Vec<f32> = (0..10).map(|_| noise() as f32).collect();
                let shown = 2.0 * f64::from(state[2]) - f64::from(state[5]) + 0.3 * noise() > 0.3;
                Example { state, shown, group: i % 4 }
            })
            .collect()
    }

    #[test]
    fn the_features_that_matter_get_the_weight() {
        let fitted = fit(&examples()).unwrap();
        let largest = (0..10).max_by(|a, b| fitted.weights[*a].abs().total_cmp(&fitted.weights[*b].abs()));
        assert_eq!(largest, Some(2));
        assert!(fitted.weights[2] > 0.0 && fitted.weights[5] < 0.0);
    }

    #[test]
    fn the_same_data_give_the_same_numbers() {
        assert_eq!(fit(&examples()), fit(&examples()));
    }

    #[test]
    fn calibrated_probabilities_are_as_frequent_as_they_say() {
        let examples = examples();
        let fitted = fit(&examples).unwrap();
        let sum: f64 = fitted.left_out.iter().map(|score| sigmoid(fitted.scale * score + fitted.shift)).sum();
        let shown = examples.iter().filter(|example| example.shown).count() as f64;
        assert!((sum - shown).abs() < 0.02 * shown, "{sum} against {shown}");
    }

    #[test]
    fn one_class_alone_can_not_be_fitted() {
        let mut examples = examples();
        examples.retain(|example| example.shown);
        assert_eq!(fit(&examples), None);
    }
}

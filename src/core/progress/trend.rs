//! Whether a row of numbers rises, falls, or can't be told from noise.

use serde::Serialize;

/// Fewest values from which a trend is read. Below it every line fits.
pub const FEWEST: usize = 6;

/// What a row of numbers does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trend {
    /// Too few values.
    TooFew {
        /// How many there are.
        have: usize,
        /// How many it takes.
        need: usize,
    },
    /// The change could as well be chance.
    Unclear(Change),
    /// It rises, with 95% confidence.
    Rises(Change),
    /// It falls, with 95% confidence.
    Falls(Change),
}

/// How far the fitted line goes from the first value to the last.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Change {
    /// By how much.
    pub by: f64,
    /// Between which it lies with 90% confidence: 95% on either side.
    pub interval: (f64, f64),
}

/// Mean; 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// Fits a straight line by least squares and asks whether its slope can be told from none.
pub fn trend(values: &[f64]) -> Trend {
    let n = values.len();
    if n < FEWEST {
        return Trend::TooFew { have: n, need: FEWEST };
    }
    let (middle, level) = ((n - 1) as f64 / 2.0, mean(values));
    let places = || (0..n).map(|place| place as f64 - middle);
    let spread: f64 = places().map(|place| place * place).sum();
    let slope = places().zip(values).map(|(place, value)| place * (value - level)).sum::<f64>() / spread;
    let residuals = places().zip(values).map(|(place, value)| value - level - slope * place);
    let variance = residuals.map(|residual| residual * residual).sum::<f64>() / (n - 2) as f64;
    let margin = student(n - 2) * (variance / spread).sqrt();
    let whole = (n - 1) as f64;
    let change = Change { by: slope * whole, interval: ((slope - margin) * whole, (slope + margin) * whole) };
    // A hair's breadth of rising is exact where nothing scatters, and nothing all the same.
    if change.interval.0 > 0.0 && change.by > 0.05 {
        Trend::Rises(change)
    } else if change.interval.1 < 0.0 && change.by < -0.05 {
        Trend::Falls(change)
    } else {
        Trend::Unclear(change)
    }
}

/// The 95% quantile of Student's t with so many degrees of freedom, 4 or more.
fn student(freedom: usize) -> f64 {
    const TABLE: [f64; 17] = [
        2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.740,
        1.734, 1.729, 1.725,
    ];
    // Past the table, the first terms of its expansion around the normal distribution's 1.645.
    TABLE.get(freedom.saturating_sub(4)).copied().unwrap_or(1.645 + 1.524 / freedom as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_values_are_no_trend_however_straight() {
        assert_eq!(trend(&[1.0, 2.0, 3.0, 4.0, 5.0]), Trend::TooFew { have: 5, need: 6 });
    }

    #[test]
    fn a_rise_is_told_and_noise_is_not() {
        let Trend::Rises(change) = trend(&[2.0, 2.2, 2.1, 2.6, 2.8, 2.9, 3.1]) else { panic!() };
        assert!((change.by - 1.157).abs() < 0.001, "{change:?}");
        assert!(change.interval.0 > 0.8 && change.interval.1 < 1.6, "{change:?}");
        assert!(matches!(trend(&[3.0, 2.0, 3.1, 2.1, 2.9, 2.2, 3.2]), Trend::Unclear(_)));
        assert!(matches!(trend(&[3.1, 2.9, 2.8, 2.6, 2.1, 2.2, 2.0]), Trend::Falls(_)));
        assert!(matches!(trend(&[2.0; 9]), Trend::Unclear(_)));
    }

    #[test]
    fn the_quantile_goes_on_where_the_table_ends() {
        assert!((student(20) - 1.725).abs() < 1e-9);
        assert!((student(21) - 1.721).abs() < 4e-3);
        assert!((student(60) - 1.671).abs() < 1e-3);
    }

    proptest::proptest! {
        #[test]
        fn backwards_is_the_other_way_round(values in proptest::collection::vec(0.0..=5.0f64, 6..30)) {
            let there = trend(&values);
            let back = trend(&values.iter().rev().copied().collect::<Vec<_>>());
            let opposite = matches!(
                (there, back),
                (Trend::Rises(_), Trend::Falls(_)) | (Trend::Falls(_), Trend::Rises(_)) | (Trend::Unclear(_), Trend::Unclear(_))
            );
            proptest::prop_assert!(opposite, "{there:?} {back:?}");
        }

        /// Rows of pure noise: about one in ten may look like a trend, not many more.
        #[test]
        fn noise_seldom_looks_like_a_trend(seed in 0..50u64) {
            use rand::{RngExt, SeedableRng};
            let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(seed);
            let mut told = 0;
            for _ in 0..300 {
                let values: Vec<f64> = (0..10).map(|_| rng.random_range(1.0..4.0)).collect();
                told += u32::from(!matches!(trend(&values), Trend::Unclear(_)));
            }
            proptest::prop_assert!(told < 60, "{told} of 300");
        }
    }
}

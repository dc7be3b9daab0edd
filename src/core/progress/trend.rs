//! Whether a row of numbers rises, falls, or can't be told from noise.

use crate::core::interval::Interval;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

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
    pub interval: Interval,
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
    let interval = Interval { low: (slope - margin) * whole, high: (slope + margin) * whole };
    let change = Change { by: slope * whole, interval };
    // A hair's breadth of rising is exact where nothing scatters, and nothing all the same.
    if change.interval.low > 0.0 && change.by > 0.05 {
        Trend::Rises(change)
    } else if change.interval.high < 0.0 && change.by < -0.05 {
        Trend::Falls(change)
    } else {
        Trend::Unclear(change)
    }
}

/// The 95% quantile of Student's t with so many degrees of freedom. Without any, nothing can be told.
fn student(freedom: usize) -> f64 {
    StudentsT::new(0.0, 1.0, freedom as f64).map_or(f64::INFINITY, |student| student.inverse_cdf(0.95))
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
        assert!(change.interval.low > 0.8 && change.interval.high < 1.6, "{change:?}");
        assert!(matches!(trend(&[3.0, 2.0, 3.1, 2.1, 2.9, 2.2, 3.2]), Trend::Unclear(_)));
        assert!(matches!(trend(&[3.1, 2.9, 2.8, 2.6, 2.1, 2.2, 2.0]), Trend::Falls(_)));
        assert!(matches!(trend(&[2.0; 9]), Trend::Unclear(_)));
    }

    #[test]
    fn the_quantile_is_that_of_the_tables() {
        for (freedom, quantile) in [(4, 2.132), (10, 1.812), (20, 1.725), (21, 1.721), (60, 1.671)] {
            assert!((student(freedom) - quantile).abs() < 5e-4, "{freedom}: {}", student(freedom));
        }
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

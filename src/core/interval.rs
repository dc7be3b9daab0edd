//! Where a number probably lies.

use serde::{Deserialize, Serialize};

/// Between which two numbers something lies. Stored as `[low, high]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f64, f64)", into = "(f64, f64)")]
pub struct Interval {
    /// The least that it probably is.
    pub low: f64,
    /// The most.
    pub high: f64,
}

impl Interval {
    /// Nothing but this number.
    pub fn exactly(number: f64) -> Self {
        Self { low: number, high: number }
    }

    /// Widened, where that is needed, so that it holds a number. A mean can lie beyond the middle of its distribution, and
    /// nobody believes "1.4, likely 1.0 to 1.0".
    pub fn holding(self, number: f64) -> Self {
        Self { low: self.low.min(number), high: self.high.max(number) }
    }

    /// Whether a number lies in it.
    pub fn holds(&self, number: f64) -> bool {
        self.low <= number && number <= self.high
    }

    /// From its lower to its upper end.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Whether it has nothing in common with another.
    pub fn is_apart_from(&self, other: &Self) -> bool {
        self.high < other.low || other.high < self.low
    }
}

impl From<(f64, f64)> for Interval {
    fn from((low, high): (f64, f64)) -> Self {
        Self { low, high }
    }
}

impl From<Interval> for (f64, f64) {
    fn from(interval: Interval) -> Self {
        (interval.low, interval.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_stored_as_two_numbers() {
        let interval = Interval { low: 1.0, high: 2.5 };
        assert_eq!(serde_json::to_string(&interval).unwrap(), "[1.0,2.5]");
        assert_eq!(serde_json::from_str::<Interval>("[1.0,2.5]").unwrap(), interval);
        let bytes = postcard::to_allocvec(&interval).unwrap();
        assert_eq!(bytes, postcard::to_allocvec(&(1.0, 2.5)).unwrap());
    }
}

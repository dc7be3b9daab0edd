//! The system's clock.

use jiff::Timestamp;

use crate::ports::Clock;

/// Wall time, in milliseconds as far as journals are concerned.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

//! The clock of a live round. Nothing stops it: not a stopped process, not a sleeping machine, not a changed time.

use jiff::Timestamp;

use crate::{adapters::clock::SystemClock, core::live::Sight, ports::Clock};

/// The program stood still if it was away for longer than this, in milliseconds.
const STOOD_STILL: u64 = 2_500;
/// The system's time was set if it moved by more than this against the steady clock, in milliseconds.
const TIME_SET: i64 = 2_000;

/// Counts the milliseconds of a round.
#[derive(Debug)]
pub struct RoundClock {
    clock: SystemClock,
    limit: u64,
    /// Of the round when this process took it up.
    before: u64,
    steady: u64,
    wall: Timestamp,
    /// When it was looked at last.
    last: u64,
}

impl RoundClock {
    /// A clock that begins now, `before` milliseconds into a round of `minutes`.
    pub fn start(minutes: u32, before: u64) -> Self {
        let clock = SystemClock;
        let limit = u64::from(minutes) * 60_000;
        Self { clock, limit, before, steady: clock.steady(), wall: clock.now(), last: before }
    }

    /// Milliseconds of the round that are over.
    pub fn elapsed(&self) -> u64 {
        self.before + self.clock.steady().saturating_sub(self.steady)
    }

    /// Milliseconds that the round takes.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Milliseconds that are left.
    pub fn left(&self) -> u64 {
        self.limit.saturating_sub(self.elapsed())
    }

    /// What the clocks tell since they were looked at last: whether the program stood still, whether the time was
    /// set. To be called at least once a second.
    pub fn look(&mut self) -> Vec<Sight> {
        let now = self.elapsed();
        let mut sights = vec![];
        let away = now.saturating_sub(self.last);
        if away > STOOD_STILL {
            sights.push(Sight::StoodStill { for_ms: away });
        }
        self.last = now;
        let by_wall = self.clock.now().as_millisecond() - self.wall.as_millisecond();
        let by_ms = by_wall - (now - self.before) as i64;
        if by_ms.abs() > TIME_SET {
            sights.push(Sight::TimeSet { by_ms });
            self.wall = Timestamp::from_millisecond(self.wall.as_millisecond() + by_ms).unwrap_or(self.wall);
        }
        sights
    }

    /// The program did something else on purpose: that is no standing still.
    pub fn skip(&mut self) {
        self.last = self.elapsed();
    }
}

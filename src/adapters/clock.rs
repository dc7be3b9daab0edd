//! The system's clock.

use jiff::Timestamp;

use crate::ports::Clock;

/// Wall time, in milliseconds as far as journals are concerned.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// Which start of the machine this is, where the system tells.
pub fn boot() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    fn steady(&self) -> u64 {
        // Linux's monotonic clock stops while the machine sleeps; that of others doesn't.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Boottime;
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
        let now = rustix::time::clock_gettime(CLOCK);
        now.tv_sec as u64 * 1000 + now.tv_nsec as u64 / 1_000_000
    }
}

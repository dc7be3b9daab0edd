//! When to ask again: what a server says about waiting, and how much of it is waited for.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::{Timestamp, fmt::rfc2822};

/// Who waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// A person in front of a screen: seconds.
    #[default]
    Person,
    /// A long run that nobody watches: as long as it was asked to, within reason.
    Bulk,
}

/// Longest wait that a person is asked for, and that a long run is.
const LONGEST: Duration = Duration::from_secs(10);
const LONGEST_IN_BULK: Duration = Duration::from_secs(3600);
/// How often a long run lets itself be put off for one question. Together with the doubling below: about four minutes
/// without any word of how long it will take.
const PUT_OFF_IN_BULK: u32 = 8;
/// Longest wait in a long run where the server doesn't say how long.
const LONGEST_GUESS: Duration = Duration::from_secs(60);

/// A refusal that may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// How long the server asked to wait.
    pub retry_after: Option<Duration>,
}

/// How long to wait before the same question is asked again, after it was asked `tries` times before; `None` is to give
/// up. `retries` is how often a person's question is asked again, and any question that failed without a word of waiting.
pub fn pause(patience: Patience, refusal: Refusal, tries: u32, retries: u32) -> Option<Duration> {
    let Refusal { status, retry_after } = refusal;
    let is_asked_to_wait = match status {
        429 => true,
        500..=599 => retry_after.is_some(),
        _ => return None,
    };
    let (most, longest) = match patience {
        Patience::Bulk if is_asked_to_wait => (PUT_OFF_IN_BULK, LONGEST_IN_BULK),
        _ => (retries, LONGEST),
    };
    let guess = match (patience, status) {
        (Patience::Bulk, 429) => Duration::from_secs(1 << tries.min(6)).min(LONGEST_GUESS),
        (_, 429) => Duration::from_secs(1),
        _ => Duration::from_millis(500),
    };
    let wait = retry_after.unwrap_or(guess);
    (tries < most && wait <= longest).then_some(wait)
}

/// A `Retry-After`: seconds, or a date. `now` is the server's own clock where it says what that shows.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    match value.parse::<f64>() {
        Ok(seconds) if seconds.is_nan() => None,
        Ok(seconds) => Duration::try_from_secs_f64(seconds.max(0.0)).ok(),
        Err(_) => {
            let until = date(value)?;
            Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
        }
    }
}

/// A date as HTTP writes it.
pub fn date(value: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(value.trim()).ok()
}

/// Until when nothing is to be asked: one for all who ask the same endpoint side by side.
#[derive(Clone, Debug, Default)]
pub struct Pace(Arc<Mutex<Option<Instant>>>);

impl Pace {
    /// Everybody waits.
    pub fn hold(&self, wait: Duration) {
        let until = Instant::now().checked_add(wait);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *held = (*held).max(until);
    }

    /// How long it still is.
    pub fn left(&self) -> Option<Duration> {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        until.map(|until| until.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(patience: Patience, status: u16, seconds: Option<u64>, tries: u32) -> Option<u64> {
        let refusal = Refusal { status, retry_after: seconds.map(Duration::from_secs) };
        pause(patience, refusal, tries, 2).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_person_waits_for_seconds_and_a_long_run_as_long_as_it_is_asked_to() {
        use Patience::{Bulk, Person};
        assert_eq!(wait(Person, 429, Some(5), 0), Some(5));
        assert_eq!(wait(Person, 429, Some(11), 0), None);
        assert_eq!(wait(Person, 429, Some(5), 2), None);
        assert_eq!(wait(Person, 503, Some(5), 0), Some(5), "503 can ask for patience as well");
        assert_eq!(wait(Bulk, 429, Some(120), 0), Some(120));
        assert_eq!(wait(Bulk, 503, Some(120), 5), Some(120));
        assert_eq!(wait(Bulk, 429, Some(100_000), 0), None, "that is tomorrow");
        assert_eq!(wait(Bulk, 429, None, 3), Some(8));
        assert_eq!(wait(Bulk, 429, None, 7), Some(60));
        assert_eq!(wait(Bulk, 429, None, 8), None);
        assert_eq!(wait(Bulk, 500, None, 2), None, "a failure is no request for patience");
        assert_eq!(wait(Bulk, 404, Some(1), 0), None);
    }

    #[test]
    fn a_wait_is_read_as_seconds_or_as_a_date() {
        let now: Timestamp = "2015-10-21T07:27:00Z".parse().unwrap();
        let after = |value| retry_after(value, now).map(|wait| wait.as_secs_f64());
        assert_eq!(after("120"), Some(120.0));
        assert_eq!(after(" 1.5 "), Some(1.5));
        assert_eq!(after("-3"), Some(0.0));
        assert_eq!(after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(60.0));
        assert_eq!(after("Wed, 21 Oct 2015 07:00:00 GMT"), Some(0.0), "it is over");
        for nonsense in ["", "soon", "NaN", "inf", "1e300"] {
            assert_eq!(after(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn whoever_is_held_holds_all() {
        let one = Pace::default();
        let other = one.clone();
        assert_eq!(other.left(), None);
        one.hold(Duration::from_secs(60));
        one.hold(Duration::from_secs(1));
        assert!(other.left().unwrap() > Duration::from_secs(50), "a shorter wait ends no longer one");
    }
}

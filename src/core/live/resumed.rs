//! Where time has brought a round that was cut off. Nothing stops a live round's clock, so its records and two clocks
//! of the machine say how much of it is over.

use jiff::Timestamp;

use super::{Sight, Sighting};
use crate::core::record::{Line, Record};

/// What the machine's clocks show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Now {
    /// Wall time, which anybody can set.
    pub wall: Timestamp,
    /// Milliseconds since the machine's start, which nobody can.
    pub steady: u64,
    /// Which start of the machine that is, where the system tells.
    pub boot: Option<String>,
}

/// How a round stands that is taken up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// Milliseconds of the round that are over.
    pub elapsed: u64,
    /// Milliseconds since the last thing that was seen in it.
    pub away: u64,
}

/// How a round stands by its records: as far as wall time has brought it, or the steady clock if that is further. A
/// round whose clock was not put down before it was cut off starts now.
pub fn resumed(lines: &[Line], now: &Now) -> Resumed {
    let sightings = || {
        lines.iter().filter_map(|line| match &line.record {
            Record::Sighted(sighting) => Some((line.at, sighting)),
            _ => None,
        })
    };
    let started = sightings().find_map(|(at, Sighting { what, .. })| match what {
        Sight::Started { steady, boot } => Some((at, *steady, boot)),
        _ => None,
    });
    let Some((at, steady, boot)) = started else { return Resumed { elapsed: 0, away: 0 } };
    let last = sightings().next_back().map_or(0, |(_, sighting)| sighting.ms);
    let by_wall = u64::try_from(now.wall.as_millisecond() - at.as_millisecond()).unwrap_or(0);
    let is_same_start = boot.is_some() && *boot == now.boot;
    let by_steady = if is_same_start { now.steady.saturating_sub(steady) } else { 0 };
    let elapsed = by_wall.max(by_steady).max(last);
    Resumed { elapsed, away: elapsed - last }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: &str = "2026-03-02T09:15:00Z";

    /// A round that began at [`BEGAN`], ten seconds after the machine, in which something was seen at these times.
    fn round(seen: &[u64]) -> Vec<Line> {
        let started = Sight::Started { steady: 10_000, boot: Some("this one".into()) };
        let others = seen.iter().map(|ms| Sighting { ms: *ms, what: Sight::FocusLost });
        std::iter::once(Sighting { ms: 0, what: started })
            .chain(others)
            .map(|sighting| Line {
                seq: 0,
                at: BEGAN.parse().unwrap(),
                prev: String::new(),
                record: Record::Sighted(sighting),
            })
            .collect()
    }

    fn now(wall: &str, steady: u64, boot: &str) -> Now {
        Now { wall: wall.parse().unwrap(), steady, boot: Some(boot.into()) }
    }

    #[test]
    fn the_clock_of_a_round_has_not_waited() {
        let lines = round(&[4_000]);
        let resumed = resumed(&lines, &now("2026-03-02T09:16:00Z", 70_000, "this one"));
        assert_eq!(resumed, Resumed { elapsed: 60_000, away: 56_000 });
    }

    #[test]
    fn setting_the_time_back_wins_no_minute() {
        let lines = round(&[4_000]);
        let set_back = resumed(&lines, &now("2026-03-02T09:00:00Z", 70_000, "this one"));
        assert_eq!(set_back.elapsed, 60_000, "the steady clock is further");
        let and_restarted = resumed(&lines, &now("2026-03-02T09:00:00Z", 5_000, "another one"));
        assert_eq!(and_restarted, Resumed { elapsed: 4_000, away: 0 }, "never before what was seen last");
    }

    #[test]
    fn after_a_restart_of_the_machine_wall_time_counts() {
        let resumed = resumed(&round(&[]), &now("2026-03-02T09:20:00Z", 900_000, "another one"));
        assert_eq!(resumed.elapsed, 300_000);
    }

    #[test]
    fn a_round_that_was_cut_off_before_its_clock_was_put_down_starts_now() {
        let resumed = resumed(&[], &now("2026-03-02T09:20:00Z", 0, "this one"));
        assert_eq!(resumed, Resumed { elapsed: 0, away: 0 });
    }
}

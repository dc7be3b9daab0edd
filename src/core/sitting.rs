//! The id of an interview loop's sitting, and of the sessions that are played in it.
//!
//! A sitting is `<when>-loop-<loop>`, with a number behind it where that is taken; its sessions are
//! `<sitting>-round-<two digits>-<scenario>`. Nothing else takes these apart.

use std::fmt;

/// One sitting of an interview loop.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sitting(String);

/// What stands between a sitting and the number of its round.
const ROUND: &str = "-round-";

impl Sitting {
    /// The sitting with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// What the id of a loop's sitting is about.
    pub fn subject(of_loop: &str) -> String {
        format!("loop-{of_loop}")
    }

    /// The sitting that a session was played in, if its id says that it was played in one.
    pub fn of(session: &str) -> Option<Self> {
        let found = session.match_indices(ROUND).find(|(at, _)| {
            let (sitting, rest) = session.split_at(*at);
            is_sitting(sitting) && numbered(rest).is_some()
        });
        found.map(|(at, _)| Self(session[..at].to_owned()))
    }

    /// A sitting like this one whose id none of the sessions was played in.
    pub fn free(self, sessions: &[String]) -> Self {
        let numbered = (2..).map(|number| Self(format!("{}-{number}", self.0)));
        let is_free = |sitting: &Self| !sessions.iter().any(|session| sitting.holds(session));
        std::iter::once(self.clone()).chain(numbered).find(is_free).unwrap_or(self)
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.0
    }

    /// The id of the session in which a round is played, 1 for the first.
    pub fn session(&self, round: usize, scenario: &str) -> String {
        // The id of a pack's scenario holds a slash, which no file name does.
        format!("{}{ROUND}{round:02}-{}", self.0, scenario.replace('/', "-"))
    }

    /// The number of the round that a session is, if it was played in this sitting.
    pub fn round(&self, session: &str) -> Option<usize> {
        session.strip_prefix(&self.0).and_then(numbered)
    }

    /// Whether a session was played in this sitting.
    pub fn holds(&self, session: &str) -> bool {
        self.round(session).is_some()
    }
}

impl fmt::Display for Sitting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an id is of the form `<when>-loop-<loop>`, where no letter stands in the time.
fn is_sitting(id: &str) -> bool {
    id.find("-loop-")
        .is_some_and(|at| !id[..at].contains(|c: char| c.is_alphabetic() && c != 'T' && c != 'Z'))
}

/// The number in `-round-<two digits>-…`.
fn numbered(rest: &str) -> Option<usize> {
    let (number, scenario) = rest.strip_prefix(ROUND)?.split_once('-')?;
    let is_number = number.len() >= 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && !scenario.is_empty() { number.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "2026-03-02-0915-loop-sre-staff";

    #[test]
    fn a_session_of_a_sitting_says_which_round_it_is() {
        let sitting = Sitting::new(RUN);
        let session = sitting.session(2, "pack/the-round-table");
        assert_eq!(session, "2026-03-02-0915-loop-sre-staff-round-02-pack-the-round-table");
        assert_eq!(sitting.round(&session), Some(2));
        assert_eq!(Sitting::of(&session), Some(sitting));
    }

    #[test]
    fn a_second_sitting_of_the_same_minute_is_another_one() {
        let first = Sitting::new(RUN);
        let sessions = [first.session(1, "a"), Sitting::new(format!("{RUN}-2")).session(1, "a")];
        assert!(first.holds(&sessions[0]) && !first.holds(&sessions[1]));
        assert_eq!(first.clone().free(&sessions[..1]).id(), format!("{RUN}-2"));
        assert_eq!(first.clone().free(&sessions).id(), format!("{RUN}-3"));
        assert_eq!(first.clone().free(&[]), first);
    }

    #[test]
    fn a_scenario_whose_name_sounds_like_a_round_makes_no_sitting() {
        for session in [
            "2026-03-02-0915-the-round-02-table",
            "2026-03-02-0915-the-loop-and-round-02-of-it",
            "2026-03-02-0915-loop-sre-staff",
        ] {
            assert_eq!(Sitting::of(session), None, "{session}");
        }
        let odd = "2026-03-02-0915-loop-a-round-robin-round-01-case";
        assert_eq!(Sitting::of(odd), Some(Sitting::new("2026-03-02-0915-loop-a-round-robin")));
    }
}

//! The answer as a whole: at which level would a panel that saw no rubric place it?
//!
//! A rubric asks for one thing after the other, and whoever has something of everything collects more than whoever decides
//! well. So beside a rubric's statements there are four that belong to none and are asked about every answer: whether it
//! shows the judgment of each level or above. They weigh more than all criteria together.

use super::{Observation, tally::Distribution};
use crate::core::level::Level;

/// Ids and words of the statements. No id of a rubric can hold a colon.
pub const STATEMENTS: [(&str, Level, &str); 4] = [
    ("whole:senior", Level::Senior, "Shows the judgment of a Senior engineer or above."),
    ("whole:staff", Level::Staff, "Shows the judgment of a Staff engineer or above."),
    ("whole:senior-staff", Level::SeniorStaff, "Shows the judgment of a Senior Staff engineer or above."),
    ("whole:principal", Level::Principal, "Shows the judgment of a Principal engineer."),
];

/// What the whole weighs, in weights of all criteria together.
pub const SHARE: usize = 2;

/// Whether an id is that of a statement about the whole.
pub fn is_whole(signal: &str) -> bool {
    STATEMENTS.iter().any(|(id, _, _)| *id == signal)
}

/// The levels at which the whole reads; `None` where nobody was asked.
pub fn distribution(observations: &[Observation]) -> Option<Distribution> {
    let mut at_least = [1.0; 4];
    let mut most = 1.0f64;
    for ((id, _, _), p) in STATEMENTS.iter().zip(&mut at_least) {
        // Whoever shows the judgment of a level shows that of all below it.
        most = most.min(observations.iter().find(|seen| seen.signal == *id)?.p.clamp(0.0, 1.0));
        *p = most;
    }
    let [senior, staff, senior_staff, principal] = at_least;
    Some([0.0, 1.0 - senior, senior - staff, staff - senior_staff, senior_staff - principal, principal])
}

/// What a judge that places the whole on the scale says to the four statements: `level` is the mean, `spread` the standard
/// deviation of what it is off.
pub fn observations(level: f64, spread: f64) -> Vec<Observation> {
    let beyond = |bar: f64| 1.0 / (1.0 + (-1.702 * (level - bar) / spread.max(0.01)).exp());
    STATEMENTS
        .iter()
        .map(|(id, at, _)| Observation {
            signal: (*id).into(),
            p: beyond(f64::from(at.number()) - 0.5),
            sentences: vec![],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::judging::tally;

    #[test]
    fn a_level_that_goes_in_comes_out() {
        for level in [1.0, 2.2, 3.0, 3.7, 5.0] {
            let read = distribution(&observations(level, 0.4)).unwrap();
            assert!((read.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!((tally::mean(&read) - level).abs() < 0.2, "{level}: {read:?}");
        }
    }

    #[test]
    fn who_shows_a_level_shows_all_below_it_whatever_a_judge_says() {
        let mut seen = observations(3.0, 0.4);
        seen[0].p = 0.1;
        let read = distribution(&seen).unwrap();
        assert!(read.iter().all(|p| *p >= 0.0) && read[1] == 0.9, "{read:?}");
    }

    #[test]
    fn without_an_answer_to_all_four_nothing_is_read() {
        assert_eq!(distribution(&observations(3.0, 0.4)[..3]), None);
    }
}

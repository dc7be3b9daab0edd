//! The scale: five levels, and the levels that a person can interview for.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::nearest::meant;

/// The level at which an answer reads. "No evidence" is the absence of a level, not a sixth one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// 1 on the scale.
    Mid,
    /// 2 on the scale.
    Senior,
    /// 3 on the scale.
    Staff,
    /// 4 on the scale.
    SeniorStaff,
    /// 5 on the scale.
    Principal,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Self; 5] = [Self::Mid, Self::Senior, Self::Staff, Self::SeniorStaff, Self::Principal];

    /// The place on the scale, 1 to 5.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The level at a place on the scale; `None` for 0, which is "no evidence", and past the end.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.number() == number)
    }

    /// The level that a value on the continuous scale from 0 to 5 reads as: the nearest one.
    pub fn reads(value: f64) -> Option<Self> {
        Self::from_number(value.clamp(0.0, 5.0).round() as u8)
    }

    /// The word used in files and on screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mid => "mid",
            Self::Senior => "senior",
            Self::Staff => "staff",
            Self::SeniorStaff => "senior-staff",
            Self::Principal => "principal",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The level that the candidate interviews for: the upper three of the scale.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TargetLevel {
    /// Staff engineer.
    #[default]
    Staff,
    /// Senior Staff engineer.
    SeniorStaff,
    /// Principal engineer.
    Principal,
}

impl TargetLevel {
    /// All target levels, lowest first.
    pub const ALL: [Self; 3] = [Self::Staff, Self::SeniorStaff, Self::Principal];

    /// What people of this level answer for: levels differ by their reach.
    pub fn reach(self) -> &'static str {
        match self {
            Self::Staff => "one team and its stakeholders",
            Self::SeniorStaff => "several teams, over quarters",
            Self::Principal => "an organization, over years",
        }
    }

    /// The level on the scale.
    pub fn level(self) -> Level {
        match self {
            Self::Staff => Level::Staff,
            Self::SeniorStaff => Level::SeniorStaff,
            Self::Principal => Level::Principal,
        }
    }
}

impl fmt::Display for TargetLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.level().fmt(f)
    }
}

/// A word that names no target level.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a target level: {meant}", meant = meant(.0, &TargetLevel::ALL.map(|target| target.level().name())))]
pub struct UnknownTarget(String);

impl FromStr for TargetLevel {
    type Err = UnknownTarget;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|target| target.level().name() == word)
            .ok_or_else(|| UnknownTarget(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_reads_as_the_nearest_level_and_zero_as_none() {
        assert_eq!(Level::reads(0.49), None);
        assert_eq!(Level::reads(0.5), Some(Level::Mid));
        assert_eq!(Level::reads(3.4), Some(Level::Staff));
        assert_eq!(Level::reads(9.0), Some(Level::Principal));
    }

    #[test]
    fn names_on_screen_and_in_files_are_the_same() {
        for level in Level::ALL {
            let json = serde_json::to_string(&level).unwrap();
            assert_eq!(json, format!("\"{level}\""));
        }
    }

    #[test]
    fn a_target_is_at_least_staff() {
        assert_eq!("senior-staff".parse(), Ok(TargetLevel::SeniorStaff));
        assert!("senior".parse::<TargetLevel>().is_err());
    }
}

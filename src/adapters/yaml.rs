//! Scenario and rubric files. The only file that knows which YAML library is in use.

use serde::de::DeserializeOwned;
use serde_saphyr::{Error, Location};

use crate::core::bank::nearest;

/// What is wrong with a YAML text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// 1 for the first line; 0 where the library knows no place.
    pub line: u64,
    /// 1 for the first column; 0 where the library knows no place.
    pub column: u64,
    /// Lowercase, with a suggestion where there is one.
    pub message: String,
}

/// Reads a value from a YAML text.
///
/// # Errors
///
/// The first fault, with its place. Depth, aliases and size are bounded far above what a real file needs.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 32,
            max_aliases: 64,
            max_anchors: 64,
            max_events: 50_000,
            max_nodes: 50_000,
        },
        with_snippet: false,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_saphyr::from_str_with_options(text, options).map_err(|error| fault(error.without_snippet()))
}

fn fault(error: &Error) -> Fault {
    let place = error.location().unwrap_or(Location::UNKNOWN);
    let message = match error {
        Error::SerdeUnknownField { field, expected, .. } => match nearest(field, expected.iter().copied()) {
            Some(near) => format!("unknown key `{field}`: did you mean `{near}`?"),
            None => format!("unknown key `{field}`: the keys here are {}", expected.join(", ")),
        },
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            match nearest(variant, expected.iter().copied()) {
                Some(near) => format!("unknown value `{variant}`: did you mean `{near}`?"),
                None => format!("unknown value `{variant}`: use one of {}", expected.join(", ")),
            }
        }
        Error::SerdeMissingField { field, .. } => format!("the key `{field}` is missing"),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            format!("found {unexpected} where {expected} is expected")
        }
        // The library's other messages are one sentence, some with a place at the end that we give ourselves.
        other => {
            let text = other.to_string();
            let text = text.lines().next().unwrap_or_default();
            let text = text.split(" at line ").next().unwrap_or(text);
            let mut chars = text.trim_end_matches('.').chars();
            chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
        }
    };
    Fault { line: place.line(), column: place.column(), message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{rubric::Rubric, scenario::Scenario};

    const SCENARIO: &str = include_str!("../../scenarios/roadmap-pushback/ga-date-on-one-database.yaml");

    fn fault_of(text: &str) -> String {
        let fault = read::<Scenario>(text).unwrap_err();
        format!("{}:{}: {}", fault.line, fault.column, fault.message)
    }

    #[test]
    fn a_misspelt_key_gets_its_place_and_a_suggestion() {
        let text = SCENARIO.replace("minutes: 12", "minuets: 12");
        assert_eq!(fault_of(&text), "6:1: unknown key `minuets`: did you mean `minutes`?");
    }

    #[test]
    fn a_misspelt_value_gets_its_place_and_a_suggestion() {
        let text = SCENARIO.replace("round: hiring-manager", "round: hireing-manager");
        assert_eq!(fault_of(&text), "5:8: unknown value `hireing-manager`: did you mean `hiring-manager`?");
    }

    #[test]
    fn a_wrong_type_says_what_is_expected() {
        let text = SCENARIO.replace("minutes: 12", "minutes: a dozen");
        assert!(fault_of(&text).starts_with("6:10: "), "{}", fault_of(&text));
    }

    #[test]
    fn a_word_that_looks_like_a_boolean_stays_a_word() {
        let text = SCENARIO.replace("title: A launch date on a database that runs out", "title: no");
        assert_eq!(read::<Scenario>(&text).unwrap().title, "no");
    }

    #[test]
    fn an_alias_bomb_is_refused() {
        let mut bomb = String::from("a: &a [x,x,x,x,x,x,x,x,x]\n");
        for (from, to) in ('a'..='i').zip('b'..='j') {
            let aliases = vec![format!("*{from}"); 9].join(",");
            bomb.push_str(&format!("{to}: &{to} [{aliases}]\n"));
        }
        assert!(read::<serde_json::Value>(&bomb).is_err());
    }

    #[test]
    fn a_missing_key_is_named() {
        let fault = read::<Rubric>("id: x\ntitle: y\n").unwrap_err();
        assert_eq!(fault.message, "the key `criteria` is missing");
    }
}

//! Whether a label is for the words of a case as it is: a case that is rewritten keeps its id, and a label of the old
//! words says nothing about the new ones.

use crate::core::bank::Case;

/// A label is for a case of the same name with other words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is for an earlier text of the case `{scenario}`")]
pub struct OtherWords {
    /// What is labeled.
    what: String,
    /// Id of the case.
    scenario: String,
}

/// Checks the hash that a labeled line gives, if it gives one, against what the case tells.
///
/// # Errors
///
/// When the line was written for other words.
pub fn check(what: impl FnOnce() -> String, told_hash: Option<&str>, case: &Case) -> Result<(), OtherWords> {
    match told_hash {
        Some(hash) if hash != case.told_hash() => {
            Err(OtherWords { what: what(), scenario: case.scenario.id.clone() })
        }
        _ => Ok(()),
    }
}

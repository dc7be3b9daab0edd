//! How an interviewer speaks, as journals hold it.

use serde::{Deserialize, Serialize};

use super::mirror::mirrors;

/// What is mirrored: the types that the program works with.
mod program {
    pub use crate::core::turn::Voice;
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Voice {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    greeting: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assume_and_say: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<String>,
}

mirrors! {
    Voice is Voice { name, greeting, assume_and_say, no_help, again }
}

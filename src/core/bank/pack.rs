//! Packs: folders of scenarios and rubrics that somebody else has made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scenario::ID;

/// What a pack says about itself. File: `pack.toml`, at its top.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Manifest {
    /// Stands before the ids of all that is in it: `name/id`.
    #[schemars(regex(pattern = ID))]
    pub name: String,
    /// Any text; shown when the pack is updated.
    #[schemars(length(min = 1, max = 200))]
    pub version: String,
    /// Under which terms it may be used.
    #[schemars(length(min = 1, max = 200))]
    pub licence: String,
    /// Who made it.
    #[schemars(length(min = 1), inner(length(min = 1)))]
    pub authors: Vec<String>,
    /// In a sentence or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Manifest {
    /// Name, version, licence and authors in one line.
    pub fn line(&self) -> String {
        let authors = self.authors.join(", ");
        crate::core::text::one_line(&format!(
            "{} {} · {} · by {authors}",
            self.name, self.version, self.licence
        ))
    }
}

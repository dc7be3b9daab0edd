//! Packs: folders of scenarios and rubrics that somebody else has made.

use serde::{Deserialize, Serialize};

use super::scenario::is_id;

/// What a pack says about itself. File: `pack.toml`, at its top.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Manifest {
    /// Stands before the ids of all that is in it: `name/id`.
    pub name: String,
    /// Any text; shown when the pack is updated.
    pub version: String,
    /// Under which terms it may be used.
    pub licence: String,
    /// Who made it.
    pub authors: Vec<String>,
    /// In a sentence or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Manifest {
    /// What is wrong beyond the syntax, one line each.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = vec![];
        if !is_id(&self.name) {
            problems.push(format!(
                "name `{}` is not made of lowercase letters, digits and hyphens",
                crate::core::text::one_line(&self.name)
            ));
        }
        for (key, text) in [("version", &self.version), ("licence", &self.licence)] {
            if text.trim().is_empty() || text.chars().count() > 200 {
                problems.push(format!("`{key}` is empty or longer than 200 characters"));
            }
        }
        if self.authors.is_empty() || self.authors.iter().any(|author| author.trim().is_empty()) {
            problems.push("`authors` is empty: somebody has made it".into());
        }
        problems
    }

    /// Name, version, licence and authors in one line.
    pub fn line(&self) -> String {
        let authors = self.authors.join(", ");
        crate::core::text::one_line(&format!(
            "{} {} · {} · by {authors}",
            self.name, self.version, self.licence
        ))
    }
}

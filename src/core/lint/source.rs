//! A file of the bank as it was read, before anybody has said whether it is right.

use std::{ffi::OsStr, path::Path};

use super::{
    Finding,
    tree::{Node, Span},
};
use crate::core::bank::{rubric::Rubric, scenario::Scenario};

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A case.
    Scenario,
    /// What answers are scored against.
    Rubric,
}

impl Kind {
    /// What a file is for, by what is in it: only rubrics have criteria. Where that says nothing, its folder does.
    pub fn of(file: &str, tree: &Node) -> Self {
        let has = |key: &str| tree.get(key).is_some();
        let is_bare = !has("setting") && !has("opening") && !has("rubric");
        let lies_in_rubrics = || Path::new(file).iter().any(|part| part == OsStr::new("rubrics"));
        match has("criteria") || is_bare && lies_in_rubrics() {
            true => Self::Rubric,
            false => Self::Scenario,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scenario => "scenario",
            Self::Rubric => "rubric",
        }
    }
}

/// A file's content as the program works with it.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A case.
    Scenario(Box<Scenario>),
    /// What answers are scored against.
    Rubric(Box<Rubric>),
}

/// A file that is to be checked.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name, as a person would write it.
    pub file: String,
    /// What stands in it, each with its place.
    pub tree: Node,
    /// The same as a scenario or a rubric, or why it is none.
    pub content: Result<Content, Box<Finding>>,
    /// The text that the scenario shows, or why it can't be shown; nothing where it names none.
    pub artifact: Option<Result<String, String>>,
    /// Places of comments that mark a line as drafted by a model.
    pub drafted: Vec<Span>,
}

impl Source {
    /// What the file is for.
    pub fn kind(&self) -> Kind {
        Kind::of(&self.file, &self.tree)
    }

    /// Its name without folder and ending.
    pub fn stem(&self) -> &str {
        Path::new(&self.file).file_stem().and_then(OsStr::to_str).unwrap_or_default()
    }

    /// Why it is neither a scenario nor a rubric, if it is none.
    pub fn unreadable(&self) -> Vec<Finding> {
        self.content.as_ref().err().map(|finding| (**finding).clone()).into_iter().collect()
    }

    /// Its id, as far as it has one.
    pub fn id(&self) -> Option<&str> {
        self.tree.text("id").map(|(id, _)| id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Source {
        /// A file that holds what `json` says.
        pub fn of_json(file: &str, json: serde_json::Value) -> Self {
            let tree = Node::from_json(&json);
            let content = match Kind::of(file, &tree) {
                Kind::Scenario => {
                    serde_json::from_value(json).map(|scenario| Content::Scenario(Box::new(scenario)))
                }
                Kind::Rubric => serde_json::from_value(json).map(|rubric| Content::Rubric(Box::new(rubric))),
            };
            Self {
                file: file.to_owned(),
                tree,
                content: Ok(content.unwrap()),
                artifact: None,
                drafted: vec![],
            }
        }
    }
}

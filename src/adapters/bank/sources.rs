//! One file of the bank, from its text to what the loader and the linter look at.

use std::path::Path;

use serde_json::json;

use super::yaml::{self, Fault};
use crate::core::lint::{
    Finding, Rule, marks,
    source::{Content, Kind, Source},
    tree::{Node, Span},
};

/// Takes a file apart. `artifact` reads what a scenario in a folder shows.
///
/// # Errors
///
/// When the text is no YAML.
pub fn read(
    file: &str,
    text: &str,
    artifact: impl Fn(&Path, &str) -> Result<String, String>,
) -> Result<Source, Box<Finding>> {
    let tree = yaml::tree(text).map_err(|fault| Box::new(finding(Rule::Syntax, fault).in_file(file)))?;
    let content = match Kind::of(file, &tree) {
        Kind::Scenario => yaml::read(text).map(|scenario| Content::Scenario(Box::new(scenario))),
        Kind::Rubric => yaml::read(text).map(|rubric| Content::Rubric(Box::new(rubric))),
    };
    let content = content.map_err(|fault| Box::new(finding(Rule::Refused, fault)));
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let artifact = tree.get("artifact").and_then(|node| node.as_text()).map(|name| artifact(folder, name));
    Ok(Source { file: file.to_owned(), tree, content, artifact, drafted: marks::drafted(text) })
}

/// Takes a file apart that was checked before: nothing of it is looked at but what the program works with. Of its tree
/// there is only what it refers to.
pub fn read_checked(
    file: &str,
    text: &str,
    artifact: impl Fn(&Path, &str) -> Result<String, String>,
) -> Source {
    let is_rubric = Kind::of(file, &Node::default()) == Kind::Rubric;
    let content = match is_rubric {
        true => yaml::read(text).map(|rubric| Content::Rubric(Box::new(rubric))),
        false => yaml::read(text).map(|scenario| Content::Scenario(Box::new(scenario))),
    };
    let (mut names, mut shown) = (json!({}), None);
    if let Ok(Content::Scenario(scenario)) = &content {
        let missing: Vec<_> = scenario.probes.iter().map(|probe| json!({"missing": probe.missing})).collect();
        names = json!({"rubric": scenario.rubric, "probes": missing});
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        shown = scenario.artifact.as_ref().map(|name| artifact(folder, name));
    }
    let tree = Node::from_json(&names);
    let content = content.map_err(|fault| Box::new(finding(Rule::Refused, fault)));
    Source { file: file.to_owned(), tree, content, artifact: shown, drafted: vec![] }
}

/// A fault of a text as a finding.
pub fn finding(rule: Rule, fault: Fault) -> Finding {
    let span = Span { line: fault.line, column: fault.column, bytes: (0, 0) };
    Finding { suggestion: fault.advice, ..Finding::new(rule, &span, fault.message) }
}

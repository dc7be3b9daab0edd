//! Lines of JSON that a person may have written: everything that is wrong with one, in words that ask for no knowledge of a
//! parser.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, error::Category};

use super::bank::yaml;
use crate::core::lint::{Finding, Rule, shape, tree::Node};

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// 1 for the first column.
    pub column: usize,
    /// Lowercase, in one line.
    pub message: String,
}

/// Reads a value from a line; keys that nobody reads are nobody's business.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of columns.
pub fn read<T: DeserializeOwned + JsonSchema>(line: &[u8]) -> Result<T, Vec<Fault>> {
    serde_json::from_slice(line).map_err(|error| faults::<T>(line, &error))
}

/// The same where every key counts: one that is nearly another is a mistake.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of columns.
pub fn read_strictly<T: DeserializeOwned + JsonSchema>(line: &[u8]) -> Result<T, Vec<Fault>> {
    let value = read(line)?;
    match shaped::<T>(line) {
        found if found.is_empty() => Ok(value),
        found => Err(found),
    }
}

fn faults<T: JsonSchema>(line: &[u8], error: &serde_json::Error) -> Vec<Fault> {
    let fault = |message: String| vec![Fault { column: error.column().max(1), message }];
    if error.classify() == Category::Data {
        let found = shaped::<T>(line);
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        return if found.is_empty() { fault(message.to_owned()) } else { found };
    }
    fault(match std::str::from_utf8(line) {
        Err(_) => "isn't UTF-8 text: save the file as UTF-8".into(),
        Ok(line) if line.trim_start().starts_with('{') => "the JSON is broken here, or cut off".into(),
        Ok(_) => format!("isn't a JSON object with {}", required::<T>()),
    })
}

/// What the schema finds, each at its place: JSON is YAML, and that parser knows the places.
fn shaped<T: JsonSchema>(line: &[u8]) -> Vec<Fault> {
    let Ok(json) = serde_json::from_slice::<Json>(line) else { return vec![] };
    let schema = schemars::schema_for!(T).to_value();
    let check = |tree: &Node| {
        let mut found = vec![];
        shape::check_part(tree, &schema, "the line", &mut found);
        found
    };
    let plain = Node::from_json(&json);
    let found: Vec<Finding> = check(&plain);
    if found.is_empty() {
        return vec![];
    }
    let placed = std::str::from_utf8(line).ok().and_then(|line| yaml::tree(line).ok());
    let placed = placed.map(|tree| check(&tree.quoted())).filter(|placed| placed.len() == found.len());
    let mut found = placed.unwrap_or(found);
    found.sort_by_key(|finding| finding.span.column);
    // A key that is missing is one thing with what stands in its place.
    let fault = |finding: &Finding| Fault {
        column: if finding.rule == Rule::MissingKey { 1 } else { finding.span.column.max(1) as usize },
        message: finding.line(),
    };
    found.iter().map(fault).collect()
}

/// The keys that a line must have, as a person would list them.
fn required<T: JsonSchema>() -> String {
    let schema = schemars::schema_for!(T).to_value();
    let keys = schema.get("required").and_then(Json::as_array).into_iter().flatten();
    let keys: Vec<String> = keys.filter_map(Json::as_str).map(|key| format!("`{key}`")).collect();
    match keys.as_slice() {
        [] => "keys and values".into(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [others @ .., last] => format!("{}, and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, serde::Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Line {
        id: String,
        answer: String,
        #[serde(default)]
        overall: Option<u8>,
        #[serde(default)]
        signals: BTreeMap<String, u8>,
    }

    fn told(line: &str) -> Vec<String> {
        let faults = read_strictly::<Line>(line.as_bytes()).err().unwrap_or_default();
        faults.iter().map(|fault| format!("{}: {}", fault.column, fault.message)).collect()
    }

    #[test]
    fn everything_that_is_wrong_with_a_line_is_told_at_its_place() {
        assert_eq!(told("no json"), ["2: isn't a JSON object with `id` and `answer`"]);
        assert_eq!(told("{\"id\": \"a"), ["9: the JSON is broken here, or cut off"]);
        assert_eq!(told("{\"id\": \"a\"}"), ["1: the line has no `answer`: add `answer`"]);
        assert_eq!(
            told("{\"id\": \"a\", \"awnser\": \"x\"}"),
            ["13: unknown key `awnser`: did you mean `answer`?"]
        );
        assert_eq!(
            told("{\"id\": 3, \"answer\": \"x\", \"singals\": {}, \"overall\": \"high\"}"),
            [
                "8: `id` is a whole number, where text is expected",
                "26: unknown key `singals`: did you mean `signals`?",
                "52: `overall` is text, where a whole number is expected",
            ]
        );
        assert_eq!(
            told("{\"id\": \"a\", \"answer\": \"x\", \"signals\": {\"b\": 1, \"c\": \"yes\"}}"),
            ["53: `c` is text, where a whole number is expected"]
        );
    }

    #[test]
    fn a_key_of_ones_own_is_no_mistake() {
        assert_eq!(told("{\"id\": \"a\", \"answer\": \"x\", \"source\": \"me\"}"), Vec::<String>::new());
    }
}

//! Whether a file has the keys and kinds of values that its schema asks for. The schema comes from the types, so
//! the program, the editor and the linter agree.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{
    Finding, Fix, Rule,
    tree::{Node, Value},
};
use crate::core::nearest::nearest;

/// Everything that is wrong with the shape of `node`, at once.
pub fn check(node: &Node, schema: &Json, found: &mut Vec<Finding>) {
    check_part(node, schema, FILE, found);
}

/// The same for what is only a part of a file, by what it is called.
pub fn check_part(node: &Node, schema: &Json, name: &str, found: &mut Vec<Finding>) {
    Shape { root: schema, found }.check(node, schema, name);
}

/// What the whole is called.
const FILE: &str = "the file";

struct Shape<'a> {
    root: &'a Json,
    found: &'a mut Vec<Finding>,
}

impl Shape<'_> {
    fn check(&mut self, node: &Node, schema: &Json, name: &str) {
        let schema = match optional(schema) {
            Some(_) if node.value == Value::Null => return,
            Some(schema) => resolve(self.root, schema),
            None => resolve(self.root, schema),
        };
        let choices = choices(schema);
        if !choices.is_empty() {
            return self.check_choice(node, &choices, name);
        }
        let expected = kinds(schema);
        if node.value == Value::Null && name == FILE {
            return self.found.push(Finding::new(Rule::WrongType, &node.span, "the file is empty"));
        }
        if !expected.iter().any(|kind| is_kind(&node.value, kind)) {
            let expected: Vec<&str> =
                expected.iter().filter(|kind| **kind != "null").map(|kind| spoken(kind)).collect();
            let message =
                format!("{name} is {}, where {} is expected", node.value.kind(), expected.join(" or "));
            let finding = Finding::new(Rule::WrongType, &node.span, message);
            return self.found.push(match node.value {
                Value::Null => {
                    finding.suggest("write the value behind the colon, or indent what belongs to it")
                }
                _ => finding,
            });
        }
        match &node.value {
            Value::Map(_) => self.check_map(node, schema, name),
            Value::List(items) => {
                let (least, most) = (number(schema, "minItems"), number(schema, "maxItems"));
                self.check_count(node, items.len() as f64, least, most, name, "entries");
                for item in items {
                    if let Some(schema) = schema.get("items") {
                        self.check(item, schema, &format!("an entry of {name}"));
                    }
                }
            }
            Value::Whole(value, _) if schema.get("minimum").is_some() => {
                let (least, most) = (number(schema, "minimum"), number(schema, "maximum"));
                self.check_count(node, *value as f64, least, most, name, "");
            }
            _ => {
                if let Some(text) = node.as_text() {
                    self.check_text(node, text, schema, name);
                }
            }
        }
    }

    fn check_map(&mut self, node: &Node, schema: &Json, name: &str) {
        let empty = serde_json::Map::new();
        let known = schema.get("properties").and_then(Json::as_object).unwrap_or(&empty);
        let present: BTreeSet<&str> = node.entries().iter().map(|(key, _)| key.name.as_str()).collect();
        let others = schema.get("additionalProperties");
        let is_closed = others == Some(&Json::Bool(false));
        let mut met: BTreeSet<&str> = BTreeSet::new();
        let mut unknown = vec![];
        for (key, value) in node.entries() {
            if !met.insert(&key.name) {
                let message = format!("the key `{}` stands here a second time", key.name);
                let finding = Finding::new(Rule::DuplicateKey, &key.span, message);
                self.found.push(finding.suggest("keep one of the two"));
            }
            if let Some(schema) = known.get(&key.name) {
                self.check(value, schema, &format!("`{}`", key.name));
                continue;
            }
            if let Some(schema) = others.filter(|schema| schema.is_object()) {
                self.check(value, schema, &format!("`{}`", key.name));
                continue;
            }
            // What stands there already is not what was meant.
            let free = known.keys().map(String::as_str).filter(|k| !present.contains(k));
            let near = nearest(&key.name, free);
            // Where other keys may stand, only one that is nearly a known one is a mistake.
            if !is_closed && near.is_none() {
                continue;
            }
            unknown.push(key.name.as_str());
            let message = format!("unknown key `{}`", key.name);
            let finding = Finding::new(Rule::UnknownKey, &key.span, message);
            self.found.push(match near {
                Some(near) => finding
                    .suggest(format!("did you mean `{near}`?"))
                    .fix(Fix::new(&key.span, &key.name, near)),
                None => finding.suggest(format!("the keys here are {}", listed(known.keys()))),
            });
        }
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
        for key in required.filter_map(Json::as_str).filter(|key| !present.contains(key)) {
            // A misspelt key is told as that.
            let meant = unknown
                .iter()
                .take(super::MOST)
                .any(|unknown| nearest(unknown, std::iter::once(key)).is_some());
            if !meant {
                let message = format!("{name} has no `{key}`");
                let finding = Finding::new(Rule::MissingKey, &node.span, message);
                let meaning = known.get(key).and_then(|schema| description(self.root, schema));
                self.found.push(match meaning {
                    Some(meaning) => finding.suggest(format!("add `{key}`, {}", lowercase_first(&meaning))),
                    None => finding.suggest(format!("add `{key}`")),
                });
            }
        }
    }

    fn check_choice(&mut self, node: &Node, choices: &[&str], name: &str) {
        let Some(text) = node.as_text() else {
            let message = format!("{name} is {}, where one word is expected", node.value.kind());
            let finding = Finding::new(Rule::WrongType, &node.span, message);
            return self.found.push(finding.suggest(format!("use one of {}", listed(choices.iter()))));
        };
        if choices.contains(&text) {
            return;
        }
        let finding = Finding::new(Rule::UnknownValue, &node.span, format!("{name} can't be `{text}`"));
        self.found.push(match nearest(text, choices.iter().copied()) {
            Some(near) => {
                finding.suggest(format!("did you mean `{near}`?")).fix(Fix::new(&node.span, text, near))
            }
            None => finding.suggest(format!("use one of {}", listed(choices.iter()))),
        });
    }

    fn check_text(&mut self, node: &Node, text: &str, schema: &Json, name: &str) {
        if text.trim().is_empty() && number(schema, "minLength").is_some_and(|least| least > 0.0) {
            self.found.push(Finding::new(Rule::EmptyText, &node.span, format!("{name} is empty")));
        } else if number(schema, "maxLength").is_some_and(|most| text.chars().count() as f64 > most) {
            let most = number(schema, "maxLength").unwrap_or_default();
            let message = format!("{name} has {} characters: {most} are the most", text.chars().count());
            self.found.push(Finding::new(Rule::LongText, &node.span, message));
        } else if schema.get("pattern").is_some() && !crate::core::bank::scenario::is_id(text) {
            let message = format!("{name} is not made of lowercase letters, digits and hyphens");
            let finding = Finding::new(Rule::BadId, &node.span, message);
            self.found.push(match as_id(text) {
                Some(id) => finding.suggest(format!("for instance `{id}`")),
                None => finding,
            });
        }
    }

    fn check_count(
        &mut self,
        node: &Node,
        count: f64,
        least: Option<f64>,
        most: Option<f64>,
        name: &str,
        what: &str,
    ) {
        if least.is_some_and(|least| count < least) || most.is_some_and(|most| count > most) {
            let has = match (what, count) {
                ("", _) => format!("is {count}"),
                ("entries", 1.0) => "has 1 entry".to_owned(),
                _ => format!("has {count} {what}"),
            };
            let range = match (least, most) {
                (Some(least), Some(most)) => format!("use {least} to {most}"),
                (Some(least), None) => format!("use {least} or more"),
                (_, most) => format!("use at most {}", most.unwrap_or_default()),
            };
            self.found
                .push(Finding::new(Rule::OutOfRange, &node.span, format!("{name} {has}")).suggest(range));
        }
    }
}

/// A text as an id, if anything of it can be one.
pub fn as_id(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit())
        .filter(|w| !w.is_empty())
        .collect();
    let id: String = words.join("-").chars().take(60).collect();
    Some(id.trim_matches('-').to_owned()).filter(|id| !id.is_empty())
}

fn resolve<'a>(root: &'a Json, schema: &'a Json) -> &'a Json {
    let name = schema.get("$ref").and_then(Json::as_str).and_then(|r| r.strip_prefix("#/$defs/"));
    name.and_then(|name| root.get("$defs")?.get(name)).unwrap_or(schema)
}

/// The schema of an optional key's value: that or nothing.
fn optional(schema: &Json) -> Option<&Json> {
    let choices = schema.get("anyOf")?.as_array()?;
    choices.iter().find(|choice| choice.get("type").and_then(Json::as_str) != Some("null"))
}

/// The words that an enumeration allows.
fn choices(schema: &Json) -> Vec<&str> {
    let one_of = schema.get("oneOf").and_then(Json::as_array).into_iter().flatten();
    let constants = one_of.filter_map(|choice| choice.get("const")?.as_str());
    let listed = schema.get("enum").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    constants.chain(listed).collect()
}

fn kinds(schema: &Json) -> Vec<&str> {
    match schema.get("type") {
        Some(Json::String(kind)) => vec![kind],
        Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => vec![],
    }
}

fn is_kind(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => matches!(value, Value::Map(_)),
        "array" => matches!(value, Value::List(_)),
        "string" => match value {
            Value::Text(_) => true,
            Value::Bool(_, written) | Value::Whole(_, written) | Value::Float(_, written) => {
                written.is_some()
            }
            Value::Null | Value::List(_) | Value::Map(_) => false,
        },
        "integer" => matches!(value, Value::Whole(..)),
        "number" => matches!(value, Value::Whole(..) | Value::Float(..)),
        "boolean" => matches!(value, Value::Bool(..)),
        "null" => matches!(value, Value::Null),
        _ => false,
    }
}

fn spoken(kind: &str) -> &str {
    match kind {
        "object" => "a block of keys",
        "array" => "a list",
        "string" => "text",
        "integer" => "a whole number",
        "boolean" => "`true` or `false`",
        other => other,
    }
}

fn number(schema: &Json, key: &str) -> Option<f64> {
    schema.get(key).and_then(Json::as_f64)
}

fn description(root: &Json, schema: &Json) -> Option<String> {
    let text = schema.get("description").or_else(|| resolve(root, schema).get("description"))?.as_str()?;
    text.lines().next().map(str::to_owned)
}

fn lowercase_first(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}

fn listed(words: impl Iterator<Item = impl AsRef<str>>) -> String {
    words.map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}

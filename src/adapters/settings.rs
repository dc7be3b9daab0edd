//! TOML files that a person writes: every problem at once, each with its place and what was probably meant.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::core::lint::{
    Finding, Rule, shape,
    tree::{Key, Node, Span, Value},
};

/// Reads a value from a TOML text.
///
/// # Errors
///
/// Everything that is wrong, in the order of lines.
pub fn read<T: DeserializeOwned + JsonSchema>(text: &str) -> Result<T, Vec<Finding>> {
    let (table, faults) = DeTable::parse_recoverable(text);
    let mut found: Vec<Finding> = faults.iter().map(|fault| finding(text, Rule::Syntax, fault)).collect();
    let is_whole = found.is_empty();
    let mut shaped = vec![];
    let root = Node { span: Span { line: 1, column: 1, bytes: (0, 0) }, value: map(text, table.get_ref()) };
    shape::check(&root, &schemars::schema_for!(T).to_value(), &mut shaped);
    // A line that is broken may hold what seems to be missing, and is told once.
    let is_told = |finding: &Finding| found.iter().any(|told| told.span.line == finding.span.line);
    shaped.retain(|finding| is_whole || finding.rule != Rule::MissingKey && !is_told(finding));
    found.extend(shaped);
    found.sort_by_key(|finding| (finding.span.line, finding.span.column));
    if !found.is_empty() {
        return Err(found);
    }
    toml::from_str(text).map_err(|fault| vec![finding(text, Rule::Refused, &fault)])
}

/// What is told of a file that can't be used: one problem in a line, several below each other.
pub fn told(path: &str, found: &[Finding]) -> String {
    let lines: Vec<String> = found
        .iter()
        .map(|finding| format!("{path}:{}:{}: {}", finding.span.line, finding.span.column, finding.line()))
        .collect();
    match lines.as_slice() {
        [line] => line.clone(),
        lines => format!("{} problems\n{}", lines.len(), lines.join("\n")),
    }
}

fn finding(text: &str, rule: Rule, fault: &toml::de::Error) -> Finding {
    let message = fault.message().trim().replace('\n', ", ");
    let span = span(text, &fault.span().unwrap_or_default());
    let finding = Finding::new(rule, &span, message);
    let is_bare = finding.message.contains("string values must be quoted");
    if is_bare { finding.suggest("put the text in double quotes") } else { finding }
}

fn span(text: &str, range: &std::ops::Range<usize>) -> Span {
    let before = text.get(..range.start).unwrap_or_default();
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
    Span {
        line: before.matches('\n').count() as u64 + 1,
        column: column as u64 + 1,
        bytes: (range.start, range.end),
    }
}

fn map(text: &str, table: &DeTable<'_>) -> Value {
    let entries = table.iter().map(|(key, value)| {
        (Key { span: span(text, &key.span()), name: key.get_ref().to_string() }, node(text, value))
    });
    Value::Map(entries.collect())
}

fn node(text: &str, spanned: &Spanned<DeValue<'_>>) -> Node {
    let value = match spanned.get_ref() {
        DeValue::String(value) => Value::Text(value.to_string()),
        DeValue::Integer(value) => match i128::from_str_radix(value.as_str(), value.radix()) {
            Ok(whole) => Value::Whole(whole, None),
            Err(_) => Value::Float(f64::INFINITY, None),
        },
        DeValue::Float(value) => Value::Float(value.as_str().parse().unwrap_or(f64::NAN), None),
        DeValue::Boolean(value) => Value::Bool(*value, None),
        // No key here takes a date: it is told as one that is no text.
        DeValue::Datetime(_) => Value::Float(f64::NAN, None),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(text, item)).collect()),
        DeValue::Table(table) => map(text, table),
    };
    Node { span: span(text, &spanned.span()), value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::config::Config;

    fn problems(text: &str) -> String {
        told("f", &read::<Config>(text).unwrap_err())
    }

    #[test]
    fn every_problem_is_told_at_once_in_the_order_of_lines() {
        let text = "tagret = \"staff\"\nmodel = \"endpiont\"\nself-rating = \"no\"\n\n[endpoint]\nulr = \"x\"\nmodel = 3\n\n\
            [live]\nrest-day = 3\nread-seconds = -1\ndeclare = [\"screen-raeder\"]\n\n[live.thresholds]\nburst = 1.5\n";
        assert_eq!(
            problems(text),
            "9 problems\n\
            f:1:1: unknown key `tagret`: did you mean `target`?\n\
            f:2:9: `model` can't be `endpiont`: did you mean `endpoint`?\n\
            f:3:15: `self-rating` is text, where `true` or `false` is expected\n\
            f:6:1: unknown key `ulr`: did you mean `url`?\n\
            f:7:9: `model` is a whole number, where text is expected\n\
            f:10:1: unknown key `rest-day`: did you mean `rest-days`?\n\
            f:11:16: `read-seconds` is -1: use 0 or more\n\
            f:12:12: an entry of `declare` can't be `screen-raeder`: did you mean `screen-reader`?\n\
            f:15:9: `burst` is a number, where a whole number is expected"
        );
    }

    #[test]
    fn a_broken_line_hides_no_other_problem() {
        let told = problems("target = staff\nmodle = \"none\"\n[endpoint]\nurl = \"x\nmodel = \"m\"\n");
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), 4, "{told}");
        assert!(
            lines[1].starts_with("f:1:10: ") && lines[1].ends_with("put the text in double quotes"),
            "{told}"
        );
        assert_eq!(lines[2], "f:2:1: unknown key `modle`: did you mean `model`?");
        assert!(lines[3].starts_with("f:4:"), "{told}");
    }

    #[test]
    fn what_the_schema_lets_through_is_readable_or_told() {
        assert_eq!(problems("[live]\nrest-days = 99999999999\n").split(": ").next(), Some("f:2:13"));
        let config = read::<Config>("target = \"principal\"\n[live]\ndeclare = [\"slow-link\"]\n").unwrap();
        assert_eq!(config.target, Some(crate::core::level::TargetLevel::Principal));
        assert_eq!(read::<Config>("").unwrap(), Config::default());
    }
}

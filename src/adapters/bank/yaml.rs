//! Scenario and rubric files. The only file that knows which YAML library is in use.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{DuplicateKeyPolicy, Error, Location, Options, Spanned, budget::BudgetBreach};

use super::slips;
use crate::core::{
    lint::tree::{Key, Node, Span, Value},
    nearest::nearest,
};

/// What is wrong with a YAML text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// 1 for the first line; 0 where the library knows no place.
    pub line: u64,
    /// 1 for the first column; 0 where the library knows no place.
    pub column: u64,
    /// Lowercase.
    pub message: String,
    /// What to do about it, where that is known.
    pub advice: Option<String>,
}

impl Fault {
    /// What is wrong and what to do about it, in one line.
    pub fn line(&self) -> String {
        match &self.advice {
            Some(advice) => format!("{}: {advice}", self.message),
            None => self.message.clone(),
        }
    }
}

/// Reads a value from a YAML text.
///
/// # Errors
///
/// The first fault, with its place. Depth, aliases and size are bounded far above what a real file needs.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| fault(text, error.without_snippet()))
}

/// Reads a YAML text as a tree with the place of everything, whatever its keys are. Keys may stand twice.
///
/// # Errors
///
/// When the text is no YAML, or more than [`read`] takes.
pub fn tree(text: &str) -> Result<Node, Fault> {
    let plain = text.strip_prefix(BOM).unwrap_or(text);
    let mut options = options();
    options.duplicate_keys = DuplicateKeyPolicy::PassThrough;
    let read = serde_saphyr::from_str_with_options(plain, options);
    let mut node = node(read.map_err(|error| fault(plain, error.without_snippet()))?);
    node.settle(plain, text.len() - plain.len());
    Ok(node)
}

const BOM: char = '\u{feff}';

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 32,
            max_aliases: 64,
            max_anchors: 64,
            max_events: 50_000,
            max_nodes: 50_000,
            max_merge_keys: 64,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 5_000,
            max_replay_stack_depth: 8,
        },
        with_snippet: false,
    }
}

struct Tree(Value);

fn span(place: &Location) -> Span {
    let start = place.span().byte_offset().unwrap_or_default() as usize;
    let length = place.span().byte_len().unwrap_or_default() as usize;
    Span { line: place.line(), column: place.column(), bytes: (start, start + length) }
}

fn node(spanned: Spanned<Tree>) -> Node {
    Node { span: span(&spanned.referenced), value: spanned.value.0 }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Tree, E> {
        Ok(Tree(Value::Null))
    }

    fn visit_none<E: de::Error>(self) -> Result<Tree, E> {
        Ok(Tree(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree(Value::Bool(value, None)))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree(Value::Whole(value.into(), None)))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree(Value::Whole(value.into(), None)))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Tree, E> {
        Ok(Tree(Value::Whole(value, None)))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Tree, E> {
        Ok(Tree(Value::Float(value as f64, None)))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree(Value::Float(value, None)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree(Value::Text(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = vec![];
        while let Some(item) = items.next_element::<Spanned<Tree>>()? {
            list.push(node(item));
        }
        Ok(Tree(Value::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut map = vec![];
        while let Some((key, value)) = entries.next_entry::<Spanned<String>, Spanned<Tree>>()? {
            map.push((Key { span: span(&key.referenced), name: key.value }, node(value)));
        }
        Ok(Tree(Value::Map(map)))
    }
}

const TOO_MANY: &str = "the file has far more parts, aliases, or merged keys than a scenario or rubric needs";
const TOO_DEEP: &str = "the file is nested far deeper than a scenario or rubric needs";

fn fault(text: &str, error: &Error) -> Fault {
    let place = error.location().unwrap_or(Location::UNKNOWN);
    let (line, column) = (place.line(), place.column());
    let (message, advice) = match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            (format!("unknown key `{field}`"), choice(field, expected, "the keys here are "))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            (format!("unknown value `{variant}`"), choice(variant, expected, "use one of "))
        }
        Error::SerdeMissingField { field, .. } => (format!("the key `{field}` is missing"), None),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            (format!("found {unexpected} where {expected} is expected"), None)
        }
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            (format!("the key `{key}` stands here a second time"), Some("keep one of the two".into()))
        }
        Error::NullIntoString { .. } => ("there is nothing here, where text is expected".into(), None),
        Error::Eof { .. } => ("the file is empty".into(), None),
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => (TOO_DEEP.into(), None),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. } => (TOO_MANY.into(), None),
        other => return slip_or(text, line, column, &other.to_string()),
    };
    Fault { line, column, message, advice }
}

/// What was probably meant, or else what there is.
fn choice(word: &str, expected: &[&str], or: &str) -> Option<String> {
    Some(match nearest(word, expected.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{or}{}", expected.join(", ")),
    })
}

/// A text that is no YAML at all: what the person did if that can be told, else the library's message, which is one
/// sentence, now and then with a place at its end that we give ourselves.
fn slip_or(text: &str, line: u64, column: u64, message: &str) -> Fault {
    let message = message.lines().next().unwrap_or_default();
    let message = message.split(" at line ").next().unwrap_or(message);
    let place = |place: u64| usize::try_from(place).unwrap_or_default();
    if let Some(slip) = slips::find(text, place(line), place(column), message) {
        let (line, column) = (slip.line as u64, slip.column as u64);
        return Fault { line, column, message: slip.message, advice: Some(slip.advice) };
    }
    let message = match message {
        "expected mapping start" => "found something else where keys with values (`key: value`) are expected",
        "expected sequence start" => "found something else where a list (`- …`) is expected",
        "recursion limit exceeded" => TOO_DEEP,
        limit if limit.contains("budget breached") || limit.contains("limit exceeded") => TOO_MANY,
        "invalid u32" => "found something else where a whole number is expected",
        message => message,
    };
    let mut chars = message.trim_end_matches('.').chars();
    let message = chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect());
    Fault { line, column, message, advice: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::bank::{rubric::Rubric, scenario::Scenario};

    const SCENARIO: &str = include_str!(
        "../../../tests/judging/first-edition/scenarios/roadmap-pushback/ga-date-on-one-database.yaml"
    );

    fn fault_of(text: &str) -> String {
        let fault = read::<Scenario>(text).unwrap_err();
        format!("{}:{}: {}", fault.line, fault.column, fault.line())
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
    fn a_tree_knows_the_place_of_every_key_and_value() {
        let text = "\u{feff}a: 'x y'\nb:\n  - {c: no, c: 12}\n  - |\n    long\n  - ~\n";
        let tree = tree(text).unwrap();
        let (a, b) = (tree.get("a").unwrap(), tree.items("b"));
        assert_eq!((a.as_text(), a.span.line, a.span.column), (Some("x y"), 1, 4));
        assert_eq!(&text[a.span.range()], "'x y'");
        let [(first, no), (second, twelve)] = b[0].entries() else { panic!("{b:?}") };
        assert_eq!((first.span.line, first.span.column, &text[first.span.range()]), (3, 6, "c"));
        assert_eq!((second.span.column, &text[twelve.span.range()]), (13, "12"));
        assert_eq!(
            (&no.value, &twelve.value),
            (&Value::Bool(false, Some("no".into())), &Value::Whole(12, Some("12".into())))
        );
        assert_eq!((b[1].as_text(), &b[2].value), (Some("long\n"), &Value::Null));
    }

    #[test]
    fn what_looks_like_a_number_or_a_date_is_a_text_where_a_text_is_wanted() {
        for title in ["12", "1e3", "0x1f", "true", "2026-11-25", "12:30", "no", "01", ".5"] {
            let line = "title: A launch date on a database that runs out";
            let text = SCENARIO.replace(line, &format!("title: {title}"));
            assert_eq!(read::<Scenario>(&text).unwrap().title, title);
            assert_eq!(tree(&text).unwrap().text("title").unwrap().0, title);
        }
    }

    #[test]
    fn a_missing_key_is_named() {
        let fault = read::<Rubric>("id: x\ntitle: y\n").unwrap_err();
        assert_eq!(fault.message, "the key `criteria` is missing");
    }
}

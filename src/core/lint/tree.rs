//! A file's content with the place of everything in it, before it is known whether it makes sense.

use std::ops::Range;

/// Where something stands in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// 1 for the first line; 0 where the place is not known.
    pub line: u64,
    /// 1 for the first column, in characters.
    pub column: u64,
    /// The same in bytes of the file; empty where it is not known.
    pub bytes: (usize, usize),
}

impl Span {
    /// The bytes as a range.
    pub fn range(&self) -> Range<usize> {
        self.bytes.0..self.bytes.1
    }
}

/// The lines of a text as YAML counts them: a carriage return alone ends one too.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.find(['\n', '\r']);
        rest = end.map(|end| &text[end + if text[end..].starts_with("\r\n") { 2 } else { 1 }..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

/// A value with its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// Where it begins, and where it ends if it is a scalar.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// A key of a map with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Where it stands.
    pub span: Span,
    /// Its name.
    pub name: String,
}

/// What a node is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing behind the key.
    #[default]
    Null,
    /// `true` or `false`, and how it is written if it can be a text without quotes: where a text is wanted, it is one.
    Bool(bool, Option<String>),
    /// A whole number, and how it is written.
    Whole(i128, Option<String>),
    /// Another number, and how it is written.
    Float(f64, Option<String>),
    /// Everything else that is one value.
    Text(String),
    /// Items in order.
    List(Vec<Node>),
    /// Entries in order. A key may stand twice.
    Map(Vec<(Key, Node)>),
}

impl Value {
    /// What a person would call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(..) => "a yes-or-no value",
            Self::Whole(..) => "a whole number",
            Self::Float(..) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a block of keys",
        }
    }
}

impl Node {
    /// Fills in how numbers and the like are written in `text`, and moves all byte offsets by what stood before it.
    pub fn settle(&mut self, text: &str, before: usize) {
        let range = self.span.range();
        let shift = |span: &mut Span| span.bytes = (span.bytes.0 + before, span.bytes.1 + before);
        shift(&mut self.span);
        match &mut self.value {
            Value::List(items) => items.iter_mut().for_each(|item| item.settle(text, before)),
            Value::Map(entries) => entries.iter_mut().for_each(|(key, node)| {
                shift(&mut key.span);
                node.settle(text, before);
            }),
            Value::Bool(_, written) | Value::Whole(_, written) | Value::Float(_, written) => {
                *written = Some(text.get(range).unwrap_or_default().to_owned());
            }
            Value::Null | Value::Text(_) => {}
        }
    }

    /// The same where only a text in quotes is a text, as in JSON.
    pub fn quoted(self) -> Self {
        let value = match self.value {
            Value::Bool(value, _) => Value::Bool(value, None),
            Value::Whole(value, _) => Value::Whole(value, None),
            Value::Float(value, _) => Value::Float(value, None),
            Value::List(items) => Value::List(items.into_iter().map(Self::quoted).collect()),
            Value::Map(entries) => {
                Value::Map(entries.into_iter().map(|(key, node)| (key, node.quoted())).collect())
            }
            value @ (Value::Null | Value::Text(_)) => value,
        };
        Self { span: self.span, value }
    }

    /// The same from JSON, without places.
    pub fn from_json(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value, None),
            Json::Number(number) => match number.as_i128() {
                Some(whole) => Value::Whole(whole, None),
                None => Value::Float(number.as_f64().unwrap_or(f64::NAN), None),
            },
            Json::String(text) => Value::Text(text.clone()),
            Json::Array(items) => Value::List(items.iter().map(Self::from_json).collect()),
            Json::Object(entries) => {
                let key = |name: &String| Key { span: Span::default(), name: name.clone() };
                Value::Map(entries.iter().map(|(name, value)| (key(name), Self::from_json(value))).collect())
            }
        };
        Self { span: Span::default(), value }
    }

    /// The value behind a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(k, _)| k.name == key).map(|(_, node)| node)
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[(Key, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of the list behind a key; none where there is no list.
    pub fn items(&self, key: &str) -> &[Self] {
        match self.get(key).map(|node| &node.value) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Bool(_, text) | Value::Whole(_, text) | Value::Float(_, text) => text.as_deref(),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The text behind a key, and its place; nothing where there is none or it is blank.
    pub fn text(&self, key: &str) -> Option<(&str, &Span)> {
        let node = self.get(key)?;
        node.as_text().filter(|text| !text.trim().is_empty()).map(|text| (text, &node.span))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn lines_end_at_any_kind_of_line_end() {
        let lines: Vec<&str> = super::lines("a\r\nb\rc\n\nd").collect();
        assert_eq!(lines, ["a", "b", "c", "", "d"]);
    }
}

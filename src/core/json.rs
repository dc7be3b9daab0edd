//! Finding the JSON in a model's reply: some think aloud before it, some fence it, some write it twice.

use serde::de::DeserializeOwned;

/// The last JSON object in a text that is what was asked for: what comes before it was thinking.
///
/// # Errors
///
/// Why there is none: what is wrong with the last object that could have been it, or that there is no JSON at all.
pub fn last<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut wrong = None;
    let mut found = None;
    let mut passed = 0;
    for (start, _) in text.match_indices('{') {
        // What stands within an object that fits is a part of it.
        if start < passed {
            continue;
        }
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<T>();
        match values.next() {
            Some(Ok(value)) => {
                found = Some(value);
                passed = start + values.byte_offset();
            }
            // A mistake far into an object says more than one at its first brace.
            Some(Err(error)) if wrong.as_ref().is_none_or(|(column, _)| error.column() > *column) => {
                wrong = Some((error.column(), error.to_string()));
            }
            _ => {}
        }
    }
    found.ok_or_else(|| wrong.map_or_else(|| "it holds no JSON".into(), |(_, why)| why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Asked {
        n: u32,
    }

    fn n(text: &str) -> Option<u32> {
        last::<Asked>(text).ok().map(|asked| asked.n)
    }

    #[test]
    fn the_last_object_that_fits_is_the_reply() {
        for text in [
            r#"{"n":2}"#,
            r#"<think>{maybe}</think>{"n":2}"#,
            r#"{"n":1} no, wait: {"n":2}"#,
            "```json\n{\"n\":2}\n```\nI hope {this} helps. }",
            r#"{"other":{"n":1}} {"n":2} {"m":3}"#,
            r#"{ "n": {"n":2}"#,
        ] {
            assert_eq!(n(text), Some(2), "{text}");
        }
        for text in ["", "none", "{", "}{", r#"{"m":1}"#, &"{".repeat(10_000)] {
            assert_eq!(n(text), None, "{}", text.get(..9).unwrap_or(text));
        }
    }

    #[test]
    fn what_is_wrong_is_said_of_what_came_closest() {
        assert_eq!(last::<Asked>("hm").unwrap_err(), "it holds no JSON");
        let why = last::<Asked>(r#"{so} {"n": "two"} {}"#).unwrap_err();
        assert!(why.contains("invalid type"), "{why}");
    }
}

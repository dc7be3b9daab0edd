//! Replies, read with as few demands as possible: only the text is needed. Every other field may be missing, empty, of
//! another type, or in parts, as it is with one server or another.

use serde_json::Value;

use super::trouble::{by_status, not_an_answer};
use crate::core::judging::{Unscored, Usage};

/// A complete answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What the model said, without what it thought before.
    pub text: String,
    /// Whether it ran into the limit: there is more, or it was still thinking.
    pub cut: bool,
    /// Candidates for each token, if the endpoint gives them.
    pub tokens: Option<Vec<Vec<Candidate>>>,
    pub usage: Usage,
}

/// A token that could have come, and how likely it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub token: String,
    pub logprob: f64,
}

/// Reads a chat completion.
pub fn read(reply: &Value) -> Result<Answer, Unscored> {
    let choice = &reply["choices"][0];
    if !choice.is_object() {
        // Some servers report a failure as a success.
        return Err(match reply["error"]["code"].as_u64().and_then(|code| u16::try_from(code).ok()) {
            Some(status @ 400..=599) => by_status(status),
            _ if reply["error"].is_null() => not_an_answer("it holds no choice"),
            _ => not_an_answer("it holds an error and no choice"),
        });
    }
    if choice["finish_reason"] == "content_filter" {
        return Err(not_an_answer("the endpoint filtered it"));
    }
    let usage = &reply["usage"];
    Ok(Answer {
        text: after_thinking(&text(&choice["message"]["content"])).to_owned(),
        cut: choice["finish_reason"] == "length",
        tokens: tokens(&choice["logprobs"]["content"]),
        usage: Usage {
            prompt: number(&usage["prompt_tokens"]),
            cached: number(&usage["prompt_tokens_details"]["cached_tokens"]),
            generated: number(&usage["completion_tokens"]),
        },
    })
}

impl Answer {
    /// Whether there is nothing in it that anybody said.
    pub fn is_silent(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// A text, or its parts one after the other; parts that hold the model's thoughts are not the text.
fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part.as_str().or_else(|| part["text"].as_str()).map(str::to_owned))
            .collect(),
        _ => String::new(),
    }
}

/// What stands behind the thoughts of a model that thinks aloud; nothing, where it never came to an end of them.
fn after_thinking(text: &str) -> &str {
    match text.rsplit_once("</think>") {
        Some((_, said)) => said,
        None if text.trim_start().starts_with("<think>") => "",
        None => text,
    }
}

fn tokens(content: &Value) -> Option<Vec<Vec<Candidate>>> {
    let candidate = |it: &Value| {
        Some(Candidate { token: it["token"].as_str()?.to_owned(), logprob: it["logprob"].as_f64()? })
    };
    let of = |token: &Value| -> Vec<Candidate> {
        token["top_logprobs"].as_array().map_or(vec![], |all| all.iter().filter_map(candidate).collect())
    };
    let tokens: Vec<Vec<Candidate>> = content.as_array()?.iter().map(of).collect();
    tokens.iter().any(|candidates| !candidates.is_empty()).then_some(tokens)
}

/// A count; some servers write it as `12.0` or `"12"`.
pub fn number(value: &Value) -> u64 {
    let text = || value.as_str().and_then(|text| text.trim().parse().ok());
    value.as_u64().or_else(|| value.as_f64().map(|number| number as u64)).or_else(text).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_text_is_needed() {
        for reply in [
            json!({"choices": [{"message": {"content": "yes"}}]}),
            json!({"choices": [{"message": {"content": "yes", "reasoning_content": "hm"}, "logprobs": [1], "finish_reason": 7}], "usage": "none"}),
            json!({"choices": [{"message": {"content": [{"type": "thinking", "thinking": [{"text": "hm"}]}, {"type": "text", "text": "yes"}]}, "logprobs": {"content": [{"top_logprobs": null}, 3]}}], "usage": null}),
            json!({"choices": [{"message": {"content": "<think>no</think>yes"}, "logprobs": {"content": "x"}}], "usage": []}),
        ] {
            let answer = read(&reply).unwrap();
            assert_eq!(
                (answer.text.as_str(), answer.tokens, answer.usage.prompt),
                ("yes", None, 0),
                "{reply}"
            );
        }
        let counts = json!({"choices": [{}], "usage": {"prompt_tokens": 12.0, "completion_tokens": "3", "prompt_tokens_details": -1}});
        assert_eq!(read(&counts).unwrap().usage, Usage { prompt: 12, cached: 0, generated: 3 });
    }

    #[test]
    fn thinking_that_ran_into_the_limit_is_silence() {
        let reply = json!({"choices": [{"message": {"content": null, "reasoning_content": "Let me"}, "finish_reason": "length"}]});
        let answer = read(&reply).unwrap();
        assert!(answer.is_silent() && answer.cut);
        let reply =
            json!({"choices": [{"message": {"content": "<think>Let me see {"}, "finish_reason": "length"}]});
        assert!(read(&reply).unwrap().is_silent());
    }

    #[test]
    fn a_failure_that_looks_like_a_success_keeps_its_name() {
        assert_eq!(read(&json!({"error": {"code": 429}})), Err(Unscored::RateLimited));
        assert!(matches!(read(&json!({"choices": null})), Err(Unscored::NotAnAnswer { .. })));
        assert!(matches!(read(&json!([])), Err(Unscored::NotAnAnswer { .. })));
    }
}

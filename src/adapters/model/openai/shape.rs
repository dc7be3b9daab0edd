//! The shape of requests: what a server doesn't take is renamed or left out, and that is remembered.
//!
//! No two servers take the same optional parameters. Newer OpenAI models refuse `max_tokens` and any `temperature`, some
//! templates know no system message, some servers give fewer candidates. A refusal names what it is about.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// What is asked, whatever it is called on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub model: String,
    pub messages: [Message; 2],
    pub temperature: f32,
    pub seed: u64,
    /// Most tokens of the reply.
    pub limit: u32,
    /// Whether the candidates for each token are wanted.
    pub logprobs: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Message {
    pub role: &'static str,
    pub content: String,
}

/// What a server takes, as far as it has said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    limit: Option<&'static str>,
    temperature: bool,
    seed: bool,
    stream: bool,
    /// Candidates for each token.
    candidates: Option<u8>,
    /// Whether there may be a system message.
    system: bool,
}

const LIMIT: &str = "max_tokens";
const NEW_LIMIT: &str = "max_completion_tokens";
/// Candidates to ask for, and what some servers give at most.
const CANDIDATES: u8 = 10;
const FEW_CANDIDATES: u8 = 5;

impl Default for Shape {
    fn default() -> Self {
        let candidates = Some(CANDIDATES);
        Self { limit: Some(LIMIT), temperature: true, seed: true, stream: true, candidates, system: true }
    }
}

impl Shape {
    /// A request as the server takes it.
    pub fn body(&self, request: &Request) -> Value {
        let mut body = Map::new();
        body.insert("model".into(), json!(request.model));
        let [system, user] = &request.messages;
        let messages = match self.system {
            true => json!(request.messages),
            false => json!([Message {
                role: user.role,
                content: format!("{}\n\n{}", system.content, user.content)
            }]),
        };
        body.insert("messages".into(), messages);
        if self.temperature {
            body.insert("temperature".into(), json!(request.temperature));
        }
        if self.seed {
            body.insert("seed".into(), json!(request.seed));
        }
        if let Some(limit) = self.limit {
            body.insert(limit.into(), json!(request.limit));
        }
        if self.stream {
            body.insert("stream".into(), json!(false));
        }
        if let Some(candidates) = self.candidates.filter(|_| request.logprobs) {
            body.insert("logprobs".into(), json!(true));
            body.insert("top_logprobs".into(), json!(candidates));
        }
        Value::Object(body)
    }

    /// Takes in what a server said when it refused a request; whether that changed anything.
    pub fn learn(&mut self, complaint: &str) -> bool {
        let before = self.clone();
        // OpenAI names the parameter in a field; its text also names the one to use in its place.
        let field = serde_json::from_str::<Value>(complaint)
            .ok()
            .and_then(|body| body["error"]["param"].as_str().or(body["param"].as_str()).map(str::to_owned));
        for text in field.as_deref().into_iter().chain([complaint]) {
            for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
                self.without(&word.to_ascii_lowercase());
                if *self != before {
                    return true;
                }
            }
        }
        // Words that could also stand in a text about something else come last.
        let about_roles = complaint
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| matches!(word, "role" | "roles" | "System"));
        self.system &= !about_roles;
        *self != before
    }

    fn without(&mut self, parameter: &str) {
        match parameter {
            LIMIT if self.limit == Some(LIMIT) => self.limit = Some(NEW_LIMIT),
            NEW_LIMIT if self.limit == Some(NEW_LIMIT) => self.limit = None,
            "temperature" => self.temperature = false,
            "seed" => self.seed = false,
            "stream" => self.stream = false,
            "logprobs" => self.candidates = None,
            "top_logprobs" => {
                self.candidates = self.candidates.filter(|it| *it > FEW_CANDIDATES).map(|_| FEW_CANDIDATES);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(shape: &Shape) -> Vec<String> {
        let message = |role| Message { role, content: role.into() };
        let messages = [message("system"), message("user")];
        let request =
            Request { model: "m".into(), messages, temperature: 0.0, seed: 1, limit: 16, logprobs: true };
        let body = shape.body(&request);
        let keys = body.as_object().unwrap().keys();
        let mut keys: Vec<_> =
            keys.filter(|key| !["model", "messages"].contains(&key.as_str())).cloned().collect();
        keys.sort();
        keys
    }

    #[test]
    fn a_parameter_that_a_refusal_names_is_renamed_or_left_out() {
        let mut shape = Shape::default();
        let complaints = [
            r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","param":"max_tokens","code":"unsupported_parameter"}}"#,
            r#"{"error":{"message":"Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.","param":"temperature"}}"#,
            r#"{"detail":[{"loc":["body","seed"],"msg":"extra fields not permitted"}]}"#,
            r#"{"error":"top_logprobs must be at most 5"}"#,
        ];
        for complaint in complaints {
            assert!(shape.learn(complaint), "{complaint}");
        }
        assert_eq!(sent(&shape), ["logprobs", "max_completion_tokens", "stream", "top_logprobs"]);
        assert!(shape.learn("logprobs are not supported"));
        assert!(shape.learn("max_completion_tokens is too large"));
        assert_eq!(sent(&shape), ["stream"]);
        assert!(!shape.learn("max_tokens, temperature, seed, logprobs"), "nothing is left to leave out");
    }

    #[test]
    fn a_template_without_a_system_message_gets_everything_in_one() {
        let mut shape = Shape::default();
        assert!(shape.learn(r#"{"error":{"message":"System role not supported"}}"#));
        let message = |role| Message { role, content: role.into() };
        let messages = [message("system"), message("user")];
        let request =
            Request { model: "m".into(), messages, temperature: 0.0, seed: 1, limit: 16, logprobs: false };
        let body = shape.body(&request);
        assert_eq!(body["messages"], json!([{"role": "user", "content": "system\n\nuser"}]));
    }

    #[test]
    fn a_refusal_that_names_nothing_teaches_nothing() {
        let mut shape = Shape::default();
        for complaint in ["", "<html>bad request</html>", r#"{"error":{"param":null,"message":"no"}}"#] {
            assert!(!shape.learn(complaint), "{complaint}");
        }
    }
}

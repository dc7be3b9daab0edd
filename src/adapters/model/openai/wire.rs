//! Requests and replies of an OpenAI-compatible endpoint, and what can go wrong with them.
//!
//! Every field of a reply is optional here: real servers leave out or leave empty what the typed calls of the
//! library insist on.

use std::{error::Error, fmt, time::Duration};

use async_openai::{
    Client,
    config::OpenAIConfig,
    error::OpenAIError,
    middleware::HttpRequestFactory,
    types::{
        batches::{BatchCompletionWindow, BatchEndpoint, BatchRequest},
        files::{CreateFileRequest, FileInput, FilePurpose},
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::core::judging::{Unscored, Usage};

#[derive(Clone, Debug, Serialize)]
pub struct Request {
    pub model: String,
    pub messages: Vec<Message>,
    pub temperature: f32,
    pub seed: u64,
    pub max_tokens: u32,
    pub stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_logprobs: Option<u8>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Message {
    pub role: &'static str,
    pub content: String,
}

#[derive(Debug, Deserialize)]
struct Reply {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<ReplyUsage>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    message: Option<ReplyMessage>,
    finish_reason: Option<String>,
    logprobs: Option<Logprobs>,
}

#[derive(Debug, Deserialize)]
struct ReplyMessage {
    content: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Logprobs {
    content: Option<Vec<TokenLogprob>>,
}

#[derive(Debug, Deserialize)]
struct TokenLogprob {
    #[serde(default)]
    top_logprobs: Vec<Candidate>,
}

/// A token that could have come, and how likely it was.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Candidate {
    pub token: String,
    pub logprob: f64,
}

#[derive(Debug, Deserialize)]
struct ReplyUsage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Debug, Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

/// Something that the endpoint keeps.
#[derive(Debug, Deserialize)]
struct Stored {
    id: String,
}

/// Requests that are answered when the endpoint has time.
#[derive(Debug, Deserialize)]
pub struct Batch {
    /// `completed`, `failed`, `expired` and `cancelled` are its ends.
    pub status: String,
    /// Id of the file with the replies.
    pub output_file_id: Option<String>,
    /// Id of the file with the failures.
    pub error_file_id: Option<String>,
    /// How many requests there are.
    pub request_counts: Option<RequestCounts>,
    /// Unix time, seconds.
    pub created_at: Option<u64>,
    /// Unix time, seconds.
    pub completed_at: Option<u64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub struct RequestCounts {
    pub completed: u64,
    pub failed: u64,
}

/// A complete answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub text: String,
    /// Candidates for each token, if the endpoint gives them.
    pub tokens: Option<Vec<Vec<Candidate>>>,
    pub usage: Usage,
}

/// Somebody at the other end of a wire.
pub struct Wire {
    client: Client<OpenAIConfig>,
    retries: u32,
}

/// Longest that a `Retry-After` is obeyed.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

impl Wire {
    pub fn new(
        url: &str,
        key: Option<&SecretString>,
        times: (Duration, Duration),
        retries: u32,
    ) -> Result<Self, Unscored> {
        let http = reqwest::Client::builder()
            .connect_timeout(times.0)
            .read_timeout(times.1)
            // Nobody drives a connection while the person types, so nobody would notice that the server closed it.
            .pool_idle_timeout(Duration::from_secs(1))
            .build()
            .map_err(|_| Unscored::Unreachable)?;
        let key = key.map_or("", |key| key.expose_secret());
        let config = OpenAIConfig::new().with_api_base(url.trim_end_matches('/')).with_api_key(key);
        let has_key = !key.is_empty();
        // The library would put a failed reply's body into its error and its log. Here only the status gets that far,
        // and nothing is retried behind our back.
        let service = tower::service_fn(move |factory: HttpRequestFactory| {
            let http = http.clone();
            async move {
                let mut request = factory.build().await?;
                if !has_key {
                    request.headers_mut().remove(reqwest::header::AUTHORIZATION);
                }
                let response = http.execute(request).await?;
                if response.status().is_success() {
                    return Ok(response);
                }
                let seconds = response.headers().get(reqwest::header::RETRY_AFTER);
                let retry_after = seconds.and_then(|value| value.to_str().ok()?.parse().ok());
                Err(OpenAIError::Boxed(Box::new(Refused { status: response.status().as_u16(), retry_after })))
            }
        });
        Ok(Self { client: Client::with_config(config).with_http_service(service), retries })
    }

    /// Sends a request.
    pub async fn ask(&self, request: &Request) -> Result<Answer, Unscored> {
        self.patiently(async || self.client.chat().create_byot(request).await).await.and_then(complete)
    }

    /// Stores lines of requests for a batch; returns the file's id.
    pub async fn upload(&self, lines: &[u8]) -> Result<String, Unscored> {
        let file = CreateFileRequest {
            file: FileInput::from_vec_u8("questions.jsonl".into(), lines.to_vec()),
            purpose: FilePurpose::Batch,
            expires_after: None,
        };
        let stored: Result<Stored, Unscored> =
            self.patiently(async || self.client.files().create_byot(file.clone()).await).await;
        Ok(stored?.id)
    }

    /// Has a stored file's requests answered within a day; returns the batch's id.
    pub async fn begin(&self, file: &str) -> Result<String, Unscored> {
        let request = BatchRequest {
            input_file_id: file.to_owned(),
            endpoint: BatchEndpoint::V1ChatCompletions,
            completion_window: BatchCompletionWindow::W24H,
            metadata: None,
            output_expires_after: None,
        };
        let stored: Result<Stored, Unscored> =
            self.patiently(async || self.client.batches().create_byot(request.clone()).await).await;
        Ok(stored?.id)
    }

    /// How far a batch is.
    pub async fn batch(&self, id: &str) -> Result<Batch, Unscored> {
        self.patiently(async || self.client.batches().retrieve_byot(id).await).await
    }

    /// A stored file.
    pub async fn content(&self, file: &str) -> Result<Vec<u8>, Unscored> {
        Ok(self.patiently(async || self.client.files().content(file).await).await?.into())
    }

    /// Asks; once more, a few times, where the endpoint asks for patience or failed by itself.
    async fn patiently<T>(&self, ask: impl AsyncFn() -> Result<T, OpenAIError>) -> Result<T, Unscored> {
        let mut tries = 0;
        loop {
            let error = match ask().await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let wait = match refused(&error) {
                Some(Refused { status: 429, retry_after }) => Duration::from_secs(retry_after.unwrap_or(1)),
                Some(Refused { status: 500..=599, .. }) => Duration::from_millis(500),
                _ => return Err(unscored(&error)),
            };
            if tries >= self.retries || wait > LONGEST_WAIT {
                return Err(unscored(&error));
            }
            tries += 1;
            tokio::time::sleep(wait).await;
        }
    }
}

/// A reply to one request of a batch, as a line of the batch's files.
#[derive(Debug, Deserialize)]
pub struct BatchLine {
    /// The request's name.
    pub custom_id: String,
    response: Option<BatchResponse>,
}

#[derive(Debug, Deserialize)]
struct BatchResponse {
    status_code: u16,
    body: Option<Reply>,
}

impl BatchLine {
    /// Reads a line.
    pub fn read(line: &[u8]) -> Result<Self, Unscored> {
        serde_json::from_slice(line).map_err(|_| not_an_answer("it is not a line of a batch"))
    }

    /// What was answered.
    pub fn answer(self) -> Result<Answer, Unscored> {
        match self.response {
            Some(BatchResponse { status_code: 200..=299, body: Some(reply) }) => complete(reply),
            Some(BatchResponse { status_code, .. }) => Err(by_status(status_code)),
            None => Err(not_an_answer("the batch ended without one")),
        }
    }
}

/// A reply that was no success. Nothing of its body.
#[derive(Debug)]
struct Refused {
    status: u16,
    retry_after: Option<u64>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status)
    }
}

impl Error for Refused {}

fn refused(error: &OpenAIError) -> Option<&Refused> {
    match error {
        OpenAIError::Boxed(error) => error.downcast_ref(),
        _ => None,
    }
}

fn unscored(error: &OpenAIError) -> Unscored {
    if let Some(refused) = refused(error) {
        return by_status(refused.status);
    }
    match error {
        OpenAIError::Reqwest(error) => from_http(error),
        OpenAIError::Boxed(error) => match error.downcast_ref::<reqwest::Error>() {
            Some(error) => from_http(error),
            None => match error.downcast_ref::<OpenAIError>() {
                Some(error) => unscored(error),
                None => Unscored::Unreachable,
            },
        },
        OpenAIError::JSONDeserialize(..) => not_an_answer("it is not the JSON of a chat completion"),
        _ => not_an_answer("it can't be read"),
    }
}

fn by_status(status: u16) -> Unscored {
    match status {
        401 | 403 => Unscored::Unauthorized,
        429 => Unscored::RateLimited,
        status => Unscored::EndpointFailed { status },
    }
}

fn from_http(error: &reqwest::Error) -> Unscored {
    if error.is_timeout() {
        Unscored::TimedOut
    } else if error.is_connect() || error.is_builder() {
        Unscored::Unreachable
    } else {
        not_an_answer("the connection was cut in the middle of it")
    }
}

pub fn not_an_answer(detail: &str) -> Unscored {
    Unscored::NotAnAnswer { detail: detail.to_owned() }
}

fn complete(reply: Reply) -> Result<Answer, Unscored> {
    let choice = reply.choices.into_iter().next().ok_or_else(|| not_an_answer("it holds no choice"))?;
    let text = choice.message.and_then(|message| message.content).unwrap_or_default();
    if text.trim().is_empty() {
        return Err(not_an_answer("it is empty"));
    }
    // Some servers leave the reason out; what they sent is then judged by whether it can be read.
    if choice.finish_reason.as_deref() == Some("content_filter") {
        return Err(not_an_answer("the endpoint filtered it"));
    }
    let usage = reply.usage.map_or_else(Usage::default, |usage| Usage {
        prompt: usage.prompt_tokens.unwrap_or(0),
        cached: usage.prompt_tokens_details.and_then(|details| details.cached_tokens).unwrap_or(0),
        generated: usage.completion_tokens.unwrap_or(0),
    });
    let tokens = choice
        .logprobs
        .and_then(|logprobs| logprobs.content)
        .map(|tokens| tokens.into_iter().map(|token| token.top_logprobs).collect::<Vec<_>>())
        .filter(|tokens| tokens.iter().any(|candidates| !candidates.is_empty()));
    Ok(Answer { text, tokens, usage })
}

//! The wire to an OpenAI-compatible endpoint, and what can go wrong on it.

use std::{cell::RefCell, time::Duration};

use async_openai::{
    Client,
    config::Config,
    error::OpenAIError,
    middleware::HttpRequestFactory,
    types::{
        batches::{BatchCompletionWindow, BatchEndpoint, BatchRequest},
        files::{CreateFileRequest, FileInput, FilePurpose},
    },
};
use reqwest::{
    StatusCode,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{
    Endpoint,
    address::{Address, BadEndpoint},
    pace::{self, Pace},
    reply::{self, Answer},
    shape::{Request, Shape},
    trouble::{Redirected, Refused, not_an_answer, refused, unscored},
};
use crate::core::judging::Unscored;

/// Requests that are answered when the endpoint has time.
#[derive(Debug)]
pub struct Batch {
    /// `completed`, `failed`, `expired` and `cancelled` are its ends.
    pub status: String,
    /// Ids of the files with the replies and with the failures.
    pub files: Vec<String>,
    /// How many requests have an answer.
    pub done: u64,
    /// How long it took, once it is done.
    pub took: Duration,
}

/// Somebody at the other end of a wire.
pub struct Wire {
    client: Client<Way>,
    endpoint: Endpoint,
    shape: RefCell<Shape>,
    /// Until when nothing is to be asked.
    pub pace: Pace,
    has_key: bool,
}

/// Most times that a server may point to another path of its own.
const MOST_REDIRECTS: usize = 5;

impl Wire {
    pub fn new(endpoint: Endpoint, pace: Pace) -> Result<Self, BadEndpoint> {
        let mut http = reqwest::Client::builder()
            .connect_timeout(endpoint.connect)
            .read_timeout(endpoint.read)
            // Nobody drives a connection while the person types, so nobody would notice that the server closed it.
            .pool_idle_timeout(Duration::from_secs(1))
            .redirect(redirect::Policy::custom(follow));
        if endpoint.address.is_loopback() {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| BadEndpoint::Client(error.to_string()))?;
        let way = Way::new(&endpoint)?;
        let has_key = way.headers.contains_key(AUTHORIZATION);
        // The library would put a failed reply's body into its error and its log. Here none gets that far, and nothing is
        // retried behind our back.
        let service = tower::service_fn(move |factory: HttpRequestFactory| {
            let http = http.clone();
            async move {
                let response = http.execute(factory.build().await?).await?;
                if response.status().is_success() {
                    return Ok(response);
                }
                Err(OpenAIError::Boxed(Box::new(Refused::of(response).await)))
            }
        });
        let client = Client::with_config(way).with_http_service(service);
        Ok(Self { client, endpoint, shape: RefCell::default(), pace, has_key })
    }

    /// The body of a request, as the server is known to take it.
    pub fn body(&self, request: &Request) -> Value {
        self.shape.borrow().body(request)
    }

    /// Takes in why a request was refused; whether it is worth asking in another form.
    pub fn learn(&self, complaint: &str) -> bool {
        self.shape.borrow_mut().learn(complaint)
    }

    /// Sends a request; again in another form where the server doesn't take this one.
    pub async fn ask(&self, request: &Request) -> Result<Answer, Unscored> {
        loop {
            let body = self.body(request);
            match self.patiently(async || self.client.chat().create_byot(&body).await).await {
                Ok(reply) => return reply::read(&reply),
                Err(error) => match refused(&error) {
                    Some(refused) if self.learn(&refused.complaint) => {}
                    _ => return Err(self.unscored(&error)),
                },
            }
        }
    }

    /// Stores lines of requests for a batch; returns the file's id.
    pub async fn upload(&self, lines: &[u8]) -> Result<String, Unscored> {
        let file = CreateFileRequest {
            file: FileInput::from_vec_u8("questions.jsonl".into(), lines.to_vec()),
            purpose: FilePurpose::Batch,
            expires_after: None,
        };
        let stored = self.patiently(async || self.client.files().create_byot(file.clone()).await).await;
        id(&stored.map_err(|error| self.unscored(&error))?)
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
        let stored = self.patiently(async || self.client.batches().create_byot(request.clone()).await).await;
        id(&stored.map_err(|error| self.unscored(&error))?)
    }

    /// How far a batch is.
    pub async fn batch(&self, id: &str) -> Result<Batch, Unscored> {
        let batch: Value = self
            .patiently(async || self.client.batches().retrieve_byot(id).await)
            .await
            .map_err(|error| self.unscored(&error))?;
        let status = batch["status"].as_str().ok_or_else(|| not_an_answer("it is no batch"))?;
        let counts = &batch["request_counts"];
        let files = ["output_file_id", "error_file_id"].map(|field| batch[field].as_str());
        let (end, start) = (reply::number(&batch["completed_at"]), reply::number(&batch["created_at"]));
        Ok(Batch {
            status: status.to_owned(),
            files: files.into_iter().flatten().filter(|id| !id.is_empty()).map(str::to_owned).collect(),
            done: reply::number(&counts["completed"]) + reply::number(&counts["failed"]),
            took: Duration::from_secs(if start == 0 { 0 } else { end.saturating_sub(start) }),
        })
    }

    /// A stored file.
    pub async fn content(&self, file: &str) -> Result<Vec<u8>, Unscored> {
        let content = self.patiently(async || self.client.files().content(file).await).await;
        Ok(content.map_err(|error| self.unscored(&error))?.into())
    }

    /// Asks; again, a few times, where the endpoint asks for patience or failed by itself.
    async fn patiently<T>(&self, ask: impl AsyncFn() -> Result<T, OpenAIError>) -> Result<T, OpenAIError> {
        let mut tries = 0;
        loop {
            // Somebody who asks the same endpoint may have been told to wait.
            while let Some(left) = self.pace.left() {
                tokio::time::sleep(left).await;
            }
            let error = match ask().await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let Endpoint { patience, retries, .. } = self.endpoint;
            let again =
                refused(&error).and_then(|refused| pace::pause(patience, refused.refusal, tries, retries));
            let Some(wait) = again else { return Err(error) };
            self.pace.hold(wait);
            tries += 1;
        }
    }

    fn unscored(&self, error: &OpenAIError) -> Unscored {
        match unscored(error) {
            Unscored::Unauthorized if !self.has_key => Unscored::NoKey,
            why => why,
        }
    }
}

/// The way to an endpoint: its address and what it wants to know of us. Nothing comes from the environment.
struct Way {
    address: Address,
    base: String,
    headers: HeaderMap,
    /// The library asks for one; the one that is sent is in the headers.
    no_key: SecretString,
}

impl Way {
    fn new(endpoint: &Endpoint) -> Result<Self, BadEndpoint> {
        let mut headers = HeaderMap::new();
        let value = match (&endpoint.key, &endpoint.address.login) {
            (Some(_), Some(_)) => return Err(BadEndpoint::TwoKeys),
            (Some(key), None) => Some(format!("Bearer {}", key.expose_secret())),
            (None, Some((user, password))) => {
                use base64::{Engine as _, engine::general_purpose::STANDARD};
                Some(format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose_secret()))))
            }
            (None, None) => None,
        };
        if let Some(value) = value {
            let mut value = HeaderValue::try_from(value).map_err(|_| BadEndpoint::Key)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let address = endpoint.address.clone();
        Ok(Self { base: address.to_string(), address, headers, no_key: String::new().into() })
    }
}

impl Config for Way {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        self.address.call(path)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        self.address.query().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn api_base(&self) -> &str {
        &self.base
    }

    fn api_key(&self) -> &SecretString {
        &self.no_key
    }
}

/// Answers go where the person said, and nowhere else: another path of the same server is followed, as long as the request
/// is sent on unchanged.
fn follow(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let keeps_request =
        matches!(attempt.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    let from = attempt.previous().first().map(reqwest::Url::origin);
    let to = attempt.url().origin();
    if keeps_request && from.as_ref() == Some(&to) && attempt.previous().len() <= MOST_REDIRECTS {
        return attempt.follow();
    }
    let to =
        if from == Some(to.clone()) { attempt.url().path().to_owned() } else { to.ascii_serialization() };
    attempt.error(Redirected(to))
}

fn id(stored: &Value) -> Result<String, Unscored> {
    stored["id"].as_str().map(str::to_owned).ok_or_else(|| not_an_answer("it names no id"))
}

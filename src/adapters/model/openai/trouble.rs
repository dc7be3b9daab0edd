//! What can go wrong on the wire, and what it is called.

use std::{error::Error, fmt};

use async_openai::error::OpenAIError;
use reqwest::{
    Response,
    header::{DATE, RETRY_AFTER},
};

use super::pace::{self, Refusal};
use crate::core::judging::Unscored;

/// Most that is read of what a server says when it refuses a request.
const LONGEST_COMPLAINT: usize = 16 * 1024;

/// A redirect that was not followed, and where it went.
#[derive(Debug, thiserror::Error)]
#[error("redirected to {0}")]
pub struct Redirected(pub String);

/// A reply that was no success.
#[derive(Debug)]
pub struct Refused {
    pub refusal: Refusal,
    /// What was said about it, where a request could be asked in another form. Never shown: it may hold anything.
    pub complaint: String,
}

impl Refused {
    pub async fn of(mut response: Response) -> Self {
        let status = response.status().as_u16();
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let now = header(DATE).and_then(pace::date).unwrap_or_else(jiff::Timestamp::now);
        let retry_after = header(RETRY_AFTER).and_then(|value| pace::retry_after(value, now));
        let mut complaint = vec![];
        if matches!(status, 400 | 422) {
            while complaint.len() < LONGEST_COMPLAINT
                && let Ok(Some(chunk)) = response.chunk().await
            {
                complaint.extend_from_slice(&chunk[..chunk.len().min(LONGEST_COMPLAINT - complaint.len())]);
            }
        }
        let complaint = String::from_utf8_lossy(&complaint).into_owned();
        Self { refusal: Refusal { status, retry_after }, complaint }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.refusal.status)
    }
}

impl Error for Refused {}

pub fn refused(error: &OpenAIError) -> Option<&Refused> {
    match error {
        OpenAIError::Boxed(error) => error.downcast_ref(),
        _ => None,
    }
}

pub fn unscored(error: &OpenAIError) -> Unscored {
    if let Some(refused) = refused(error) {
        return by_status(refused.refusal.status);
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

pub fn by_status(status: u16) -> Unscored {
    match status {
        401 | 403 => Unscored::Unauthorized,
        429 => Unscored::RateLimited,
        status => Unscored::EndpointFailed { status },
    }
}

fn from_http(error: &reqwest::Error) -> Unscored {
    if let Some(Redirected(to)) = causes(error).find_map(|cause| cause.downcast_ref()) {
        Unscored::Redirected { to: to.clone() }
    } else if error.is_timeout() {
        Unscored::TimedOut
    } else if causes(error).any(is_distrust) {
        Unscored::Untrusted
    } else if error.is_connect() || error.is_builder() {
        Unscored::Unreachable
    } else {
        not_an_answer("the connection was cut in the middle of it")
    }
}

fn causes(error: &dyn Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

/// Whether a connection failed because of the server's certificate. The library that checks it is three others away, and
/// only its words get here.
fn is_distrust(cause: &(dyn Error + 'static)) -> bool {
    cause.to_string().to_ascii_lowercase().contains("certificate")
}

pub fn not_an_answer(detail: &str) -> Unscored {
    Unscored::NotAnAnswer { detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_is_not_trusted_is_not_a_server_that_is_not_there() {
        let said = "invalid peer certificate: UnknownIssuer";
        let error = std::io::Error::other(said);
        assert!(is_distrust(&error));
        assert!(!is_distrust(&std::io::Error::other("connection refused")));
    }
}

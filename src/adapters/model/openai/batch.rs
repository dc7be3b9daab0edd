//! Many answers through the Batch API: their questions go up as one file, are answered when the endpoint has time, for
//! less money, and come down as one.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    EndpointObserver, REPEATS, decisions,
    reply::{self, Answer},
    shape::Request,
    spread,
    trouble::{by_status, not_an_answer},
};
use crate::{
    core::{
        hash::hash,
        judging::{Unscored, questions::Exam},
    },
    ports::{Observations, Watch},
};

/// Most requests of one batch, and most bytes of its file, that are sure to be taken:
/// <https://platform.openai.com/docs/api-reference/files/create>.
const MOST_REQUESTS: usize = 50_000;
const MOST_BYTES: usize = 150_000_000;

/// How far a batch is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many requests have an answer.
    Working(u64),
    /// There is nothing more to wait for.
    Ended(Ended),
}

/// A batch that is done, or as far as it will get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Ids of the files with the replies.
    files: Vec<String>,
    /// How long the endpoint took, to the second.
    pub took: Duration,
}

/// What was observed, by the place of the exam.
pub type Observed = BTreeMap<usize, Result<Observations, Unscored>>;

/// What a batch came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Collected {
    /// What was observed.
    pub observed: Observed,
    /// Whether the endpoint said in which form it takes questions, so that handing the rest in again leads further.
    pub learnt: bool,
}

impl EndpointObserver {
    /// Hands in the questions about as many of the exams, from the first one on, as one batch takes. Returns the
    /// batch's id.
    ///
    /// # Errors
    ///
    /// Why it was not taken.
    pub fn submit(&self, exams: &[Exam], watch: &dyn Watch) -> Result<String, Unscored> {
        let (mut lines, mut names) = (vec![], BTreeSet::new());
        for exam in exams.iter().take(MOST_REQUESTS / REPEATS as usize) {
            let name = name(&self.all(exam, 0));
            let repeats = if names.insert(name.clone()) { 0..REPEATS } else { 0..0 };
            for repeat in repeats {
                let line = json!({
                    "custom_id": format!("{name}-{repeat}"),
                    "method": "POST",
                    "url": "/v1/chat/completions",
                    "body": self.wire.body(&self.all(exam, repeat)),
                });
                lines.extend_from_slice(line.to_string().as_bytes());
                lines.push(b'\n');
            }
            if lines.len() > MOST_BYTES {
                break;
            }
        }
        self.wait(watch, async { self.wire.begin(&self.wire.upload(&lines).await?).await })
    }

    /// Asks how far a batch is.
    ///
    /// # Errors
    ///
    /// Why nothing is known.
    pub fn progress(&self, batch: &str, watch: &dyn Watch) -> Result<Progress, Unscored> {
        let batch = self.wait(watch, self.wire.batch(batch))?;
        Ok(match batch.status.as_str() {
            "completed" | "failed" | "expired" | "cancelled" => {
                Progress::Ended(Ended { files: batch.files, took: batch.took })
            }
            _ => Progress::Working(batch.done),
        })
    }

    /// Gets what a batch has found out about the exams that were in it, by the place of the exam. Exams that the batch
    /// did not hold are absent, and so are those that were asked in a form that the endpoint doesn't take: they are to be
    /// asked in another one. A line that can't be read costs the exam that it belongs to, and no other.
    ///
    /// # Errors
    ///
    /// Why nothing could be got.
    pub fn collect(&self, ended: &Ended, exams: &[Exam], watch: &dyn Watch) -> Result<Collected, Unscored> {
        let mut replies: BTreeMap<String, BTreeMap<u64, Result<Answer, Unscored>>> = BTreeMap::new();
        let mut misshapen = BTreeSet::new();
        let mut learnt = false;
        for file in &ended.files {
            let content = self.wait(watch, self.wire.content(file))?;
            for line in content.split(|byte| *byte == b'\n') {
                let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
                let Ok(line) = serde_json::from_slice::<Value>(line) else { continue };
                let Some((name, repeat)) = line["custom_id"].as_str().and_then(|id| id.rsplit_once('-'))
                else {
                    continue;
                };
                let Ok(repeat) = repeat.parse::<u64>() else { continue };
                let response = &line["response"];
                if matches!(reply::number(&response["status_code"]), 400 | 422)
                    && self.wire.learn(&response["body"].to_string())
                {
                    learnt = true;
                }
                if learnt && matches!(reply::number(&response["status_code"]), 400 | 422) {
                    misshapen.insert(name.to_owned());
                }
                replies.entry(name.to_owned()).or_default().insert(repeat, answered(response));
            }
        }
        let mut observed = Observed::new();
        for (place, exam) in exams.iter().enumerate() {
            // The same words about the same statements have the same name: what was observed holds for each of them.
            let name = name(&self.all(exam, 0));
            let Some(replies) = replies.get(&name).filter(|_| !misshapen.contains(&name)) else { continue };
            let all = (0..REPEATS).map(|repeat| {
                let reply = replies.get(&repeat).cloned();
                let reply =
                    reply.unwrap_or_else(|| Err(not_an_answer("a part of it is missing in the batch")))?;
                decisions(&reply.text, exam).map(|_| reply)
            });
            let seen = all.collect::<Result<Vec<_>, _>>().and_then(|replies| spread(exam, &replies));
            observed.insert(place, seen.map(|seen| self.understood(seen)));
        }
        Ok(Collected { observed, learnt })
    }
}

/// What was answered to one request of a batch.
fn answered(response: &Value) -> Result<Answer, Unscored> {
    match u16::try_from(reply::number(&response["status_code"])) {
        Ok(200..=299) => reply::read(&response["body"]),
        Ok(status @ 300..) => Err(by_status(status)),
        _ => Err(not_an_answer("the batch ended without one")),
    }
}

/// A name for the questions about an exam that depends on nothing but their words.
fn name(request: &Request) -> String {
    let words: Vec<&str> = request.messages.iter().map(|message| message.content.as_str()).collect();
    hash(format!("{}\u{0}{}", request.model, words.join("\u{0}")).as_bytes())[..32].to_owned()
}

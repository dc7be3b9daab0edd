//! Many answers through the Batch API: their questions go up as one file, are answered when the endpoint has time, for
//! less money, and come down as one.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::Serialize;

use super::{
    EndpointObserver, REPEATS, spread,
    wire::{Answer, BatchLine, Request, not_an_answer},
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

/// A line of the file that goes up.
#[derive(Serialize)]
struct Line<'a> {
    custom_id: String,
    method: &'static str,
    url: &'static str,
    body: &'a Request,
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
                let body = &self.all(exam, repeat);
                let custom_id = format!("{name}-{repeat}");
                let line = Line { custom_id, method: "POST", url: "/v1/chat/completions", body };
                serde_json::to_writer(&mut lines, &line).map_err(|_| not_an_answer("it can't be asked"))?;
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
        if !matches!(batch.status.as_str(), "completed" | "failed" | "expired" | "cancelled") {
            let counts = batch.request_counts;
            return Ok(Progress::Working(counts.map_or(0, |counts| counts.completed + counts.failed)));
        }
        let files = [batch.output_file_id, batch.error_file_id].into_iter().flatten();
        let seconds = batch.completed_at.zip(batch.created_at);
        Ok(Progress::Ended(Ended {
            files: files.filter(|id| !id.is_empty()).collect(),
            took: Duration::from_secs(seconds.map_or(0, |(end, start)| end.saturating_sub(start))),
        }))
    }

    /// Gets what a batch has found out about the exams that were in it, by the place of the exam. Exams that the batch
    /// did not hold are absent.
    ///
    /// # Errors
    ///
    /// Why nothing could be got.
    pub fn collect(&self, ended: &Ended, exams: &[Exam], watch: &dyn Watch) -> Result<Observed, Unscored> {
        let mut replies: BTreeMap<String, Vec<Result<Answer, Unscored>>> = BTreeMap::new();
        for file in &ended.files {
            let content = self.wait(watch, self.wire.content(file))?;
            for line in content.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
                let line = BatchLine::read(line)?;
                let Some((name, _)) = line.custom_id.rsplit_once('-') else { continue };
                replies.entry(name.to_owned()).or_default().push(line.answer());
            }
        }
        let mut observed = Observed::new();
        for (place, exam) in exams.iter().enumerate() {
            // The same words about the same statements have the same name: what was observed holds for each of them.
            if let Some(replies) = replies.get(&name(&self.all(exam, 0))) {
                let replies = replies.iter().cloned().collect::<Result<Vec<_>, _>>();
                let seen = replies.and_then(|replies| spread(exam, &replies));
                observed.insert(place, seen.map(|seen| self.understood(seen)));
            }
        }
        Ok(observed)
    }
}

/// A name for the questions about an exam that depends on nothing but their words.
fn name(request: &Request) -> String {
    let words: Vec<&str> = request.messages.iter().map(|message| message.content.as_str()).collect();
    hash(format!("{}\u{0}{}", request.model, words.join("\u{0}")).as_bytes())[..32].to_owned()
}

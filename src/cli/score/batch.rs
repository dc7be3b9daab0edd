//! `pushback score --answers … --batch`: the same answers and the same lines of result, through an endpoint's Batch API.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::cli::{
    context::Context,
    error::{BAD_INPUT, FAILED, Failure},
    model,
};
use crate::{
    adapters::{
        files,
        model::openai::{Collected, EndpointObserver, Pace, Progress},
        paths,
    },
    app::{
        bulk::Job,
        observe::{credited, without_model},
    },
    core::judging::{
        Unscored,
        scored::{self, ScoredAnswer},
    },
    ports::{Observer, Watch},
};

/// A batch that was handed in: kept beside the scores until its results are there, so that a later run waits on.
#[derive(Serialize, Deserialize)]
struct Ticket {
    batch: String,
    endpoint: String,
    model: String,
}

impl Ticket {
    /// Puts it in place whole: half of one would cost a batch that is paid for.
    fn keep(&self, path: &Path) -> io::Result<()> {
        files::replace(path, &serde_json::to_vec(self)?)
    }
}

/// Longest time between two looks at a batch.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Scores all jobs in one batch after the other. Returns why it stopped early, if it did.
pub fn score(
    context: &Context,
    out: &Path,
    jobs: &[Job<'_>],
    watch: &dyn Watch,
    keep: &mut dyn FnMut(ScoredAnswer) -> Result<(), Failure>,
) -> Result<Option<Unscored>, Failure> {
    let model::Choice::Endpoint(endpoint) = model::choice(context)? else {
        return Err(Failure::new(BAD_INPUT, "only an endpoint takes batches").hint("name it with --endpoint"));
    };
    let endpoint = model::in_bulk(*endpoint);
    let (url, model) = (endpoint.address.to_string(), endpoint.model.clone());
    let observer = model::endpoint(context, endpoint, &Pace::default())?;
    let path = ticket_path(out);
    let mut remaining = vec![];
    for job in jobs {
        let exam = scored::exam(job.case, job.answer);
        if without_model(&exam).is_some() {
            keep(crate::app::bulk::score(job, &observer, watch))?;
        } else {
            remaining.push((job, exam));
        }
    }
    while !remaining.is_empty() {
        let exams: Vec<_> = remaining.iter().map(|(_, exam)| exam.clone()).collect();
        let (ticket, is_new) = match earlier(&path)? {
            Some(ticket) if ticket.endpoint != url || ticket.model != model => {
                let message =
                    format!("{} waits for `{}` at {}", paths::display(&path), ticket.model, ticket.endpoint);
                return Err(Failure::new(BAD_INPUT, message)
                    .hint("use the same endpoint and model, or delete that file to give the batch up"));
            }
            Some(ticket) => (ticket, false),
            None => {
                let batch = match observer.submit(&exams, watch) {
                    Ok(batch) => batch,
                    Err(why) => return Ok(Some(why)),
                };
                let ticket = Ticket { batch, endpoint: url.clone(), model: model.clone() };
                ticket.keep(&path).map_err(|cause| cant("write", &path, &cause))?;
                eprintln!("handed in: this can take a day; after Ctrl-C the same command waits on");
                (ticket, true)
            }
        };
        let (Collected { observed, learnt }, took) = match wait(&observer, &ticket.batch, &exams, watch) {
            Ok(observed) => observed,
            Err(why) => {
                // A batch that nobody knows any more gives nothing; after anything else it can be asked for again.
                if why == (Unscored::EndpointFailed { status: 404 }) {
                    fs::remove_file(&path).map_err(|cause| cant("remove", &path, &cause))?;
                }
                return Ok(Some(why));
            }
        };
        if observed.is_empty() && is_new && !learnt {
            fs::remove_file(&path).map_err(|cause| cant("remove", &path, &cause))?;
            return Ok(Some(Unscored::NotAnAnswer {
                detail: "the batch holds no reply to what was asked".into(),
            }));
        }
        let each = u64::try_from(took.as_millis()).unwrap_or(u64::MAX) / observed.len().max(1) as u64;
        let mut rest = vec![];
        for (place, (job, exam)) in remaining.into_iter().enumerate() {
            match observed.get(&place) {
                Some(seen) => {
                    let seen = seen
                        .clone()
                        .map(|seen| credited(&exam, seen))
                        .map(|seen| (seen.observations, seen.usage));
                    let judge = observer.judge();
                    let basis = job.basis.clone();
                    keep(ScoredAnswer::new(job.id, job.case, &exam, seen, judge, basis, each))?;
                }
                None => rest.push((job, exam)),
            }
        }
        remaining = rest;
        fs::remove_file(&path).map_err(|cause| cant("remove", &path, &cause))?;
    }
    Ok(None)
}

/// Looks at a batch, less and less often, until it has ended.
fn wait(
    observer: &EndpointObserver,
    batch: &str,
    exams: &[crate::core::judging::questions::Exam],
    watch: &dyn Watch,
) -> Result<(Collected, Duration), Unscored> {
    let mut pause = Duration::from_secs(1);
    loop {
        let done = match observer.progress(batch, watch)? {
            Progress::Working(done) => done,
            Progress::Ended(ended) => return Ok((observer.collect(&ended, exams, watch)?, ended.took)),
        };
        watch.step(usize::try_from(done).unwrap_or(usize::MAX), exams.len());
        let mut left = pause;
        while !left.is_zero() {
            if watch.is_cancelled() {
                return Err(Unscored::Interrupted);
            }
            let nap = left.min(Duration::from_millis(100));
            thread::sleep(nap);
            left -= nap;
        }
        pause = (pause * 2).min(LONGEST_WAIT);
    }
}

fn ticket_path(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".batch");
    name.into()
}

/// The batch that an earlier run handed in.
fn earlier(path: &Path) -> Result<Option<Ticket>, Failure> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| {
            Failure::new(BAD_INPUT, format!("{} does not name a batch", paths::display(path)))
                .hint("delete it, and the questions are handed in again")
        }),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cant("read", path, &cause)),
    }
}

fn cant(what: &str, path: &Path, cause: &io::Error) -> Failure {
    Failure::new(FAILED, format!("can't {what} {}: {cause}", paths::display(path)))
}

//! Scoring many answers: several observers work side by side, and what they find comes back in the order of the answers.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Instant,
};

use super::observe::observe;
use crate::{
    core::{
        bank::Case,
        judging::{
            Unscored,
            scored::{self, Basis, ScoredAnswer},
        },
    },
    ports::{Observer, Watch},
};

/// An answer that is to be scored.
pub struct Job<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its words.
    pub answer: &'a str,
    /// What it answers.
    pub case: &'a Case,
    /// What the score will be about.
    pub basis: Basis,
}

/// Scores one answer. Where nothing was said that could show anything, no model is asked.
pub fn score(job: &Job<'_>, observer: &dyn Observer, watch: &dyn Watch) -> ScoredAnswer {
    let began = Instant::now();
    let exam = scored::exam(job.case, job.answer);
    let observed = observe(observer, &exam, watch).map(|seen| (seen.observations, seen.usage));
    let ms = began.elapsed().as_millis() as u64;
    ScoredAnswer::new(job.id, job.case, &exam, observed, observer.judge(), job.basis.clone(), ms)
}

/// Whether a reason will hold for every other answer too, so that going on is pointless.
pub fn is_final(why: &Unscored) -> bool {
    match why {
        Unscored::NoModel
        | Unscored::BrokenModel { .. }
        | Unscored::Interrupted
        | Unscored::Unreachable
        | Unscored::Untrusted
        | Unscored::Redirected { .. }
        | Unscored::Unauthorized
        | Unscored::NoKey
        // Whoever asks in bulk has waited as long as it makes sense to.
        | Unscored::RateLimited => true,
        Unscored::TooLong { .. }
        | Unscored::TimedOut
        | Unscored::EndpointFailed { .. }
        | Unscored::NotAnAnswer { .. } => false,
    }
}

/// Scores all jobs, one observer a thread, and hands the results to `keep` in the order of the jobs, each as soon as it
/// and all before it are there. Stops at a reason that is [`is_final`], which it returns, or when `keep` fails.
///
/// # Errors
///
/// What `keep` says.
pub fn run<E>(
    jobs: &[Job<'_>],
    observers: Vec<Box<dyn Observer + Send>>,
    watch: &(dyn Watch + Sync),
    mut keep: impl FnMut(ScoredAnswer) -> Result<(), E>,
) -> Result<Option<Unscored>, E> {
    let next = AtomicUsize::new(0);
    let stopped: Mutex<Option<Unscored>> = Mutex::new(None);
    let stop = |why: Unscored| {
        stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        next.store(jobs.len(), Ordering::SeqCst);
    };
    let (results, incoming) = mpsc::channel();
    let kept = thread::scope(|scope| {
        for observer in observers {
            let (next, results, stop) = (&next, results.clone(), &stop);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::SeqCst);
                    let Some(job) = jobs.get(place) else { return };
                    let scored = score(job, &*observer, watch);
                    match scored.unscored.clone().filter(is_final) {
                        Some(why) => return stop(why),
                        // Nobody listens any more when what came could not be kept.
                        None if results.send((place, scored)).is_err() => return,
                        None => {}
                    }
                }
            });
        }
        drop(results);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (place, scored) in incoming {
            early.insert(place, scored);
            while let Some(scored) = early.remove(&due) {
                if let Err(error) = keep(scored) {
                    stop(Unscored::Interrupted);
                    return Err(error);
                }
                due += 1;
            }
        }
        // Behind a gap that a stop has left: still worth keeping.
        early.into_values().try_for_each(keep)
    });
    kept?;
    Ok(stopped.into_inner().unwrap_or_else(PoisonError::into_inner))
}

//! The thread that owns the model. It loads while the person reads the case, and does one job at a time.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

use super::{
    EngineError,
    engine::{Engine, Taps},
    judge::{self, Memory},
    prompt,
    readout::Readout,
};
use crate::{
    core::{
        bank::Case,
        judging::{Judge, Unscored, questions::Exam},
        session::routing,
    },
    ports::{Message, Observations, Observer, Routing, Watch},
};

/// The model in this process, behind the port.
pub struct Embedded {
    jobs: Sender<Job>,
    judge: Judge,
}

enum Job {
    Observe { exam: Box<Exam>, reply: Sender<Reply>, cancelled: Arc<AtomicBool> },
    Prepare { opening: String },
}

enum Reply {
    Step(usize, usize),
    Done(Result<Observations, Unscored>),
}

impl Embedded {
    /// Starts to load the model and returns at once. What goes wrong is told by the first job.
    pub fn start(name: &str, file: PathBuf) -> Self {
        let (jobs, queue) = mpsc::channel();
        let readout = Readout::built_in();
        let hash = readout.as_ref().map_or_else(|_| String::new(), |readout| readout_hash(readout));
        let judge = Judge { model: name.to_owned(), prompt_hash: format!("{}-{hash}", prompt::hash()) };
        thread::spawn(move || {
            let model = readout.and_then(|readout| Ok((Engine::load(&file)?, readout)));
            work(&queue, model);
        });
        Self { jobs, judge }
    }
}

fn readout_hash(readout: &Readout) -> String {
    crate::adapters::jsonl::hash(&serde_json::to_vec(readout).unwrap_or_default())[..8].to_owned()
}

/// How often a waiting caller looks whether the person wants to stop.
const PATIENCE: Duration = Duration::from_millis(50);

impl Observer for Embedded {
    fn judge(&self) -> Judge {
        self.judge.clone()
    }

    fn observe(&self, exam: &Exam, watch: &dyn Watch) -> Result<Observations, Unscored> {
        let (reply, replies) = mpsc::channel();
        let cancelled = Arc::new(AtomicBool::new(false));
        let job = Job::Observe { exam: Box::new(exam.clone()), reply, cancelled: cancelled.clone() };
        self.jobs.send(job).map_err(|_| gone())?;
        loop {
            match replies.recv_timeout(PATIENCE) {
                Ok(Reply::Step(done, total)) => watch.step(done, total),
                Ok(Reply::Done(result)) => return result,
                Err(RecvTimeoutError::Timeout) if watch.is_cancelled() => {
                    cancelled.store(true, Ordering::SeqCst);
                    return Err(Unscored::Interrupted);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }

    fn route(&self, message: &Message<'_>, _watch: &dyn Watch) -> Result<Routing, Unscored> {
        Ok(Routing { route: routing::by_rule(message.text, message.facts), p: 1.0 })
    }

    fn prepare(&self, case: &Case) {
        // A worker that is gone tells so when it is asked for a result.
        let _ = self.jobs.send(Job::Prepare { opening: case.scenario.opening.clone() });
    }
}

fn gone() -> Unscored {
    Unscored::BrokenModel { detail: "it stopped working; start pushback again".into() }
}

fn work(queue: &Receiver<Job>, model: Result<(Engine, Readout), EngineError>) {
    let mut memory = Memory::default();
    for job in queue {
        match (&model, job) {
            (Err(error), Job::Observe { reply, .. }) => {
                let _ = reply.send(Reply::Done(Err(unscored(error))));
            }
            (Err(_), Job::Prepare { .. }) => {}
            (Ok((engine, readout)), Job::Prepare { opening }) => {
                // Only a head start: if it fails, the exam will say why.
                let taps: Taps = judge::taps(readout);
                if let Ok(tokens) = engine.tokens(&prompt::known_prefix(&opening)) {
                    let _ = memory.run(engine, &tokens, taps.depth, &|| true);
                }
            }
            (Ok((engine, readout)), Job::Observe { exam, reply, cancelled }) => {
                let progress = |done, total| {
                    let _ = reply.send(Reply::Step(done, total));
                    !cancelled.load(Ordering::SeqCst)
                };
                let result = judge::observe(engine, &mut memory, readout, &exam, &progress)
                    .map(|(observations, usage)| Observations { observations, usage })
                    .map_err(|error| unscored(&error));
                let _ = reply.send(Reply::Done(result));
            }
        }
    }
}

fn unscored(error: &EngineError) -> Unscored {
    match error {
        EngineError::TooLong { tokens, limit } => Unscored::TooLong { tokens: *tokens, limit: *limit },
        EngineError::Cancelled => Unscored::Interrupted,
        other => Unscored::BrokenModel { detail: crate::core::text::one_line(&other.to_string()) },
    }
}

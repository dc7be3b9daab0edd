//! The thread that owns the model. It loads while the person reads the case, and does one job at a time.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

use super::{
    EngineError,
    engine::Engine,
    judge::{self, Memory},
    prompt,
    readout::Readout,
    router::{self, Router},
};
use crate::{
    core::{
        bank::scenario::Fact,
        judging::{Judge, Trust, Unscored, questions::Exam},
        record::Route,
        session::routing::plainly_asked,
    },
    ports::{HeadStart, Message, Observations, Observer, Routing, Watch},
};

/// The model in this process, behind the port.
pub struct Embedded {
    jobs: Sender<Job>,
    /// Jobs that were sent and not begun.
    waiting: Arc<AtomicUsize>,
    judge: Judge,
}

enum Job {
    Observe {
        exam: Box<Exam>,
        reply: Sender<Reply>,
        cancelled: Arc<AtomicBool>,
    },
    Grade {
        exam: Box<Exam>,
        reply: Sender<Result<f64, Unscored>>,
    },
    Route {
        asked: Box<Asked>,
        reply: Sender<Result<Routing, Unscored>>,
    },
    /// A hint only. The facts are prepared to the end, because every message needs them; the rest is given up as soon as
    /// anything else is to be done.
    ReadAhead {
        exam: Box<Exam>,
        facts: Vec<Fact>,
    },
}

/// A message and what it may ask for.
struct Asked {
    opening: String,
    facts: Vec<Fact>,
    text: String,
}

/// What the worker needs.
struct Model {
    engine: Engine,
    readout: Readout,
    router: Router,
}

enum Reply {
    Step(usize, usize),
    Done(Result<Observations, Unscored>),
}

impl Embedded {
    /// Starts to load the model and returns at once. What goes wrong is told by the first job. `own` is where a person's
    /// own readout may be.
    pub fn start(name: &str, file: PathBuf, own: &Path) -> Self {
        let (jobs, queue) = mpsc::channel();
        let own = Readout::own(own);
        let name = if matches!(own, Ok(None)) { name.to_owned() } else { format!("{name}, own readout") };
        let readout = own.and_then(|own| own.map_or_else(Readout::built_in, Ok));
        let hash = readout.as_ref().map_or_else(|_| String::new(), readout_hash);
        let prompt_hash = format!("{}-{hash}", prompt::hash());
        let judge = Judge { trust: measured(&prompt_hash), model: name, prompt_hash };
        let waiting = Arc::new(AtomicUsize::new(0));
        let sent = waiting.clone();
        thread::spawn(move || {
            let model = readout.and_then(|readout| {
                Ok(Model { engine: Engine::load(&file)?, readout, router: Router::built_in()? })
            });
            work(&queue, &sent, model);
        });
        Self { jobs, waiting, judge }
    }
}

/// What `pushback judge card --save` found for the judge that comes with the program, if it is this one.
fn measured(prompt_hash: &str) -> Option<Trust> {
    let saved: Judge = serde_json::from_str(include_str!("trust.json")).ok()?;
    saved.trust.filter(|_| saved.prompt_hash == prompt_hash)
}

fn readout_hash(readout: &Readout) -> String {
    crate::core::hash::hash(&serde_json::to_vec(readout).unwrap_or_default())[..8].to_owned()
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
        self.waiting.fetch_add(1, Ordering::SeqCst);
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

    fn grade(&self, exam: &Exam, _: &dyn Watch) -> Result<f64, Unscored> {
        let (reply, replies) = mpsc::channel();
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.jobs.send(Job::Grade { exam: Box::new(exam.clone()), reply }).map_err(|_| gone())?;
        replies.recv().map_err(|_| gone())?
    }

    fn route(&self, message: &Message<'_>, watch: &dyn Watch) -> Result<Routing, Unscored> {
        let (reply, replies) = mpsc::channel();
        let asked = Asked {
            opening: message.opening.to_owned(),
            facts: message.facts.to_vec(),
            text: message.text.to_owned(),
        };
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.jobs.send(Job::Route { asked: Box::new(asked), reply }).map_err(|_| gone())?;
        loop {
            match replies.recv_timeout(PATIENCE) {
                Ok(routing) => return routing,
                Err(RecvTimeoutError::Timeout) if watch.is_cancelled() => return Err(Unscored::Interrupted),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }

    fn head_start(&self) -> Option<HeadStart> {
        let (jobs, waiting) = (self.jobs.clone(), self.waiting.clone());
        Some(Box::new(move |exam, facts| {
            waiting.fetch_add(1, Ordering::SeqCst);
            // A worker that is gone tells so when it is asked for a result.
            let _ = jobs.send(Job::ReadAhead { exam: Box::new(exam), facts: facts.to_vec() });
        }))
    }
}

fn gone() -> Unscored {
    Unscored::BrokenModel { detail: "it stopped working; start pushback again".into() }
}

fn work(queue: &Receiver<Job>, waiting: &AtomicUsize, model: Result<Model, EngineError>) {
    let (mut memory, mut known) = (Memory::default(), router::Memory::default());
    for job in queue {
        waiting.fetch_sub(1, Ordering::SeqCst);
        match &model {
            Ok(model) => model.work(job, waiting, &mut memory, &mut known),
            Err(error) => refuse(job, error),
        }
    }
}

fn refuse(job: Job, error: &EngineError) {
    // Whoever has stopped waiting needs no answer, here and below.
    let _ = match job {
        Job::Observe { reply, .. } => reply.send(Reply::Done(Err(unscored(error)))).is_ok(),
        Job::Grade { reply, .. } => reply.send(Err(unscored(error))).is_ok(),
        Job::Route { reply, .. } => reply.send(Err(unscored(error))).is_ok(),
        Job::ReadAhead { .. } => false,
    };
}

impl Model {
    fn work(&self, job: Job, waiting: &AtomicUsize, memory: &mut Memory, known: &mut router::Memory) {
        let Self { engine, readout, router } = self;
        match job {
            Job::Observe { exam, reply, cancelled } => {
                let progress = |done, total| {
                    let _ = reply.send(Reply::Step(done, total));
                    !cancelled.load(Ordering::SeqCst)
                };
                let result = judge::observe(engine, memory, readout, &exam, &progress)
                    .map(|(observations, usage)| Observations { observations, usage })
                    .map_err(|error| unscored(&error));
                let _ = reply.send(Reply::Done(result));
            }
            Job::Grade { exam, reply } => {
                let _ = reply.send(judge::grade(engine, &exam).map_err(|error| unscored(&error)));
            }
            Job::Route { asked, reply } => {
                let case = (asked.opening.as_str(), asked.facts.as_slice());
                let routing = router::read(engine, known, &router.taps(), case, &asked.text)
                    .and_then(|asked| router.decide(&asked))
                    .map(|routing| match routing.route {
                        Route::Unknown => plainly_asked(&asked.text, &asked.facts)
                            .map_or(routing, |fact| Routing { route: Route::Fact { fact }, ..routing }),
                        _ => routing,
                    });
                let _ = reply.send(routing.map_err(|error| unscored(&error)));
            }
            Job::ReadAhead { exam, facts } => {
                let go_on = || waiting.load(Ordering::SeqCst) == 0;
                // If it fails, whoever asks will be told why. The first message is likelier a question than an answer.
                let _ = known
                    .prepare(engine, &router.taps(), &exam.opening, &facts, &|| true)
                    .and_then(|()| judge::read_ahead(engine, memory, readout, &exam, &go_on));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_of_the_judge_holds_for_the_one_that_comes_with_the_program() {
        let readout = Readout::built_in().unwrap();
        let prompt_hash = format!("{}-{}", prompt::hash(), readout_hash(&readout));
        assert!(measured(&prompt_hash).is_some(), "trust.json is for another judge than {prompt_hash}");
        assert!(Router::built_in().is_ok());
    }
}

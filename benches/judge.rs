//! How long the score card takes: `cargo bench --bench judge`.
//!
//! `PUSHBACK_TEST_MODELS` names a folder in which `pushback model install` has put the model;
//! `PUSHBACK_TEST_PYTHON`, if set, a Python with the package `xllamacpp`, for a llama.cpp server on the same file that is asked the same questions
//! one by one. A run takes everything in turn, so that the ratios hold on a machine whose speed drifts.

#[path = "../tests/embedded/server.rs"]
mod server;

use std::{path::PathBuf, time::Instant};

use pushback::{
    adapters::{
        bank::library,
        model::{
            embedded::Embedded,
            file::{QWEN_CODER_1_5B, installed},
            openai::{Address, Endpoint, EndpointObserver},
        },
        paths,
    },
    core::{
        judging::questions::Exam,
        turn::{Ask, Turn},
    },
    ports::{Observer, Watch},
};
use server::Server;

const RUNS: usize = 5;
const CASE: &str = "ga-date-on-one-database";

/// Four paragraphs, as long as answers are.
const ANSWER: &str = include_str!("answer.txt");

struct Patient;

impl Watch for Patient {
    fn step(&self, _: usize, _: usize) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

fn main() {
    let Some(folder) = std::env::var_os("PUSHBACK_TEST_MODELS").map(PathBuf::from) else {
        eprintln!("PUSHBACK_TEST_MODELS names no folder with the model: nothing was measured");
        return;
    };
    let model =
        installed(&folder, &QWEN_CODER_1_5B).expect("`pushback model install` has put the model there");
    let (bank, _) = library::load(&paths::Home::at("/nonexistent"));
    let case = bank.case(CASE).unwrap();
    let exam = |answer: &str| {
        let turn = Turn {
            question: case.scenario.opening.trim().to_owned(),
            kind: Ask::Opening,
            said: vec![answer.to_owned()],
        };
        Exam::new(case, &[turn], |_| true)
    };
    let whole = exam(ANSWER);
    let words = ANSWER.split_whitespace().count();
    println!("{words} words, {} statements, {RUNS} runs in turn", whole.statements.len());

    let server = std::env::var_os("PUSHBACK_TEST_PYTHON").map(|_| Server::start(&model));
    let endpoint = server.as_ref().map(|server| {
        EndpointObserver::new(Endpoint::new(Address::parse(&server.url).unwrap(), "local".into(), None))
            .unwrap()
    });
    let embedded = Embedded::start(QWEN_CODER_1_5B.title, model, std::path::Path::new("/nonexistent"));
    // Loads the model, which a person waits for while reading the case.
    embedded.observe(&exam("We would open by invitation and in stages."), &Patient).unwrap();

    let (mut cold, mut warm, mut one_by_one) = (vec![], vec![], vec![]);
    for run in 0..RUNS {
        // Another first sentence, so that nothing of the answer is in memory.
        let other = format!("This is how I see it, for the {run}th time. {ANSWER}");
        cold.push(seconds(|| embedded.observe(&exam(&other), &Patient).map(|_| ())));

        // What a person has typed and finished is read while the next paragraph is being typed.
        let other = format!("And this is run {run} of the other kind. {ANSWER}");
        let finished = other.rsplit_once("\n\n").unwrap().0;
        let finished = Exam { statements: vec![], ..exam(finished) };
        embedded.observe(&finished, &Patient).unwrap();
        warm.push(seconds(|| embedded.observe(&exam(&other), &Patient).map(|_| ())));

        if let Some(endpoint) = &endpoint {
            let other = format!("The server hears it for the {run}th time. {ANSWER}");
            one_by_one.push(seconds(|| endpoint.observe(&exam(&other), &Patient).map(|_| ())));
        }
    }
    let warm = told("submit to card, finished paragraphs read while typing", warm);
    let cold = told("submit to card, nothing read before", cold);
    println!("cold / warm: {:.2}", cold / warm);
    if !one_by_one.is_empty() {
        let slow = told("llama.cpp server, one question after the other", one_by_one);
        println!("server / cold: {:.2}; server / warm: {:.2}", slow / cold, slow / warm);
    }
    if let Some(peak) = peak() {
        println!("peak resident memory of this process: {peak:.2} GB");
    }
}

fn seconds<E: std::fmt::Debug>(work: impl FnOnce() -> Result<(), E>) -> f64 {
    let began = Instant::now();
    work().unwrap();
    began.elapsed().as_secs_f64()
}

/// Prints minimum, median and maximum, and returns the median.
fn told(what: &str, mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    println!("{what}: {:.2} s ({:.2} to {:.2})", median, times[0], times[times.len() - 1]);
    median
}

/// Gigabytes, where the system tells.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(peak.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1e6)
}

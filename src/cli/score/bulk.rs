//! `pushback score --answers …`: many answers, one line of result each.

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::batch;
use crate::{
    adapters::{
        answers::{self, Scores},
        paths,
        terminal::output,
    },
    app::bulk::{self, Job},
    cli::{
        args::BulkArgs,
        bank,
        context::Context,
        error::{BAD_INPUT, FAILED, Failure},
        model,
    },
    core::{hash, judging::scored::ScoredAnswer, text::visible},
    ports::Watch,
};

/// Scores what has no score yet.
pub fn score(context: &Context, args: &BulkArgs) -> Result<(), Failure> {
    let bank = bank::load_strictly(context, args.scenarios.as_deref().zip(args.rubrics.as_deref()))?;
    let (answers, mut bad) =
        answers::read(&args.answers).map_err(|cause| cant("read", &args.answers, &cause, BAD_INPUT))?;
    let mut scores = Scores::open(&args.out).map_err(|cause| cant("use", &args.out, &cause, BAD_INPUT))?;
    let hashes: BTreeMap<&str, String> =
        bank.cases().map(|case| (case.scenario.id.as_str(), hash::fingerprint(&case.rubric))).collect();
    let mut jobs = vec![];
    for answer in &answers {
        match bank.case(&answer.scenario) {
            Ok(case) if !scores.has(&answer.id) => {
                let rubric_hash = hashes.get(case.scenario.id.as_str()).map_or("", String::as_str);
                jobs.push(Job { id: &answer.id, answer: &answer.answer, case, rubric_hash });
            }
            Ok(_) => {}
            Err(error) => {
                bad.push(format!("{}: answer `{}`: {error}", paths::display(&args.answers), answer.id))
            }
        }
    }
    for line in &bad {
        eprintln!("{} (passed over)", visible(line));
    }
    let before = scores.len();
    let mut unscored = 0;
    let mut stopped = None;
    if !jobs.is_empty() {
        let progress = Progress::new(context, jobs.len());
        let mut keep = |scored: ScoredAnswer| -> Result<(), Failure> {
            unscored += usize::from(scored.unscored.is_some());
            progress.bar.inc(1);
            scores.append(&scored).map_err(|cause| cant("write", &args.out, &cause, FAILED))
        };
        stopped = if args.batch {
            batch::score(context, &args.out, &jobs, &progress, &mut keep)?
        } else {
            bulk::run(&jobs, model::observers(context, args.concurrency)?, &progress, keep)?
        };
        progress.bar.finish_and_clear();
    }
    let order: Vec<&str> = answers.iter().map(|answer| answer.id.as_str()).collect();
    let scores = scores.in_order_of(&order).map_err(|cause| cant("write", &args.out, &cause, FAILED))?;
    let scored = scores.len() - unscored;
    output::print(&format!(
        "{scored} scored ({before} of them before), {unscored} unscored, {} passed over; in {}",
        bad.len(),
        paths::display(&args.out)
    ))?;
    match stopped {
        Some(why) => Err(model::failure(&why).hint("what is scored is kept; the same command goes on")),
        None if unscored > 0 => Err(Failure::new(FAILED, format!("{unscored} answers could not be scored"))
            .hint("each line says why; the same command tries those again")),
        None => Ok(()),
    }
}

fn cant(what: &str, path: &Path, cause: &io::Error, exit: u8) -> Failure {
    Failure::new(exit, format!("can't {what} {}: {cause}", paths::display(path)))
}

/// Answers done, answers a minute, and the time that is left.
struct Progress<'a> {
    bar: ProgressBar,
    /// Until when everybody waits, as it was last told where there is no bar to show it.
    told: Mutex<Option<Instant>>,
    context: &'a Context,
}

impl<'a> Progress<'a> {
    fn new(context: &'a Context, answers: usize) -> Self {
        let bar = ProgressBar::new(answers as u64);
        let template = "scoring {bar:32} {pos} of {len} answers, {per_sec}, {eta} left{msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━━─"));
        }
        Self { bar, told: Mutex::new(None), context }
    }
}

impl Watch for Progress<'_> {
    fn step(&self, _: usize, _: usize) {
        self.bar.set_message("");
        self.bar.tick();
    }

    fn held(&self, left: Duration) {
        let text = format!("the endpoint asked to wait, {} s left", left.as_secs() + 1);
        if !self.bar.is_hidden() {
            return self.bar.set_message(format!("; {text}"));
        }
        // Told once a wait: whoever reads a log needs no countdown.
        let until = Instant::now() + left;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| told + Duration::from_millis(500) < until) {
            eprintln!("{text}");
            *told = Some(until);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.context.cancelled.load(std::sync::atomic::Ordering::SeqCst)
    }
}

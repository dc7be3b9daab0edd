//! `pushback score --answers …`: many answers, one line of result each.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::batch;
use crate::{
    adapters::{
        answers::{self, Scores, ScoresError},
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
        output::require_own_place,
    },
    core::{
        judging::{
            Judge,
            scored::{Basis, ScoredAnswer},
        },
        lab::meant_for,
        text::visible,
    },
    ports::Watch,
    render::words,
};

/// Scores what has no score yet, or one that no longer holds.
pub fn score(context: &Context, args: &BulkArgs) -> Result<(), Failure> {
    require_own_place(&context.home, &args.out)?;
    let bank = bank::load_strictly(context, args.scenarios.as_deref(), args.rubrics.as_deref())?;
    let (answers, mut bad) =
        answers::read(&args.answers).map_err(|error| Failure { exit: BAD_INPUT, ..Failure::from(error) })?;
    let mut scores = Scores::open(&args.out)?;
    let observers = model::observers(context, args.concurrency)?;
    let judge = observers.first().map_or_else(Judge::nobody, |observer| observer.judge());
    let mut jobs = vec![];
    let (mut before, mut again) = (0, 0);
    for answer in &answers {
        let case = match bank.case(&answer.scenario) {
            Ok(case) => case,
            Err(error) => {
                bad.push(format!("{}: answer `{}`: {error}", paths::display(&args.answers), answer.id));
                continue;
            }
        };
        if let Err(error) =
            meant_for::check(|| format!("answer `{}`", answer.id), answer.told_hash.as_deref(), case)
        {
            bad.push(format!(
                "{}: {error}; `--scenarios` names a folder with that text",
                paths::display(&args.answers)
            ));
            continue;
        }
        let basis = Basis::of(case, &answer.answer);
        if scores.holds(&answer.id, &basis, &judge) {
            before += 1;
            continue;
        }
        again += usize::from(scores.has(&answer.id));
        jobs.push(Job { id: &answer.id, answer: &answer.answer, case, basis });
    }
    for line in &bad {
        eprintln!("{} (skipped)", visible(line));
    }
    if again > 0 {
        eprintln!("{again} scored again: the answer, the case, the rubric, or the judge has changed since");
    }
    if jobs.is_empty() && before == 0 {
        return Err(Failure::new(
            BAD_INPUT,
            format!("{} holds no answer that can be scored", paths::display(&args.answers)),
        )
        .hint("each line is a JSON object with `id`, `scenario` (an id in the bank), and `answer`"));
    }
    let (mut scored, mut unscored) = (before, 0);
    let mut stopped = None;
    if !jobs.is_empty() {
        let progress = Progress::new(context, jobs.len());
        let mut keep = |answer: ScoredAnswer| -> Result<(), Failure> {
            *(if answer.unscored.is_some() { &mut unscored } else { &mut scored }) += 1;
            progress.bar.inc(1);
            Ok(scores.append(answer)?)
        };
        stopped = if args.batch {
            batch::score(context, &args.out, &jobs, &progress, &mut keep)?
        } else {
            bulk::run(&jobs, observers, &progress, keep)?
        };
        progress.bar.finish_and_clear();
    }
    let order: Vec<&str> = answers.iter().map(|answer| answer.id.as_str()).collect();
    scores.finish(&order)?;
    output::print(&format!(
        "{scored} scored ({before} of them before), {unscored} unscored, {} skipped; in {}",
        bad.len(),
        paths::display(&args.out)
    ))?;
    match stopped {
        Some(why) => Err(model::failure(&why).hint("what is scored is kept; the same command goes on")),
        None if unscored > 0 => {
            Err(Failure::new(FAILED, format!("{} could not be scored", words::count(unscored, "answer")))
                .hint("each line says why; the same command tries those again"))
        }
        None => Ok(()),
    }
}

impl From<ScoresError> for Failure {
    fn from(error: ScoresError) -> Self {
        let failure = Self::new(BAD_INPUT, error.to_string());
        match error {
            ScoresError::File(error) => error.into(),
            ScoresError::Busy(_) => failure.hint("wait for it, or name another file with --out"),
            ScoresError::NotScores(_) | ScoresError::NotPlain(_) => {
                failure.hint("nothing was changed; name another file with --out")
            }
        }
    }
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

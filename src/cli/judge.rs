//! `pushback judge`.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::{
    args::JudgeCommand,
    bank,
    error::{BAD_INPUT, FAILED, Failure, NO_MODEL},
    model,
    round::Context,
};
use crate::{
    adapters::{
        console,
        embedded::fit,
        labels,
        model_file::{self, QWEN_CODER_1_5B},
        paths,
    },
    app::judge_card,
    core::{
        bank::Bank,
        judging::{
            Judge,
            figures::Figures,
            labelled::{Labelled, LabelledAnswer},
        },
    },
    ports::Watch,
    render::figures,
};

/// `pushback judge …`.
pub fn run(context: &Context, command: JudgeCommand) -> Result<(), Failure> {
    match command {
        JudgeCommand::Card { answers, scenarios, rubrics, save, json } => {
            let bank = bank::load_strictly(context, scenarios.as_deref().zip(rubrics.as_deref()))?;
            card(context, &bank, &answers, save.as_deref(), json)
        }
        JudgeCommand::Fit { answers, scenarios, rubrics, out } => {
            let bank = bank::load_strictly(context, scenarios.as_deref().zip(rubrics.as_deref()))?;
            fit(context, &bank, &answers, &out)
        }
    }
}

fn card(
    context: &Context,
    bank: &Bank,
    answers: &Path,
    save: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let (answers, _) = labels::load(answers).map_err(|error| Failure::new(BAD_INPUT, error.to_string()))?;
    let labelled = labelled(bank, &answers)?;
    let observer = model::observer(context)?;
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("judging {bar:32} {pos} of {len}, {eta} left") {
        bar.set_style(style.progress_chars("━━─"));
    }
    let told = |done: usize, total: usize| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    let watch = Cancelled(context);
    let card = judge_card::make(&labelled, &*observer, &watch, &told);
    bar.finish_and_clear();
    let card = card.map_err(|why| model::failure(&why))?;
    if let Some(path) = save {
        write_json(path, &Judge { trust: card.trust(), ..card.judge.clone() })?;
    }
    let text = if json {
        serde_json::to_string(&card).map_err(|error| Failure::new(FAILED, error.to_string()))?
    } else {
        figures::card(&card, console::width())
    };
    Ok(console::print(&text)?)
}

struct Cancelled<'a>(&'a Context);

impl Watch for Cancelled<'_> {
    fn step(&self, _: usize, _: usize) {}

    fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(std::sync::atomic::Ordering::SeqCst)
    }
}

fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), Failure> {
    let json =
        serde_json::to_string_pretty(value).map_err(|error| Failure::new(FAILED, error.to_string()))?;
    std::fs::write(path, json + "\n")
        .map_err(|error| Failure::new(FAILED, format!("can't write {}: {error}", paths::display(path))))
}

fn fit(context: &Context, bank: &Bank, answers: &Path, out: &Path) -> Result<(), Failure> {
    let (answers, hash) =
        labels::load(answers).map_err(|error| Failure::new(BAD_INPUT, error.to_string()))?;
    let labelled = labelled(bank, &answers)?;
    let model = model_file::installed(&context.home.models(), &QWEN_CODER_1_5B).ok_or_else(|| {
        Failure::new(NO_MODEL, "the embedded model is not installed").hint("`pushback model install` gets it")
    })?;
    let bar = ProgressBar::new(labelled.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("reading {bar:32} {pos} of {len} answers, {eta} left") {
        bar.set_style(style.progress_chars("━━─"));
    }
    let fitted = fit::fit(&model, &labelled, hash, &|done| bar.set_position(done as u64));
    bar.finish_and_clear();
    let fitted = fitted.map_err(|error| Failure::new(FAILED, error.to_string()))?;
    write_json(out, &fitted.readout)?;
    let scenario = Figures::new(&labelled, &fitted.scenario_left_out);
    let rubric = Figures::new(&labelled, &fitted.rubric_left_out);
    console::print(&format!(
        "Each scenario left out in turn\n\n{}\nEach rubric left out in turn: what a rubric of your own can expect\n\n{}\n\
         written to {}",
        figures::page(&scenario, console::width()),
        figures::page(&rubric, console::width()),
        paths::display(out)
    ))?;
    Ok(())
}

/// Answers as the judge would see them, with their labels.
fn labelled<'a>(bank: &'a Bank, answers: &'a [LabelledAnswer]) -> Result<Vec<Labelled<'a>>, Failure> {
    answers
        .iter()
        .map(|answer| {
            let case = bank.case(&answer.scenario)?;
            Labelled::new(answer, case).map_err(|error| Failure::new(BAD_INPUT, error.to_string()))
        })
        .collect()
}

//! `pushback judge`.

pub(super) mod panel;
pub(super) mod routing;

use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use super::{
    args::JudgeCommand,
    bank::{self, EARLIER_TEXT},
    context::{Cancelled, Context},
    error::{BAD_INPUT, FAILED, Failure, NO_MODEL},
    model::{self, Choice},
    output::write_json,
};
use crate::{
    adapters::{
        labels,
        model::{
            embedded::{EngineError, fit_judge},
            file::{self, QWEN_CODER_1_5B},
            openai::{
                EndpointObserver,
                recalibrated::{self, Recalibrated},
            },
        },
        paths,
        terminal::output,
    },
    app::{judge_card, observe::observe},
    core::{
        bank::{Bank, Case, DrawError},
        judging::{Judge, Observation, Unscored},
        lab::{
            figures::Figures,
            labelled::{Labelled, LabelledAnswer, Mismatch},
            recalibration::Recalibration,
        },
    },
    ports::Observer,
    render,
};

/// `pushback judge …`.
pub fn run(context: &Context, command: JudgeCommand) -> Result<(), Failure> {
    match command {
        JudgeCommand::Card { answers, scenarios, rubrics, save, json } => {
            let banks = Banks::load(context, scenarios.as_deref(), rubrics.as_deref())?;
            card(context, &banks, &answers, save.as_deref(), json)
        }
        JudgeCommand::Fit { answers, scenarios, rubrics, out } => {
            let banks = Banks::load(context, scenarios.as_deref(), rubrics.as_deref())?;
            fit(context, &banks, &answers, out.as_deref())
        }
        JudgeCommand::Routing { messages, scenarios, rubrics, json } => {
            let bank = bank::load_strictly(context, scenarios.as_deref(), rubrics.as_deref())?;
            routing::card(context, &bank, &messages, json)
        }
        JudgeCommand::FitRouting { messages, scenarios, rubrics, out } => {
            let bank = bank::load_strictly(context, scenarios.as_deref(), rubrics.as_deref())?;
            routing::fit(context, &bank, &messages, &out)
        }
        JudgeCommand::Panel { folder, scenarios, rubrics, out, json } => {
            let bank = bank::load_strictly(context, scenarios.as_deref(), rubrics.as_deref())?;
            panel::figures(context, &bank, &folder, out.as_deref(), json)
        }
        JudgeCommand::FitWhole { folder, scenarios, rubrics, out } => {
            let bank = bank::load_strictly(context, scenarios.as_deref(), rubrics.as_deref())?;
            panel::fit(context, &bank, &folder, out.as_deref())
        }
    }
}

fn card(
    context: &Context,
    banks: &Banks,
    answers: &[PathBuf],
    save: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let (answers, _) = labels::load(answers).map_err(|error| Failure::new(BAD_INPUT, error.to_string()))?;
    let labelled = labelled(banks, &answers)?;
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
        write_json(&context.home, path, &Judge { trust: card.trust(), ..card.judge.clone() })?;
    }
    let text = if json {
        serde_json::to_string(&card).map_err(|error| Failure::new(FAILED, error.to_string()))?
    } else {
        render::judge_card::card(&card, output::width())
    };
    Ok(output::print(&text)?)
}

fn fit(context: &Context, banks: &Banks, answers: &[PathBuf], out: Option<&Path>) -> Result<(), Failure> {
    let (answers, hash) =
        labels::load(answers).map_err(|error| Failure::new(BAD_INPUT, error.to_string()))?;
    let labelled = labelled(banks, &answers)?;
    let bar = ProgressBar::new(labelled.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("reading {bar:32} {pos} of {len} answers, {eta} left") {
        bar.set_style(style.progress_chars("━━─"));
    }
    let (text, place) = match model::choice(context)? {
        Choice::None => return Err(model::failure(&Unscored::NoModel)),
        Choice::Embedded => {
            let model = file::installed(&context.home.models(), &QWEN_CODER_1_5B).ok_or_else(|| {
                Failure::new(NO_MODEL, "the embedded model is not installed")
                    .hint("`pushback model install` gets it")
            })?;
            let fitted = fit_judge::fit(&model, &labelled, hash, &|done| bar.set_position(done as u64));
            bar.finish_and_clear();
            let fitted = fitted.map_err(|error| Failure::new(FAILED, error.to_string()))?;
            let place = model::own_readout(context);
            write_json(&context.home, out.unwrap_or(&place), &fitted.readout)?;
            let rubric = Figures::new(&labelled, &fitted.rubric_left_out);
            let more = format!(
                "\nEach rubric left out in turn: what a rubric of your own can expect\n\n{}",
                render::judge_card::page(&rubric, output::width())
            );
            (left_out(&labelled, &fitted.scenario_left_out) + &more, place)
        }
        Choice::Endpoint(endpoint) => {
            let model = endpoint.model.clone();
            // What was learnt before must not be learnt upon.
            let observer = EndpointObserver::new(*endpoint).map_err(|error| model::bad(&error))?;
            let watch = Cancelled(context);
            let mut observed = vec![];
            for labelled in &labelled {
                let seen = observe(&observer, &labelled.exam, &watch).map_err(|why| model::failure(&why))?;
                observed.push(seen.observations);
                bar.inc(1);
            }
            bar.finish_and_clear();
            let fitted = Recalibration::fit(&labelled, &observed)
                .ok_or_else(|| Failure::new(BAD_INPUT, EngineError::Labels.to_string()))?;
            let recalibrated = Recalibrated {
                format: recalibrated::FORMAT,
                prompt_hash: observer.judge().prompt_hash,
                data_hash: hash,
                labels: observed.iter().map(Vec::len).sum(),
                recalibration: fitted.recalibration,
                model,
            };
            let place = recalibrated::path(&context.home.judge(), &recalibrated.model);
            write_json(&context.home, out.unwrap_or(&place), &recalibrated)?;
            let before = Figures::new(&labelled, &observed);
            let before = format!("As it comes\n\n{}\n", render::judge_card::page(&before, output::width()));
            (before + &left_out(&labelled, &fitted.left_out), place)
        }
    };
    let end = match out {
        Some(out) => format!("written to {}", paths::display(out)),
        None => format!("in use from now on; delete {} to go back", paths::display(&place)),
    };
    Ok(output::print(&format!("{text}\n{end}"))?)
}

fn left_out(labelled: &[Labelled<'_>], observed: &[Vec<Observation>]) -> String {
    let figures = Figures::new(labelled, observed);
    format!("Each scenario left out in turn\n\n{}", render::judge_card::page(&figures, output::width()))
}

/// Where the cases of labeled answers are looked for.
struct Banks {
    /// The folders that are named, or the bank.
    named: Bank,
    /// The bank, where folders are named: labels of an earlier text go together with those of today's.
    own: Option<Bank>,
}

impl Banks {
    fn load(context: &Context, scenarios: Option<&Path>, rubrics: Option<&Path>) -> Result<Self, Failure> {
        let named = bank::load_strictly(context, scenarios, rubrics)?;
        let own = scenarios.map(|_| bank::load_strictly(context, None, None)).transpose()?;
        Ok(Self { named, own })
    }

    /// The case that an answer is labeled for.
    fn case(&self, answer: &LabelledAnswer) -> Result<&Case, DrawError> {
        let is_meant = |case: &Case| answer.told_hash.as_ref().is_none_or(|hash| *hash == case.told_hash());
        let named = self.named.case(&answer.scenario);
        let own = self.own.as_ref().and_then(|bank| bank.case(&answer.scenario).ok());
        match (&named, own) {
            (Ok(case), _) if is_meant(case) => named,
            (_, Some(case)) if is_meant(case) => Ok(case),
            _ => named,
        }
    }
}

/// Answers as the judge would see them, with their labels.
fn labelled<'a>(banks: &'a Banks, answers: &'a [LabelledAnswer]) -> Result<Vec<Labelled<'a>>, Failure> {
    answers
        .iter()
        .map(|answer| {
            let case = banks.case(answer)?;
            Labelled::new(answer, case).map_err(|error| {
                let failure = Failure::new(BAD_INPUT, error.to_string());
                if matches!(error, Mismatch::OtherWords(_)) { failure.hint(EARLIER_TEXT) } else { failure }
            })
        })
        .collect()
}

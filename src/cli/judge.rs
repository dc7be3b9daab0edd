//! `pushback judge`.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::{
    args::JudgeCommand,
    bank,
    error::{BAD_INPUT, FAILED, Failure, NO_MODEL},
    round::Context,
};
use crate::{
    adapters::{
        console,
        embedded::fit::{self, Labelled},
        labels::{self, LabelledAnswer},
        model_file::{self, QWEN_CODER_1_5B},
        paths,
    },
    core::{
        bank::Bank,
        judging::{agreement, questions::Exam, sentences::words},
        record::Ask,
        session::Turn,
    },
};

/// `pushback judge …`.
pub fn run(context: &Context, command: JudgeCommand) -> Result<(), Failure> {
    match command {
        JudgeCommand::Fit { answers, scenarios, rubrics, out } => {
            let bank = bank::load_strictly(context, scenarios.as_deref().zip(rubrics.as_deref()))?;
            fit(context, &bank, &answers, &out)
        }
    }
}

fn fit(context: &Context, bank: &Bank, answers: &Path, out: &Path) -> Result<(), Failure> {
    let (answers, hash) =
        labels::load(answers).map_err(|error| Failure::new(BAD_INPUT, error.to_string()))?;
    let mut scenarios: Vec<&str> = answers.iter().map(|answer| answer.scenario.as_str()).collect();
    scenarios.sort_unstable();
    scenarios.dedup();
    let labelled = answers
        .iter()
        .map(|answer| {
            let group = scenarios.binary_search(&answer.scenario.as_str()).unwrap_or_default();
            labelled(bank, answer, group)
        })
        .collect::<Result<Vec<_>, _>>()?;
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
    let json =
        serde_json::to_string(&fitted.readout).map_err(|error| Failure::new(FAILED, error.to_string()))?;
    std::fs::write(out, json + "\n")
        .map_err(|error| Failure::new(FAILED, format!("can't write {}: {error}", paths::display(out))))?;
    let figure = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.3}"));
    let pairs = &fitted.left_out;
    console::print(&format!(
        "{} labels of {} answers over {} scenarios; each scenario left out in turn:\n\
         kappa {} · AUC {} · AUC within an answer {} · Brier {} · evidence hit first {} ({} of {})\n\
         written to {}",
        pairs.len(),
        labelled.len(),
        scenarios.len(),
        figure(agreement::kappa(pairs)),
        figure(agreement::auc(pairs)),
        figure(agreement::auc_within(pairs)),
        figure(agreement::brier(pairs)),
        figure((fitted.hits.1 > 0).then(|| fitted.hits.0 as f64 / fitted.hits.1 as f64)),
        fitted.hits.0,
        fitted.hits.1,
        paths::display(out)
    ))?;
    Ok(())
}

/// An answer as the judge would see it, with its labels in the order of the questions.
fn labelled(bank: &Bank, answer: &LabelledAnswer, group: usize) -> Result<Labelled, Failure> {
    let case = bank.case(&answer.scenario)?;
    let turn = Turn {
        question: case.scenario.opening.trim().to_owned(),
        kind: Ask::Opening,
        said: vec![answer.answer.clone()],
    };
    let mut exam = Exam::new(case, &[turn], |_| true);
    exam.statements.sort_by(|a, b| a.signal.cmp(&b.signal));
    let mut shown = vec![];
    let mut evidence = vec![];
    for statement in &exam.statements {
        let label = answer.signals.get(&statement.signal).ok_or_else(|| {
            let message = format!("the answer `{}` has no label for `{}`", answer.id, statement.signal);
            Failure::new(BAD_INPUT, message)
        })?;
        shown.push(*label > 0);
        let quote = answer.evidence.get(&statement.signal).filter(|_| *label > 0);
        evidence.push(quote.map_or_else(Vec::new, |quote| quoted(&exam, quote)));
    }
    Ok(Labelled { exam, shown, evidence, group })
}

/// The sentences that a quotation is from.
fn quoted(exam: &Exam, quote: &str) -> Vec<u32> {
    let quote = words(quote);
    let overlaps = |text: &str| {
        let text = words(text);
        let run = quote.len().min(text.len()).min(4).max(1);
        text.windows(run).any(|window| quote.windows(run).any(|other| other == window))
    };
    exam.turns
        .iter()
        .flat_map(|turn| &turn.sentences)
        .filter(|(_, text)| overlaps(text))
        .map(|(number, _)| *number)
        .collect()
}

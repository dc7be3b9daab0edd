//! `pushback judge panel` and `pushback judge fit-whole`.

use std::{collections::BTreeMap, fs, path::Path};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    adapters::{
        files, labels,
        model::{
            embedded::{EngineError, fit_whole, readout::Readout},
            file::{self, QWEN_CODER_1_5B},
        },
        paths,
        terminal::output,
    },
    app::panel,
    cli::{
        context::{Cancelled, Context},
        error::{BAD_INPUT, FAILED, Failure, NO_MODEL},
        model,
        output::write_json,
    },
    core::{
        bank::Bank,
        lab::panel::{Panel, PanelAnswer, PanelFigures},
    },
    ports::Watch as _,
    render,
};

/// Sets the judge in use beside a panel.
pub fn figures(
    context: &Context,
    bank: &Bank,
    folder: &Path,
    out: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let panel = read(bank, folder)?;
    let observer = model::observer(context)?;
    let bar = bar("judging");
    let told = |done: usize, total: usize| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    let judged = panel::judge(bank, &panel, &*observer, &Cancelled(context), &told);
    bar.finish_and_clear();
    let judged = judged.map_err(|why| model::failure(&why))?;
    if let Some(out) = out {
        let line =
            |(id, level): (&String, &f64)| format!("{}\n", serde_json::json!({"id": id, "level": level}));
        let lines: String = judged.iter().map(line).collect();
        files::replace(out, lines.as_bytes()).map_err(files::FileError::of("write", out))?;
    }
    let figures = PanelFigures::new(&panel, &judged);
    let text = if json {
        serde_json::to_string(&figures).map_err(|error| Failure::new(FAILED, error.to_string()))?
    } else {
        render::judge_card::panel(&figures, output::width())
    };
    Ok(output::print(&text)?)
}

/// Fits how answers as a whole are placed.
pub fn fit(context: &Context, bank: &Bank, folder: &Path, out: Option<&Path>) -> Result<(), Failure> {
    let panel = read(bank, folder)?;
    let model = file::installed(&context.home.models(), &QWEN_CODER_1_5B).ok_or_else(|| {
        Failure::new(NO_MODEL, "the embedded model is not installed").hint("`pushback model install` gets it")
    })?;
    let failed = |error: EngineError| Failure::new(FAILED, error.to_string());
    let place = model::own_readout(context);
    let before = match Readout::own(&place).map_err(failed)? {
        Some(own) => own,
        None => Readout::built_in().map_err(failed)?,
    };
    let readings = context.home.judge().join("readings");
    let bar = bar("reading");
    let told = |done: usize, total: usize| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
        !Cancelled(context).is_cancelled()
    };
    let case_of = |answer: &PanelAnswer| bank.case(&answer.scenario).ok().cloned();
    let fitted = fit_whole::fit(&model, &panel, &case_of, &readings, &told);
    bar.finish_and_clear();
    let fitted = fitted.map_err(failed)?;
    let readout = Readout { whole: Some(fitted.whole), ..before };
    write_json(&context.home, out.unwrap_or(&place), &readout)?;
    if out.is_none() {
        // What was kept to go on with is of no more use.
        fs::remove_dir_all(&readings).map_err(files::FileError::of("delete", &readings))?;
    }
    let page = |levels: &BTreeMap<String, f64>| {
        render::judge_card::panel(&PanelFigures::new(&panel, levels), output::width())
    };
    let end = match out {
        Some(out) => format!("written to {}", paths::display(out)),
        None => format!("in use from now on; delete {} to go back", paths::display(&place)),
    };
    Ok(output::print(&format!(
        "The answer as a whole, each case left out in turn\n\n{}\nEach voice left out, too\n\n{}\n{end}",
        page(&fitted.case_left_out),
        page(&fitted.voice_left_out)
    ))?)
}

fn read(bank: &Bank, folder: &Path) -> Result<Panel, Failure> {
    let panel = labels::panel(folder).map_err(|error| Failure::new(BAD_INPUT, error.to_string()))?;
    if let Some(answer) =
        panel.answers.iter().chain(&panel.hollow).find(|answer| bank.case(&answer.scenario).is_err())
    {
        let message =
            format!("the answer `{}` is to a case that isn't there: `{}`", answer.id, answer.scenario);
        return Err(Failure::new(BAD_INPUT, message).hint("name its folder with --scenarios"));
    }
    Ok(panel)
}

fn bar(what: &str) -> ProgressBar {
    let bar = ProgressBar::no_length();
    let template = format!("{what} {{bar:32}} {{pos}} of {{len}}, {{eta}} left");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style.progress_chars("━━─"));
    }
    bar
}

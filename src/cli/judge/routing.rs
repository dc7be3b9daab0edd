//! `pushback judge routing` and `pushback judge fit-routing`.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    adapters::{
        labels,
        model::{
            embedded::fit_router,
            file::{self, QWEN_CODER_1_5B},
        },
        paths,
        terminal::output,
    },
    cli::{
        bank::EARLIER_TEXT,
        context::{Cancelled, Context},
        error::{BAD_INPUT, FAILED, Failure, NO_MODEL},
        model,
        output::write_json,
    },
    core::{
        bank::{Bank, Case},
        lab::{
            meant_for,
            routing_card::{LabelledMessage, RoutingCard},
        },
    },
    ports::Message,
    render::judge_card,
};

/// Has the model in use recognise labelled messages.
pub fn card(context: &Context, bank: &Bank, folder: &Path, json: bool) -> Result<(), Failure> {
    let (messages, _) = read(folder)?;
    let messages = with_cases(bank, &messages)?;
    let observer = model::observer(context)?;
    let bar = progress(messages.len());
    let mut routes = vec![];
    for (message, case) in &messages {
        let scenario = &case.scenario;
        let asked = Message {
            opening: &scenario.opening,
            question: &scenario.opening,
            text: &message.message,
            facts: &scenario.facts,
        };
        let routing = observer.route(&asked, &Cancelled(context)).map_err(|why| model::failure(&why))?;
        routes.push((*message, routing.route));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let card = RoutingCard::new(routes);
    let text = if json {
        serde_json::to_string(&card).map_err(|error| Failure::new(FAILED, error.to_string()))?
    } else {
        judge_card::routing(&card, output::width())
    };
    Ok(output::print(&text)?)
}

/// Fits how the embedded model recognises messages.
pub fn fit(context: &Context, bank: &Bank, folder: &Path, out: &Path) -> Result<(), Failure> {
    let (messages, hash) = read(folder)?;
    let messages = with_cases(bank, &messages)?;
    let model = file::installed(&context.home.models(), &QWEN_CODER_1_5B).ok_or_else(|| {
        Failure::new(NO_MODEL, "the embedded model is not installed").hint("`pushback model install` gets it")
    })?;
    let bar = progress(messages.len());
    let fitted = fit_router::fit(&model, &messages, hash, &|done| bar.set_position(done as u64));
    bar.finish_and_clear();
    let fitted = fitted.map_err(|error| Failure::new(FAILED, error.to_string()))?;
    write_json(&context.home, out, &fitted.router)?;
    let card = RoutingCard::new(messages.iter().map(|(message, _)| *message).zip(fitted.left_out));
    let card = judge_card::routing(&card, output::width());
    Ok(output::print(&format!("Scenarios left out in turn\n\n{card}\nwritten to {}", paths::display(out)))?)
}

fn progress(messages: usize) -> ProgressBar {
    let bar = ProgressBar::new(messages as u64);
    if let Ok(style) = ProgressStyle::with_template("reading {bar:32} {pos} of {len} messages, {eta} left") {
        bar.set_style(style.progress_chars("━━─"));
    }
    bar
}

type Messages = Vec<(String, LabelledMessage)>;

fn read(folder: &Path) -> Result<(Messages, String), Failure> {
    labels::messages(folder).map_err(|error| Failure::new(BAD_INPUT, error.to_string()))
}

fn with_cases<'a>(
    bank: &'a Bank,
    messages: &'a Messages,
) -> Result<Vec<(&'a LabelledMessage, &'a Case)>, Failure> {
    messages
        .iter()
        .map(|(scenario, message)| {
            let case = bank.case(scenario)?;
            meant_for::check(
                || format!("the message `{}`", message.message),
                message.told_hash.as_deref(),
                case,
            )
            .map_err(|error| Failure::new(BAD_INPUT, error.to_string()).hint(EARLIER_TEXT))?;
            Ok((message, case))
        })
        .collect()
}

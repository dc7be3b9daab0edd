//! `pushback pack`.

use super::{
    args::PackCommand,
    context::Context,
    error::{BAD_INPUT, FAILED, Failure},
};
use crate::{
    adapters::{
        bank::{
            library, lint_files,
            packs::{self, Pack, PackError, Source},
        },
        paths,
        terminal::output,
    },
    core::{lint::Severity, text::one_line},
    render::{lint as render, style},
};

/// `pushback pack …`.
pub fn run(context: &Context, command: &PackCommand) -> Result<(), Failure> {
    match command {
        PackCommand::Add { source } => {
            let source = Source::parse(source)?;
            let pack = packs::add(&context.home.packs(), &source, None)?;
            output::print(&format!("added: {}", pack.manifest.line()))?;
            if source.without_secret() != source {
                let text = "The login in the address was used once and isn't kept. For updates, let git's credential \
                    helper know it.";
                output::print(&style::wrap_hanging(text, output::width(), 0, 0))?;
            }
            tell(context, &pack)
        }
        PackCommand::List { json } => list(context, *json),
        PackCommand::Update { name } => update(context, name.as_deref()),
        PackCommand::Remove { name } => {
            packs::remove(&context.home.packs(), name)?;
            Ok(output::print(&format!("removed: {name}"))?)
        }
    }
}

impl From<PackError> for Failure {
    fn from(error: PackError) -> Self {
        let message = error.to_string();
        match error {
            PackError::File(_) | PackError::Git { .. } => {
                Self::new(FAILED, message).hint("nothing was changed")
            }
            PackError::Empty(_) => Self::new(BAD_INPUT, message)
                .hint("nothing was added; a pack holds the files themselves in scenarios/ and rubrics/"),
            PackError::NoManifest(_) | PackError::BadManifest(_) => Self::new(BAD_INPUT, message).hint(
                "a pack is a folder with scenarios/, rubrics/ and a pack.toml that has name, version, licence and authors",
            ),
            PackError::Taken(name) => {
                Self::new(BAD_INPUT, message).hint(format!("`pushback pack update {name}` fetches it again"))
            }
            PackError::Unknown(_) => Self::new(BAD_INPUT, message).hint("`pushback pack list` shows what there is"),
            PackError::NoSource(_) | PackError::TooLarge(_) | PackError::Renamed { .. } => {
                Self::new(BAD_INPUT, message)
            }
        }
    }
}

/// What a pack brings, and what of it can't be used.
fn tell(context: &Context, pack: &Pack) -> Result<(), Failure> {
    let (bank, _) = library::load(&context.home);
    let prefix = format!("{}/", pack.manifest.name);
    for case in bank.cases().filter(|case| case.scenario.id.starts_with(&prefix)) {
        let s = &case.scenario;
        let row = format!("  {:<32} {}", s.id, one_line(&s.title));
        output::print(&style::wrap_hanging(&row, output::width(), 0, 35))?;
    }
    let linted = lint_files::lint(std::slice::from_ref(&pack.folder), &bank)
        .map_err(|(path, error)| Failure::new(FAILED, format!("{}: {error}", paths::display(&path))))?;
    let errors: Vec<_> =
        linted.findings.iter().filter(|f| f.rule.severity() == Severity::Error).cloned().collect();
    if errors.is_empty() {
        return Ok(());
    }
    output::print(&render::text(&errors, &linted.texts, linted.files(), output::width()))?;
    Ok(output::print("What is told here is left out; the rest of the pack is there.")?)
}

fn list(context: &Context, json: bool) -> Result<(), Failure> {
    let (packs, broken) = packs::list(&context.home.packs());
    for pack in &packs {
        let source = pack.source.as_ref().map(Source::display);
        let line = if json {
            let mut row = serde_json::to_value(&pack.manifest)
                .map_err(|error| Failure::new(FAILED, error.to_string()))?;
            row["source"] = source.into();
            row.to_string()
        } else {
            let from = source.map_or(String::new(), |source| format!(" from {}", one_line(&source)));
            format!("{}{}", pack.manifest.line(), style::paint(style::FAINT, from))
        };
        output::print(&line)?;
    }
    if packs.is_empty() && broken.is_empty() && !json {
        output::print("There are no packs. `pushback pack add FOLDER|ADDRESS` takes one over.")?;
    }
    match broken.first() {
        Some((folder, error)) => {
            Err(Failure::new(BAD_INPUT, format!("{} is left out: {error}", paths::display(folder))))
        }
        None => Ok(()),
    }
}

fn update(context: &Context, name: Option<&str>) -> Result<(), Failure> {
    let (packs, _) = packs::list(&context.home.packs());
    let wanted: Vec<&Pack> =
        packs.iter().filter(|pack| name.is_none_or(|name| pack.manifest.name == name)).collect();
    if let (Some(name), true) = (name, wanted.is_empty()) {
        return Err(PackError::Unknown(name.to_owned()).into());
    }
    let mut failed = None;
    for pack in wanted {
        let name = &pack.manifest.name;
        let Some(source) = &pack.source else {
            failed = Some(Failure::new(FAILED, format!("nobody knows where the pack `{name}` came from")));
            continue;
        };
        // One that can't be fetched costs the others nothing.
        match packs::add(&context.home.packs(), source, Some(name)) {
            Ok(new) => {
                let before = one_line(&pack.manifest.version);
                output::print(&format!("updated: {} (was {before})", new.manifest.line()))?;
                tell(context, &new)?;
            }
            Err(error) => failed = Some(Failure::from(error).hint(format!("`{name}` is as it was"))),
        }
    }
    failed.map_or(Ok(()), Err)
}

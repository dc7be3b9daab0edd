//! `scenario new`, `rubric new` and `accept`: files of one's own, from a template or from a note.

use std::path::{Path, PathBuf};

use crate::{
    adapters::{
        bank::{
            library,
            lint_files::{self, Linted},
            yaml,
        },
        files,
        model::openai::Drafter,
        paths,
        terminal::{external, output},
    },
    cli::{
        args::{AcceptArgs, NewArgs},
        context::Context,
        dialogue::Dialogue,
        error::{BAD_INPUT, FAILED, Failure},
        model::{self, Choice},
    },
    core::{
        authoring::{self, Outline, draft},
        bank::{Bank, rubric::Rubric, scenario::is_id},
        lint::{self, Kind, Rule, Severity, marks, shape::as_id},
        nearest::did_you_mean,
        text::one_line,
    },
    render::{lint as render, style},
};

/// The theme and the rubric of a scenario whose author named none.
const DEFAULT: &str = "trade-offs";

/// Makes a file of one's own and opens it in the editor.
pub fn new(context: &Context, kind: Kind, args: &NewArgs) -> Result<(), Failure> {
    let (bank, _) = library::load(&context.home);
    let note = args.from.as_deref().map(read_note).transpose()?;
    let (mut outline, rubric) = outline(context, kind, args, &bank)?;
    let path = match kind {
        Kind::Scenario => context.home.scenarios().join(&outline.theme).join(format!("{}.yaml", outline.id)),
        Kind::Rubric => context.home.rubrics().join(format!("{}.yaml", outline.id)),
    };
    let taken = match kind {
        Kind::Scenario => bank.case_or_draft(&outline.id).is_ok(),
        Kind::Rubric => bank.rubric(&outline.id).is_some(),
    };
    if taken || path.exists() {
        let message = format!("there is a {} `{}` already", kind.word(), outline.id);
        return Err(Failure::new(BAD_INPUT, message).hint("give the new one another id"));
    }
    outline.schema = write_schemas(context, kind)?;
    let text = match note {
        Some(note) => from_note(context, kind, &outline, rubric, &note)?,
        None => template(kind, &outline, rubric),
    };
    write(&path, &text)?;
    output::print(&format!("written: {}", paths::display(&path)))?;
    if Dialogue::is_possible() && !args.no_edit {
        return edit(context, &path, kind, &outline.id);
    }
    if args.from.is_some() {
        let linted = check(context, &path)?;
        output::print(&render::text(&linted.findings, &linted.texts, linted.files(), output::width()))?;
    }
    let command = kind.word();
    output::print(&format!(
        "Write it in your editor; `pushback {command} lint` tells what is missing, `pushback {command} accept {}` puts it \
         to use.",
        outline.id
    ))?;
    Ok(())
}

fn template(kind: Kind, outline: &Outline, rubric: Option<&Rubric>) -> String {
    match (kind, rubric) {
        (Kind::Scenario, Some(rubric)) => authoring::scenario(outline, rubric),
        _ => authoring::rubric(outline),
    }
}

/// What the file is about: from the arguments, or from a short dialogue where there is somebody to ask.
fn outline<'a>(
    context: &Context,
    kind: Kind,
    args: &NewArgs,
    bank: &'a Bank,
) -> Result<(Outline, Option<&'a Rubric>), Failure> {
    let dialogue = if Dialogue::is_possible() && !context.model.yes { Some(Dialogue::new()?) } else { None };
    let asks = dialogue.is_some();
    let ask = |question: &str, default: &str| -> Result<String, Failure> {
        let answer = match &dialogue {
            Some(dialogue) => dialogue.ask(question, default)?,
            None => Some(default.to_owned()),
        };
        answer.ok_or_else(|| Failure::new(BAD_INPUT, "the dialogue was left, and nothing was written"))
    };
    let title = match (&args.title, &args.id) {
        (Some(title), _) => title.clone(),
        (None, id) => {
            let words = id.as_deref().unwrap_or_default().replace('-', " ");
            // A drafted file gets a drafted title, unless there is a better one.
            if args.from.is_some() && !asks { String::new() } else { ask("Title", &words)? }
        }
    };
    let id = match &args.id {
        Some(id) => id.clone(),
        None => ask("Id, for commands and the file's name", &as_id(&title).unwrap_or_default())?,
    };
    if !is_id(&id) {
        let message = if id.is_empty() {
            format!("the new {} has no id", kind.word())
        } else {
            format!("`{}` is no id: use lowercase letters, digits and hyphens", one_line(&id))
        };
        return Err(
            Failure::new(BAD_INPUT, message).hint(format!("`pushback {} new my-own-case`", kind.word()))
        );
    }
    let mut outline = Outline { id, title: one_line(&title), ..Outline::default() };
    if kind == Kind::Rubric {
        return Ok((outline, None));
    }
    let themes = bank.themes().into_iter().collect::<Vec<_>>().join(", ");
    outline.theme = match &args.theme {
        Some(theme) => theme.clone(),
        None => ask(&format!("Theme ({themes}, or one of your own)"), DEFAULT)?,
    };
    if !is_id(&outline.theme) {
        let message =
            format!("`{}` is no theme: use lowercase letters, digits and hyphens", one_line(&outline.theme));
        return Err(Failure::new(BAD_INPUT, message));
    }
    let usual = if bank.rubric(&outline.theme).is_some() { outline.theme.as_str() } else { DEFAULT };
    let known: Vec<&str> = bank.rubrics().map(|rubric| rubric.id.as_str()).collect();
    let wanted = match &args.rubric {
        Some(rubric) => rubric.clone(),
        None => ask(&format!("Rubric ({})", known.join(", ")), usual)?,
    };
    let rubric = bank.rubric(&wanted).ok_or_else(|| {
        let near = did_you_mean(&wanted, known.iter().copied());
        Failure::new(BAD_INPUT, format!("there is no rubric `{}`{near}", one_line(&wanted)))
            .hint("`pushback rubric list` shows them, `pushback rubric new` makes one")
    })?;
    Ok((outline, Some(rubric)))
}

fn read_note(path: &Path) -> Result<String, Failure> {
    let text = files::read_text(path)
        .map_err(|why| Failure::new(BAD_INPUT, format!("{} {why}", paths::display(path))))?;
    match text.trim().is_empty() {
        true => Err(Failure::new(BAD_INPUT, format!("{} is empty", paths::display(path)))),
        false => Ok(text),
    }
}

/// A draft by the endpoint's model; where there is none, a template with the note above it.
fn from_note(
    context: &Context,
    kind: Kind,
    outline: &Outline,
    rubric: Option<&Rubric>,
    note: &str,
) -> Result<String, Failure> {
    let Choice::Endpoint(endpoint) = model::choice(context)? else {
        let text = "No model is in use that can draft: the embedded one judges and is too small to write. Here is the template, \
             with your note above it as comments. `--endpoint URL --model NAME` drafts with a model that you run.";
        output::print(&style::wrap_hanging(text, output::width(), 0, 0))?;
        let titled = match outline.title.is_empty() {
            true => Outline { title: outline.id.replace('-', " "), ..outline.clone() },
            false => outline.clone(),
        };
        return Ok(authoring::note_as_comments(note) + &template(kind, &titled, rubric));
    };
    let (address, model) = (one_line(&endpoint.address.to_string()), one_line(&endpoint.model));
    output::print(&format!("Your note is sent to {address} (model {model})."))?;
    let drafter = Drafter::new(*endpoint).map_err(|error| model::bad(&error))?;
    let prompt = match rubric {
        Some(rubric) => draft::scenario_prompt(note, rubric),
        None => draft::rubric_prompt(note),
    };
    let watch = output::busy("drafting", context.cancelled.clone());
    let reply = drafter.draft(draft::DRAFTER, prompt, &*watch);
    drop(watch);
    let reply = reply.map_err(|why| {
        let exit = model::failure(&why).exit;
        Failure::new(exit, format!("not drafted: {why}"))
            .hint("nothing was written; `--no-model` gives a template with your note above it")
    })?;
    let text = match rubric {
        Some(rubric) => draft::scenario(&reply, outline, &rubric.id),
        None => draft::rubric(&reply, outline),
    };
    text.map_err(|error| Failure::new(FAILED, error.to_string()).hint("nothing was written; try once more"))
}

/// Writes the schemas beside one's own folders, and says how a file of this kind names its own.
fn write_schemas(context: &Context, kind: Kind) -> Result<String, Failure> {
    let folder = context.home.schemas();
    for (name, schema) in [("scenario", lint::scenario_schema()), ("rubric", lint::rubric_schema())] {
        write(&folder.join(format!("{name}.json")), &format!("{schema:#}\n"))?;
    }
    Ok(match kind {
        Kind::Scenario => "../../schemas/scenario.json".into(),
        Kind::Rubric => "../schemas/rubric.json".into(),
    })
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    files::keep(path, text.as_bytes())
        .map_err(|error| Failure::new(FAILED, format!("can't write {}: {error}", paths::display(path))))
}

/// Opens the editor and lints what came of it, until the person has had enough.
fn edit(context: &Context, path: &Path, kind: Kind, id: &str) -> Result<(), Failure> {
    let Some(editor) = external::chosen() else {
        output::print(
            "Set VISUAL or EDITOR, and it is opened there. `pushback scenario lint` tells what is missing.",
        )?;
        return Ok(());
    };
    loop {
        match external::open(&editor, path) {
            Ok(status) if status.success() => {}
            Ok(_) => {
                let message = format!("the editor `{}` failed", one_line(&editor));
                return Err(
                    Failure::new(FAILED, message).hint(format!("the file is kept: {}", paths::display(path)))
                );
            }
            Err(error) => {
                return Err(Failure::new(FAILED, format!("the editor can't be started: {error}"))
                    .hint(format!("the file is kept: {}", paths::display(path))));
            }
        }
        let linted = check(context, path)?;
        output::print(&render::text(&linted.findings, &linted.texts, linted.files(), output::width()))?;
        let open = linted
            .findings
            .iter()
            .filter(|finding| finding.rule != Rule::Draft && finding.rule.severity() != Severity::Note)
            .count();
        if open == 0 || !Dialogue::new()?.confirms("Edit again?")? {
            break;
        }
    }
    let command = kind.word();
    output::print(&format!("`pushback {command} accept {id}` puts it to use when you are content with it."))?;
    Ok(())
}

fn check(context: &Context, path: &Path) -> Result<Linted, Failure> {
    let (bank, _) = library::load(&context.home);
    lint_files::lint(&[path.to_owned()], &bank)
        .map_err(|(path, error)| Failure::new(FAILED, format!("{}: {error}", paths::display(&path))))
}

/// Takes the marks of a draft away: its author has read it through and says that it is right.
pub fn accept(context: &Context, kind: Kind, args: &AcceptArgs) -> Result<(), Failure> {
    let path = own_file(context, kind, &args.id)?;
    let linted = check(context, &path)?;
    let blocking = |rule: Rule| rule.severity() == Severity::Error || rule == Rule::Todo;
    let blocked: Vec<_> = linted.findings.iter().filter(|f| blocking(f.rule)).cloned().collect();
    if !blocked.is_empty() {
        output::print(&render::text(&blocked, &linted.texts, linted.files(), output::width()))?;
        return Err(Failure::new(BAD_INPUT, format!("`{}` is not finished", args.id))
            .hint(format!("correct {} first", paths::display(&path))));
    }
    let text = files::read_text(&path).map_err(|why| Failure::new(FAILED, why))?;
    let Some(accepted) = marks::accepted(&text) else {
        if let Some(draft) = linted.findings.iter().find(|finding| finding.rule == Rule::Draft) {
            let message = format!("{}: this way of writing `draft: true` is not recognised", draft.place());
            return Err(Failure::new(BAD_INPUT, message).hint("take it away in your editor"));
        }
        return Ok(output::print(&format!("`{}` is no draft: it is in the draw already", args.id))?);
    };
    if !context.model.yes {
        if !Dialogue::is_possible() {
            return Err(Failure::new(
                BAD_INPUT,
                format!("nobody has said that `{}` was read through", args.id),
            )
            .hint("`--yes` says so"));
        }
        let drafted = linted.findings.iter().filter(|finding| finding.rule == Rule::DraftedLine).count();
        output::print(&crate::core::text::visible(&text))?;
        if drafted > 0 {
            output::print(&format!("{drafted} of these lines were written by a model."))?;
        }
        if !Dialogue::new()?.confirms("Have you read it through, and is it right?")? {
            return Ok(output::print("It stays a draft.")?);
        }
    }
    write(&path, &accepted)?;
    Ok(output::print(&format!("accepted: {}", paths::display(&path)))?)
}

/// The file of one's own with this id. What a file is for is in it, wherever it lies.
fn own_file(context: &Context, kind: Kind, id: &str) -> Result<PathBuf, Failure> {
    let folders = match kind {
        Kind::Scenario => [context.home.scenarios(), context.home.rubrics()],
        Kind::Rubric => [context.home.rubrics(), context.home.scenarios()],
    };
    let (mut files, mut links) = (vec![], vec![]);
    for folder in &folders {
        library::collect(folder, &mut files, &mut links);
    }
    let has_id = |path: &PathBuf| {
        let stem = path.file_stem().is_some_and(|stem| stem == id);
        let Ok(text) = files::read_text(path) else { return false };
        match yaml::tree(&text) {
            Ok(tree) if Kind::of(&path.display().to_string(), &tree) != kind => false,
            Ok(tree) => tree.text("id").map_or(stem, |(found, _)| found == id),
            // A file that can't be read is still found by its name.
            Err(_) => stem,
        }
    };
    files.into_iter().find(has_id).ok_or_else(|| {
        let message = format!("there is no {} of your own called `{}`", kind.word(), one_line(id));
        Failure::new(BAD_INPUT, message).hint(format!("your own are in {}", paths::display(&folders[0])))
    })
}

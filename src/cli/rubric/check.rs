//! `pushback rubric check`: does a rubric work with the judge in use?

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    adapters::{files, labels, paths, terminal::output},
    app::rubric_check,
    cli::{
        args::CheckArgs,
        bank::{self, EARLIER_TEXT},
        context::{Cancelled, Context},
        dialogue::Dialogue,
        error::{BAD_INPUT, FAILED, Failure},
        model,
    },
    core::{
        bank::{Bank, Case, rubric::Rubric},
        lab::{meant_for, rubric_check::Anchor},
        nearest::did_you_mean,
        text::one_line,
    },
    render::{rubric_check as render, style, term},
};

/// Judges the anchor answers and plays tricks with the strongest one.
pub fn run(context: &Context, args: &CheckArgs) -> Result<(), Failure> {
    let bank = match (&args.scenarios, &args.rubrics) {
        (None, None) => bank::load(context)?,
        (scenarios, rubrics) => bank::load_strictly(context, scenarios.as_deref(), rubrics.as_deref())?,
    };
    let rubric = bank::rubric(&bank, &args.rubric)?;
    if args.write {
        write(&bank, rubric, &args.answers)?;
    }
    let anchors = labels::anchors(&args.answers).map_err(|error| {
        Failure::new(BAD_INPUT, error.to_string())
            .hint(format!("`pushback rubric check {} --answers FILE --write` helps to write one", rubric.id))
    })?;
    let anchors = with_cases(&bank, rubric, anchors)?;
    let observer = model::observer(context)?;
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("judging {bar:32} {pos} of {len}, {eta} left") {
        bar.set_style(style.progress_chars("━━─"));
    }
    let told = |done: usize, total: usize| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    let checked = rubric_check::run(&anchors, &*observer, &Cancelled(context), &told);
    bar.finish_and_clear();
    let Some(check) = checked.map_err(|why| model::failure(&why))? else {
        return Err(Failure::new(BAD_INPUT, format!("{} holds no answers", paths::display(&args.answers))));
    };
    let text = if args.json {
        let mut json =
            serde_json::to_value(&check).map_err(|error| Failure::new(FAILED, error.to_string()))?;
        json["advice"] = check.advice().into();
        json.to_string()
    } else {
        render::page(&check, output::width())
    };
    Ok(output::print(&text)?)
}

/// A case that is scored against the rubric.
fn case_of<'a>(bank: &'a Bank, rubric: &Rubric) -> Result<&'a Case, Failure> {
    bank.all().find(|case| case.rubric.id == rubric.id).ok_or_else(|| {
        Failure::new(BAD_INPUT, format!("no scenario is scored against `{}` yet", rubric.id))
            .hint(format!("`pushback scenario new --rubric {}` makes one", rubric.id))
    })
}

/// Each answer with its case, all labels known to the rubric.
fn with_cases<'a>(
    bank: &'a Bank,
    rubric: &Rubric,
    anchors: Vec<Anchor>,
) -> Result<Vec<(Anchor, &'a Case)>, Failure> {
    anchors
        .into_iter()
        .map(|anchor| {
            let case = match &anchor.scenario {
                Some(id) => bank.case_or_draft(id)?,
                None => case_of(bank, rubric)?,
            };
            meant_for::check(|| format!("the answer `{}`", anchor.id), anchor.told_hash.as_deref(), case)
                .map_err(|error| Failure::new(BAD_INPUT, error.to_string()).hint(EARLIER_TEXT))?;
            if case.rubric.id != rubric.id {
                return Err(Failure::new(
                    BAD_INPUT,
                    format!(
                        "the answer `{}` is to `{}`, which is scored against `{}`",
                        anchor.id, case.scenario.id, case.rubric.id
                    ),
                ));
            }
            let unknown =
                anchor.signals.keys().find(|id| !rubric.statements().any(|(known, _)| known == *id));
            if let Some(unknown) = unknown {
                let near = did_you_mean(unknown, rubric.statements().map(|(id, _)| id));
                let message = format!(
                    "the answer `{}` has a label for `{unknown}`, which is no signal{near}",
                    anchor.id
                );
                return Err(Failure::new(BAD_INPUT, message));
            }
            Ok((anchor, case))
        })
        .collect()
}

/// Helps to write anchor answers: shows the case, takes a strong and a weak answer, and asks what each shows.
fn write(bank: &Bank, rubric: &Rubric, path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Err(Failure::new(BAD_INPUT, format!("{} is there already", paths::display(path)))
            .hint("leave --write away, or name another file"));
    }
    let case = case_of(bank, rubric)?;
    let dialogue = Dialogue::new()?;
    let width = output::width();
    output::print(&term::case(case, width))?;
    output::print(&style::wrap(&case.scenario.opening, width, 0))?;
    let mut lines = String::new();
    for (id, what) in [
        ("strong", "Write the best answer that you can imagine"),
        ("weak", "Write an eloquent answer that says nothing"),
    ] {
        output::print(&format!("\n{what}.\n{}", style::paint(style::FAINT, dialogue.how_to_send())))?;
        let answer = dialogue.message()?.filter(|answer| !answer.trim().is_empty()).ok_or_else(left)?;
        output::print("\nWhich of these does it show? y, or Enter for no.")?;
        let mut signals = serde_json::Map::new();
        for (signal, statement) in rubric.statements() {
            output::print(&style::wrap(&one_line(statement), width, 2))?;
            let shown = dialogue.line("  [y/N] ")?.ok_or_else(left)?.trim().to_lowercase().starts_with('y');
            signals.insert(signal.to_owned(), u8::from(shown).into());
        }
        let row = serde_json::json!({
            "id": id, "scenario": case.scenario.id, "told_hash": case.told_hash(), "kind": id, "answer": answer, "signals": signals,
        });
        lines.push_str(&format!("{row}\n"));
    }
    files::replace(path, lines.as_bytes())
        .map_err(|error| Failure::new(FAILED, format!("can't write {}: {error}", paths::display(path))))?;
    Ok(output::print(&format!("\nwritten: {}", paths::display(path)))?)
}

fn left() -> Failure {
    Failure::new(BAD_INPUT, "the answers were not finished, so nothing was written")
}

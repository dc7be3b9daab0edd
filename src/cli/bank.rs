//! The bank on the command line.

use std::{io::Write, path::Path};

use super::{
    context::Context,
    error::{BAD_INPUT, Failure},
};
use crate::{
    adapters::{bank::library, paths},
    core::{
        bank::{Bank, Problem, rubric::Rubric},
        nearest::did_you_mean,
        text::{one_line, visible},
    },
    render::words,
};

/// What to do about labels of an earlier text of a case.
pub const EARLIER_TEXT: &str =
    "name the folder that holds that text with `--scenarios`, and with `--rubrics` its rubrics";

/// Loads the bank and tells what has become wrong with the person's own files; the rest is there.
pub fn load(context: &Context) -> Result<Bank, Failure> {
    let loaded = context.library.load(&context.home);
    tell(context, &loaded.kept, "the last good version is used until it is mended");
    tell(context, &loaded.left_out, "left out; everything else is there");
    Ok(loaded.bank)
}

/// Loads a bank from folders: two alone, or one laid over the bank. Where none is named it is the bank. Nothing in them
/// may be wrong: what is left out would be missing from the result.
pub fn load_strictly(
    context: &Context,
    scenarios: Option<&Path>,
    rubrics: Option<&Path>,
) -> Result<Bank, Failure> {
    for folder in [scenarios, rubrics].into_iter().flatten() {
        if !folder.is_dir() {
            let message = format!("there is no folder {}", paths::display(folder));
            return Err(Failure::new(BAD_INPUT, message));
        }
    }
    let (bank, problems) = match (scenarios, rubrics) {
        (None, None) => library::load(&context.home),
        _ => library::load_folders(&context.home, scenarios, rubrics),
    };
    let Some(first) = problems.first() else { return Ok(bank) };
    let failure = Failure::new(BAD_INPUT, format!("{}: {}", first.place, first.message));
    Err(match problems.len() {
        1 => failure,
        count => failure.hint(format!(
            "{} like that: `pushback scenario lint` tells all",
            words::count(count, "problem")
        )),
    })
}

/// Tells what is wrong with files, and what becomes of them. What is wrong with a rubric of one's own may be told in the
/// words of a case: while a live round is open, only the files are named.
pub fn tell(context: &Context, problems: &[Problem], what_then: &str) {
    let is_live = !problems.is_empty() && is_live_round_open(context);
    let mut stderr = anstream::stderr().lock();
    if is_live {
        for Problem { place, .. } in problems {
            let _ = writeln!(
                stderr,
                "{}: has a problem, which is told when the live round is over",
                visible(place)
            );
        }
        return;
    }
    for Problem { place, message } in problems {
        let _ = writeln!(stderr, "{}: {}", visible(place), visible(message));
    }
    if !problems.is_empty() {
        let _ = writeln!(stderr, "({what_then})\n");
    }
}

/// Whether a live round is open, as far as can be told.
pub fn is_live_round_open(context: &Context) -> bool {
    context.open_rounds.current().is_ok_and(|open| open.is_some())
}

/// The rubric with this id, or the failure that says what there is.
pub fn rubric<'a>(bank: &'a Bank, id: &str) -> Result<&'a Rubric, Failure> {
    bank.rubric(id).ok_or_else(|| {
        let near = did_you_mean(id, bank.rubrics().map(|rubric| rubric.id.as_str()));
        Failure::new(BAD_INPUT, format!("there is no rubric `{}`{near}", one_line(id)))
            .hint("`pushback rubric list` shows what there is")
    })
}

//! The bank on the command line.

use std::{io::Write, path::Path};

use textwrap::core::display_width;

use super::{
    args::ListArgs,
    error::{BAD_INPUT, Failure},
    round::Context,
};
use crate::{
    adapters::{bank_files, console},
    core::{
        bank::{Bank, Case, Problem, Wanted, nearest},
        rubric::Rubric,
        scenario::Scenario,
        text::{one_line, visible},
    },
    render::term,
};

/// Loads the bank and tells what has become wrong with the person's own files; the rest is there.
pub fn load(context: &Context) -> Result<Bank, Failure> {
    let loaded = context.library.load(&context.home);
    tell(&loaded.kept, "the last good version is used until it is mended");
    tell(&loaded.left_out, "left out; everything else is there");
    Ok(loaded.bank)
}

/// Loads a bank from two folders alone, or the bank where none are named. Nothing in them may be wrong: what is
/// left out would be missing from the result.
pub fn load_strictly(context: &Context, folders: Option<(&Path, &Path)>) -> Result<Bank, Failure> {
    let (bank, problems) = match folders {
        Some((scenarios, rubrics)) => bank_files::load_folders(scenarios, rubrics),
        None => bank_files::load(&context.home),
    };
    match problems.first() {
        Some(problem) => Err(Failure::new(BAD_INPUT, format!("{}: {}", problem.place, problem.message))),
        None => Ok(bank),
    }
}

/// Tells what is wrong with files, and what becomes of them.
pub fn tell(problems: &[Problem], what_then: &str) {
    let mut stderr = anstream::stderr().lock();
    for Problem { place, message } in problems {
        let _ = writeln!(stderr, "{}: {}", visible(place), visible(message));
    }
    if !problems.is_empty() {
        let _ = writeln!(stderr, "({what_then})\n");
    }
}

/// Lists what can be drawn, without telling what it asks for.
pub fn list(context: &Context, args: &ListArgs) -> Result<(), Failure> {
    let bank = load(context)?;
    let wanted =
        Wanted { theme: args.theme.clone(), round: args.round, level: args.level, minutes: args.minutes };
    let drafts: Vec<&Case> =
        bank.all().filter(|case| case.is_draft() && wanted.fits(&case.scenario)).collect();
    let is_only_in_drafts = wanted.theme.as_deref().is_some_and(|theme| !bank.themes().contains(theme));
    let cases: Vec<&Case> =
        if is_only_in_drafts && !drafts.is_empty() { vec![] } else { bank.select(wanted)?.collect() };
    if args.json {
        for case in cases.iter().chain(&drafts) {
            let s = &case.scenario;
            let row = serde_json::json!({
                "id": s.id, "title": s.title, "theme": s.theme, "round": s.round, "minutes": s.minutes,
                "level": s.level, "artifact": s.artifact, "draft": case.is_draft(),
            });
            console::print(&row.to_string())?;
        }
        return Ok(());
    }
    if cases.is_empty() && drafts.is_empty() {
        return console::print("No scenario is like that: leave one of the filters out.").map_err(Into::into);
    }
    for theme in bank.themes() {
        let of_theme = cases.iter().filter(|case| case.scenario.theme == theme);
        let rows: Vec<String> = of_theme.map(|case| row(&case.scenario, console::width())).collect();
        if !rows.is_empty() {
            console::print(&term::paint(term::STRONG, one_line(theme)))?;
            for row in rows {
                console::print(&row)?;
            }
        }
    }
    if !drafts.is_empty() {
        let note = "Drafts; `pushback scenario accept ID` lets them be drawn";
        console::print(&term::wrap_hanging(&term::paint(term::STRONG, note), console::width(), 0, 0))?;
        for case in drafts {
            console::print(&row(&case.scenario, console::width()))?;
        }
    }
    Ok(())
}

/// Shows a case as the candidate gets to see it.
pub fn show(context: &Context, id: &str) -> Result<(), Failure> {
    let bank = load(context)?;
    let case = bank.case_or_draft(id)?;
    console::print(&term::case(case, console::width()))?;
    Ok(console::print(&term::wrap(&case.scenario.opening, console::width(), 0))?)
}

/// Lists the rubrics.
pub fn list_rubrics(context: &Context) -> Result<(), Failure> {
    let bank = load(context)?;
    let column = bank.rubrics().map(|rubric| rubric.id.len()).max().unwrap_or(0);
    for rubric in bank.rubrics() {
        let draft = if rubric.draft { " (draft)" } else { "" };
        let count = format!("{} criteria{draft}", rubric.criteria.len());
        let id = format!("{:<column$}", rubric.id);
        let row = format!("{id}  {} {}", one_line(&rubric.title), term::paint(term::FAINT, count));
        console::print(&term::wrap_hanging(&row, console::width(), 0, column + 2))?;
    }
    Ok(())
}

/// The rubric with this id, or the failure that says what there is.
pub fn rubric<'a>(bank: &'a Bank, id: &str) -> Result<&'a Rubric, Failure> {
    bank.rubric(id).ok_or_else(|| {
        let near = nearest(id, bank.rubrics().map(|rubric| rubric.id.as_str()));
        let near = near.map_or(String::new(), |near| format!(": did you mean `{near}`?"));
        Failure::new(BAD_INPUT, format!("there is no rubric `{}`{near}", one_line(id)))
            .hint("`pushback rubric list` shows what there is")
    })
}

/// Shows a rubric.
pub fn show_rubric(context: &Context, id: &str) -> Result<(), Failure> {
    let bank = load(context)?;
    Ok(console::print(&term::rubric(rubric(&bank, id)?, console::width()))?)
}

/// One line a scenario: what one chooses by, and the title where there is room for it.
fn row(scenario: &Scenario, width: usize) -> String {
    let level = scenario.level.map_or("any level".to_owned(), |level| level.to_string());
    let facets =
        format!("  {:<32} {:<16} {:>2} min  {level:<12}", scenario.id, scenario.round, scenario.minutes);
    let title = one_line(&scenario.title);
    let room = display_width(&facets) + 2 + display_width(&title) <= width;
    if room { format!("{facets}  {}", term::paint(term::FAINT, title)) } else { facets.trim_end().to_owned() }
}

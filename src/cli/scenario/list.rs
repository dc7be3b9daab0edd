//! `pushback scenario list` and `pushback scenario show`.

use textwrap::core::display_width;

use crate::{
    adapters::terminal::output,
    cli::{args::ListArgs, bank::load, context::Context, error::Failure},
    core::{
        bank::{
            Case, Wanted,
            scenario::{Domain, Scenario},
        },
        text::one_line,
    },
    render::{style, term},
};

/// Lists what can be drawn, without telling what it asks for.
pub fn list(context: &Context, args: &ListArgs) -> Result<(), Failure> {
    let bank = load(context)?;
    let wanted = Wanted {
        theme: args.theme.clone(),
        round: args.round,
        level: args.level,
        domain: args.domain,
        minutes: args.minutes,
    };
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
                "level": s.level, "domain": s.domain, "artifact": s.artifact, "draft": case.is_draft(),
            });
            output::print(&row.to_string())?;
        }
        return Ok(());
    }
    if cases.is_empty() && drafts.is_empty() {
        return output::print("No scenario is like that: leave one of the filters out.").map_err(Into::into);
    }
    for theme in bank.themes() {
        let of_theme = cases.iter().filter(|case| case.scenario.theme == theme);
        let rows: Vec<String> = of_theme.map(|case| row(&case.scenario, output::width())).collect();
        if !rows.is_empty() {
            output::print(&style::paint(style::STRONG, one_line(theme)))?;
            for row in rows {
                output::print(&row)?;
            }
        }
    }
    if !drafts.is_empty() {
        let note = "Drafts; `pushback scenario accept ID` lets them be drawn";
        output::print(&style::wrap_hanging(&style::paint(style::STRONG, note), output::width(), 0, 0))?;
        for case in drafts {
            output::print(&row(&case.scenario, output::width()))?;
        }
    }
    Ok(())
}

/// Shows a case as the candidate gets to see it.
pub fn show(context: &Context, id: &str) -> Result<(), Failure> {
    let bank = load(context)?;
    let case = bank.case_or_draft(id)?;
    output::print(&term::case(case, output::width()))?;
    Ok(output::print(&style::wrap(&case.scenario.opening, output::width(), 0))?)
}

/// One line a scenario: what one chooses by, and the title where there is room for it.
fn row(scenario: &Scenario, width: usize) -> String {
    let level = scenario.level.map_or("any level".to_owned(), |level| level.to_string());
    // Short, so that it all fits in 80 columns.
    let domain = match scenario.domain {
        Domain::AiInfrastructure => "AI infra".to_owned(),
        Domain::Any => "any role".to_owned(),
        other => other.to_string(),
    };
    let facets = format!(
        "  {:<32} {:<16} {:>2} min {level:<12} {domain:<8}",
        scenario.id, scenario.round, scenario.minutes
    );
    let title = one_line(&scenario.title);
    let room = display_width(&facets) + 2 + display_width(&title) <= width;
    if room {
        format!("{facets}  {}", style::paint(style::FAINT, title))
    } else {
        facets.trim_end().to_owned()
    }
}

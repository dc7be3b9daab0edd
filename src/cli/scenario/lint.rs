//! `pushback scenario lint`, `pushback rubric lint` and `pushback schema`.

use std::path::PathBuf;

use crate::{
    adapters::{
        bank::{library, lint_files},
        paths,
        terminal::output,
    },
    cli::{
        args::{Format, LintArgs, SchemaCommand},
        context::Context,
        error::{BAD_INPUT, FAILED, Failure},
    },
    core::lint::{self, Severity},
    render::lint as render,
};

/// Checks files; the findings go to standard output, in the order of files and lines.
pub fn lint(context: &Context, args: &LintArgs) -> Result<(), Failure> {
    let (bank, _) = library::load(&context.home);
    let paths = if args.paths.is_empty() { own(context) } else { args.paths.clone() };
    if paths.is_empty() && args.format == Format::Text {
        let text = "You have no scenarios or rubrics of your own yet: `pushback scenario new` makes one.";
        return Ok(output::print(text)?);
    }
    let check = || {
        lint_files::lint(&paths, &bank)
            .map_err(|(path, error)| Failure::new(BAD_INPUT, format!("{}: {error}", paths::display(&path))))
    };
    let mut linted = check()?;
    let mut mended = 0;
    if args.fix {
        // What is mended may have hidden something that can be mended as well.
        for _ in 0..3 {
            let made = lint_files::mend(&linted)
                .map_err(|error| Failure::new(FAILED, format!("a file can't be replaced: {error}")))?;
            if made == 0 {
                break;
            }
            mended += made;
            linted = check()?;
        }
    }
    let findings = &linted.findings;
    let text = match args.format {
        Format::Text => {
            let files = linted.files();
            let text = render::text(findings, &linted.texts, files, output::width());
            if mended > 0 { format!("{text}; fixed {mended}") } else { text }
        }
        Format::Json => render::json(findings).to_string(),
        Format::Sarif => render::sarif(findings).to_string(),
        Format::Github => render::github(findings),
    };
    if !text.is_empty() {
        output::print(&text)?;
    }
    let count = |severity| findings.iter().filter(|finding| finding.rule.severity() == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if errors > 0 {
        let plural = if errors == 1 { "" } else { "s" };
        let message = format!("{errors} error{plural}: a file with one is left out until it is corrected");
        return Err(Failure::new(BAD_INPUT, message));
    }
    if args.deny_warnings && warnings > 0 {
        return Err(Failure::new(BAD_INPUT, format!("{warnings} warnings, and none are allowed")));
    }
    Ok(())
}

/// The person's own folders, as far as they are there.
fn own(context: &Context) -> Vec<PathBuf> {
    let home = &context.home;
    [home.scenarios(), home.rubrics()].into_iter().filter(|path| path.is_dir()).collect()
}

/// Prints a JSON Schema.
pub fn schema(command: &SchemaCommand) -> Result<(), Failure> {
    let schema = match command {
        SchemaCommand::Scenario => lint::scenario_schema(),
        SchemaCommand::Rubric => lint::rubric_schema(),
    };
    let text =
        serde_json::to_string_pretty(&schema).map_err(|error| Failure::new(FAILED, error.to_string()))?;
    Ok(output::print(&text)?)
}

//! What can be written behind `pushback scenario`, `rubric`, `schema` and `pack` by an author.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use crate::core::level::TargetLevel;

#[derive(Debug, Subcommand)]
pub enum RubricCommand {
    /// Check files of scenarios and rubrics: every problem at once, each with its place and what to do.
    Lint(LintArgs),
    /// Make one of your own, from a template that teaches the format or from a note.
    New(NewArgs),
    /// Say that a draft was read through and is right: from then on it can be used.
    Accept(AcceptArgs),
    /// Find out on your own anchor answers whether a rubric works with the judge in use, and what to change.
    Check(CheckArgs),
    /// List the rubrics.
    List,
    /// Show a rubric: its criteria, levels, signals and red flags.
    Show {
        /// Id of a rubric.
        rubric: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum PackCommand {
    /// Take a pack over. Nothing in it is executed; its ids get its name in front of them.
    Add {
        /// A folder with a pack.toml, or the address of a git repository.
        source: String,
    },
    /// List the packs.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Take a pack over again from where it came from.
    Update {
        /// Its name; all of them, if none is named.
        name: Option<String>,
    },
    /// Take a pack away.
    Remove {
        /// Its name.
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum SchemaCommand {
    /// Of `scenarios/<theme>/<id>.yaml`.
    Scenario,
    /// Of `rubrics/<id>.yaml`.
    Rubric,
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct NewArgs {
    /// Its id: lowercase letters, digits and hyphens. Asked for, if it is not named.
    pub id: Option<String>,

    /// Its title.
    #[arg(long)]
    pub title: Option<String>,

    /// The theme of a scenario.
    #[arg(long)]
    pub theme: Option<String>,

    /// What answers to a scenario are scored against.
    #[arg(long)]
    pub rubric: Option<String>,

    /// Draft it from a note of yours, with the model of an endpoint. Every drafted line is marked.
    #[arg(long, value_name = "NOTE")]
    pub from: Option<PathBuf>,

    /// Don't open the editor (VISUAL or EDITOR).
    #[arg(long)]
    pub no_edit: bool,
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct CheckArgs {
    /// Id of a rubric, draft or not.
    pub rubric: String,

    /// Anchor answers, one JSON object a line: `id` and `answer`; `scenario`, `overall` (0 to 5) and `signals` (id: 0 or 1)
    /// as far as you have them.
    #[arg(long, value_name = "FILE")]
    pub answers: PathBuf,

    /// Folder with their scenarios; the bank's, if none is named.
    #[arg(long, value_name = "FOLDER")]
    pub scenarios: Option<PathBuf>,

    /// Folder with the rubrics; the bank's, if none is named.
    #[arg(long, value_name = "FOLDER")]
    pub rubrics: Option<PathBuf>,

    /// Write the file first, with a strong and a weak answer that you are asked for.
    #[arg(long)]
    pub write: bool,

    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct TryArgs {
    /// Id of a scenario, draft or not.
    pub scenario: String,

    /// The level that the candidate interviews for: it decides which probes may come.
    #[arg(long)]
    pub target: Option<TargetLevel>,

    /// Read messages from standard input, one a line or ending at lines with a dot, and print for each what it is taken
    /// for: {"message", "route", "fact"}, facts counted from 0.
    #[arg(long, conflicts_with = "target")]
    pub json: bool,
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct AcceptArgs {
    /// Its id.
    pub id: String,
}

#[derive(Clone, Debug, Default, ClapArgs)]
#[command(after_help = LINT_HELP)]
pub struct LintArgs {
    /// Files, or folders with all that is below them; your own folders, if none are named.
    pub paths: Vec<PathBuf>,

    /// How the findings are told.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,

    /// Fix what can be fixed without a doubt: misspelled keys, values, and references.
    #[arg(long)]
    pub fix: bool,

    /// Fail on warnings too. Notes are about what is optional, and never fail.
    #[arg(long)]
    pub deny_warnings: bool,
}

const LINT_HELP: &str = "\
Exit codes: 0 no errors (there may be warnings), 2 errors, or warnings with --deny-warnings.";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One array of objects.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands, for a check on GitHub.
    Github,
}

//! What can be written behind `pushback`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::core::{level::TargetLevel, scenario::RoundKind};

/// A mock interviewer for Staff+ engineers: it asks for judgment, and shows you in your own words what was there.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
pub struct Args {
    /// What to do; without it, a prompt opens where everything can be reached.
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub model: ModelArgs,
}

const AFTER_HELP: &str = "\
Environment: PUSHBACK_HOME moves all data and settings into one folder; PUSHBACK_API_KEY is the key for an endpoint.
Exit codes: 0 done, 1 failed, 2 bad input or usage, 3 refused by policy, 4 no model, 5 integrity broken.";

/// Which model observes.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct ModelArgs {
    /// Use an OpenAI-compatible endpoint, e.g. http://localhost:11434/v1. Your answers are sent there.
    #[arg(long, global = true, value_name = "URL", env = "PUSHBACK_ENDPOINT", help_heading = "Model")]
    pub endpoint: Option<String>,

    /// The model's name at the endpoint.
    #[arg(long, global = true, value_name = "NAME", env = "PUSHBACK_MODEL", help_heading = "Model")]
    pub model: Option<String>,

    /// Use no model: answers are kept, and can be scored later.
    #[arg(long, global = true, conflicts_with = "endpoint", help_heading = "Model")]
    pub no_model: bool,

    /// Answer every question of the program with yes.
    #[arg(long, global = true)]
    pub yes: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play a round with coaching between answers. On a pipe, reads a script: each message ends at a line with a dot.
    Practice(PracticeArgs),
    /// Take up a session that was cut off; the latest one, if none is named.
    Resume {
        /// Id of a session, or how it begins.
        session: Option<String>,
    },
    /// List what was done.
    Sessions {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Read a session again: the score card and everything that was said.
    Review {
        /// Id of a session, or how it begins; the latest one, if none is named.
        session: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Score a session again with the model that is in use now, or answers in bulk.
    Score(ScoreArgs),
    /// The bank of scenarios, and your own.
    #[command(subcommand)]
    Scenario(ScenarioCommand),
    /// The rubrics, and your own.
    #[command(subcommand)]
    Rubric(RubricCommand),
    /// JSON Schema of the files, for editors.
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Packs: scenarios and rubrics that others have made.
    #[command(subcommand)]
    Pack(PackCommand),
    /// The embedded model.
    #[command(subcommand)]
    Model(ModelCommand),
    /// The judge in the embedded model.
    #[command(subcommand)]
    Judge(JudgeCommand),
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct PracticeArgs {
    /// Id of a scenario; without it, one is drawn.
    pub scenario: Option<String>,

    /// Draw from one theme only.
    #[arg(long, conflicts_with = "scenario")]
    pub theme: Option<String>,

    /// The level that you interview for: staff, senior-staff or principal.
    #[arg(long)]
    pub target: Option<TargetLevel>,

    /// Draw the same scenario again.
    #[arg(long, conflicts_with = "scenario")]
    pub seed: Option<u64>,
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct ScoreArgs {
    /// Id of a session, or how it begins; the latest one, if none is named.
    #[arg(conflicts_with = "answers")]
    pub session: Option<String>,

    #[command(flatten)]
    pub bulk: Option<BulkArgs>,
}

/// Answers from a file.
#[derive(Clone, Debug, Default, ClapArgs)]
#[group(requires_all = ["answers", "out"])]
#[command(next_help_heading = "In bulk")]
pub struct BulkArgs {
    /// Score the answers of this file: JSONL with `id`, `scenario` and `answer` in every line.
    #[arg(long, value_name = "FILE", required = false)]
    pub answers: PathBuf,

    /// Where the scores go, one a line in the order of the answers. What is there already is not scored again.
    #[arg(long, value_name = "FILE", required = false)]
    pub out: PathBuf,

    /// Folder with the scenarios; the bank, if none is named.
    #[arg(long, value_name = "FOLDER", requires = "rubrics")]
    pub scenarios: Option<PathBuf>,

    /// Folder with the rubrics; the bank, if none is named.
    #[arg(long, value_name = "FOLDER", requires = "scenarios")]
    pub rubrics: Option<PathBuf>,

    /// So many answers at the same time, against an endpoint.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub concurrency: u16,

    /// Hand all questions to the endpoint's Batch API: cheaper, and done within a day. The same command waits on.
    #[arg(long, conflicts_with = "concurrency")]
    pub batch: bool,
}

#[derive(Debug, Subcommand)]
pub enum ScenarioCommand {
    /// List what can be drawn, without giving anything away.
    List(ListArgs),
    /// Check files of scenarios and rubrics: every problem at once, each with its place and what to do.
    Lint(LintArgs),
    /// Make one of your own, from a template that teaches the format or from a note.
    New(NewArgs),
    /// Say that a draft was read through and is right: from then on it can be drawn.
    Accept(AcceptArgs),
    /// Play one dry, as the candidate sees it, with notes on what is taken for what. Nothing is kept.
    Try(TryArgs),
    /// Show a case as the candidate gets to see it.
    Show {
        /// Id of a scenario, draft or not.
        scenario: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum RubricCommand {
    /// Check files of scenarios and rubrics: every problem at once, each with its place and what to do.
    Lint(LintArgs),
    /// Make one of your own, from a template that teaches the format or from a note.
    New(NewArgs),
    /// Say that a draft was read through and is right: from then on it can be drawn.
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

    /// Mend what can be mended without a doubt: misspelt keys, values and references.
    #[arg(long)]
    pub fix: bool,

    /// Fail on warnings too.
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

/// Which scenarios to list; all of them, if nothing is said.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct ListArgs {
    /// Of one theme only.
    #[arg(long)]
    pub theme: Option<String>,

    /// From one kind of interview only: recruiter-screen, hiring-manager, panel or executive.
    #[arg(long)]
    pub round: Option<RoundKind>,

    /// With a role of this level only: staff, senior-staff or principal.
    #[arg(long)]
    pub level: Option<TargetLevel>,

    /// That take up to so many minutes.
    #[arg(long, value_name = "N")]
    pub minutes: Option<u32>,

    /// One JSON object a line.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Get the embedded model.
    Install,
    /// Show which model is in use and whether it is in place.
    Status,
}

#[derive(Debug, Subcommand)]
pub enum JudgeCommand {
    /// Run the judge in use over labelled answers and attacks on them, and say how far it can be trusted.
    Card {
        /// Labelled answers that it was not fitted to: a JSONL file, or a folder of them. Can be given several times.
        #[arg(long, required = true)]
        answers: Vec<PathBuf>,
        /// Folder with their scenarios; the bank, if none is named.
        #[arg(long, requires = "rubrics")]
        scenarios: Option<PathBuf>,
        /// Folder with their rubrics; the bank, if none is named.
        #[arg(long, requires = "scenarios")]
        rubrics: Option<PathBuf>,
        /// Keep the summary that score cards quote in this file.
        #[arg(long)]
        save: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Fit the judge in use to labelled answers, and say how it does on scenarios that it had not seen: the embedded model's
    /// readout, or what an endpoint's probabilities mean.
    Fit {
        /// Labelled answers: a JSONL file, or a folder of them. Can be given several times: the program's own and yours.
        #[arg(long, required = true)]
        answers: Vec<PathBuf>,
        /// Folder with their scenarios; the bank, if none is named.
        #[arg(long, requires = "rubrics")]
        scenarios: Option<PathBuf>,
        /// Folder with their rubrics; the bank, if none is named.
        #[arg(long, requires = "scenarios")]
        rubrics: Option<PathBuf>,
        /// Write the result to this file and change nothing. Without it, it is in use from now on.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Say how well the model in use recognises messages: answers, questions, requests for help.
    Routing {
        /// Labelled messages: a folder with a JSONL file for each scenario, named by its id.
        #[arg(long)]
        messages: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Fit how the embedded model recognises messages, and say how it does on scenarios that it had not seen.
    FitRouting {
        /// Labelled messages: a folder with a JSONL file for each scenario, named by its id.
        #[arg(long)]
        messages: PathBuf,
        /// Where to write the result: a new version of the program takes it in.
        #[arg(long)]
        out: PathBuf,
    },
}

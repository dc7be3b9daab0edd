//! What can be written behind `pushback`.

mod author;
mod judge;
mod suggestion;

use std::{ffi::OsString, path::PathBuf};

use clap::{Args as ClapArgs, Parser, Subcommand};

pub use author::{
    AcceptArgs, CheckArgs, Format, LintArgs, NewArgs, PackCommand, RubricCommand, SchemaCommand, TryArgs,
};
pub use judge::JudgeCommand;

use crate::core::{
    bank::scenario::{Domain, RoundKind},
    level::TargetLevel,
    live::Aid,
    nearest::meant,
};

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
    /// Use an OpenAI-compatible endpoint, e.g. http://localhost:11434/v1. Your answers are sent there. [env: PUSHBACK_ENDPOINT]
    #[arg(long, global = true, value_name = "URL", help_heading = "Model")]
    pub endpoint: Option<String>,

    /// The model's name at the endpoint. [env: PUSHBACK_MODEL]
    #[arg(long, global = true, value_name = "NAME", help_heading = "Model")]
    pub model: Option<String>,

    /// Use no model: answers are kept, and can be scored later.
    #[arg(long, global = true, conflicts_with = "endpoint", help_heading = "Model")]
    pub no_model: bool,

    /// Answer every question of the program with yes.
    #[arg(long, global = true)]
    pub yes: bool,
}

impl Args {
    /// Reads arguments, from the shell or from the prompt. What may have been meant is suggested by the rule that holds for
    /// ids and settings: the parser's own finds a word like any other that begins alike.
    ///
    /// # Errors
    ///
    /// When they can't be read, or ask for help.
    pub fn read<T: Into<OsString> + Clone>(
        arguments: impl IntoIterator<Item = T>,
    ) -> Result<Self, clap::Error> {
        Self::try_parse_from(arguments).map_err(suggestion::ours)
    }
}

impl ModelArgs {
    /// What the environment says. An empty variable says nothing.
    pub fn of_environment() -> Self {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        Self { endpoint: variable("PUSHBACK_ENDPOINT"), model: variable("PUSHBACK_MODEL"), ..Self::default() }
    }

    /// This, and `other` where it says nothing: an endpoint and no model at all rule each other out.
    pub fn or(self, other: &Self) -> Self {
        let open = self.endpoint.is_none() && !self.no_model;
        Self {
            no_model: self.no_model || open && other.no_model,
            endpoint: self.endpoint.or_else(|| other.endpoint.clone().filter(|_| open)),
            model: self.model.or_else(|| other.model.clone()),
            yes: self.yes || other.yes,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play a round with coaching between answers. On a pipe, reads a script: each message ends at a line with a dot.
    Practice(PracticeArgs),
    /// Play a round against the clock, without any assistance. Needs a real terminal.
    Live(LiveArgs),
    /// Find out whether a live session is whole and unchanged.
    Verify(VerifyArgs),
    /// Play back how a live session was typed.
    Replay {
        /// Id of a session, or how it begins; the latest live one, if none is named.
        session: Option<String>,
        /// How many times as fast.
        #[arg(long, default_value_t = 1.0, value_name = "N")]
        speed: f64,
    },
    /// Look whether everything is in place, and give back a terminal that a killed live round left unusable.
    Doctor,
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
        #[command(subcommand)]
        command: Option<SessionsCommand>,
    },
    /// Read a session again: the score card and everything that was said.
    Review(ReviewArgs),
    /// Set two tries at a scenario, or two scorings of one session (`ID#1`, `ID#2`), side by side.
    Compare(CompareArgs),
    /// Say that the judge is wrong about a signal. What it saw stays; what you say is kept beside it.
    Dispute(DisputeArgs),
    /// Write a session for other programs and other people.
    Export(ExportArgs),
    /// See how you change: levels, signals that never show, habits, and how well you judge yourself.
    Progress(ProgressArgs),
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
    /// Id of a scenario, or a theme to draw from; without it, one is drawn.
    #[arg(value_name = "SCENARIO|THEME")]
    pub scenario: Option<String>,

    /// Draw from one theme only.
    #[arg(long, conflicts_with = "scenario")]
    pub theme: Option<String>,

    /// Draw for one kind of role only: sre, platform, or ai-infrastructure.
    #[arg(long, conflicts_with = "scenario")]
    pub domain: Option<Domain>,

    /// The level you interview for in this round: staff, senior-staff, or principal. Without it, the one in config.toml;
    /// you're asked the first time.
    #[arg(long)]
    pub target: Option<TargetLevel>,

    /// Draw the same scenario again.
    #[arg(long, conflicts_with = "scenario")]
    pub seed: Option<u64>,
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct ReviewArgs {
    /// Id of a session, or how it begins; the latest one, if none is named. `ID#2` is its second scoring.
    pub session: Option<String>,

    /// As one JSON object.
    #[arg(long, group = "form")]
    pub json: bool,

    /// As Markdown.
    #[arg(long, group = "form")]
    pub markdown: bool,

    /// As a page in this file, which opens offline and can be sent to somebody.
    #[arg(long, group = "form", value_name = "FILE")]
    pub html: Option<PathBuf>,

    /// Open the page in the browser.
    #[arg(long, conflicts_with_all = ["json", "markdown"])]
    pub open: bool,

    /// All sessions: a list with filters, progress, and a page for each.
    #[arg(long, group = "form", requires = "out", conflicts_with = "session")]
    pub all: bool,

    /// Folder for the pages of all sessions.
    #[arg(long, value_name = "DIR", requires = "all")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum SessionsCommand {
    /// Delete a session: its journal and everything that was kept with it. It can't be taken back.
    Delete {
        /// Id of the session, or how it begins.
        session: String,
    },
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct DisputeArgs {
    /// Id of the signal or red flag, as it stands in the review.
    pub signal: String,

    /// Why the judge is wrong.
    #[arg(required_unless_present = "withdraw", conflicts_with = "withdraw")]
    pub reason: Vec<String>,

    /// Take a dispute back.
    #[arg(long)]
    pub withdraw: bool,

    /// Id of the session, or how it begins; the latest one, if none is named.
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
}

#[derive(Clone, Debug, Default, ClapArgs)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub struct ExportArgs {
    /// Id of a session, or how it begins; the latest one, if none is named.
    pub session: Option<String>,

    /// All sessions, one after the other.
    #[arg(long, conflicts_with = "session")]
    pub all: bool,

    /// The review as Markdown.
    #[arg(long, group = "what")]
    pub markdown: bool,

    /// The journal: one record a line, nothing left out.
    #[arg(long, group = "what")]
    pub jsonl: bool,

    /// A table with one row a signal, for a spreadsheet.
    #[arg(long, group = "what")]
    pub csv: bool,

    /// Disputed sessions as labelled answers for `judge fit`; of all sessions, if none is named.
    #[arg(long, group = "what")]
    pub disputes: bool,

    /// Write to this file.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// In which form something is shown; for the terminal, if nothing is said.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct FormArgs {
    /// As one JSON object.
    #[arg(long, group = "form")]
    pub json: bool,

    /// As a page in this file, which opens offline and can be sent to somebody.
    #[arg(long, group = "form", value_name = "FILE")]
    pub html: Option<PathBuf>,

    /// Open the page in the browser.
    #[arg(long, conflicts_with = "json")]
    pub open: bool,
}

impl FormArgs {
    /// Whether a page is wanted.
    pub fn is_page(&self) -> bool {
        self.html.is_some() || self.open
    }
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct CompareArgs {
    /// Id of a session, or how it begins.
    pub first: String,

    /// Id of another one.
    pub second: String,

    #[command(flatten)]
    pub form: FormArgs,
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct ProgressArgs {
    #[command(flatten)]
    pub form: FormArgs,
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct LiveArgs {
    /// Id of a scenario; without it, one is drawn.
    pub scenario: Option<String>,

    /// Draw from one theme only.
    #[arg(long, conflicts_with = "scenario")]
    pub theme: Option<String>,

    /// Draw for one kind of role only: sre, platform, or ai-infrastructure.
    #[arg(long, conflicts_with = "scenario")]
    pub domain: Option<Domain>,

    /// Play an interview loop: several rounds in order, the debrief at the end.
    #[arg(long = "loop", value_name = "ID", conflicts_with_all = ["scenario", "theme", "domain"])]
    pub loop_id: Option<String>,

    /// List the interview loops that there are.
    #[arg(long, conflicts_with_all = ["scenario", "theme", "domain", "loop_id"])]
    pub list_loops: bool,

    /// The level you interview for in this round: staff, senior-staff, or principal; a case of that level is drawn. Without
    /// it, the one in config.toml; you're asked the first time.
    #[arg(long)]
    pub target: Option<TargetLevel>,

    /// Draw the same scenario again, if it has rested. Recorded.
    #[arg(long, conflicts_with = "scenario")]
    pub seed: Option<u64>,

    /// Declare what makes your typing look like a paste: input-method, screen-reader, slow-link. Recorded.
    #[arg(long, value_name = "AID", value_delimiter = ',', value_parser = aid)]
    pub declare: Vec<Aid>,
}

fn aid(word: &str) -> Result<Aid, String> {
    let known = ["input-method", "screen-reader", "slow-link"];
    serde_json::from_value(word.into())
        .map_err(|_| format!("that can't be declared: {}", meant(word, &known)))
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct VerifyArgs {
    /// Id of a session, how it begins, or a file; the latest live session, if none is named.
    pub session: Option<String>,

    /// The key that it has to be sealed with: 64 hexadecimal digits, or a file that holds them. This machine's own,
    /// if none is given.
    #[arg(long, value_name = "KEY")]
    pub public_key: Option<String>,

    /// Write the session as one file, to be verified on another machine with this machine's public key.
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub struct ScoreArgs {
    /// Id of a session, or how it begins; the latest one, if none is named.
    #[arg(conflicts_with = "answers")]
    pub session: Option<String>,

    /// Score against the rubric as the bank has it now, where it was corrected since.
    #[arg(long, conflicts_with = "answers")]
    pub current_rubric: bool,

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

    /// Where the scores go, one a line in the order of the answers. A score that still holds is not made again: it goes by the answer, the
    /// case, the rubric, and the judge.
    #[arg(long, value_name = "FILE", required = false)]
    pub out: PathBuf,

    /// Folder with the scenarios; the bank's, if none is named.
    #[arg(long, value_name = "FOLDER")]
    pub scenarios: Option<PathBuf>,

    /// Folder with the rubrics; the bank's, if none is named.
    #[arg(long, value_name = "FOLDER")]
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

    /// For one kind of role only, or for any: sre, platform, or ai-infrastructure.
    #[arg(long)]
    pub domain: Option<Domain>,

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

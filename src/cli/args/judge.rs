//! What can be written behind `pushback judge`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum JudgeCommand {
    /// Run the judge in use over labelled answers and attacks on them, and say how far it can be trusted.
    Card {
        /// Labelled answers that it was not fitted to: a JSONL file, or a folder of them. Can be given several times.
        #[arg(long, required = true)]
        answers: Vec<PathBuf>,
        /// Folder with their scenarios; the bank's, if none is named.
        #[arg(long)]
        scenarios: Option<PathBuf>,
        /// Folder with their rubrics; the bank's, if none is named.
        #[arg(long)]
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
        /// Folder with their scenarios; the bank's, if none is named.
        #[arg(long)]
        scenarios: Option<PathBuf>,
        /// Folder with their rubrics; the bank's, if none is named.
        #[arg(long)]
        rubrics: Option<PathBuf>,
        /// Write the result to this file and change nothing. Without it, it is in use from now on.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Say how the judge in use agrees with a panel that compared answers without a rubric, and how hollow answers read.
    Panel {
        /// Folder with the panel's `answers`, its `readers`' orders, and `hollow` answers.
        folder: PathBuf,
        /// Folder with their scenarios; the bank's, if none is named.
        #[arg(long)]
        scenarios: Option<PathBuf>,
        /// Folder with their rubrics; the bank's, if none is named.
        #[arg(long)]
        rubrics: Option<PathBuf>,
        /// Where the level of each answer goes, one a line.
        #[arg(long)]
        out: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Fit how the embedded model places an answer as a whole, to a panel's order, and say how it does on cases and voices that
    /// it had not seen.
    FitWhole {
        /// Folder with the panel's `answers`, its `readers`' orders, and `hollow` answers.
        folder: PathBuf,
        /// Folder with their scenarios; the bank's, if none is named.
        #[arg(long)]
        scenarios: Option<PathBuf>,
        /// Folder with their rubrics; the bank's, if none is named.
        #[arg(long)]
        rubrics: Option<PathBuf>,
        /// Write the readout in use, with this in it, to this file and change nothing. Without it, it is in use from now on.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Say how well the model in use recognises messages: answers, questions, requests for help.
    Routing {
        /// Labelled messages: a folder with a JSONL file for each scenario, named by its id.
        #[arg(long)]
        messages: PathBuf,
        /// Folder with their scenarios; the bank's, if none is named.
        #[arg(long)]
        scenarios: Option<PathBuf>,
        /// Folder with the rubrics of those; the bank's, if none is named.
        #[arg(long)]
        rubrics: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Fit how the embedded model recognises messages, and say how it does on scenarios that it had not seen.
    FitRouting {
        /// Labelled messages: a folder with a JSONL file for each scenario, named by its id.
        #[arg(long)]
        messages: PathBuf,
        /// Folder with their scenarios; the bank's, if none is named.
        #[arg(long)]
        scenarios: Option<PathBuf>,
        /// Folder with the rubrics of those; the bank's, if none is named.
        #[arg(long)]
        rubrics: Option<PathBuf>,
        /// Where to write the result: a new version of the program takes it in.
        #[arg(long)]
        out: PathBuf,
    },
}

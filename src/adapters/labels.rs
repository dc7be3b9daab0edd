//! Labelled answers: JSONL files below a folder, one answer a line.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::paths;

/// An answer whose signals and levels its author has labelled.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct LabelledAnswer {
    /// Unique in the body of labels.
    pub id: String,
    /// Id of the scenario that it answers.
    pub scenario: String,
    /// What kind of answer: `staff`, `eloquent-empty`, `injection` …
    #[serde(default)]
    pub kind: String,
    /// The candidate's words.
    pub answer: String,
    /// 0 to 5.
    pub overall: u8,
    /// Each criterion's level, 0 to 5.
    pub criteria: BTreeMap<String, u8>,
    /// 1 for each signal and red flag that is shown, 0 for the others.
    pub signals: BTreeMap<String, u8>,
    /// For each that is shown, the words that show it.
    #[serde(default)]
    pub evidence: BTreeMap<String, String>,
}

impl LabelledAnswer {
    /// Ids of the signals and red flags that are shown.
    pub fn shown(&self) -> impl Iterator<Item = &str> {
        self.signals.iter().filter(|(_, shown)| **shown > 0).map(|(id, _)| id.as_str())
    }
}

/// Labels can't be read.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// A file can't be read.
    #[error("can't read {path}: {cause}")]
    Unreadable {
        /// The file or folder.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A line is no labelled answer.
    #[error("{path}:{line}:{column}: {message}")]
    Invalid {
        /// The file.
        path: String,
        /// 1 for the first line.
        line: usize,
        /// 1 for the first column.
        column: usize,
        /// What is wrong.
        message: String,
    },
}

/// All labelled answers below a folder, in the order of file names, with a hash over all of it.
///
/// # Errors
///
/// When a file can't be read or a line is no labelled answer.
pub fn load(folder: &Path) -> Result<(Vec<LabelledAnswer>, String), LabelError> {
    let mut files = vec![];
    collect(folder, &mut files)?;
    files.sort();
    let mut hasher = Sha256::new();
    let mut answers = vec![];
    for file in files {
        let path = paths::display(&file);
        let text = fs::read_to_string(&file)
            .map_err(|cause| LabelError::Unreadable { path: path.clone(), cause })?;
        hasher.update(&text);
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let answer = serde_json::from_str(line).map_err(|error| LabelError::Invalid {
                path: path.clone(),
                line: index + 1,
                column: error.column(),
                message: error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
            })?;
            answers.push(answer);
        }
    }
    Ok((answers, hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), LabelError> {
    let unreadable = |cause| LabelError::Unreadable { path: paths::display(folder), cause };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            files.push(path);
        }
    }
    Ok(())
}

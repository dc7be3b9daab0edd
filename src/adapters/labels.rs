//! Labelled answers and messages: JSONL files below a folder, one a line.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::paths;
use crate::core::lab::{
    labelled::LabelledAnswer, panel::Panel, routing_card::LabelledMessage, rubric_check::Anchor,
};

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

/// All labelled answers of some files, or below some folders, in the order of file names, with a hash over all of it.
///
/// # Errors
///
/// When a file can't be read or a line is no labelled answer.
pub fn load(places: &[PathBuf]) -> Result<(Vec<LabelledAnswer>, String), LabelError> {
    lines(places, |_, answer| answer)
}

/// All labelled messages below a folder, each with the id of its scenario, which names its file; with a hash over all of it.
///
/// # Errors
///
/// When a file can't be read or a line is no labelled message.
pub fn messages(folder: &Path) -> Result<(Vec<(String, LabelledMessage)>, String), LabelError> {
    lines(&[folder.to_owned()], |file, message| {
        (file.file_stem().unwrap_or_default().to_string_lossy().into_owned(), message)
    })
}

/// All lines of some files, or of the files below some folders, in the order of file names, with a hash over all of it.
fn lines<T: DeserializeOwned, U>(
    places: &[PathBuf],
    with_file: impl Fn(&Path, T) -> U,
) -> Result<(Vec<U>, String), LabelError> {
    let mut files = vec![];
    for place in places {
        if place.is_dir() { collect(place, &mut files)? } else { files.push(place.clone()) }
    }
    files.sort();
    let mut hasher = Sha256::new();
    let mut all = vec![];
    for file in files {
        let path = paths::display(&file);
        let text = fs::read_to_string(&file)
            .map_err(|cause| LabelError::Unreadable { path: path.clone(), cause })?;
        hasher.update(&text);
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let line = serde_json::from_str(line).map_err(|error| LabelError::Invalid {
                path: path.clone(),
                line: index + 1,
                column: error.column(),
                message: error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
            })?;
            all.push(with_file(&file, line));
        }
    }
    Ok((all, hex::encode(hasher.finalize())))
}

/// A panel's answers, orders, and hollow answers: the files below the folders `answers`, `readers` and `hollow`.
///
/// # Errors
///
/// When a file can't be read or a line is not what belongs there.
pub fn panel(folder: &Path) -> Result<Panel, LabelError> {
    let (answers, _) = lines(&[folder.join("answers")], |_, answer| answer)?;
    let (rankings, _) = lines(&[folder.join("readers")], |_, ranking| ranking)?;
    let (hollow, _) = lines(&[folder.join("hollow")], |_, answer| answer)?;
    Ok(Panel { answers, rankings, hollow })
}

/// The anchor answers of a file, as many labels as their author gave.
///
/// # Errors
///
/// When the file can't be read or a line is no answer.
pub fn anchors(file: &Path) -> Result<Vec<Anchor>, LabelError> {
    let path = paths::display(file);
    let text =
        fs::read_to_string(file).map_err(|cause| LabelError::Unreadable { path: path.clone(), cause })?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| LabelError::Invalid {
                path: path.clone(),
                line: index + 1,
                column: error.column(),
                message: error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
            })
        })
        .collect()
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

//! Labelled answers and messages: JSONL files below a folder, one a line.

use std::{
    fs,
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{
    files::{self, FileError},
    json_lines, paths,
};
use crate::core::lab::{
    labelled::LabelledAnswer, panel::Panel, routing_card::LabelledMessage, rubric_check::Anchor,
};

/// Labels can't be read.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// A file can't be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// Lines are no labels: `file:line:column: what is wrong`, one a line.
    #[error("{}", listed(.0))]
    Invalid(Vec<String>),
}

/// Most faults that are told.
const MOST: usize = 20;

fn listed(faults: &[String]) -> String {
    let shown = faults.iter().take(MOST).cloned();
    let more = faults.len().checked_sub(MOST + 1).map(|more| format!("and {} more", more + 1));
    match faults {
        [fault] => fault.clone(),
        _ => {
            let head = format!("{} problems", faults.len());
            [head].into_iter().chain(shown).chain(more).collect::<Vec<_>>().join("\n")
        }
    }
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
fn lines<T: DeserializeOwned + JsonSchema, U>(
    places: &[PathBuf],
    with_file: impl Fn(&Path, T) -> U,
) -> Result<(Vec<U>, String), LabelError> {
    let mut files = vec![];
    for place in places {
        if place.is_dir() { collect(place, &mut files)? } else { files.push(place.clone()) }
    }
    files.sort();
    let mut hasher = Sha256::new();
    let (mut all, mut bad) = (vec![], vec![]);
    for file in files {
        let bytes = files::read_bytes(&file).map_err(FileError::of("read", &file))?;
        hasher.update(&bytes);
        all.extend(lines_of(&file, &bytes, &mut bad).into_iter().map(|line| with_file(&file, line)));
    }
    if bad.is_empty() { Ok((all, hex::encode(hasher.finalize()))) } else { Err(LabelError::Invalid(bad)) }
}

/// The lines of a file; what is wrong with the others goes to `bad`.
fn lines_of<T: DeserializeOwned + JsonSchema>(file: &Path, bytes: &[u8], bad: &mut Vec<String>) -> Vec<T> {
    let path = paths::display(file);
    let mut all = vec![];
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match json_lines::read_strictly(line) {
            Ok(value) => all.push(value),
            Err(faults) => bad.extend(
                faults.iter().map(|fault| format!("{path}:{number}:{}: {}", fault.column, fault.message)),
            ),
        }
    }
    all
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
    let bytes = files::read_bytes(file).map_err(FileError::of("read", file))?;
    let mut bad = vec![];
    let all = lines_of(file, &bytes, &mut bad);
    if bad.is_empty() { Ok(all) } else { Err(LabelError::Invalid(bad)) }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), LabelError> {
    for entry in fs::read_dir(folder).map_err(FileError::of("read", folder))? {
        let path = entry.map_err(FileError::of("read", folder))?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            files.push(path);
        }
    }
    Ok(())
}

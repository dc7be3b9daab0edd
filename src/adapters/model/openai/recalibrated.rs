//! What was learnt about an endpoint's model, in a file of its own for each model.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    adapters::{files, paths},
    core::{hash::hash, lab::recalibration::Recalibration},
};

/// Version of the file's format.
pub const FORMAT: u32 = 1;

/// A recalibration, and what it holds for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recalibrated {
    /// [`FORMAT`].
    pub format: u32,
    /// The model's name at its endpoint.
    pub model: String,
    /// Hash of the words that it was asked.
    pub prompt_hash: String,
    /// SHA-256 of the labelled answers.
    pub data_hash: String,
    /// How many labels those were.
    pub labels: usize,
    /// What its probabilities mean.
    pub recalibration: Recalibration,
}

/// The file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum RecalibratedError {
    /// It can't be read.
    #[error("can't read {path}: {cause}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// It is for something else.
    #[error(
        "{path} is not for this model and this version: fit it again with `pushback judge fit`, or delete it"
    )]
    Other {
        /// The file.
        path: String,
    },
}

/// The file of a model's recalibration in a folder.
pub fn path(folder: &Path, model: &str) -> PathBuf {
    let name: String = model.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    folder.join(format!("{name}-{}.json", &hash(model.as_bytes())[..6]))
}

/// What was learnt about a model, if anything was.
///
/// # Errors
///
/// When there is a file that can't be used.
pub fn load(folder: &Path, model: &str) -> Result<Option<Recalibrated>, RecalibratedError> {
    let file = path(folder, model);
    let bytes = match files::kept_bytes(&file) {
        Ok(bytes) => bytes,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(RecalibratedError::Unreadable { path: paths::display(&file), cause }),
    };
    serde_json::from_slice::<Recalibrated>(&bytes)
        .ok()
        .filter(|it| it.format == FORMAT && it.model == model && it.prompt_hash == super::prompt::hash())
        .map(Some)
        .ok_or_else(|| RecalibratedError::Other { path: paths::display(&file) })
}

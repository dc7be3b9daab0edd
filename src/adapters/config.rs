//! The settings file, `config.toml`.

use std::{fs, io, path::Path};

use serde::Deserialize;

use crate::core::level::TargetLevel;

/// What a person can set. Flags and environment variables go before it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The level that the person interviews for.
    pub target: Option<TargetLevel>,
    /// Whether to ask at which level each criterion read before the card is shown; it is asked unless this is off.
    pub self_rating: Option<bool>,
    /// Which model observes.
    #[serde(default)]
    pub model: ModelChoice,
    /// The endpoint, if one is to be used.
    pub endpoint: Option<EndpointConfig>,
}

/// Which model observes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelChoice {
    /// The one in this process.
    #[default]
    Embedded,
    /// An OpenAI-compatible endpoint.
    Endpoint,
    /// None: answers are kept and can be scored later.
    None,
}

/// An OpenAI-compatible endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EndpointConfig {
    /// Base address, up to and with `/v1`.
    pub url: String,
    /// The model's name there.
    pub model: String,
    /// Name of the environment variable that holds the key. The key itself has no place in a file.
    pub key_env: Option<String>,
}

/// The settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there but can't be read.
    #[error("can't read {path}: {cause}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The file has a mistake.
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

/// Reads the settings; there are none where there is no file.
///
/// # Errors
///
/// When the file can't be read or has a mistake.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    let name = super::paths::display(path);
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Config::default()),
        Err(cause) => return Err(ConfigError::Unreadable { path: name, cause }),
    };
    toml::from_str(&text).map_err(|error| {
        let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or_default();
        ConfigError::Invalid {
            path: name,
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1,
            message: error.message().trim().replace('\n', " "),
        }
    })
}

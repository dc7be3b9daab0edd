//! The settings file, `config.toml`.

use std::{fs, io, path::Path};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    files::{self, FileError},
    paths, settings,
};
use crate::core::{
    level::TargetLevel,
    lint::Finding,
    live::{Aid, Thresholds},
};

/// What a person can set. Flags and environment variables go before it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
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
    /// Live mode.
    #[serde(default)]
    pub live: LiveConfig,
}

/// What can be set about live mode. All of it is recorded with every live session.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LiveConfig {
    /// A scenario that was played doesn't come back live for as many days.
    pub rest_days: u32,
    /// A round goes on by fixed rules if a message is not recognised within as many seconds.
    pub route_seconds: u32,
    /// A round goes on by fixed rules if an endpoint has not read an answer within as many seconds.
    pub read_seconds: u32,
    /// The same for the embedded model, which takes its time and never hangs.
    pub embedded_read_seconds: u32,
    /// What makes typing look like a paste.
    pub declare: Vec<Aid>,
    /// From where on something is not a hand on a keyboard.
    pub thresholds: Thresholds,
}

impl Default for LiveConfig {
    fn default() -> Self {
        Self {
            rest_days: 14,
            route_seconds: 3,
            read_seconds: 3,
            embedded_read_seconds: 15,
            declare: vec![],
            thresholds: Thresholds::default(),
        }
    }
}

/// Which model observes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
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
    #[error("{path} {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the matter is, behind the file's name.
        why: String,
    },
    /// The file has mistakes.
    #[error("{}", settings::told(.path, .found))]
    Invalid {
        /// The file.
        path: String,
        /// All of them.
        found: Vec<Finding>,
    },
}

/// Reads the settings; there are none where there is no file.
///
/// # Errors
///
/// When the file can't be read or has mistakes.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    // What is there and can't be looked at is told by the reading.
    if fs::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Ok(Config::default());
    }
    let shown = || paths::display(path);
    let text = files::read_text(path).map_err(|why| ConfigError::Unreadable { path: shown(), why })?;
    let text = text.strip_prefix(BOM).unwrap_or(&text);
    settings::read(text).map_err(|found| ConfigError::Invalid { path: shown(), found })
}

/// Puts the level into the settings, in front of everything else that stands there. A level that is there already stays:
/// another window was faster.
///
/// # Errors
///
/// Why it can't be kept.
pub fn keep_target(path: &Path, target: TargetLevel) -> Result<(), String> {
    let before = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        _ => files::read_text(path).map_err(|why| format!("{} {why}", paths::display(path)))?,
    };
    let (mark, rest) = match before.strip_prefix(BOM) {
        Some(rest) => (BOM, rest),
        None => ("", before.as_str()),
    };
    if settings::read::<Config>(rest).is_ok_and(|config| config.target.is_some()) {
        return Ok(());
    }
    let text = format!("{mark}target = \"{target}\"\n{rest}");
    files::keep(path, text.as_bytes()).map_err(|cause| FileError::of("write", path)(cause).to_string())
}

const BOM: &str = "\u{feff}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_is_kept_beside_everything_else_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/config.toml");
        keep_target(&path, TargetLevel::SeniorStaff).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "target = \"senior-staff\"\n");
        keep_target(&path, TargetLevel::Staff).unwrap();
        assert_eq!(load(&path).unwrap().target, Some(TargetLevel::SeniorStaff), "what is there stays");
        for before in
            ["# mine\nmodel = \"none\"\n\n[live]\nrest-days = 3\n", "\u{feff}[live]\r\nrest-days = 3\r\n"]
        {
            fs::write(&path, before).unwrap();
            keep_target(&path, TargetLevel::Principal).unwrap();
            let config = load(&path).unwrap();
            assert_eq!((config.target, config.live.rest_days), (Some(TargetLevel::Principal), 3));
            let after = fs::read_to_string(&path).unwrap();
            assert!(after.ends_with(before.trim_start_matches(BOM)), "{after}");
        }
        let why = keep_target(Path::new("/proc/none/config.toml"), TargetLevel::Staff).unwrap_err();
        assert!(why.starts_with("can't write /proc/none/config.toml: "), "{why}");
    }
}

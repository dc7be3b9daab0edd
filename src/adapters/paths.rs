//! Where Pushback keeps things.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// The folders of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    data: PathBuf,
    config: PathBuf,
}

/// There is no home folder to put things into.
#[derive(Debug, thiserror::Error)]
#[error("can't tell where your home folder is: set PUSHBACK_HOME to a folder of your choice")]
pub struct NoHome;

impl Home {
    /// Everything in one folder, as `PUSHBACK_HOME` asks for.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self { data: folder.clone(), config: folder }
    }

    /// `PUSHBACK_HOME` if it is set, else the XDG folders.
    ///
    /// # Errors
    ///
    /// When neither is known.
    pub fn find() -> Result<Self, NoHome> {
        if let Some(folder) = std::env::var_os("PUSHBACK_HOME").filter(|folder| !folder.is_empty()) {
            return Ok(Self::at(folder));
        }
        let base = etcetera::base_strategy::Xdg::new().map_err(|_| NoHome)?;
        Ok(Self { data: base.data_dir().join("pushback"), config: base.config_dir().join("pushback") })
    }

    /// The person's own scenarios.
    pub fn scenarios(&self) -> PathBuf {
        self.data.join("scenarios")
    }

    /// The person's own rubrics.
    pub fn rubrics(&self) -> PathBuf {
        self.data.join("rubrics")
    }

    /// Schemas of the files, for editors.
    pub fn schemas(&self) -> PathBuf {
        self.data.join("schemas")
    }

    /// Packs that were added.
    pub fn packs(&self) -> PathBuf {
        self.data.join("packs")
    }

    /// The journals.
    pub fn sessions(&self) -> PathBuf {
        self.data.join("sessions")
    }

    /// The key that live sessions are sealed with.
    pub fn keys(&self) -> PathBuf {
        self.data.join("keys")
    }

    /// The embedded model's file.
    pub fn models(&self) -> PathBuf {
        self.data.join("models")
    }

    /// What `pushback judge fit` has learnt.
    pub fn judge(&self) -> PathBuf {
        self.data.join("judge")
    }

    /// What was typed before, for the up arrow.
    pub fn history(&self) -> PathBuf {
        self.data.join("history")
    }

    /// The settings.
    pub fn config(&self) -> PathBuf {
        self.config.join("config.toml")
    }
}

/// A path as a person would write it, with `~` for the home folder.
pub fn display(path: &Path) -> String {
    etcetera::home_dir()
        .ok()
        .and_then(|home| path.strip_prefix(home).ok().map(|rest| format!("~/{}", rest.display())))
        .unwrap_or_else(|| path.display().to_string())
}

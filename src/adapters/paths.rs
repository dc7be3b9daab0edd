//! Where Pushback keeps things.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// The folders of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    data: PathBuf,
    config: PathBuf,
    /// What all folders of one person share, whatever `PUSHBACK_HOME` says.
    shared: Option<PathBuf>,
}

/// There is no home folder to put things into.
#[derive(Debug, thiserror::Error)]
#[error("can't tell where your home folder is: set PUSHBACK_HOME to a folder of your choice")]
pub struct NoHome;

impl Home {
    /// Everything in one folder, as `PUSHBACK_HOME` asks for.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self { data: folder.clone(), config: folder, shared: None }
    }

    /// `PUSHBACK_HOME` if it is set, else the XDG folders.
    ///
    /// # Errors
    ///
    /// When neither is known.
    pub fn find() -> Result<Self, NoHome> {
        let base = etcetera::base_strategy::Xdg::new().map_err(|_| NoHome);
        let shared = base.as_ref().ok().and_then(|base| Some(base.state_dir()?.join("pushback")));
        let chosen =
            std::env::var_os("PUSHBACK_HOME").filter(|folder| !folder.to_string_lossy().trim().is_empty());
        if let Some(folder) = chosen {
            let folder = expanded(Path::new(&folder)).ok_or(NoHome)?;
            return Ok(Self { shared, ..Self::at(folder) });
        }
        let base = base?;
        Ok(Self {
            data: base.data_dir().join("pushback"),
            config: base.config_dir().join("pushback"),
            shared,
        })
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

    /// Where a live round that is open is known to every home of the same person, if there is such a place.
    pub fn shared_rounds(&self) -> Option<PathBuf> {
        self.shared.as_ref().map(|shared| shared.join("live"))
    }

    /// Which scenarios were begun when, kept apart from the sessions.
    pub fn begun(&self) -> PathBuf {
        self.data.join("begun.jsonl")
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

    /// Whether a path, links followed, is among what the program keeps here: writing a result there would destroy it.
    pub fn keeps(&self, path: &Path) -> bool {
        let path = real(path);
        let folders =
            [self.sessions(), self.keys(), self.packs(), self.models(), self.scenarios(), self.rubrics()];
        let files = [self.history(), self.config()];
        folders.iter().any(|folder| path.starts_with(real(folder)))
            || files.iter().any(|file| path == real(file))
    }
}

/// The file that a path means: links are followed, to a file that isn't there yet too.
pub fn target(path: &Path) -> PathBuf {
    /// More links than this lead in a circle.
    const MOST_LINKS: usize = 40;
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = std::fs::read_link(&target) else { break };
        target = folder_of(&target).join(next);
    }
    target
}

/// The folder that a file is in; the current one for a bare name.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a file is one that systems and editors put beside others, and no person's own.
pub fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Where a path leads, as far as it is there.
fn real(path: &Path) -> PathBuf {
    let path = target(path);
    let path = std::path::absolute(&path).unwrap_or(path);
    let mut missing = vec![];
    let mut there = path.as_path();
    loop {
        if let Ok(real) = there.canonicalize() {
            return missing.iter().rev().fold(real, |path, name| path.join(name));
        }
        let (Some(folder), Some(name)) = (there.parent(), there.file_name()) else { return path };
        missing.push(name);
        there = folder;
    }
}

/// A path in which a `~` that no shell has replaced, as in a settings file or behind quotes, is the home folder. `None`
/// where there is none.
pub fn expanded(path: &Path) -> Option<PathBuf> {
    match path.strip_prefix("~") {
        Ok(rest) => Some(etcetera::home_dir().ok()?.join(rest)),
        Err(_) => Some(path.to_owned()),
    }
}

/// A path as a person would write it, with `~` for the home folder.
pub fn display(path: &Path) -> String {
    etcetera::home_dir()
        .ok()
        .and_then(|home| path.strip_prefix(home).ok().map(|rest| format!("~/{}", rest.display())))
        .unwrap_or_else(|| path.display().to_string())
}

//! The text that is being typed, kept in a file so that it survives this process. A full disk ends nothing: the text is
//! on the screen and in memory, and it is tried again.

use std::{fs, io, path::PathBuf};

/// The draft of what is being typed.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    /// Whether what was typed last could not be written.
    is_behind: bool,
}

/// What there is to say about a draft.
#[derive(Debug)]
pub enum News {
    /// It can't be written, which was not known before.
    CannotKeep(io::Error),
    /// It is on disk again.
    KeptAgain,
}

impl Draft {
    /// The draft in a file.
    pub fn at(path: PathBuf) -> Self {
        Self { path, is_behind: false }
    }

    /// What is in it.
    pub fn text(&self) -> String {
        fs::read_to_string(&self.path).unwrap_or_default()
    }

    /// Whether what was typed last is not in it.
    pub fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// Keeps the text as it is now: the file holds the old text or the new one, whole.
    pub fn keep(&mut self, text: &str) -> Option<News> {
        let next = self.path.with_extension("draft-next");
        let kept = fs::write(&next, text).and_then(|()| fs::rename(&next, &self.path));
        let was_behind = std::mem::replace(&mut self.is_behind, kept.is_err());
        match kept {
            Err(cause) => {
                // A part of it may be there.
                let _ = fs::remove_file(next);
                (!was_behind).then_some(News::CannotKeep(cause))
            }
            Ok(()) => was_behind.then_some(News::KeptAgain),
        }
    }

    /// It was sent, and is kept elsewhere.
    pub fn forget(&mut self) {
        self.is_behind = false;
        let _ = fs::remove_file(&self.path);
    }
}

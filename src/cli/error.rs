//! What went wrong, for people: a message, a hint, and an exit code.

use std::fmt;

use crate::{
    adapters::{config::ConfigError, jsonl::OpenError, paths::NoHome, seal::KeyError, sessions::FindError},
    app::{drive::DriveError, score::ScoreError},
    core::{
        bank::DrawError,
        compare::CompareError,
        review::{FoldError, dispute::DisputeError},
    },
};

/// Everything went as asked.
pub const DONE: u8 = 0;
/// Something failed that is nobody's mistake.
pub const FAILED: u8 = 1;
/// The input or the usage is wrong.
pub const BAD_INPUT: u8 = 2;
/// The rules of live mode don't allow it.
pub const REFUSED: u8 = 3;
/// No model answers.
pub const NO_MODEL: u8 = 4;
/// A journal is not what was written.
pub const BROKEN: u8 = 5;

/// A message that ends the program.
#[derive(Debug)]
pub struct Failure {
    /// Lowercase: what happened, and where.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The exit code.
    pub exit: u8,
    /// Whether the reader of our output has gone, as `head` does: nobody is left to be told.
    pub reader_gone: bool,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(exit: u8, message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit, reader_gone: false }
    }

    /// The same with a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", crate::core::text::visible(&self.message))?;
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl From<NoHome> for Failure {
    fn from(error: NoHome) -> Self {
        Self::new(FAILED, error.to_string())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(BAD_INPUT, error.to_string())
            .hint("correct the file, or move it away: all settings have defaults")
    }
}

impl From<DrawError> for Failure {
    fn from(error: DrawError) -> Self {
        let hint = match &error {
            DrawError::Draft(id) => {
                format!(
                    "read it through, then `pushback scenario accept {id}`; `pushback scenario try {id}` plays it dry"
                )
            }
            _ => "`pushback scenario list` shows what there is".into(),
        };
        Self::new(BAD_INPUT, error.to_string()).hint(hint)
    }
}

impl From<FindError> for Failure {
    fn from(error: FindError) -> Self {
        match error {
            FindError::Unreadable { .. } => Self::new(FAILED, error.to_string()),
            FindError::NoneYet => {
                Self::new(BAD_INPUT, error.to_string()).hint("`pushback practice` begins one")
            }
            FindError::None(_) | FindError::Several { .. } => {
                Self::new(BAD_INPUT, error.to_string()).hint("`pushback sessions` lists them")
            }
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let failure = |exit| Self::new(exit, error.to_string());
        match &error {
            OpenError::Io { .. } => failure(FAILED),
            OpenError::Busy(_) => failure(FAILED).hint("end it there first; nothing was changed"),
            OpenError::Damaged { .. } => {
                failure(BROKEN).hint("`pushback review` still shows everything before the damage")
            }
            OpenError::Newer { .. } => failure(BAD_INPUT).hint("update pushback to read it"),
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Io { .. } => Self::new(FAILED, error.to_string()),
            KeyError::NoKey(_) => Self::new(BAD_INPUT, error.to_string()),
        }
    }
}

impl From<FoldError> for Failure {
    fn from(error: FoldError) -> Self {
        Self::new(BAD_INPUT, error.to_string())
    }
}

impl From<DisputeError> for Failure {
    fn from(error: DisputeError) -> Self {
        let failure = Self::new(BAD_INPUT, error.to_string());
        match error {
            DisputeError::NotScored(_) => failure.hint("`pushback score` scores it"),
            DisputeError::NoSignal { .. } => failure.hint("`pushback review` shows the ids"),
            DisputeError::NotDisputed(_) | DisputeError::NoReason => failure,
        }
    }
}

impl From<CompareError> for Failure {
    fn from(error: CompareError) -> Self {
        Self::new(BAD_INPUT, error.to_string()).hint("`pushback sessions` lists what there is")
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let reader_gone = error.kind() == std::io::ErrorKind::BrokenPipe;
        Self { reader_gone, ..Self::new(FAILED, format!("the terminal can't be used: {error}")) }
    }
}

impl From<DriveError> for Failure {
    fn from(error: DriveError) -> Self {
        let failure = Self::new(FAILED, error.to_string());
        match error {
            DriveError::Journal { .. } => failure.hint(
                "what you had typed is kept as a draft: make room, then `pushback resume` goes on with it",
            ),
            DriveError::Console(_) | DriveError::Fold(_) => failure,
        }
    }
}

impl From<ScoreError> for Failure {
    fn from(error: ScoreError) -> Self {
        match error {
            ScoreError::Unfinished => {
                Self::new(BAD_INPUT, error.to_string()).hint("`pushback resume` goes on with it")
            }
            ScoreError::Abandoned => Self::new(BAD_INPUT, error.to_string()),
            ScoreError::Drive(error) => error.into(),
        }
    }
}

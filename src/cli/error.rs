//! What went wrong, for people: a message, a hint, and an exit code.

use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
    path::Path,
    sync::{Arc, Mutex},
};

use crate::{
    adapters::{
        config::ConfigError,
        files::{self, FileError},
        paths::NoHome,
        store::{journal::OpenError, seal::KeyError, sessions::FindError},
        terminal::{
            output::{self, Unprintable},
            presence,
        },
    },
    app::{drive::DriveError, score::ScoreError},
    core::{
        bank::DrawError,
        review::{FoldError, compare::CompareError, dispute::DisputeError},
    },
    render::style::wrap_hanging,
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

/// Does something, and turns a panic, which is a mistake of this program's, into a failure that says so. What was taken,
/// the terminal above all, is given back on the way.
///
/// # Errors
///
/// What `work` fails with, or that it panicked.
pub fn unbroken<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let noted: Arc<Mutex<Option<String>>> = Arc::default();
    let note = noted.clone();
    panic::set_hook(Box::new(move |info| {
        let payload = info.payload();
        let what =
            payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
        let place = info.location().map_or(String::new(), |place| format!(" at {place}"));
        if let Ok(mut note) = note.lock() {
            note.get_or_insert(format!("{place}: {}", what.unwrap_or("no reason was given")));
        }
    }));
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let note = noted.lock().ok().and_then(|mut note| note.take()).unwrap_or_default();
        Err(Failure::new(FAILED, format!("a mistake in pushback ended it{note}"))
            .hint("what you had sent is kept: `pushback resume` goes on. Please report the line above"))
    })
}

/// A failure as it is written to standard error: with lines that fit, if that is a terminal.
pub fn for_terminal(failure: &Failure) -> String {
    let text = failure.to_string();
    if !presence::is_error_shown() {
        return text;
    }
    let width = output::width();
    text.lines().map(|line| wrap_hanging(line, width, 0, 2)).collect::<Vec<_>>().join("\n")
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

/// A failure of the terminal itself, or of a script in its place. There is no conversion of its own for an `io::Error`: it
/// would take any file's for the terminal's.
pub fn of_terminal(error: std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::InvalidData {
        // What a script holds, and no failure of a terminal.
        return Failure::new(BAD_INPUT, error.to_string());
    }
    let reader_gone = error.kind() == std::io::ErrorKind::BrokenPipe;
    Failure { reader_gone, ..Failure::new(FAILED, format!("the terminal can't be used: {error}")) }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::new(FAILED, error.to_string())
    }
}

impl From<Unprintable> for Failure {
    fn from(error: Unprintable) -> Self {
        Self { reader_gone: error.is_reader_gone(), ..Self::new(FAILED, error.to_string()) }
    }
}

impl From<DriveError> for Failure {
    fn from(error: DriveError) -> Self {
        let failure = Self::new(FAILED, error.to_string());
        match error {
            DriveError::Console(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                of_terminal(error)
            }
            DriveError::Journal { .. } => {
                failure.hint("make room, then `pushback resume` goes on with everything that is kept")
            }
            DriveError::Unexpected(_) => failure
                .hint("everything you said is kept: `pushback resume` goes on. Please report the line above"),
            DriveError::Console(_) | DriveError::Fold(_) => failure,
        }
    }
}

/// Why a round can't go on, with what became of the words that were typed last: looked up, not hoped.
pub fn with_draft(error: DriveError, draft: &Path) -> Failure {
    let is_journal = matches!(error, DriveError::Journal { .. });
    let failure = Failure::from(error);
    match holds_words(draft) {
        _ if !is_journal => failure,
        true => failure
            .hint("what you had typed is kept as a draft: make room, then `pushback resume` goes on with it"),
        false => failure.hint(
            "what you typed last is not on disk: copy it from the screen, make room, then `pushback resume` goes on",
        ),
    }
}

/// Whether a draft is on disk and says something.
pub fn holds_words(draft: &Path) -> bool {
    files::kept_bytes(draft).is_ok_and(|bytes| !bytes.trim_ascii().is_empty())
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

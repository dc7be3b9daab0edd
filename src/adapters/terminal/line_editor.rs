//! The line editor for long answers: Enter begins a new line, sending is deliberate, and a draft is on disk
//! a moment after it was typed.

use std::{
    cell::RefCell,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use rustyline::{
    Cmd, Completer, ConditionalEventHandler, Config, Context, Editor, Event, EventContext, EventHandler,
    Helper, Highlighter, KeyCode, KeyEvent, Modifiers, RepeatCount, Validator,
    error::ReadlineError,
    hint::Hinter,
    history::{FileHistory, History},
};

use super::practice::{Input, Typed};
use crate::{
    core::command::{self, Place},
    ports::Overheard,
};

/// How long a draft may be newer on the screen than on disk.
const DRAFT_DELAY: Duration = Duration::from_millis(250);

/// rustyline with the bindings of an interview.
pub struct LineEditor {
    editor: Editor<Mirror, FileHistory>,
    history: PathBuf,
    draft: Option<DraftFile>,
    /// Whether Enter sends whatever there is.
    one_line: Arc<AtomicBool>,
}

impl LineEditor {
    /// An editor for answers: Enter begins a new line. With the history of earlier sittings.
    ///
    /// # Errors
    ///
    /// When there is no terminal.
    pub fn of_answers(history: &Path) -> io::Result<Self> {
        Self::new(history, true)
    }

    /// An editor for single lines.
    ///
    /// # Errors
    ///
    /// When there is no terminal.
    pub fn of_lines(history: &Path) -> io::Result<Self> {
        Self::new(history, false)
    }

    fn new(history: &Path, many_lines: bool) -> io::Result<Self> {
        let config = Config::builder().auto_add_history(false).build();
        let mut editor = Editor::with_config(config).map_err(into_io)?;
        let text = Arc::new(Text::default());
        editor.set_helper(Some(Mirror { text: text.clone(), overheard: RefCell::new(None) }));
        let one_line = Arc::new(AtomicBool::new(false));
        if many_lines {
            let on_enter = EventHandler::Conditional(Box::new(OnEnter { one_line: one_line.clone() }));
            editor.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::NONE), on_enter);
            editor.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), Cmd::AcceptLine);
            editor.bind_sequence(KeyEvent::alt('\r'), Cmd::AcceptLine);
            editor.bind_sequence(KeyEvent::ctrl('D'), EventHandler::Conditional(Box::new(OnCtrlD)));
        }
        // No history yet is no error.
        let _ = editor.load_history(history);
        Ok(Self { editor, history: history.to_owned(), draft: None, one_line })
    }

    /// Keeps what is being typed in a file until it is [`Input::kept`]. A draft that is there already is
    /// put into the editor first.
    pub fn keep_draft(&mut self, file: PathBuf) {
        if let Some(mirror) = self.editor.helper() {
            self.draft = Some(DraftFile::start(file, mirror.text.clone()));
        }
    }

    fn text(&self) -> String {
        self.editor.helper().map_or_else(String::new, |mirror| mirror.text.get())
    }
}

/// Takes texts out of the history file: what was deleted must not come back with the up arrow.
///
/// # Errors
///
/// When the history can't be written.
pub fn forget(history: &Path, texts: &[&str]) -> io::Result<()> {
    let mut all = FileHistory::new();
    if all.load(history).is_err() {
        return Ok(());
    }
    let mut rest = FileHistory::new();
    for entry in all.iter().filter(|entry| !texts.iter().any(|text| text.trim() == entry.trim())) {
        rest.add(entry).map_err(into_io)?;
    }
    if rest.len() < all.len() {
        std::fs::remove_file(history)?;
        rest.save(history).map_err(into_io)?;
    }
    Ok(())
}

impl Input for LineEditor {
    fn read(&mut self, overheard: Option<Overheard>) -> io::Result<Typed> {
        if let Some(mirror) = self.editor.helper() {
            mirror.overheard.replace(overheard);
        }
        let mut initial = self.draft.as_ref().and_then(DraftFile::read).unwrap_or_default();
        loop {
            match self.editor.readline_with_initial("› ", (&initial, "")) {
                Ok(text) => {
                    let text = without_dot(&text);
                    if !text.trim().is_empty() {
                        let _ = self.editor.add_history_entry(text);
                        let _ = self.editor.append_history(&self.history);
                    }
                    let is_command = command::parse(text, Place::Round).is_some();
                    if is_command && let Some(draft) = &self.draft {
                        draft.forget();
                    }
                    return Ok(Typed::Text(text.to_owned()));
                }
                Err(ReadlineError::Interrupted) => {
                    let text = self.text();
                    if text.trim().is_empty() {
                        return Ok(Typed::End);
                    }
                    // Nothing typed is thrown away by a slip of a finger.
                    super::output::print(
                        "(still here: Ctrl-U clears a line, an empty prompt and Ctrl-C leaves)",
                    )?;
                    initial = text;
                }
                Err(ReadlineError::Eof) => return Ok(Typed::End),
                // The window changed its size.
                Err(ReadlineError::Signal(_)) => initial = self.text(),
                Err(error) => return Err(into_io(error)),
            }
        }
    }

    fn read_line(&mut self, prompt: &str) -> io::Result<Typed> {
        self.one_line.store(true, Ordering::SeqCst);
        let read = self.editor.readline(prompt);
        self.one_line.store(false, Ordering::SeqCst);
        match read {
            Ok(text) => Ok(Typed::Text(text)),
            Err(ReadlineError::Interrupted | ReadlineError::Eof) => Ok(Typed::End),
            Err(error) => Err(into_io(error)),
        }
    }

    fn kept(&mut self) {
        if let Some(draft) = &self.draft {
            draft.forget();
        }
    }

    fn how_to_send(&self) -> &'static str {
        "Enter begins a new line. Ctrl-D sends (so does a line with a single dot). /help lists commands."
    }
}

/// The text without the line with a dot that sent it.
fn without_dot(text: &str) -> &str {
    if text == "." { "" } else { text.strip_suffix("\n.").unwrap_or(text) }
}

fn into_io(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

/// Enter sends a command and a text whose last line is a dot; in everything else it begins a new line.
struct OnEnter {
    one_line: Arc<AtomicBool>,
}

impl ConditionalEventHandler for OnEnter {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let text = context.line();
        let sends = self.one_line.load(Ordering::SeqCst)
            || text == "."
            || text.ends_with("\n.")
            || command::parse(text, Place::Round).is_some();
        Some(if sends { Cmd::AcceptLine } else { Cmd::Newline })
    }
}

/// Ctrl-D sends what is there; with nothing there it leaves.
struct OnCtrlD;

impl ConditionalEventHandler for OnCtrlD {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        Some(if context.line().is_empty() { Cmd::EndOfFile } else { Cmd::AcceptLine })
    }
}

/// What is on the editor's line, as of the last key.
#[derive(Default)]
struct Text {
    state: Mutex<TextState>,
    changed: Condvar,
}

#[derive(Default)]
struct TextState {
    text: String,
    dirty: bool,
    closed: bool,
}

impl Text {
    fn set(&self, text: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.text != text {
            text.clone_into(&mut state.text);
            state.dirty = true;
            self.changed.notify_one();
        }
    }

    fn get(&self) -> String {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).text.clone()
    }
}

/// rustyline calls the hinter with the whole line after every key: the one place from which the text can be
/// mirrored while it is being typed, and so survive Ctrl-C and a crash.
#[derive(Completer, Helper, Highlighter, Validator)]
struct Mirror {
    text: Arc<Text>,
    overheard: RefCell<Option<Overheard>>,
}

impl Hinter for Mirror {
    type Hint = String;

    fn hint(&self, line: &str, _: usize, _: &Context<'_>) -> Option<String> {
        self.text.set(line);
        if let Some(overheard) = &*self.overheard.borrow() {
            overheard(line);
        }
        None
    }
}

/// Writes the mirrored text to a file soon after it changed.
struct DraftFile {
    file: PathBuf,
    text: Arc<Text>,
    writer: Option<thread::JoinHandle<()>>,
}

impl DraftFile {
    fn start(file: PathBuf, text: Arc<Text>) -> Self {
        let writer = {
            let (file, text) = (file.clone(), text.clone());
            thread::spawn(move || write_changes(&file, &text))
        };
        Self { file, text, writer: Some(writer) }
    }

    fn read(&self) -> Option<String> {
        fs::read_to_string(&self.file).ok()
    }

    fn forget(&self) {
        let mut state = self.text.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.text.clear();
        state.dirty = false;
        // The writer holds the same lock while it writes, so no older text can come back.
        let _ = fs::remove_file(&self.file);
    }
}

impl Drop for DraftFile {
    fn drop(&mut self) {
        {
            let mut state = self.text.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.closed = true;
            self.text.changed.notify_one();
        }
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn write_changes(file: &Path, text: &Text) {
    loop {
        let mut state = text.state.lock().unwrap_or_else(PoisonError::into_inner);
        while !state.dirty && !state.closed {
            state = text.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.dirty {
            state.dirty = false;
            let _ =
                if state.text.trim().is_empty() { fs::remove_file(file) } else { replace(file, &state.text) };
        }
        if state.closed {
            return;
        }
        drop(state);
        thread::sleep(DRAFT_DELAY);
    }
}

/// Old text or new text, never half of one.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let next = file.with_extension("draft-next");
    fs::write(&next, text)?;
    fs::rename(&next, file)
}

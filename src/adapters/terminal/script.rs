//! Messages that are read a line at a time, each up to a line that holds a single dot: from a script on standard input, or
//! from somebody at a terminal that can't be painted on.

use std::{
    io::{self, BufRead, Read, Write},
    time::Instant,
};

use super::{
    draft::Draft,
    input::{Input, Typed},
};
use crate::{
    adapters::files::LARGEST,
    core::{
        command::{self, Place},
        editing::sending,
    },
    ports::Overheard,
};

/// Largest text that is read whole, in bytes: many messages.
const LARGEST_TEXT: u64 = 16 * LARGEST;

/// Reads messages from a script.
pub struct Script<R> {
    lines: R,
    /// Somebody types the lines and has to be shown where.
    is_typed: bool,
    is_begun: bool,
    draft: Option<Draft>,
    /// What a draft held before: it goes in front of the next message.
    before: String,
    unsent: Option<Unsent>,
    began: Instant,
}

/// A message that had no line with a dot behind it when the input ended, so that it was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// Why it isn't kept as a draft, if it isn't.
    pub lost: Option<String>,
}

impl<R: BufRead> Script<R> {
    /// Reads from `lines` to their end.
    pub fn new(lines: R) -> Self {
        Self {
            lines,
            is_typed: false,
            is_begun: false,
            draft: None,
            before: String::new(),
            unsent: None,
            began: Instant::now(),
        }
    }

    /// The same where somebody types the lines.
    pub fn typed(lines: R) -> Self {
        Self { is_typed: true, ..Self::new(lines) }
    }

    /// Keeps a message in a draft until it is [`Input::kept`]. What the draft holds already goes in front of the first one.
    pub fn keep_in(mut self, draft: Draft, text: String) -> Self {
        (self.draft, self.before) = (Some(draft), text);
        self
    }

    /// What was left over at the end of the input.
    pub fn unsent(&self) -> Option<&Unsent> {
        self.unsent.as_ref()
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = vec![];
        if self.lines.by_ref().take(LARGEST + 1).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        let text = decoded(&bytes, is_first)?;
        if bytes.len() as u64 > LARGEST {
            return Err(too_large());
        }
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
    }

    fn prompt(&self, prompt: &str) -> io::Result<()> {
        if !self.is_typed {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        out.write_all(prompt.as_bytes())?;
        out.flush()
    }

    fn follow(&mut self, text: &str) {
        let now = self.began.elapsed().as_millis() as u64;
        if let Some(draft) = &mut self.draft {
            draft.follow(text, now);
        }
    }

    /// A text that nobody sent.
    fn left_over(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let now = self.began.elapsed().as_millis() as u64;
        let lost = match &mut self.draft {
            None => Some("nothing of this is kept".into()),
            Some(draft) => {
                draft.secure(text, now);
                draft.trouble().map(str::to_owned)
            }
        };
        self.unsent = Some(Unsent { lost });
    }
}

fn too_large() -> io::Error {
    let text = format!(
        "a message on standard input is larger than {} kB: end each with a line that holds a dot",
        LARGEST / 1024
    );
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// Bytes of a script as text. What isn't UTF-8 is replaced, a mark at the beginning is left away, and UTF-16 is refused: each
/// of its lines would be another one.
fn decoded(bytes: &[u8], is_first: bool) -> io::Result<String> {
    let is_utf16 = is_first && (bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]));
    if is_utf16 || bytes.contains(&0) {
        let text = "standard input is not UTF-8 text (UTF-16, or no text at all): save it as UTF-8";
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    let text = String::from_utf8_lossy(bytes);
    let text = if is_first { text.strip_prefix('\u{feff}').unwrap_or(&text) } else { &text };
    Ok(text.to_owned())
}

/// Everything that there is to be read, within bounds.
///
/// # Errors
///
/// When it can't be read, is too large, or is no text.
pub fn read_all(from: impl Read) -> io::Result<String> {
    let mut bytes = vec![];
    if from.take(LARGEST_TEXT + 1).read_to_end(&mut bytes)? as u64 > LARGEST_TEXT {
        let text = format!("standard input is larger than {} MB", LARGEST_TEXT >> 20);
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    decoded(&bytes, true)
}

impl<R: BufRead> Input for Script<R> {
    fn read(&mut self, _overheard: Option<Overheard>) -> io::Result<Typed> {
        self.prompt("› ")?;
        let mut message = String::new();
        let mut is_empty = true;
        loop {
            let Some(line) = self.line()? else {
                // A script that ends in the middle of a message has not sent it.
                if !is_empty {
                    self.left_over(&message);
                }
                return Ok(Typed::End);
            };
            if sending::ends_message(&line) {
                if is_empty {
                    message = std::mem::take(&mut self.before);
                }
                self.follow(&message);
                return Ok(Typed::Text(message));
            }
            if is_empty && command::parse(&line, Place::Round).is_some() {
                return Ok(Typed::Text(line.trim_end().to_owned()));
            }
            if is_empty && line.trim().is_empty() {
                continue;
            }
            if is_empty {
                is_empty = false;
                message = std::mem::take(&mut self.before);
            }
            if !message.is_empty() {
                message.push('\n');
            }
            message.push_str(&line);
            if message.len() as u64 > LARGEST {
                return Err(too_large());
            }
            if self.is_typed {
                self.follow(&message);
            }
        }
    }

    fn read_line(&mut self, prompt: &str) -> io::Result<Typed> {
        self.prompt(prompt)?;
        Ok(self.line()?.map_or(Typed::End, Typed::Text))
    }

    fn kept(&mut self) {
        if let Some(draft) = &mut self.draft {
            draft.forget();
        }
    }

    fn how_to_send(&self) -> &'static str {
        if self.is_typed {
            "This terminal can't be painted on (`TERM`), so lines are read as they come: a line that holds a single dot \
             sends what you wrote before it. /help lists commands."
        } else {
            "(reading a script: each message ends at a line that holds a single dot)"
        }
    }
}

/// All messages of a text: those that end at a line with a single dot if there is such a line, else one a line. A line
/// may be a JSON object with the key `message`.
pub fn messages(text: &str) -> Vec<String> {
    if text.lines().any(sending::ends_message) {
        let mut script = Script::new(text.as_bytes());
        let next = || match script.read(None) {
            Ok(Typed::Text(message)) => Some(message),
            Ok(Typed::End) | Err(_) => None,
        };
        return std::iter::from_fn(next).collect();
    }
    let said = |line: &str| {
        let json = serde_json::from_str::<serde_json::Value>(line).ok();
        let message = json.and_then(|json| json.get("message")?.as_str().map(str::to_owned));
        message.unwrap_or_else(|| line.trim_end().to_owned())
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_its_paragraphs_and_ends_at_the_dot() {
        let mut script = Script::new(&b"One.\n\nTwo.\n.\n/hint\nThree\n.\nnever sent\n"[..]);
        let mut read = || script.read(None).unwrap();
        assert_eq!(read(), Typed::Text("One.\n\nTwo.".into()));
        assert_eq!(read(), Typed::Text("/hint".into()));
        assert_eq!(read(), Typed::Text("Three".into()));
        assert_eq!(read(), Typed::End);
    }

    #[test]
    fn a_mark_at_the_beginning_and_spaces_behind_the_dot_change_nothing() {
        let mut script =
            Script::new(&b"\xef\xbb\xbf/quit\nOne\n. \r\ncaf\xe9\n.\n/etc/passwd is open\n.\n"[..]);
        let mut read = || script.read(None).unwrap();
        assert_eq!(read(), Typed::Text("/quit".into()));
        assert_eq!(read(), Typed::Text("One".into()));
        assert_eq!(read(), Typed::Text("caf\u{fffd}".into()));
        assert_eq!(read(), Typed::Text("/etc/passwd is open".into()), "a path is no command");
    }

    #[test]
    fn what_is_no_text_or_has_no_end_is_refused_in_bounded_memory() {
        for bytes in [&b"\xff\xfeO\0n\0e\0\n\0"[..], b"O\0n\0e\0\n\0"] {
            let error = Script::new(bytes).read(None).unwrap_err();
            assert!(error.to_string().contains("save it as UTF-8"), "{error}");
            assert!(read_all(bytes).is_err());
        }
        for endless in [&b"y"[..], b"yes\n"] {
            let bytes = endless.iter().copied().cycle();
            let error = Script::new(io::BufReader::new(Endless(bytes))).read(None).unwrap_err();
            assert!(error.to_string().contains("larger than 1024 kB"), "{error}");
        }
    }

    struct Endless<I>(I);

    impl<I: Iterator<Item = u8>> Read for Endless<I> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            Ok(into.iter_mut().zip(&mut self.0).map(|(to, from)| *to = from).count())
        }
    }

    #[test]
    fn what_had_no_dot_is_a_draft_that_goes_in_front_of_the_next_message() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("it.draft");
        let open = |text: &'static str| {
            let (draft, before) = Draft::open(file.clone());
            Script::new(text.as_bytes()).keep_in(draft, before)
        };
        let mut script = open("One.\n\nTwo");
        assert_eq!(script.read(None).unwrap(), Typed::End);
        assert_eq!(script.unsent(), Some(&Unsent { lost: None }));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "One.\n\nTwo");
        let mut script = open("/hint\nThree\n.\n");
        assert_eq!(script.read(None).unwrap(), Typed::Text("/hint".into()));
        assert_eq!(script.read(None).unwrap(), Typed::Text("One.\n\nTwo\nThree".into()));
        assert!(file.exists(), "until it is kept elsewhere");
        script.kept();
        assert!(!file.exists() && script.unsent().is_none());
        assert_eq!(script.read(None).unwrap(), Typed::End);
        assert_eq!(script.unsent(), None);
    }

    #[test]
    fn messages_stand_one_a_line_or_end_at_dots_or_are_json() {
        assert_eq!(
            messages("One?\n\nTwo.\r\n{\"message\": \"Three\\n3\"}\n{x\n"),
            ["One?", "Two.", "Three\n3", "{x"]
        );
        assert_eq!(messages("One,\n\nstill one.\n.\nTwo\n.\ncut"), ["One,\n\nstill one.", "Two"]);
        assert!(messages("").is_empty());
    }
}

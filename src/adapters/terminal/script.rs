//! A script on standard input: each message ends at a line that holds a single dot.

use std::io::{self, BufRead};

use super::practice::{Input, Typed};
use crate::ports::Overheard;

/// Reads messages from a script.
pub struct Script<R> {
    lines: R,
}

impl<R: BufRead> Script<R> {
    /// Reads from `lines` to their end.
    pub fn new(lines: R) -> Self {
        Self { lines }
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = vec![];
        if self.lines.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&bytes);
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
    }
}

impl<R: BufRead> Input for Script<R> {
    fn read(&mut self, _overheard: Option<Overheard>) -> io::Result<Typed> {
        let mut message: Vec<String> = vec![];
        loop {
            match self.line()? {
                // A script that ends in the middle of a message has not sent it.
                None => return Ok(Typed::End),
                Some(line) if line == "." => return Ok(Typed::Text(message.join("\n"))),
                Some(line) if message.is_empty() && line.starts_with('/') => return Ok(Typed::Text(line)),
                Some(line) if message.is_empty() && line.trim().is_empty() => {}
                Some(line) => message.push(line),
            }
        }
    }

    fn read_line(&mut self, _prompt: &str) -> io::Result<Typed> {
        Ok(self.line()?.map_or(Typed::End, Typed::Text))
    }

    fn kept(&mut self) {}

    fn how_to_send(&self) -> &'static str {
        "(reading a script: each message ends at a line that holds a single dot)"
    }
}

/// All messages of a text: those that end at a line with a single dot if there is such a line, else one a line. A line
/// may be a JSON object with the key `message`.
pub fn messages(text: &str) -> Vec<String> {
    if text.lines().any(|line| line == ".") {
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
    fn messages_stand_one_a_line_or_end_at_dots_or_are_json() {
        assert_eq!(
            messages("One?\n\nTwo.\r\n{\"message\": \"Three\\n3\"}\n{x\n"),
            ["One?", "Two.", "Three\n3", "{x"]
        );
        assert_eq!(messages("One,\n\nstill one.\n.\nTwo\n.\ncut"), ["One,\n\nstill one.", "Two"]);
        assert!(messages("").is_empty());
    }
}

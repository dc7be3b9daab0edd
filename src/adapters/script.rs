//! A script on standard input: each message ends at a line that holds a single dot.

use std::io::{self, BufRead};

use super::console::{Input, Typed};
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
}

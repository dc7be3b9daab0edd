//! When a message is finished: at a line that holds a single dot, or where the line is a command.

use crate::core::command::{self, Place};

/// Whether a line ends the message before it: a single dot. What a paste or an editor left behind it doesn't matter.
pub fn ends_message(line: &str) -> bool {
    line.trim_end() == "."
}

/// The message before a last line that ends it; `None` if there is no such line.
pub fn finished(text: &str) -> Option<&str> {
    let (message, last) = text.rsplit_once('\n').unwrap_or(("", text));
    ends_message(last).then_some(message)
}

/// The message, whether a last line ended it or a key.
pub fn message(text: &str) -> &str {
    finished(text).unwrap_or(text)
}

/// Whether Enter behind a text sends it. Behind any other it begins a new line.
pub fn enter_sends(text: &str, place: Place) -> bool {
    finished(text).is_some() || command::parse(text, place).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_dot_ends_the_message_before_it() {
        for (text, sent) in [
            ("One.\nTwo\n.", Some("One.\nTwo")),
            ("One\n. ", Some("One")),
            ("One\r\n.\r", Some("One\r")),
            (".", Some("")),
            ("One.", None),
            ("One\n..", None),
            ("One\n.\n", None),
            ("", None),
        ] {
            assert_eq!(finished(text), sent, "{text:?}");
            assert_eq!(message(text), sent.unwrap_or(text), "{text:?}");
        }
    }

    #[test]
    fn enter_sends_commands_of_the_place_and_nothing_else() {
        assert!(enter_sends("/quit", Place::Live) && enter_sends("/hint", Place::Round));
        assert!(
            !enter_sends("I'd say no", Place::Round) && !enter_sends("/etc/passwd is open", Place::Round)
        );
    }
}

//! Who is there: somebody at a terminal that can be painted on, somebody at one that can't, or nobody.

use std::io::{self, IsTerminal};

/// Terminals that know no cursor movement. What is typed there is read a line at a time.
const PLAIN: [&str; 3] = ["dumb", "cons25", "emacs"];

/// Who is on the other side of standard input and output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Somebody at a terminal.
    Screen,
    /// Somebody at a terminal that can only print one line after the other.
    Plain,
    /// A pipe or a file on one side at least.
    Nobody,
}

impl Presence {
    /// Who is there now.
    pub fn now() -> Self {
        Self::of(is_typed() && is_shown(), std::env::var("TERM").ok().as_deref())
    }

    fn of(is_terminal: bool, term: Option<&str>) -> Self {
        match (is_terminal, term) {
            (false, _) => Self::Nobody,
            (true, Some(term)) if PLAIN.contains(&term) => Self::Plain,
            (true, _) => Self::Screen,
        }
    }

    /// Whether somebody can be asked something.
    pub fn is_somebody(self) -> bool {
        self != Self::Nobody
    }
}

/// Whether standard input comes from a keyboard.
pub fn is_typed() -> bool {
    io::stdin().is_terminal()
}

/// Whether standard output goes to a screen.
pub fn is_shown() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard error goes to a screen.
pub fn is_error_shown() -> bool {
    io::stderr().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_cannot_be_painted_on_is_known_by_its_name() {
        assert_eq!(Presence::of(true, Some("xterm-256color")), Presence::Screen);
        assert_eq!(Presence::of(true, None), Presence::Screen);
        for term in PLAIN {
            assert_eq!(Presence::of(true, Some(term)), Presence::Plain);
            assert_eq!(Presence::of(false, Some(term)), Presence::Nobody);
        }
    }
}

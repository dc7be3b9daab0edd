//! The terminal: what is shown in it and what is typed into it.

pub mod interrupts;
pub mod line_editor;
#[cfg(unix)]
pub mod live;
pub mod output;
pub mod pager;
pub mod practice;
pub mod script;

use std::io::IsTerminal;

/// Whether somebody is at both sides: keys come in, and what is printed is seen.
pub fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Terminals that know no more than lines: no cursor can be moved in them, and no key read by itself.
const LINES_ONLY: [&str; 3] = ["dumb", "cons25", "emacs"];

/// Whether a text can be edited on the screen: somebody is at both sides, and the terminal is more than a line printer.
pub fn can_edit_on_screen() -> bool {
    let is_line_printer = std::env::var("TERM").is_ok_and(|term| LINES_ONLY.contains(&term.as_str()));
    is_interactive() && !is_line_printer
}

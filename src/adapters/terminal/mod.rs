//! The terminal: what is shown in it and what is typed into it.

pub mod interrupts;
pub mod line_editor;
#[cfg(unix)]
pub mod live;
pub mod output;
pub mod pager;
pub mod practice;
pub mod script;

//! What goes wrong, and what must be left of it.

mod bad_input;
mod files;
mod format;
pub mod journals;
mod latest;
mod no_locks;
mod session;

//! What goes wrong, and what must be left of it.

mod bad_input;
mod journals;
mod session;

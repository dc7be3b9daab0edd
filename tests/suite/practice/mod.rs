//! Practice rounds.

mod script;
mod terminal;

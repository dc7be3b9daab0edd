//! Practice rounds.

mod script;
mod terminal;
mod typing;

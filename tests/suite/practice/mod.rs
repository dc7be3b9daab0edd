//! Practice rounds.

mod script;
mod target;
mod terminal;
mod typing;

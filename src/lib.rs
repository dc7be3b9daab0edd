//! Pushback: a mock interviewer for Staff+ engineers.
//!
//! # The map
//!
//! - [`core`] is pure: the scale, scenarios and rubrics, the round as a state machine, the tally from
//!   observations to a score, and the review. No clock, file, network, terminal or thread.
//! - [`ports`] names what the core's users need from outside: a model, a journal, a clock, a console.
//! - [`app`] holds the only event loop.
//! - [`render`] turns reviews into text.
//! - [`adapters`] are the real parts behind the ports: the in-process model, an OpenAI-compatible endpoint,
//!   files, the terminal.
//! - [`cli`] reads arguments, wires the parts together and turns errors into messages and exit codes.
//!
//! Imports go downwards in this list's reverse only: `cli` may use everything, `core` nothing but itself.
//! `tests/suite/tidy.rs` checks that.
//!
//! # What always holds
//!
//! - An answer is on disk before any model is asked about it.
//! - A model's output is a probability, sentence numbers, or a choice from a menu. No text of a model's
//!   reaches the candidate. A draft for an author is marked line by line, and never played before it was accepted.
//! - Evidence is a number of one of the candidate's own sentences. No sentence, no credit.
//! - Where there is no observation there is a reason ([`core::judging::Unscored`]), never a number.
//! - A live interviewer's line is borrowed from an author ([`core::session::scripted`]), and nothing of the
//!   judge shows before the words are sealed ([`core::live`]).
//! - No assistance before the candidate's first answer ([`core::policy`]).

pub mod adapters;
pub mod app;
pub mod cli;
pub mod core;
pub mod ports;
pub mod render;

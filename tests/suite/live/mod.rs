//! Live rounds.

mod faults;
mod interview_loop;
pub mod round;
mod sealed;

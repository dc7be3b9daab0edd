//! Live rounds.

mod beside;
mod faults;
mod full_disk;
pub mod interview_loop;
mod locked_out;
pub mod round;
mod sealed;

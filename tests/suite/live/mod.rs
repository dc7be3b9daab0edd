//! Live rounds.

mod faults;
mod full_disk;
mod interview_loop;
pub mod round;
mod sealed;

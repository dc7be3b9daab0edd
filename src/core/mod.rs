//! What Pushback knows, without a clock, a file, a network, a terminal or a thread.
//!
//! Everything here takes values and returns values, so that it can be tested with plain data and read
//! without knowing how the program is wired.

pub mod authoring;
pub mod bank;
pub mod casting;
pub mod command;
pub mod draw;
pub mod editing;
pub mod hash;
pub mod interval;
pub mod interview_loop;
pub mod json;
pub mod judging;
pub mod lab;
pub mod level;
pub mod lint;
pub mod live;
pub mod nearest;
pub mod progress;
pub mod record;
pub mod review;
pub mod session;
pub mod sitting;
pub mod text;
pub mod turn;

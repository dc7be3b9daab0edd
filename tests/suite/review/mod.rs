//! What was done, read again.

mod browser;
mod disputes;
mod keeping;
pub mod pages;
pub mod progress;
mod reading;

//! What is kept of sessions: journals, seals, drafts, summaries.

pub mod begun;
pub mod format;
pub mod journal;
pub mod open_rounds;
pub mod seal;
pub mod sessions;
pub mod summaries;

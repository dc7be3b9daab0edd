//! The bank's files: one's own, packs, and what is compiled in.

pub mod library;
pub mod lint_files;
pub mod loops;
pub mod packs;
mod slips;
mod sources;
pub mod yaml;

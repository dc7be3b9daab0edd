//! The real parts behind [`crate::ports`].

pub mod answers;
pub mod bank;
pub mod clock;
pub mod config;
pub mod files;
pub mod json_lines;
pub mod labels;
pub mod model;
pub mod paths;
pub mod settings;
pub mod store;
pub mod terminal;

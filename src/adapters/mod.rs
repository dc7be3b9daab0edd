//! The real parts behind [`crate::ports`].

pub mod answers;
pub mod bank_files;
pub mod clock;
pub mod config;
pub mod console;
pub mod csv_table;
pub mod embedded;
pub mod jsonl;
pub mod labels;
pub mod line_editor;
pub mod lint_files;
#[cfg(unix)]
pub mod live_terminal;
pub mod model_file;
pub mod no_model;
pub mod open_rounds;
pub mod openai;
pub mod packs;
pub mod pager;
pub mod paths;
pub mod script;
pub mod seal;
pub mod sessions;
pub mod signals;
pub mod summaries;
pub mod yaml;

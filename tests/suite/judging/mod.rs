//! Scores, labels, and fitting.

mod bulk;
mod bulk_files;
mod judge_fit;
mod labels;
mod panel;

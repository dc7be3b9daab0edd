//! Scores, labels, and fitting.

mod bulk;
mod judge_fit;
mod labels;

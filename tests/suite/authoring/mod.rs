//! Cases and rubrics of one's own.

mod journey;
mod lint;
mod new;
mod rubric_check;
mod schema;
mod r#try;

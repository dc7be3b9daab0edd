//! The models behind [`crate::ports::Observer`].

pub mod embedded;
pub mod file;
pub mod none;
pub mod openai;

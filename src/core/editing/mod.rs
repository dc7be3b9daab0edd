//! Typing an answer, in practice and live alike: the text with its cursor, what the bytes of a keyboard mean, and when
//! Enter sends.

pub mod buffer;
pub mod keys;
pub mod sending;

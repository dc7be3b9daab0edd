//! The real parts behind [`crate::ports`].

pub mod embedded;

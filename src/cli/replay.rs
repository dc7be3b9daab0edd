//! `pushback replay`.

use super::{error::Failure, round::Context};

/// Plays back how a live session was typed.
pub fn replay(_context: &Context, _given: Option<&str>, _speed: f64) -> Result<(), Failure> {
    Ok(())
}

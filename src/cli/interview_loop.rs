//! `pushback live --loop`: several rounds in order, the debrief at the end.

use super::{args::LiveArgs, error::Failure, round::Context};
use crate::adapters::open_rounds::OpenRound;

pub fn list(_context: &Context) -> Result<(), Failure> {
    Ok(())
}
pub fn begin(_context: &Context, _id: &str, _args: &LiveArgs) -> Result<(), Failure> {
    Ok(())
}
pub fn resume(_context: &Context, _open: &OpenRound) -> Result<(), Failure> {
    Ok(())
}

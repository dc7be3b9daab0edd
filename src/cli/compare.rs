//! `pushback compare`.

use super::{
    error::Failure,
    review::{json, load},
    round::Context,
};
use crate::{
    adapters::{console, pager},
    core::compare::compare,
    render,
};

/// Sets two results side by side.
pub fn run(context: &Context, first: &str, second: &str, as_json: bool) -> Result<(), Failure> {
    let comparison = compare(&load(context, Some(first))?, &load(context, Some(second))?)?;
    if as_json {
        return Ok(console::print(&json(&comparison)?)?);
    }
    Ok(pager::show(&render::compare::compare(&comparison, console::width()))?)
}

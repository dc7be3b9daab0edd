//! `pushback compare`.

use super::{
    args::CompareArgs,
    error::Failure,
    page,
    review::{json, load},
    round::Context,
};
use crate::{
    adapters::{console, pager},
    core::compare::compare,
    render::{self, html},
};

/// Sets two results side by side.
pub fn run(context: &Context, args: &CompareArgs) -> Result<(), Failure> {
    let comparison = compare(&load(context, Some(&args.first))?, &load(context, Some(&args.second))?)?;
    if args.form.json {
        return Ok(console::print(&json(&comparison)?)?);
    }
    if args.form.is_page() {
        return page::keep(
            args.form.html.as_deref(),
            "compare",
            &html::compare::compare(&comparison),
            args.form.open,
        );
    }
    Ok(pager::show(&render::compare::compare(&comparison, console::width()))?)
}

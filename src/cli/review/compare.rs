//! `pushback compare`.

use super::load;
use crate::{
    adapters::terminal::{output, pager},
    cli::{
        args::CompareArgs,
        context::Context,
        error::Failure,
        output::{json, keep_page},
    },
    core::review::compare::compare,
    render::{self, html},
};

/// Sets two results side by side.
pub fn run(context: &Context, args: &CompareArgs) -> Result<(), Failure> {
    let comparison = compare(&load(context, Some(&args.first))?, &load(context, Some(&args.second))?)?;
    if args.form.json {
        return Ok(output::print(&json(&comparison)?)?);
    }
    if args.form.is_page() {
        return keep_page(
            &context.home,
            args.form.html.as_deref(),
            "compare",
            &html::compare::compare(&comparison),
            args.form.open,
        );
    }
    Ok(pager::show(&render::compare::compare(&comparison, output::width()))?)
}

//! Whether a case and its rubric are as shipped, in a sentence or two.

use crate::core::{
    review::origin::{Origin, Source},
    text::one_line,
};

/// What is said about where a case and its rubric are from.
pub fn origin(origin: &Origin) -> String {
    let said = |what: &str, source| match source {
        Source::Shipped => format!("The {what} is as this version ships it."),
        Source::Changed => format!("The {what} is not the one that this version ships under that name."),
        Source::Own => format!("The {what} is not from this version of pushback."),
    };
    let both = match (origin.scenario, origin.rubric) {
        (Source::Shipped, Source::Shipped) => "Case and rubric are as this version ships them.".to_owned(),
        (scenario, rubric) => format!("{} {}", said("case", scenario), said("rubric", rubric)),
    };
    match &origin.version {
        Some(version) => format!("{both} It was played with version {}.", one_line(version)),
        None => both,
    }
}

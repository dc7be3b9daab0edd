//! Whether what was played is what the program ships: a rubric of one's own says about a score only what one wants.

use crate::core::{bank::Bank, hash::fingerprint, record::Drawn};

/// Where a case, or a rubric, is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It is as this version ships it.
    Shipped,
    /// It has the id of one that this version ships, and differs from it.
    Changed,
    /// This version ships none of this id.
    Own,
}

/// Where what was played is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The scenario.
    pub scenario: Source,
    /// The rubric.
    pub rubric: Source,
    /// The version that it was played with, if that is another one.
    pub version: Option<String>,
}

/// Where a drawn case is from, beside `shipped`, the bank of this version. `version` is the one that it was played with, where that is
/// known.
pub fn origin(drawn: &Drawn, version: Option<&str>, shipped: &Bank) -> Origin {
    let source = |known: Option<String>, played: String| match known {
        None => Source::Own,
        Some(known) if known == played => Source::Shipped,
        Some(_) => Source::Changed,
    };
    let case = shipped.case(&drawn.scenario.id).ok();
    Origin {
        scenario: match case {
            // The artifact is a part of the case, and has no hash of its own.
            Some(case) if case.artifact != drawn.artifact => Source::Changed,
            case => source(case.map(|case| fingerprint(&case.scenario)), fingerprint(&drawn.scenario)),
        },
        rubric: source(shipped.rubric(&drawn.rubric.id).map(fingerprint), fingerprint(&drawn.rubric)),
        version: version.filter(|version| *version != env!("CARGO_PKG_VERSION")).map(str::to_owned),
    }
}

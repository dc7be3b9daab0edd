//! The first 36 cases with their rubrics, as they were when the labeled answers and messages were written. Those labels
//! say nothing about what the bank holds under the same ids now.

use std::{path::Path, sync::OnceLock};

use pushback::{
    adapters::{bank::library, paths},
    core::bank::Bank,
};

/// The folder with its `scenarios` and `rubrics`.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judging/first-edition");

/// The bank that labels in `tests/judging` and `tests/routing` are for.
pub fn bank() -> &'static Bank {
    static BANK: OnceLock<Bank> = OnceLock::new();
    BANK.get_or_init(|| {
        let part = |name: &str| Path::new(FOLDER).join(name);
        let (bank, problems) = library::load_folders(
            &paths::Home::at("/nonexistent"),
            Some(&part("scenarios")),
            Some(&part("rubrics")),
        );
        assert_eq!(problems, []);
        bank
    })
}

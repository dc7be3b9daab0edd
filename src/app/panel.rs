//! Judges the answers that a panel compared.

use std::collections::BTreeMap;

use super::observe::observe;
use crate::{
    core::{
        bank::Bank,
        judging::{Unscored, verdict},
        lab::panel::Panel,
        level::TargetLevel,
    },
    ports::{Observer, Watch},
};

/// The level of every answer whose case is there, hollow ones too, by its id. `told` hears after each how many of how many are
/// done.
///
/// # Errors
///
/// Why the judge could not observe.
pub fn judge(
    bank: &Bank,
    panel: &Panel,
    observer: &dyn Observer,
    watch: &dyn Watch,
    told: &dyn Fn(usize, usize),
) -> Result<BTreeMap<String, f64>, Unscored> {
    let total = panel.answers.len() + panel.hollow.len();
    let mut levels = BTreeMap::new();
    for (done, answer) in panel.answers.iter().chain(&panel.hollow).enumerate() {
        if let Ok(case) = bank.case(&answer.scenario) {
            let exam = answer.exam(case, |_| true);
            let seen = observe(observer, &exam, watch)?.observations;
            let score = verdict::score(&case.rubric, &exam, &seen, TargetLevel::default());
            levels.insert(answer.id.clone(), score.overall);
        }
        told(done + 1, total);
    }
    Ok(levels)
}

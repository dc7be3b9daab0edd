//! Asking a judge about an exam, if there is anything to ask.

use crate::{
    core::judging::{Unscored, questions::Exam},
    ports::{Observations, Observer, Watch},
};

/// What there is to see where too little was said to show anything: nothing, and no model needs to be asked for that.
pub fn without_model(exam: &Exam) -> Option<Observations> {
    exam.is_empty().then(Observations::default)
}

/// What the judge sees, as far as it counts: see [`Exam::credited`].
///
/// # Errors
///
/// Why it could not be asked.
pub fn observe(observer: &dyn Observer, exam: &Exam, watch: &dyn Watch) -> Result<Observations, Unscored> {
    let seen = without_model(exam).map_or_else(|| observer.observe(exam, watch), Ok)?;
    Ok(credited(exam, seen))
}

/// What counts of what a judge saw.
pub fn credited(exam: &Exam, seen: Observations) -> Observations {
    Observations { observations: exam.credited(seen.observations), ..seen }
}

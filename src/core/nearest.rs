//! The known word that a mistyped one was probably meant to be: one rule for ids, keys, commands, and values.

/// The known word nearest to `word`, if one is near enough to have been meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (likeness(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// How like a word is to one that is known, 0 to 1. A single slip of the fingers counts in short words too, where it
/// changes most of their letters.
fn likeness(word: &str, candidate: &str) -> f64 {
    let likeness = strsim::jaro_winkler(word, candidate);
    let is_a_slip = candidate.chars().count() > 2 && strsim::osa_distance(word, candidate) == 1;
    if is_a_slip { likeness.max(0.9) } else { likeness }
}

/// What stands behind "there is no `word`": ": did you mean `near`?", or nothing.
pub fn suggestion(near: Option<&str>) -> String {
    near.map_or(String::new(), |near| format!(": did you mean `{near}`?"))
}

/// The [`suggestion`] of the [`nearest`] known word.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    suggestion(nearest(word, known))
}

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
/// changes most of their letters. Words that only begin alike are two words, unless one is the other cut short.
fn likeness(word: &str, candidate: &str) -> f64 {
    let (length, known) = (word.chars().count(), candidate.chars().count());
    let slips = strsim::osa_distance(word, candidate);
    let is_cut_short = length > 2 && candidate.starts_with(word);
    let is_a_slip = slips == 1 && known > 2;
    let likeness = match slips * 3 <= length.max(known) || is_cut_short {
        true => strsim::jaro_winkler(word, candidate),
        false => 0.0,
    };
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

/// What stands behind "`word` is no such thing: ": the [`nearest`] known word, or all of them.
pub fn meant(word: &str, known: &[&str]) -> String {
    if let Some(near) = nearest(word, known.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    match known {
        [] => "there is none".into(),
        [one] => format!("use {one}"),
        [one, other] => format!("use {one} or {other}"),
        [others @ .., last] => format!("use {}, or {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_fingers_is_understood_in_short_words_too() {
        let known = ["ask", "about", "tell", "try"];
        assert_eq!(nearest("aks", known), Some("ask"));
        assert_eq!(nearest("tyr", known), Some("try"));
        assert_eq!(nearest("tel", known), Some("tell"));
        assert_eq!(nearest("xyz", known), None);
    }

    #[test]
    fn words_that_only_begin_alike_are_not_taken_for_each_other() {
        let known = ["compare", "practice", "review", "resume", "score", "scenario", "sessions"];
        assert_eq!(nearest("completions", known), None);
        assert_eq!(nearest("scoreboard", known), None);
        assert_eq!(nearest("practise", known), Some("practice"));
        assert_eq!(nearest("prac", known), Some("practice"));
        assert_eq!(nearest("sesions", known), Some("sessions"));
        assert_eq!(nearest("reveiw", known), Some("review"));
    }
}

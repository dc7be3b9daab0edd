//! The wording that the terminal, the page and Markdown share, so that they say the same.

use jiff::{Timestamp, tz::TimeZone};

use crate::core::{
    interval::Interval,
    judging::{
        Judge, Unscored,
        sentences::Discount,
        tally,
        verdict::{Score, Verdict},
    },
    level::Level,
    live::Cut,
    record::{Disputed, Mode, Route, Use},
    review::{CriterionView, Review, clock::Moment, summary::State},
    text::one_line,
    turn::Ask,
};

/// A level, or the words for none.
pub fn level_name(read: Option<Level>) -> &'static str {
    read.map_or("no evidence", Level::name)
}

/// A place on the scale from 0 to 5 as a word.
pub fn place_name(place: u8) -> &'static str {
    level_name(Level::from_number(place))
}

/// A probability, never as a certainty.
pub fn chance(p: f64) -> String {
    format!("{:.0}%", (100.0 * p).clamp(1.0, 99.0))
}

/// How the answer reads as a whole, and what that counts for.
pub fn whole(score: &Score) -> Option<String> {
    score.whole.map(|level| {
        format!(
            "Your answer as a whole reads {} ({level:.1}): that counts for two thirds, the criteria below for one.",
            level_name(Level::reads(level))
        )
    })
}

/// How a criterion reads: a level, or the range that it can't be told apart in.
pub fn reading(criterion: &CriterionView) -> String {
    let Interval { low, high } = criterion.interval;
    if tally::is_unclear(criterion.interval) {
        format!("unclear, {} to {}", place_name(low.round() as u8), place_name(high.round() as u8))
    } else {
        format!("{} {:.1}", level_name(criterion.read), criterion.level)
    }
}

/// What the rubric says about the level that a criterion reads at. Where nothing of it was seen, the author's words
/// would be a guess about the answer.
pub fn descriptor(criterion: &CriterionView) -> Option<&str> {
    let is_seen = criterion.signals.iter().chain(&criterion.red_flags).any(|view| view.present);
    let descriptor = criterion.descriptor.as_deref()?;
    Some(if is_seen { descriptor } else { "Nothing that this looks for was seen." })
}

/// Whether below the bar is what is most likely.
pub fn is_below(verdict: &Verdict) -> bool {
    verdict.below >= verdict.at && verdict.below >= verdict.above
}

/// What is most likely, against the target level.
pub fn verdict(verdict: &Verdict) -> String {
    let place = if is_below(verdict) {
        "below"
    } else if verdict.above > verdict.at {
        "above"
    } else {
        "at"
    };
    format!("Most likely {place} the bar for {}", verdict.target)
}

/// The three probabilities of a verdict, in percent that add up to 100.
pub fn chances(verdict: &Verdict) -> String {
    let exact = [verdict.below, verdict.at, verdict.above].map(|p| 100.0 * p);
    let mut whole = exact.map(f64::floor);
    let left = (100.0 - whole.iter().sum::<f64>()).round().max(0.0) as usize;
    let mut order = [0, 1, 2];
    order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()));
    order.into_iter().take(left).for_each(|place| whole[place] += 1.0);
    let [below, at, above] = whole.map(|percent| match percent as u32 {
        0 => "<1%".to_owned(),
        100.. => ">99%".to_owned(),
        percent => format!("{percent}%"),
    });
    format!("below {below}, at {at}, above {above}")
}

/// Who observed, and how far that can be trusted.
pub fn trust(judge: &Judge) -> String {
    let measured = match judge.trust {
        Some(trust) => format!(
            "On {} author-labelled answers to cases that it had not seen it agreed on signals with kappa {:.2}, and its \
             overall level was {:.1} off on average (r = {:.2}).",
            trust.answers, trust.kappa, trust.overall_error, trust.overall_r
        ),
        None => "Nobody has measured how well it judges: `pushback judge card` does.".into(),
    };
    if judge.is_nobody() {
        return "Too little was said to show anything, so no model was asked.".into();
    }
    format!(
        "Observed by {}. {measured} Levels and ranges follow by rule from what was observed. It overlooks things and \
         sees things that aren't there: read the sentences, not only the numbers.",
        one_line(&judge.model)
    )
}

/// Why there is no score.
pub fn unscored(why: &Unscored, session: &str) -> String {
    let when = if *why == Unscored::Interrupted { "whenever you like" } else { "when that is mended" };
    format!("{why}. Everything you said is kept; `pushback score {}` scores it {when}.", one_line(session))
}

/// That a round has no end yet.
pub fn unfinished(session: &str) -> String {
    format!("This round was cut off before its end. `pushback resume {}` goes on with it.", one_line(session))
}

/// That a round has no score and will get none.
pub const ABANDONED: &str = "This round was left before its end, for good. It has no score.";

/// That a live round waits for its judge.
pub fn unjudged(session: &str) -> String {
    format!(
        "Everything was said and is sealed. The judge has not been asked yet: `pushback resume {}`.",
        one_line(session)
    )
}

/// How far a session came, where there is no score to show.
pub fn state(state: State) -> &'static str {
    match state {
        State::Scored => "scored",
        State::Empty => "too little said",
        State::Unscored => "unscored",
        State::Unjudged => "not judged yet",
        State::Abandoned => "left",
        State::CutOff => "cut off",
    }
}

/// Why a live round ended before its interviewer was through.
pub fn cut(why: Cut) -> &'static str {
    match why {
        Cut::Deadline => "the time was over",
        Cut::Abandoned => "left for good",
    }
}

/// Why a sentence doesn't count.
pub fn discounted(discount: Discount) -> &'static str {
    match discount {
        Discount::Echo => "repeats the case or the rubric: doesn't count",
        Discount::SpeaksToJudge => "speaks to the judge: doesn't count",
        Discount::Repetition => "said before: doesn't count again",
    }
}

/// What a candidate holds against the judge.
pub fn dispute(dispute: &Disputed) -> &'static str {
    if dispute.present { "you say that you showed it" } else { "you say that this doesn't show it" }
}

/// The interviewer's name over a line.
pub fn interviewer(name: &str, kind: &Ask) -> String {
    match kind {
        Ask::Twist => format!("{name}, late in the round"),
        Ask::Fact { .. } => format!("{name}, since you ask"),
        Ask::Opening | Ask::Probe { .. } | Ask::Phrase { .. } => name.to_owned(),
    }
}

/// The candidate's name over a message that is no answer.
pub fn aside(route: Route) -> &'static str {
    match route {
        Route::Fact { .. } | Route::Unknown => "You asked",
        Route::Repeat => "You asked again",
        Route::Help => "You asked for help",
        Route::Done => "You ended the answer",
        Route::Answer => "You",
    }
}

/// The candidate's name over an answer.
pub fn answer(retried: bool) -> &'static str {
    if retried { "You (taken back, doesn't count)" } else { "You" }
}

/// A command that left a trace.
pub fn used(what: &Use) -> String {
    match what {
        Use::Hint { signal } => format!("hint for {}", one_line(signal)),
        Use::Rubric => "rubric shown".into(),
        Use::Retry => "answer taken back".into(),
        Use::Skip => "question skipped".into(),
        Use::Pause => "paused".into(),
        Use::Continue => "came back".into(),
    }
}

/// A moment of the round.
pub fn moment(what: &Moment) -> String {
    match what {
        Moment::Opening => "first question".into(),
        Moment::Probe(signal) => format!("probe for {}", one_line(signal)),
        Moment::Twist => "twist".into(),
        Moment::Fact => "fact told".into(),
        Moment::Hint => "hint".into(),
        Moment::Retry => "answer taken back".into(),
        Moment::Skip => "question skipped".into(),
        Moment::Away => "away for a while".into(),
    }
}

/// The mode as a word.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Practice => "practice",
        Mode::Live => "live",
    }
}

/// A point in time as a person reads it.
pub fn when(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-d %b %Y, %H:%M").to_string()
}

/// A day as a person reads it.
pub fn day(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-d %b %Y").to_string()
}

/// A length of time as a person reads it: the one way in which any of them is shown. In a round nothing shorter than a
/// second matters.
pub fn duration(seconds: f64) -> String {
    let seconds = seconds.round().max(0.0) as u64;
    let (minutes, rest) = (seconds / 60, seconds % 60);
    match minutes {
        0 => format!("{rest} s"),
        1..=9 if rest > 0 => format!("{minutes} min {rest:02} s"),
        1..=59 => format!("{minutes} min"),
        _ => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

/// A place in a round, as a clock shows it: the same on every page. (What is left of a round counts down and is rounded up;
/// that is [`super::typing_area::clock`].)
pub fn stamp(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// [`duration`] of milliseconds, for what is measured in them.
pub fn span(ms: u64) -> String {
    match ms {
        1..1000 => format!("{ms} ms"),
        _ => duration(ms as f64 / 1000.0),
    }
}

/// `1 answer`, `2 answers`.
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// The line under a review's title: when, how, for which level, how long.
pub fn circumstances(review: &Review, zone: &TimeZone) -> String {
    format!(
        "{} · {} · target {} · took {} of about {} min",
        when(review.began, zone),
        mode(review.mode),
        review.drawn.target,
        duration(review.clock.seconds),
        review.ledger.as_ref().map_or(review.drawn.scenario.minutes, |ledger| ledger.rules.minutes)
    )
}

/// Where the time went, in one or two sentences.
pub fn time(review: &Review) -> String {
    use crate::core::review::clock::Spent;
    let clock = &review.clock;
    let answers = clock.spans.iter().filter_map(|span| match span.what {
        Spent::Answering { words } => Some(words),
        Spent::Asking | Spent::Judging => None,
    });
    let words: Vec<usize> = answers.collect();
    let answering = clock.spent(|what| matches!(what, Spent::Answering { .. }));
    let judging = clock.spent(|what| what == Spent::Judging);
    let mut text = format!(
        "{} in all: {} on {} with {}",
        duration(clock.seconds),
        duration(answering),
        count(words.len(), "answer"),
        count(words.iter().sum(), "word"),
    );
    if judging >= 1.0 {
        text.push_str(&format!(", {} waiting for the judge", duration(judging)));
    }
    text.push('.');
    if let Some(first) = clock.first_answer() {
        text.push_str(&format!(" The first answer came {} after the question.", duration(first)));
    }
    let away = clock.count(|moment| *moment == Moment::Away);
    if away > 0 {
        text.push_str(&format!(
            " You were away {}; that time is left out.",
            match away {
                1 => "once".into(),
                times => format!("{times} times"),
            }
        ));
    }
    text
}

/// What the answer to the twist brought out, in one sentence.
pub fn twist(review: &Review) -> Option<String> {
    let twist = review.twist.as_ref()?;
    let names = |ids: &[String]| one_line(&ids.join(", "));
    Some(if !twist.answered {
        "You said nothing to it.".into()
    } else if review.shown.is_none() {
        "What your answer to it showed is not known: the round is not scored.".into()
    } else {
        match (twist.only_after.as_slice(), twist.again.as_slice()) {
            ([], []) => "Your answer to it showed none of the signals.".into(),
            ([], again) => {
                format!("Your answer to it showed nothing new; it showed {} once more.", names(again))
            }
            (new, []) => format!("Only your answer to it showed {}.", names(new)),
            (new, again) => {
                format!("Only your answer to it showed {}; it showed {} once more.", names(new), names(again))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::level::TargetLevel;
    use proptest::prelude::*;

    fn verdict(below: f64, at: f64, above: f64) -> Verdict {
        Verdict { target: TargetLevel::Staff, below, at, above }
    }

    #[test]
    fn nothing_is_certain() {
        assert_eq!(chances(&verdict(0.998, 0.001, 0.001)), "below >99%, at <1%, above <1%");
        assert_eq!(chances(&verdict(0.335, 0.335, 0.33)), "below 34%, at 33%, above 33%");
    }

    #[test]
    fn a_length_of_time_is_short_to_read_at_any_length() {
        let shown = [0, 40, 999, 1_000, 59_400, 65_000, 600_000, 640_000, 7_500_000].map(span);
        assert_eq!(
            shown,
            ["0 s", "40 ms", "999 ms", "1 s", "59 s", "1 min 05 s", "10 min", "10 min", "2 h 05 min"]
        );
    }

    proptest! {
        #[test]
        fn chances_add_up(a in 1_u32..1000, b in 1_u32..1000, c in 1_u32..1000) {
            let [below, at, above] = [a, b, c].map(|part| f64::from(part) / f64::from(a + b + c));
            let text = chances(&verdict(below, at, above));
            let numbers: Vec<u32> = text
                .split([' ', ',', '%'])
                .filter_map(|word| word.parse().ok())
                .collect();
            let is_plain = !text.contains(['<', '>']);
            prop_assert!(!is_plain || numbers.iter().sum::<u32>() == 100, "{text}");
        }
    }
}

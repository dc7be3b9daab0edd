//! The draw that learns: which case a person needs next, and why.
//!
//! A case is needed the more, the less of it is likely to be remembered, the longer its theme was left alone, and
//! the oftener a signal that it probes for was missing. Chance decides among what is needed, so that nobody can
//! tell what comes.

use std::{collections::BTreeMap, fmt};

use fsrs::{FSRS, FSRS6_DEFAULT_DECAY, FSRSItem, FSRSReview, current_retrievability};
use jiff::{SignedDuration, Timestamp};
use rand::{Rng, seq::IndexedRandom};

use super::{
    bank::{Bank, Case, DrawError, Wanted},
    level::Level,
    progress::{OFTEN, signal_courses},
    review::summary::Summary,
};

/// When a case that was seen may be played live again: a case that one remembers tests the memory.
#[derive(Clone, Debug)]
pub struct Rest {
    /// How many days it rests.
    pub days: u32,
    /// When each scenario was seen last, by its id.
    pub seen: BTreeMap<String, Timestamp>,
    /// What time it is.
    pub now: Timestamp,
}

impl Rest {
    /// From when on a scenario can be played again; `None` if it can be played now.
    pub fn again(&self, scenario: &str) -> Option<Timestamp> {
        let rest = SignedDuration::from_hours(24 * i64::from(self.days));
        let again = self.seen.get(scenario)?.saturating_add(rest).unwrap_or(Timestamp::MAX);
        (self.now < again).then_some(again)
    }

    /// Whether a scenario can be played now.
    pub fn is_over(&self, scenario: &str) -> bool {
        self.again(scenario).is_none()
    }
}

/// A case and why it was drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw<'a> {
    /// The case.
    pub case: &'a Case,
    /// What spoke for it most.
    pub why: Why,
}

/// What speaks for a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It probes for a signal that was missing lately.
    Missing {
        /// The signal.
        signal: String,
        /// How many rounds in a row expected it in vain.
        rounds: usize,
    },
    /// Nothing of its theme was played yet.
    NewTheme(String),
    /// It was played, and it is time for it again.
    Due {
        /// Days since then.
        days: u32,
        /// How it read, if it was scored.
        read: Option<Level>,
    },
    /// It was not played yet.
    NewCase,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { signal, rounds } => {
                write!(f, "you have not shown `{signal}` in the last {rounds} rounds that called for it")
            }
            Self::NewTheme(theme) => write!(f, "you have played nothing about `{theme}` yet"),
            Self::Due { days, read: Some(read) } => {
                write!(f, "you played it {days} days ago, and it read {read} then")
            }
            Self::Due { days, read: None } => write!(f, "you played it {days} days ago"),
            Self::NewCase => write!(f, "you have not played it yet"),
        }
    }
}

/// Draws the case that a person needs, of the wanted theme and domain. Those of the level that they interview for come
/// oftener. `summaries` are their sessions, oldest first.
///
/// # Errors
///
/// When the theme doesn't exist or no case fits.
pub fn draw<'a>(
    bank: &'a Bank,
    wanted: &Wanted,
    summaries: &[&Summary],
    now: Timestamp,
    rng: &mut impl Rng,
) -> Result<Draw<'a>, DrawError> {
    let misses = misses(summaries);
    let asked = Wanted { level: None, ..wanted.clone() };
    let needs: Vec<(Draw<'a>, f64)> = bank
        .select(asked)?
        .map(|case| {
            let (draw, need) = need(case, summaries, &misses, now);
            let is_of_level = Wanted { level: wanted.level, ..Wanted::default() }.fits(&case.scenario);
            (draw, if is_of_level { need } else { need * OTHER_LEVEL })
        })
        .collect();
    let drawn = needs.choose_weighted(rng, |(_, need)| need.powi(3)).map_err(|_| bank.nothing())?;
    Ok(drawn.0.clone())
}

/// What is left of the need for a case of another level than the one that is interviewed for.
const OTHER_LEVEL: f64 = 0.6;

/// For each signal, by rubric and id, how many of the latest rounds in a row expected it in vain.
type Misses = BTreeMap<(String, String), usize>;

fn misses(summaries: &[&Summary]) -> Misses {
    let in_a_row = |shown: &[bool]| shown.iter().rev().take_while(|shown| !**shown).count();
    signal_courses(summaries)
        .into_iter()
        .map(|course| ((course.rubric, course.signal), in_a_row(&course.shown)))
        .collect()
}

/// How much a case is needed, above 0, and what speaks for it most.
fn need<'a>(case: &'a Case, summaries: &[&Summary], misses: &Misses, now: Timestamp) -> (Draw<'a>, f64) {
    let tries: Vec<&Summary> =
        summaries.iter().copied().filter(|summary| summary.scenario == case.scenario.id).collect();
    let forgotten = (1.0 - remembered(&tries, now)).max(0.02);
    let theme = &case.scenario.theme;
    let of_theme = summaries.iter().rev().find(|summary| summary.theme == *theme);
    let neglected = of_theme.map_or(1.0, |summary| (days(summary.began, now) / 60.0).min(0.5));
    let missing = case
        .scenario
        .probes
        .iter()
        .filter_map(|probe| {
            let rounds = *misses.get(&(case.rubric.id.clone(), probe.missing.clone()))?;
            (rounds > 0).then_some((rounds, &probe.missing))
        })
        // The first of the author's order among those missed as often.
        .rev()
        .max_by_key(|(rounds, _)| *rounds);
    let weak = missing.map_or(0.0, |(rounds, _)| rounds.min(OFTEN) as f64 / OFTEN as f64);
    let why = match (missing, tries.last()) {
        (Some((rounds, signal)), _) if rounds >= OFTEN => Why::Missing { signal: signal.clone(), rounds },
        _ if of_theme.is_none() => Why::NewTheme(theme.clone()),
        (_, Some(last)) => Why::Due {
            days: days(last.began, now) as u32,
            read: last.score.as_ref().and_then(|score| score.read),
        },
        (_, None) => Why::NewCase,
    };
    (Draw { case, why }, forgotten * (1.0 + neglected + weak))
}

/// How likely a case is still in mind, 0 to 1, by the forgetting curve of FSRS with its usual parameters.
fn remembered(tries: &[&Summary], now: Timestamp) -> f64 {
    let Some(last) = tries.last() else { return 0.0 };
    let mut before = None;
    let reviews = tries
        .iter()
        .map(|summary| {
            let since = before.replace(summary.began).map_or(0.0, |before| days(before, summary.began));
            FSRSReview { rating: rating(summary), delta_t: since.round() as u32 }
        })
        .collect();
    let state = FSRS::default().memory_state(FSRSItem { reviews }, None);
    state.map_or(0.0, |state| {
        f64::from(current_retrievability(state, days(last.began, now) as f32, FSRS6_DEFAULT_DECAY))
    })
}

/// A try as a scheduler's rating, 1 ("again") to 4 ("easy"): how it read against the bar. What was not scored has
/// been seen all the same.
fn rating(summary: &Summary) -> u32 {
    let Some(score) = &summary.score else { return 3 };
    let above = score.overall - f64::from(summary.target.level().number());
    match above {
        above if above >= 0.5 => 4,
        above if above >= -0.5 => 3,
        above if above >= -1.5 => 2,
        _ => 1,
    }
}

fn days(from: Timestamp, to: Timestamp) -> f64 {
    (to.duration_since(from).as_secs_f64() / 86_400.0).max(0.0)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;
    use crate::core::interval::Interval;
    use crate::core::{
        bank::Layer,
        level::TargetLevel,
        lint::source::Source,
        record::Mode,
        review::summary::{CriterionSummary, ScoreSummary, State},
    };

    /// Two themes with two cases each; the second case of each probes for `y`, the first for `x`.
    fn bank() -> Bank {
        let levels = r#"{"mid": "m", "senior": "s", "staff": "s", "senior-staff": "s", "principal": "p"}"#;
        let criterion = |id: &str, signals: &[&str]| {
            let signals: Vec<String> = signals
                .iter()
                .map(|id| format!(r#"{{"id": "{id}", "level": "staff", "statement": "s"}}"#))
                .collect();
            format!(
                r#"{{"id": "{id}", "name": "n", "question": "q", "levels": {levels}, "signals": [{}]}}"#,
                signals.join(",")
            )
        };
        let rubric = |id: &str| {
            let text = format!(
                r#"{{"id": "{id}", "title": "t", "criteria": [{}, {}, {}]}}"#,
                criterion("a", &["x", "y"]),
                criterion("b", &["z"]),
                criterion("c", &["w"])
            );
            Source::of_json(&format!("{id}.yaml"), serde_json::from_str(&text).unwrap())
        };
        let scenario = |id: &str, theme: &str, probe: &str| {
            let text = format!(
                r#"{{"id": "{id}", "title": "t", "theme": "{theme}", "rubric": "{theme}", "round": "panel", "minutes": 10,
                "setting": "s", "opening": "o", "twist": "t", "probes": [{{"missing": "{probe}", "ask": "?"}}]}}"#
            );
            Source::of_json(&format!("{id}.yaml"), serde_json::from_str(&text).unwrap())
        };
        let sources = vec![
            rubric("one"),
            rubric("two"),
            scenario("one-x", "one", "x"),
            scenario("one-y", "one", "y"),
            scenario("two-x", "two", "x"),
            scenario("two-y", "two", "y"),
        ];
        let (bank, problems) = Bank::assemble(vec![Layer { sources, ..Layer::default() }]);
        assert_eq!(problems, []);
        bank
    }

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).unwrap()
    }

    fn played(day: i64, scenario: &str, overall: f64, missing: &[&str]) -> Summary {
        let theme = scenario.split('-').next().unwrap();
        let criterion = CriterionSummary {
            id: "a".into(),
            name: "A".into(),
            level: overall,
            interval: Interval::exactly(overall),
            own: None,
            shown: ["x", "y"].iter().filter(|id| !missing.contains(id)).map(|id| (*id).to_owned()).collect(),
            missing: missing.iter().map(|id| (*id).to_owned()).collect(),
            red_flags: vec![],
        };
        Summary {
            session: format!("day-{day}"),
            mode: Mode::Practice,
            began: at(day),
            ended: at(day),
            seconds: 600.0,
            scenario: scenario.into(),
            title: "T".into(),
            theme: theme.into(),
            rubric: theme.into(),
            target: TargetLevel::Staff,
            state: State::Scored,
            score: Some(ScoreSummary {
                overall,
                interval: Interval::exactly(overall),
                read: Level::reads(overall),
                at_bar: 0.5,
                model: "judge".into(),
                criteria: vec![criterion],
            }),
            probes: 0,
            hints: 0,
            facts: (0, 0),
            first_answer: None,
            disputed: vec![],
        }
    }

    /// How often each case is drawn in 400 draws, and the reason given for it.
    fn draws(theme: Option<&str>, played: &[Summary], today: i64) -> BTreeMap<String, (usize, String)> {
        let (bank, summaries) = (bank(), played.iter().collect::<Vec<_>>());
        let mut rng = ChaCha20Rng::seed_from_u64(7);
        let mut counts = BTreeMap::new();
        let wanted = Wanted { theme: theme.map(str::to_owned), ..Wanted::default() };
        for _ in 0..400 {
            let drawn = draw(&bank, &wanted, &summaries, at(today), &mut rng).unwrap();
            let entry: &mut (usize, String) = counts.entry(drawn.case.scenario.id.clone()).or_default();
            *entry = (entry.0 + 1, drawn.why.to_string());
        }
        counts
    }

    #[test]
    fn what_was_just_played_hardly_comes_and_a_new_theme_comes_first() {
        let counts = draws(None, &[played(10, "one-x", 3.0, &[])], 10);
        assert!(counts.get("one-x").is_none_or(|(count, _)| *count < 4), "{counts:?}");
        assert!(counts["two-x"].0 + counts["two-y"].0 > 320, "{counts:?}");
        assert_eq!(counts["two-x"].1, "you have played nothing about `two` yet");
        assert_eq!(counts["one-y"].1, "you have not played it yet");
    }

    #[test]
    fn a_case_that_probes_for_what_is_missing_comes_oftener_and_it_says_so() {
        let missed: Vec<Summary> = (1..=3).map(|day| played(day, "one-x", 3.0, &["y"])).collect();
        let others: Vec<Summary> = (1..=3).map(|day| played(day, "two-x", 3.0, &[])).collect();
        let mut all: Vec<Summary> = missed.into_iter().chain(others).collect();
        all.sort_by_key(|summary| summary.began);
        let counts = draws(None, &all, 5);
        assert!(counts["one-y"].0 > 2 * counts["two-y"].0, "{counts:?}");
        assert_eq!(counts["one-y"].1, "you have not shown `y` in the last 3 rounds that called for it");
    }

    #[test]
    fn a_case_comes_back_the_sooner_the_worse_it_went() {
        let all = [played(1, "one-x", 1.0, &[]), played(1, "one-y", 4.0, &[])];
        let counts = draws(Some("one"), &all, 12);
        assert!(counts["one-x"].0 > 2 * counts["one-y"].0, "{counts:?}");
        assert_eq!(counts["one-x"].1, "you played it 11 days ago, and it read mid then");
    }

    #[test]
    fn a_theme_that_was_asked_for_rules() {
        let counts = draws(Some("one"), &[played(10, "one-x", 3.0, &[])], 10);
        assert!(counts.keys().all(|id| id.starts_with("one")), "{counts:?}");
        let bank = bank();
        let wanted = Wanted { theme: Some("three".into()), ..Wanted::default() };
        let drawn = draw(&bank, &wanted, &[], at(1), &mut ChaCha20Rng::seed_from_u64(1));
        assert!(matches!(drawn, Err(DrawError::NoTheme { .. })));
    }

    #[test]
    fn every_case_can_come_however_often_it_was_played() {
        let all: Vec<Summary> = (1..=9).map(|day| played(day, "one-x", 5.0, &[])).collect();
        let summaries: Vec<&Summary> = all.iter().collect();
        let bank = bank();
        for case in bank.cases() {
            assert!(need(case, &summaries, &misses(&summaries), at(9)).1 > 0.0);
        }
    }
}

//! The bank as a whole: enough of everything, cases that are complete and unlike one another, rubrics that say where
//! they come from. The labelled answers are checked in `labels.rs`.

mod artifacts;
mod figures;
mod likeness;
mod numbers;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::OnceLock,
};

use numbers::{Known, Number, numbers};
use pushback::{
    adapters::{
        bank::{library, loops},
        labels, paths,
    },
    core::{
        bank::{
            Bank, Case,
            scenario::{RoundKind, Shape},
        },
        lab::{agreement, labelled::LabelledAnswer},
        level::Level,
    },
};

const THEMES: [&str; 6] = [
    "generated-code",
    "mentoring",
    "operational-investment",
    "roadmap-pushback",
    "team-growth",
    "trade-offs",
];

/// The built-in bank, read once: there are many questions about it.
fn bank() -> &'static Bank {
    static BANK: OnceLock<Bank> = OnceLock::new();
    BANK.get_or_init(|| {
        let (bank, problems) = library::load(&paths::Home::at("/nonexistent"));
        assert_eq!(problems, []);
        bank
    })
}

fn labelled() -> Vec<LabelledAnswer> {
    labels::load(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judging")]).unwrap().0
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Whether a case is of the second edition: spoken, and everything else has to be asked for. Those of the first are
/// read.
fn is_spoken(case: &Case) -> bool {
    case.scenario.view.is_some()
}

/// Whether a case is two or three sentences, with nearly nothing told.
fn is_open_prompt(case: &Case) -> bool {
    is_spoken(case) && case.scenario.shape.contains(&Shape::OpenPrompt)
}

/// Everything that is said in a case.
fn said(case: &Case) -> String {
    let scenario = &case.scenario;
    let tells = scenario.facts.iter().map(|fact| fact.tell.as_str());
    let asks = scenario.probes.iter().map(|probe| probe.ask.as_str());
    let parts = [scenario.setting.as_str(), &scenario.opening, &scenario.twist];
    parts.into_iter().chain(tells).chain(asks).collect::<Vec<_>>().join(" ")
}

/// Whether a word is a name: no day or month, and never written small anywhere in the bank.
fn names_somebody(word: &str) -> bool {
    static COMMON: OnceLock<BTreeSet<String>> = OnceLock::new();
    let common = COMMON.get_or_init(|| {
        let words =
            bank().cases().flat_map(|case| words_of(&said(case)).map(str::to_owned).collect::<Vec<_>>());
        words.collect()
    });
    is_name(word)
        && !common.contains(&word.to_lowercase())
        && !CALENDAR.contains(&word.strip_suffix('s').unwrap_or(word))
        && !NO_PERSON.contains(&word)
}

fn count(fits: impl Fn(&Case) -> bool) -> usize {
    bank().cases().filter(|case| fits(case)).count()
}

#[test]
fn there_are_six_cases_in_each_of_six_themes() {
    assert_eq!(bank().themes(), BTreeSet::from(THEMES));
    for theme in THEMES {
        let cases = count(|case| case.scenario.theme == theme);
        assert!(cases >= 6, "{theme} has {cases}");
    }
}

#[test]
fn the_mix_has_what_real_interviews_have() {
    let shaped = |shape: Shape| count(|case| case.scenario.shape.contains(&shape));
    let round = |round: RoundKind| count(|case| case.scenario.round == round);
    assert!(shaped(Shape::LeaveOrDelete) >= 4);
    assert!(shaped(Shape::TwoAnswers) >= 6);
    assert!(round(RoundKind::Executive) >= 6);
    assert!(round(RoundKind::RecruiterScreen) >= 4);
    let plays = [Shape::PlaysAJunior, Shape::PlaysAPeer, Shape::PlaysAnExecutive];
    assert!(plays.iter().all(|shape| shaped(*shape) >= 1));
    assert!(count(|case| plays.iter().any(|shape| case.scenario.shape.contains(shape))) >= 4);
    for level in pushback::core::level::TargetLevel::ALL {
        assert!(count(|case| case.scenario.level == Some(level)) >= 4, "{level}");
    }
}

/// What the author says in the notes is what the shape says, so that neither can be changed alone.
#[test]
fn the_shape_agrees_with_the_notes() {
    for case in bank().cases() {
        let scenario = &case.scenario;
        let notes = scenario.notes.as_deref().unwrap_or_default();
        let two = ["wo opposite answers", "two answers that hold", "two defensible answers"];
        let says_two = two.iter().any(|words| notes.contains(words));
        assert_eq!(says_two, scenario.shape.contains(&Shape::TwoAnswers), "{}", scenario.id);
        let both =
            scenario.shape.contains(&Shape::TwoAnswers) && scenario.shape.contains(&Shape::LeaveOrDelete);
        assert!(!both, "{}: one call can't be right where two are", scenario.id);
    }
}

#[test]
fn every_case_is_complete() {
    let bank = bank();
    for case in bank.cases() {
        let scenario = &case.scenario;
        let id = &scenario.id;
        assert!((12..=110).contains(&words(&scenario.twist)), "{id}: the twist");
        assert!((8..=20).contains(&scenario.minutes), "{id}: minutes");
        assert!(scenario.level.is_some(), "{id}: level");
        assert!(scenario.facts.len() >= 5, "{id}: facts");
        let notes = scenario.notes.as_deref().unwrap_or_default();
        for part in ["Figures:", "The twist:"] {
            assert!(notes.contains(part), "{id}: the notes have no `{part}`");
        }
        let changes = ["change the answer", "changes the answer", "changes the right answer"];
        assert!(changes.iter().any(|words| notes.contains(words)), "{id}: which fact changes the answer");
        let subjects: BTreeSet<&str> = scenario.facts.iter().map(|fact| fact.about.as_str()).collect();
        assert_eq!(subjects.len(), scenario.facts.len(), "{id}: two facts are about the same");
    }
}

#[test]
fn a_case_that_is_read_tells_enough_to_work_with() {
    for case in bank().cases().filter(|case| !is_spoken(case)) {
        let scenario = &case.scenario;
        let id = &scenario.id;
        let setting = words(&scenario.setting);
        assert!((120..=220).contains(&setting), "{id}: the setting has {setting} words");
        assert!((15..=110).contains(&words(&scenario.opening)), "{id}: the opening");
        assert!(numbers(&scenario.setting).len() >= 8, "{id}: figures to work with");
    }
}

/// Setting and opening are said in 20 to 40 seconds, with no more in them than one can keep in mind by listening.
#[test]
fn a_case_that_is_spoken_can_be_taken_in_by_listening() {
    for case in bank().cases().filter(|case| is_spoken(case)) {
        let scenario = &case.scenario;
        let id = &scenario.id;
        let heard = format!("{} {}", scenario.setting, scenario.opening);
        let (fewest, most, figures) = if is_open_prompt(case) { (1, 50, 3) } else { (60, 110, 8) };
        let length = words(&heard);
        assert!((fewest..=most).contains(&length), "{id}: {length} words");
        // "One" is hardly ever a figure, and "half" is only one, though it may mean two.
        let told: BTreeSet<&str> = numbers(&heard)
            .iter()
            .map(|number| &heard[number.at.start..])
            .filter(|rest| words_of(rest).next().is_none_or(|word| !word.eq_ignore_ascii_case("one")))
            .collect();
        assert!(told.len() <= figures, "{id}: {} figures", told.len());
        let people: BTreeSet<&str> = names(&heard).into_iter().filter(|name| names_somebody(name)).collect();
        assert!(people.len() <= 3, "{id}: {people:?}");
    }
}

/// What a candidate can ask for, and what they read after the card.
#[test]
fn a_spoken_case_says_why_each_fact_matters_and_what_its_author_makes_of_it() {
    for case in bank().cases().filter(|case| is_spoken(case)) {
        let scenario = &case.scenario;
        let id = &scenario.id;
        assert!((5..=9).contains(&scenario.facts.len()), "{id} has {} facts", scenario.facts.len());
        for fact in &scenario.facts {
            let why = fact.why.as_deref().unwrap_or_default();
            assert!(words(why) >= 5, "{id}: `{}` doesn't say why it matters", fact.about);
        }
        let decisive = scenario.facts.iter().filter(|fact| fact.decisive).count();
        assert!((1..=3).contains(&decisive), "{id} has {decisive} decisive facts");
        let view = words(scenario.view.as_deref().unwrap_or_default());
        assert!((120..=220).contains(&view), "{id}: the view has {view} words");
        let voice = scenario.interviewer.as_ref().unwrap_or_else(|| panic!("{id}: nobody asks"));
        let phrases = [&voice.name, &voice.greeting, &voice.assume_and_say, &voice.no_help, &voice.again];
        assert!(
            phrases.iter().all(|phrase| phrase.is_some()),
            "{id}: a phrase of the interviewer is missing"
        );
    }
}

/// Whoever has played ten of them must not know what comes in the eleventh.
#[test]
fn no_shape_is_so_frequent_among_spoken_cases_that_one_could_bet_on_it() {
    let spoken = count(is_spoken);
    for shape in [
        Shape::AskerIsRight,
        Shape::TwistOverturns,
        Shape::WrongFact,
        Shape::TwoAnswers,
        Shape::PlaysAnExecutive,
    ] {
        let shaped = count(|case| is_spoken(case) && case.scenario.shape.contains(&shape));
        assert!(shaped >= 1 && shaped * 3 <= spoken, "{shape:?}: {shaped} of {spoken}");
    }
}

#[test]
fn probes_reach_every_criterion_and_every_level() {
    for case in bank().cases() {
        let id = &case.scenario.id;
        let missing: BTreeSet<&str> =
            case.scenario.probes.iter().map(|probe| probe.missing.as_str()).collect();
        assert_eq!(missing.len(), case.scenario.probes.len(), "{id}: a signal has two probes");
        assert!(missing.len() >= 9, "{id} has {} probes", missing.len());
        for criterion in &case.rubric.criteria {
            let reached =
                criterion.signals.iter().filter(|signal| missing.contains(signal.id.as_str())).count();
            assert!(reached >= 1, "{id}: no probe for {}", criterion.id);
        }
        let levels: BTreeSet<Level> =
            missing.iter().map(|signal| case.rubric.signal(signal).unwrap().level).collect();
        for level in [Level::Senior, Level::Staff, Level::SeniorStaff, Level::Principal] {
            assert!(levels.contains(&level), "{id}: no probe at {level}");
        }
    }
}

/// A probe asks; it neither quotes what is looked for nor a figure that one has to ask or to work for.
#[test]
fn probes_give_nothing_away() {
    for case in bank().cases() {
        let scenario = &case.scenario;
        let artifact = artifacts::text(case);
        let given =
            Known::of(&format!("{} {} {} {artifact}", scenario.title, scenario.setting, scenario.opening));
        for probe in &scenario.probes {
            let signal = case.rubric.signal(&probe.missing).unwrap();
            let coach = signal.coach.as_deref().unwrap_or_default();
            for text in [signal.statement.as_str(), coach] {
                let shared = likeness::shared_runs(&probe.ask, text, 5);
                assert!(shared.is_empty(), "{}: `{}` quotes {shared:?}", scenario.id, probe.ask);
            }
            for fact in &scenario.facts {
                let counted = |text: &str, number: &Number| {
                    let noun = text[number.at.end..].split_whitespace().next().unwrap_or_default().to_owned();
                    (number.value.to_bits(), noun)
                };
                let told: Vec<_> =
                    numbers(&fact.tell).iter().map(|number| counted(&fact.tell, number)).collect();
                for number in numbers(&probe.ask).iter().filter(|number| !given.has(number.value)) {
                    let leaks = told.contains(&counted(&probe.ask, number));
                    assert!(!leaks, "{}: `{}` tells {}", scenario.id, probe.ask, number.value);
                }
            }
            // A date or a length is what many a signal asks for: whoever is asked for one has not thought of it.
            for words in ["for how long", "and how long", "until when", "till when"] {
                assert!(!probe.ask.contains(words), "{}: `{}` asks for the date", scenario.id, probe.ask);
            }
            assert!(words(&probe.ask) <= 40, "{}: `{}` is long", scenario.id, probe.ask);
        }
    }
}

/// Capitalised words inside a sentence.
fn names(text: &str) -> BTreeSet<&str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let inside = words.windows(2).filter(|pair| pair[0].ends_with(|c: char| c.is_lowercase() || c == ','));
    let bare = inside.map(|pair| pair[1].trim_matches(|c: char| !c.is_alphabetic()));
    bare.filter(|word| is_name(word)).collect()
}

fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.next().is_some_and(char::is_lowercase)
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic())
}

/// Somebody whom only a fact names is a stranger to those who didn't ask: a probe leaves them out, and the twist
/// says who they are.
#[test]
fn nobody_comes_up_unintroduced() {
    for case in bank().cases() {
        let scenario = &case.scenario;
        let known = format!("{} {} {}", scenario.setting, scenario.opening, artifacts::text(case));
        let strangers: BTreeSet<&str> = scenario.facts.iter().flat_map(|fact| names(&fact.tell)).collect();
        for stranger in strangers.into_iter().filter(|name| !known.contains(name) && !CALENDAR.contains(name))
        {
            let asked = scenario.probes.iter().find(|probe| probe.ask.contains(stranger));
            assert!(asked.is_none(), "{}: a probe names {stranger}", scenario.id);
            if let Some((_, rest)) = scenario.twist.split_once(stranger) {
                assert!(rest.starts_with(','), "{}: the twist doesn't say who {stranger} is", scenario.id);
            }
        }
    }
}

/// Who meets the third Marisol in a week takes the cases for one.
#[test]
fn nobody_works_in_two_cases() {
    let cases: Vec<(&str, String)> =
        bank().cases().map(|case| (case.scenario.id.as_str(), said(case))).collect();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (id, text) in &cases {
        // At the beginning of a sentence every word looks like a name; those of people are never written small.
        for name in words_of(text).filter(|word| names_somebody(word)) {
            let other = seen.insert(name, id).unwrap_or(id);
            assert_eq!(other, *id, "{name} is in two cases");
        }
    }
    assert!(seen.len() > 100, "only {} names found", seen.len());
    let mut voices: BTreeMap<&str, &str> = BTreeMap::new();
    for case in bank().cases() {
        let id = case.scenario.id.as_str();
        let name = case.scenario.interviewer.as_ref().and_then(|voice| voice.name.as_deref());
        let Some(first) = name.and_then(|name| name.split(' ').next()) else { continue };
        let elsewhere = seen.get(first).copied().filter(|other| *other != id);
        assert_eq!(elsewhere, None, "{first} interviews in {id}, and works in another case");
        assert_eq!(voices.insert(first, id), None, "{first} interviews in {id} and in another case");
    }
    let (loops, problems) = loops::load(&paths::Home::at("/nonexistent"), bank());
    assert_eq!(problems, []);
    let of_loops = loops.iter().flat_map(|interview| &interview.rounds).map(|round| &round.interviewer);
    for interviewer in of_loops.filter_map(|voice| voice.name.as_deref()) {
        let first = interviewer.split(' ').next().unwrap();
        assert_eq!(seen.get(first), None, "{interviewer} interviews, and works in a case");
        assert_eq!(voices.get(first), None, "{interviewer} interviews in a loop and in a case");
    }
}

/// Names that several cases may well share.
const NO_PERSON: [&str; 3] = ["Christmas", "Kubernetes", "Python"];

const CALENDAR: [&str; 19] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

#[test]
fn a_fact_is_not_in_the_setting_already() {
    for case in bank().cases() {
        let scenario = &case.scenario;
        for fact in &scenario.facts {
            let shared = likeness::shared_runs(&fact.tell, &scenario.setting, 6);
            assert!(shared.is_empty(), "{}: {} repeats {shared:?}", scenario.id, fact.about);
            assert!((8..=80).contains(&words(&fact.tell)), "{}: {}", scenario.id, fact.about);
        }
    }
}

#[test]
fn every_criterion_and_signal_says_what_it_draws_on() {
    let list = include_str!("../../../../rubrics/SOURCES.md");
    let works: Vec<&str> = list
        .lines()
        .filter_map(|line| line.strip_prefix("- **")?.split_once("**"))
        .map(|(short, _)| short)
        .collect();
    assert!(works.len() >= 30);
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut rubrics = BTreeSet::new();
    for case in bank().cases() {
        if !rubrics.insert(case.rubric.id.clone()) {
            continue;
        }
        for criterion in &case.rubric.criteria {
            let of_signals = criterion.signals.iter().map(|signal| (&signal.id, &signal.source));
            for (id, source) in of_signals.chain([(&criterion.id, &criterion.source)]) {
                let source =
                    source.as_deref().unwrap_or_else(|| panic!("{}: {id} has no source", case.rubric.id));
                let named: Vec<&str> = works.iter().copied().filter(|work| source.contains(work)).collect();
                assert!(!named.is_empty(), "{}: {id} names no work of SOURCES.md", case.rubric.id);
                assert!(words(source) <= 60, "{}: {id}", case.rubric.id);
                used.extend(named);
            }
        }
    }
    assert_eq!(rubrics.len(), 6);
    let unused: Vec<&str> = works.iter().copied().filter(|work| !used.contains(work)).collect();
    assert!(unused.is_empty(), "nothing draws on {unused:?}");
}

#[test]
fn every_case_has_answers_of_every_level_and_two_opposite_ones_where_both_hold() {
    let answers = labelled();
    for case in bank().cases() {
        let scenario = &case.scenario;
        let own: Vec<&LabelledAnswer> =
            answers.iter().filter(|answer| answer.scenario == scenario.id).collect();
        // The second edition has no labels before its judge has.
        if is_spoken(case) && own.is_empty() {
            continue;
        }
        let levels: BTreeSet<u8> =
            own.iter().map(|answer| answer.overall).filter(|level| *level > 0).collect();
        assert_eq!(levels, (1..=5).collect(), "{}", scenario.id);
        if scenario.shape.contains(&Shape::TwoAnswers) {
            let reads = |kind: &str| own.iter().filter(|a| a.kind.starts_with(kind)).map(|a| a.overall).max();
            let (a, b) = (reads("opposite-a"), reads("opposite-b"));
            assert!(a.is_some() && a == b, "{}: the opposite answers read {a:?} and {b:?}", scenario.id);
        }
    }
}

#[test]
fn every_theme_has_the_answers_that_fool_a_judge_and_length_tells_nothing_in_any() {
    let answers = labelled();
    let bank = bank();
    let mut by_theme: BTreeMap<&str, Vec<&LabelledAnswer>> = BTreeMap::new();
    for answer in &answers {
        by_theme.entry(&bank.case(&answer.scenario).unwrap().scenario.theme).or_default().push(answer);
    }
    assert_eq!(by_theme.len(), THEMES.len());
    for (theme, answers) in by_theme {
        for kind in ["near-miss", "eloquent-empty", "terse-strong"] {
            assert!(answers.iter().any(|answer| answer.kind.starts_with(kind)), "{theme} has no {kind}");
        }
        let pairs: Vec<(f64, f64)> =
            answers.iter().map(|answer| (words(&answer.answer) as f64, f64::from(answer.overall))).collect();
        let r = agreement::correlation(&pairs).unwrap();
        assert!(r.abs() < 0.35, "{theme}: length and level go together, r = {r:.2}");
    }
}

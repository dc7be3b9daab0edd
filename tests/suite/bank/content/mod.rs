//! The bank as a whole: enough of everything, cases that are complete and unlike one another, rubrics that say where
//! they come from. The labeled answers, which are to the first edition, are checked in `labels.rs`.

mod artifacts;
mod case_words;
mod figures;
mod likeness;
mod numbers;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use numbers::{Known, Number, numbers};
use pushback::{
    adapters::{
        bank::{library, loops},
        paths,
    },
    core::{
        bank::{
            Bank, Case,
            scenario::{RoundKind, Shape},
        },
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

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Whether a case is two or three sentences, with nearly nothing told.
fn is_open_prompt(case: &Case) -> bool {
    case.scenario.shape.contains(&Shape::OpenPrompt)
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

/// Setting and opening are said in 20 to 40 seconds, with no more in them than one can keep in mind by listening.
#[test]
fn a_case_can_be_taken_in_by_listening() {
    for case in bank().cases() {
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
fn a_case_says_why_each_fact_matters_and_what_its_author_makes_of_it() {
    for case in bank().cases() {
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

/// Whoever has played ten of them must not know what comes in the eleventh: nothing that cases may have in common is in
/// more than a third of them.
#[test]
fn nothing_is_so_frequent_that_one_could_bet_on_it() {
    let all = count(|_| true);
    let shape = |shape: Shape| count(|case| case.scenario.shape.contains(&shape));
    let mut shares: Vec<(String, usize)> = [
        Shape::LeaveOrDelete,
        Shape::TwoAnswers,
        Shape::PlaysAJunior,
        Shape::PlaysAPeer,
        Shape::PlaysAnExecutive,
        Shape::AskerIsRight,
        Shape::PlainYes,
        Shape::TwistOverturns,
        Shape::OpenPrompt,
        Shape::Incident,
        Shape::WrongFact,
    ]
    .map(|each| (format!("{each:?}"), shape(each)))
    .into();
    assert!(shares.iter().all(|(_, share)| *share >= 1), "{shares:?}");
    let names_a_day = |text: &str| words_of(text).any(|word| CALENDAR.contains(&word));
    shares.push((
        "a twist that quotes somebody".into(),
        count(|case| case.scenario.twist.contains(['"', '“'])),
    ));
    shares.push(("a twist with a day or a month".into(), count(|case| names_a_day(&case.scenario.twist))));
    shares.push((
        "a day or a month in what is said at first".into(),
        count(|case| names_a_day(&format!("{} {}", case.scenario.setting, case.scenario.opening))),
    ));
    shares.push(("no shape at all".into(), count(|case| case.scenario.shape.is_empty())));
    for (what, share) in shares {
        assert!(share * 3 <= all, "{what}: {share} of {all}");
    }
}

/// Loops and draws go by level and domain. Where the key is missing the case would be for every domain without anybody
/// having said so.
#[test]
fn every_case_says_for_which_level_and_domain_it_is() {
    for case in bank().cases() {
        let scenario = &case.scenario;
        let file =
            format!("{}/scenarios/{}/{}.yaml", env!("CARGO_MANIFEST_DIR"), scenario.theme, scenario.id);
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        for key in ["level: ", "domain: ", "view: "] {
            assert!(text.lines().any(|line| line.starts_with(key)), "{file} has no `{key}`");
        }
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
    let bare = bare.map(|word| word.strip_suffix("'s").unwrap_or(word));
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

/// Interviewers differ: what one says, no other says word for word.
#[test]
fn no_voice_says_what_another_says() {
    let mut said: BTreeMap<String, &str> = BTreeMap::new();
    for case in bank().cases() {
        let Some(voice) = &case.scenario.interviewer else { continue };
        let phrases = [&voice.greeting, &voice.assume_and_say, &voice.no_help, &voice.again];
        for phrase in phrases.into_iter().flatten() {
            let other = said.insert(flat(phrase).to_lowercase(), &case.scenario.id);
            assert_eq!(other, None, "{}: `{phrase}` is said there, too", case.scenario.id);
        }
    }
}

/// Names, and words at the beginning of a sentence, that several cases may well share.
const NO_PERSON: [&str; 9] =
    ["Christmas", "Fixing", "Kubernetes", "Oh", "Principal", "Python", "Recently", "Spanish", "Suppose"];

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

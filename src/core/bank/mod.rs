//! The bank: all scenarios and rubrics that can be drawn from, checked against each other.

pub mod pack;
pub mod rubric;
pub mod scenario;

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, seq::IteratorRandom};

use super::{
    level::TargetLevel,
    lint::{
        Finding,
        errors::{self, Shelf},
        rubric::signals_of,
        source::{Content, Kind, Source},
    },
    nearest::{nearest, suggestion},
};
use rubric::Rubric;
use scenario::{Domain, RoundKind, Scenario};

/// A scenario with its artifact's text, where it came from, and nothing left to look up.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The scenario.
    pub scenario: Scenario,
    /// Text of the file that `scenario.artifact` names.
    pub artifact: Option<String>,
    /// The rubric that `scenario.rubric` names.
    pub rubric: Rubric,
}

/// The files of one place: those that are built in, those of a pack, or a person's own.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// The pack's name, which stands before all its ids. So a pack can't take the place of anything else.
    pub pack: Option<String>,
    /// Scenarios and rubrics, in the order of their names.
    pub sources: Vec<Source>,
    /// Names of the files beside them that can't be read.
    pub unreadable: Vec<String>,
    /// Whether they were checked when the program was built, as those are that are built in: every start would do it
    /// again.
    pub is_checked: bool,
}

impl Layer {
    /// The id under which the bank has what is called `id` here.
    fn named(&self, id: &str) -> String {
        self.pack.as_ref().map_or_else(|| id.to_owned(), |pack| format!("{pack}/{id}"))
    }
}

/// Why a file is not part of the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `file`, or `file:line:column`.
    pub place: String,
    /// Lowercase, what is wrong and what to do.
    pub message: String,
}

impl Problem {
    /// Why a file is left out, by what was found in it: the first of it, and how much more there is.
    pub fn of(file: &str, found: &[Finding]) -> Option<Self> {
        let first = found.iter().min_by_key(|finding| (finding.span.line, finding.span.column))?;
        let more = match found.len() {
            1 => String::new(),
            count => format!(" ({} more: `pushback scenario lint` shows all)", count - 1),
        };
        let place = first.clone().in_file(file).place();
        Some(Self { place, message: first.line() + &more })
    }

    /// Whether it is a problem of this file.
    pub fn is_in(&self, file: &str) -> bool {
        self.place.strip_prefix(file).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    }
}

/// The cases that can be played, by id.
#[derive(Clone, Debug, Default)]
pub struct Bank {
    cases: BTreeMap<String, Case>,
    rubrics: BTreeMap<String, Rubric>,
}

/// Which cases are asked for. What is left open lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of this theme.
    pub theme: Option<String>,
    /// From this kind of interview.
    pub round: Option<RoundKind>,
    /// With a role of this level, or for any level.
    pub level: Option<TargetLevel>,
    /// For this kind of role, or for any.
    pub domain: Option<Domain>,
    /// Meant to take no longer than this, in minutes.
    pub minutes: Option<u32>,
}

impl Wanted {
    /// Whether a scenario is all that is wanted.
    pub fn fits(&self, scenario: &Scenario) -> bool {
        self.theme.as_ref().is_none_or(|theme| *theme == scenario.theme)
            && self.round.is_none_or(|round| round == scenario.round)
            && self.level.is_none_or(|level| scenario.level.is_none_or(|own| own == level))
            && self.domain.is_none_or(|domain| scenario.domain.suits(domain))
            && self.minutes.is_none_or(|minutes| scenario.minutes <= minutes)
    }

    /// How near a scenario comes where not everything can be had: the kind of interview first, then the level, then the
    /// time.
    pub fn nearness(&self, scenario: &Scenario) -> [bool; 3] {
        let with = |wanted: Self| wanted.fits(scenario);
        [
            with(Self { round: self.round, ..Self::default() }),
            with(Self { level: self.level, ..Self::default() }),
            with(Self { minutes: self.minutes, ..Self::default() }),
        ]
    }
}

/// Why nothing could be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// No scenario has this id.
    #[error("there is no scenario `{id}`{}", suggestion(.near.as_deref()))]
    NoScenario {
        /// What was asked for.
        id: String,
        /// The id that it may have meant.
        near: Option<String>,
    },
    /// The scenario or its rubric is a draft.
    #[error("`{0}` is a draft, or its rubric is: a draft is not played before its author has accepted it")]
    Draft(String),
    /// No scenario has this theme.
    #[error("there is no theme `{theme}`: the themes are {}", .known.join(", "))]
    NoTheme {
        /// What was asked for.
        theme: String,
        /// The themes that exist.
        known: Vec<String>,
    },
    /// The bank has no scenarios at all.
    #[error("the bank is empty")]
    Empty,
    /// No scenario is all that is asked for.
    #[error("no case is of that theme and domain")]
    NothingFits,
}

impl Case {
    /// A hash over all that the case tells: a label is for these words, and not for others under the same id.
    pub fn told_hash(&self) -> String {
        self.scenario.told_hash(self.artifact.as_deref())
    }

    /// Whether nobody has said yet that the scenario and its rubric are right.
    pub fn is_draft(&self) -> bool {
        self.scenario.draft || self.rubric.draft
    }
}

impl Bank {
    /// Puts a bank together. Later files replace earlier ones with the same id when they come from another layer; within a
    /// layer a second one is a problem. A problem costs the file that has it, never the rest.
    pub fn assemble(layers: Vec<Layer>) -> (Self, Vec<Problem>) {
        let mut problems = vec![];
        let mut rubrics: BTreeMap<String, Rubric> = BTreeMap::new();
        let mut scenarios: BTreeMap<String, (Scenario, Source)> = BTreeMap::new();
        let mut broken: BTreeSet<String> = BTreeSet::new();
        for mut layer in layers {
            let sources = std::mem::take(&mut layer.sources);
            let found = match layer.is_checked {
                true => sources.iter().map(Source::unreadable).collect(),
                false => errors::of_place(&sources, &layer.unreadable),
            };
            let mut cases = vec![];
            for (source, found) in sources.into_iter().zip(found) {
                if let Some(problem) = Problem::of(&source.file, &found) {
                    problems.push(problem);
                    let rubric = source.id().filter(|_| source.kind() == Kind::Rubric);
                    broken.extend(rubric.map(str::to_owned));
                    continue;
                }
                match source.content.clone() {
                    Ok(Content::Rubric(mut rubric)) => {
                        rubric.id = layer.named(&rubric.id);
                        rubrics.insert(rubric.id.clone(), *rubric);
                    }
                    Ok(Content::Scenario(scenario)) => cases.push((*scenario, source)),
                    // It has an error then, and was told.
                    Err(_) => {}
                }
            }
            for (mut scenario, source) in cases {
                scenario.id = layer.named(&scenario.id);
                // A pack's own rubrics come first; others are the bank's.
                let own = layer.named(&scenario.rubric);
                if rubrics.contains_key(&own) {
                    scenario.rubric = own;
                }
                scenarios.insert(scenario.id.clone(), (scenario, source));
            }
        }
        let shelf = Shelf {
            rubrics: rubrics.iter().map(|(id, rubric)| (id.clone(), signals_of(rubric))).collect(),
            broken,
        };
        let mut cases = BTreeMap::new();
        for (id, (scenario, source)) in scenarios {
            let found = errors::of_references(&source.tree, &shelf, shelf.rubrics.get(&scenario.rubric));
            problems.extend(Problem::of(&source.file, &found));
            if let (true, Some(rubric)) = (found.is_empty(), rubrics.get(&scenario.rubric)) {
                let artifact = source.artifact.and_then(Result::ok);
                cases.insert(id, Case { scenario, artifact, rubric: rubric.clone() });
            }
        }
        (Self { cases, rubrics }, problems)
    }

    /// All cases that can be played, by id: no drafts.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.all().filter(|case| !case.is_draft())
    }

    /// All cases, drafts included.
    pub fn all(&self) -> impl Iterator<Item = &Case> {
        self.cases.values()
    }

    /// All rubrics, drafts included.
    pub fn rubrics(&self) -> impl Iterator<Item = &Rubric> {
        self.rubrics.values()
    }

    /// The rubric with this id, draft or not.
    pub fn rubric(&self, id: &str) -> Option<&Rubric> {
        self.rubrics.get(id)
    }

    /// The themes that there are, in alphabetical order.
    pub fn themes(&self) -> BTreeSet<&str> {
        self.cases().map(|case| case.scenario.theme.as_str()).collect()
    }

    /// The case with this id, to be played.
    ///
    /// # Errors
    ///
    /// When there is none, or it is a draft.
    pub fn case(&self, id: &str) -> Result<&Case, DrawError> {
        let case = self.case_or_draft(id)?;
        if case.is_draft() { Err(DrawError::Draft(id.to_owned())) } else { Ok(case) }
    }

    /// The case with this id, for its author's eyes.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn case_or_draft(&self, id: &str) -> Result<&Case, DrawError> {
        self.cases.get(id).ok_or_else(|| DrawError::NoScenario {
            id: id.to_owned(),
            near: nearest(id, self.cases.keys().map(String::as_str)).map(str::to_owned),
        })
    }

    /// The cases that fit, by id.
    ///
    /// # Errors
    ///
    /// When the theme doesn't exist.
    pub fn select(&self, wanted: Wanted) -> Result<impl Iterator<Item = &Case>, DrawError> {
        if let Some(theme) = &wanted.theme
            && !self.themes().contains(theme.as_str())
        {
            let known = self.themes().into_iter().map(str::to_owned).collect();
            return Err(DrawError::NoTheme { theme: theme.clone(), known });
        }
        Ok(self.cases().filter(move |case| wanted.fits(&case.scenario)))
    }

    /// Draws a case at random, as [`Self::draw_near`] does. The same seed draws the same case from the same bank.
    ///
    /// # Errors
    ///
    /// When the theme doesn't exist or no case fits.
    pub fn draw(&self, wanted: &Wanted, rng: &mut impl Rng) -> Result<&Case, DrawError> {
        self.draw_near(wanted, rng, |_| true)?.ok_or_else(|| self.nothing())
    }

    /// Why nothing could be drawn, where the theme exists.
    pub fn nothing(&self) -> DrawError {
        if self.cases().next().is_none() { DrawError::Empty } else { DrawError::NothingFits }
    }

    /// Draws among the cases that `may` allows: of the wanted theme and domain, and of those as near as there is to the
    /// rest that is wanted. `None` if none of that theme and domain is allowed.
    ///
    /// # Errors
    ///
    /// When the theme doesn't exist.
    pub fn draw_near(
        &self,
        wanted: &Wanted,
        rng: &mut impl Rng,
        may: impl Fn(&Case) -> bool,
    ) -> Result<Option<&Case>, DrawError> {
        let asked = Wanted { theme: wanted.theme.clone(), domain: wanted.domain, ..Wanted::default() };
        let allowed: Vec<&Case> = self.select(asked)?.filter(|case| may(case)).collect();
        let nearest = allowed.iter().map(|case| wanted.nearness(&case.scenario)).max();
        let near = |case: &&Case| Some(wanted.nearness(&case.scenario)) == nearest;
        Ok(allowed.into_iter().filter(near).choose(rng))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    #[test]
    fn a_draw_comes_as_near_as_there_is_to_what_is_wanted() {
        let case = |id: &str, round: RoundKind, level: TargetLevel| {
            let scenario = serde_json::json!({
                "id": id, "title": "t", "theme": "x", "rubric": "r", "round": round, "level": level, "minutes": 12,
                "setting": "s", "opening": "o", "twist": "t",
            });
            let rubric = serde_json::json!({"id": "r", "title": "t", "criteria": []});
            let scenario = serde_json::from_value(scenario).unwrap();
            let rubric = serde_json::from_value(rubric).unwrap();
            (id.to_owned(), Case { scenario, artifact: None, rubric })
        };
        let cases = [
            case("a", RoundKind::Panel, TargetLevel::Staff),
            case("b", RoundKind::Executive, TargetLevel::Staff),
            case("c", RoundKind::Executive, TargetLevel::Principal),
        ];
        let bank = Bank { cases: BTreeMap::from(cases), rubrics: BTreeMap::new() };
        let drawn = |round, taken: &[&str]| {
            let wanted = Wanted { round: Some(round), level: Some(TargetLevel::Staff), ..Wanted::default() };
            let may = |case: &Case| !taken.contains(&case.scenario.id.as_str());
            let mut ids: BTreeSet<String> = BTreeSet::new();
            for seed in 0..20 {
                let mut rng = ChaCha20Rng::seed_from_u64(seed);
                ids.extend(
                    bank.draw_near(&wanted, &mut rng, may).unwrap().map(|case| case.scenario.id.clone()),
                );
            }
            ids.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(drawn(RoundKind::Executive, &[]), ["b"]);
        assert_eq!(
            drawn(RoundKind::Executive, &["b"]),
            ["c"],
            "the kind of interview comes before the level"
        );
        assert_eq!(drawn(RoundKind::HiringManager, &[]), ["a", "b"], "there is none of that kind");
        assert_eq!(drawn(RoundKind::Panel, &["a", "b", "c"]), Vec::<String>::new());
    }
}

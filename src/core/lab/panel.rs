//! Answers that a panel compared without a rubric: whom would you rather hire? What the readers agree on is what a judge has
//! to find, whatever shape an answer has.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use super::agreement;
use crate::core::{
    bank::Case,
    judging::questions::Exam,
    level::Level,
    turn::{Ask, Turn},
};

/// An answer to a case, and what was said to its twist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PanelAnswer {
    /// Unique.
    pub id: String,
    /// Id of the case.
    pub scenario: String,
    /// Whose voice it is; of a hollow answer, what makes it hollow.
    pub voice: String,
    /// The answer to the opening.
    pub answer: String,
    /// The answer to the twist, if it came so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twist: Option<String>,
}

/// How one reader ordered answers to one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// Id of the case.
    pub scenario: String,
    /// Who read.
    pub reader: String,
    /// Ids of the answers, best first.
    pub order: Vec<String>,
    /// Those that the reader would call Staff or above.
    pub staff: Vec<String>,
}

/// A panel's work on a body of answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// The answers that were compared.
    pub answers: Vec<PanelAnswer>,
    /// What the readers made of them.
    pub rankings: Vec<Ranking>,
    /// Answers in which there is nothing, which nobody had to read to know that.
    pub hollow: Vec<PanelAnswer>,
}

/// The level of answers that readers would call Staff or above on the border, and the levels that one standard deviation of
/// the panel's order is worth: so most of what most readers call Staff reads staff.
const BORDER: f64 = 2.75;
const SPREAD: f64 = 1.05;

impl PanelAnswer {
    /// The round that it makes.
    pub fn turns(&self, case: &Case) -> Vec<Turn> {
        let turn = |question: &str, kind: Ask, said: &str| Turn {
            question: question.trim().to_owned(),
            kind,
            said: vec![said.to_owned()],
        };
        let opening = turn(&case.scenario.opening, Ask::Opening, &self.answer);
        let twist = self.twist.as_ref().map(|said| turn(&case.scenario.twist, Ask::Twist, said));
        std::iter::once(opening).chain(twist).collect()
    }

    /// What is asked about it.
    pub fn exam(&self, case: &Case, wanted: impl Fn(&str) -> bool) -> Exam {
        Exam::new(case, &self.turns(case), wanted)
    }

    /// Its words.
    pub fn words(&self) -> usize {
        let count = |text: &String| text.split_whitespace().count();
        count(&self.answer) + self.twist.as_ref().map_or(0, count)
    }
}

impl Panel {
    /// Where each answer stands among those to its case, from 0 for the worst to 1 for the best: by the strengths of a
    /// Bradley-Terry model over all pairs that readers ordered.
    pub fn places(&self) -> BTreeMap<&str, f64> {
        let mut places = BTreeMap::new();
        for scenario in self.scenarios() {
            let strengths = strengths(self.rankings.iter().filter(|ranking| ranking.scenario == scenario));
            let mut ranked: Vec<(&str, f64)> = strengths.into_iter().collect();
            ranked.sort_by(|a, b| a.1.total_cmp(&b.1));
            let count = ranked.len() as f64;
            places
                .extend(ranked.into_iter().enumerate().map(|(at, (id, _))| (id, (at as f64 + 0.5) / count)));
        }
        places
    }

    /// The level that an answer's place stands for.
    pub fn level(place: f64) -> f64 {
        let normal = Normal::standard();
        (BORDER + SPREAD * normal.inverse_cdf(place)).clamp(1.0, 5.0)
    }

    /// Pairs of answers to one case, the better one first, that every reader who read both ordered in the same way: three
    /// readers at least.
    pub fn unanimous(&self) -> Vec<(&str, &str)> {
        let votes = self.votes();
        let is_better = |votes: &Votes<'_>, a: &str, b: &str| votes.get(&(a, b)).copied().unwrap_or(0);
        votes
            .iter()
            .filter(|((a, b), count)| **count >= 3 && is_better(&votes, b, a) == 0)
            .map(|(pair, _)| *pair)
            .collect()
    }

    /// How often two readers who both read a pair ordered it in the same way.
    pub fn agreement(&self) -> Option<f64> {
        let votes = self.votes();
        let (mut same, mut all) = (0, 0);
        for ((a, b), count) in &votes {
            let against = votes.get(&(*b, *a)).copied().unwrap_or(0);
            // Each pair of answers is met from both sides unless one side has no vote.
            if a < b || against == 0 {
                same += count * (count - 1) / 2 + against * against.saturating_sub(1) / 2;
                all += (count + against) * (count + against - 1) / 2;
            }
        }
        (all > 0).then(|| same as f64 / all as f64)
    }

    fn scenarios(&self) -> BTreeSet<&str> {
        self.rankings.iter().map(|ranking| ranking.scenario.as_str()).collect()
    }

    fn votes(&self) -> Votes<'_> {
        let mut votes = BTreeMap::new();
        for ranking in &self.rankings {
            for (at, better) in ranking.order.iter().enumerate() {
                for worse in &ranking.order[at + 1..] {
                    *votes.entry((better.as_str(), worse.as_str())).or_insert(0) += 1;
                }
            }
        }
        votes
    }
}

/// How many readers put the first of two answers before the second.
type Votes<'a> = BTreeMap<(&'a str, &'a str), usize>;

/// Rounds of the fixed-point iteration, more than enough for a case's handful of answers.
const ROUNDS: usize = 500;

/// Bradley-Terry strengths, as logarithms. Each answer also draws once against one of mean strength, so that nobody is
/// infinitely better.
fn strengths<'a>(rankings: impl Iterator<Item = &'a Ranking>) -> BTreeMap<&'a str, f64> {
    let mut wins: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for ranking in rankings {
        for (at, better) in ranking.order.iter().enumerate() {
            for worse in &ranking.order[at + 1..] {
                *wins.entry((better, worse)).or_default() += 1.0;
                wins.entry((worse, better)).or_default();
            }
        }
    }
    let ids: BTreeSet<&str> = wins.keys().map(|(id, _)| *id).collect();
    let mut strength: BTreeMap<&str, f64> = ids.iter().map(|id| (*id, 1.0)).collect();
    for _ in 0..ROUNDS {
        let next = |id: &&'a str| {
            let own = strength[id];
            let against = wins.iter().filter(|((winner, _), _)| winner == id);
            let (won, met) = against.fold((0.5, 1.0 / (own + 1.0)), |(won, met), ((_, other), wins_of)| {
                let games = wins_of + wins[&(*other, *id)];
                (won + wins_of, met + games / (own + strength[other]))
            });
            (*id, won / met)
        };
        strength = ids.iter().map(next).collect();
    }
    strength.into_iter().map(|(id, strength)| (id, strength.ln())).collect()
}

/// How a judge does beside a panel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PanelFigures {
    /// Answers that were judged, and the cases they belong to.
    pub answers: usize,
    /// See `answers`.
    pub scenarios: usize,
    /// How often two readers agree on a pair.
    pub readers_agree: Option<f64>,
    /// Pairs that all readers agree on: how many the judge has in their order, and how many there are.
    pub pairs: (usize, usize),
    /// The same for whoever counts words.
    pub pairs_by_length: (usize, usize),
    /// Correlation of the level with the panel's place, mean over the cases.
    pub r: Option<f64>,
    /// Of the panel's top third, how many read staff or above, and how many there are.
    pub top_at_staff: (usize, usize),
    /// Of its bottom third, how many read below staff, and how many there are.
    pub bottom_below_staff: (usize, usize),
    /// Mean level by voice.
    pub voices: BTreeMap<String, f64>,
    /// Hollow answers by kind.
    pub hollow: BTreeMap<String, HollowFigures>,
}

/// How hollow answers of one kind come out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct HollowFigures {
    /// How many there are.
    pub answers: usize,
    /// Mean level.
    pub mean: f64,
    /// Highest level.
    pub highest: f64,
    /// How many read mid or below.
    pub mid_or_below: usize,
    /// How many read above senior.
    pub above_senior: usize,
}

impl PanelFigures {
    /// From the levels that a judge gave, by the answers' ids.
    pub fn new(panel: &Panel, levels: &BTreeMap<String, f64>) -> Self {
        let places = panel.places();
        let words: BTreeMap<&str, f64> =
            panel.answers.iter().map(|answer| (answer.id.as_str(), answer.words() as f64)).collect();
        let level = |id: &str| levels.get(id).copied();
        let unanimous = panel.unanimous();
        let right = |score: &dyn Fn(&str) -> Option<f64>| {
            let known: Vec<_> = unanimous.iter().filter_map(|(a, b)| Some((score(a)?, score(b)?))).collect();
            (known.iter().filter(|(better, worse)| better > worse).count(), known.len())
        };
        let mut figures = Self {
            answers: panel.answers.iter().filter(|answer| levels.contains_key(&answer.id)).count(),
            scenarios: panel.scenarios().len(),
            readers_agree: panel.agreement(),
            pairs: right(&level),
            pairs_by_length: right(&|id| words.get(id).copied()),
            ..Self::default()
        };
        let is_staff = |level: f64| Level::reads(level).is_some_and(|level| level >= Level::Staff);
        let mut by_case: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
        let mut by_voice: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for answer in &panel.answers {
            let (Some(place), Some(level)) = (places.get(answer.id.as_str()), level(&answer.id)) else {
                continue;
            };
            by_case.entry(&answer.scenario).or_default().push((level, *place));
            by_voice.entry(&answer.voice).or_default().push(level);
            let count = |count: &mut (usize, usize), is_right: bool| {
                *count = (count.0 + usize::from(is_right), count.1 + 1);
            };
            if *place > 2.0 / 3.0 {
                count(&mut figures.top_at_staff, is_staff(level));
            } else if *place < 1.0 / 3.0 {
                count(&mut figures.bottom_below_staff, !is_staff(level));
            }
        }
        let within: Vec<f64> = by_case.values().filter_map(|pairs| agreement::correlation(pairs)).collect();
        figures.r = mean(&within);
        figures.voices = by_voice
            .into_iter()
            .filter_map(|(voice, levels)| Some((voice.to_owned(), mean(&levels)?)))
            .collect();
        for answer in &panel.hollow {
            let Some(level) = level(&answer.id) else { continue };
            let kind = figures.hollow.entry(answer.voice.clone()).or_default();
            kind.mean = (kind.mean * kind.answers as f64 + level) / (kind.answers + 1) as f64;
            kind.answers += 1;
            kind.highest = kind.highest.max(level);
            let read = Level::reads(level);
            kind.mid_or_below += usize::from(read.is_none_or(|read| read <= Level::Mid));
            kind.above_senior += usize::from(read.is_some_and(|read| read > Level::Senior));
        }
        figures
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking(reader: &str, order: &str) -> Ranking {
        let order: Vec<String> = order.chars().map(String::from).collect();
        Ranking { scenario: "s".into(), reader: reader.into(), staff: order[..1].to_vec(), order }
    }

    fn answer(id: &str, words: usize) -> PanelAnswer {
        PanelAnswer {
            id: id.into(),
            scenario: "s".into(),
            voice: "v".into(),
            answer: "word ".repeat(words),
            twist: None,
        }
    }

    fn panel(orders: &[&str]) -> Panel {
        let rankings = orders.iter().enumerate().map(|(at, order)| ranking(&at.to_string(), order)).collect();
        let answers = ["a", "b", "c", "d"].iter().zip([10, 40, 20, 30]).map(|(id, words)| answer(id, words));
        Panel {
            answers: answers.collect(),
            rankings,
            hollow: vec![PanelAnswer { voice: "claims".into(), ..answer("h", 9) }],
        }
    }

    #[test]
    fn the_order_of_most_readers_is_the_panels() {
        let panel = panel(&["abcd", "abcd", "bacd"]);
        let places = panel.places();
        assert_eq!([places["a"], places["b"], places["c"], places["d"]], [0.875, 0.625, 0.375, 0.125]);
        assert!(Panel::level(0.9) > 3.5 && Panel::level(0.1) < 1.6);
    }

    #[test]
    fn sheets_that_share_answers_make_one_order() {
        let panel = panel(&["abc", "abc", "abc", "cd", "cd", "cd"]);
        assert!(panel.places()["c"] > panel.places()["d"]);
    }

    #[test]
    fn only_pairs_that_all_three_agree_on_count() {
        let panel = panel(&["abcd", "abcd", "bacd"]);
        assert_eq!(panel.unanimous(), [("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")]);
        let agreement = panel.agreement().unwrap();
        assert!((agreement - 16.0 / 18.0).abs() < 1e-9, "{agreement}");
    }

    #[test]
    fn a_judge_is_set_beside_the_panel_and_beside_counting_words() {
        let panel = panel(&["abcd", "abcd", "abcd"]);
        let levels = [("a", 4.0), ("b", 3.0), ("c", 3.2), ("d", 1.0), ("h", 2.6)];
        let levels = levels.map(|(id, level)| (id.to_owned(), level)).into();
        let figures = PanelFigures::new(&panel, &levels);
        assert_eq!((figures.pairs, figures.pairs_by_length), ((5, 6), (2, 6)));
        assert_eq!((figures.top_at_staff, figures.bottom_below_staff), ((1, 1), (1, 1)));
        assert!(figures.r.unwrap() > 0.85);
        let claims = figures.hollow["claims"];
        assert_eq!(
            (claims.answers, claims.mid_or_below, claims.above_senior, claims.highest),
            (1, 0, 1, 2.6)
        );
    }
}

//! Interview loops: several rounds in order, each with its own interviewer, and one result at the end.

use std::collections::BTreeMap;

use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    bank::{
        Bank, Case, Wanted,
        scenario::{Domain, ID, LONGEST_ROUND, LONGEST_TEXT, RoundKind},
    },
    casting::{self, CastError, Slot},
    level::{Level, TargetLevel},
    nearest::did_you_mean,
    review::{Outcome, Review},
    turn::Voice,
};

/// An interview loop. File: `scenarios/loops/<id>.yaml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct InterviewLoop {
    /// Unique; the file's name.
    #[schemars(regex(pattern = ID))]
    pub id: String,
    /// For people.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub title: String,
    /// What it is like, in a sentence or two.
    pub about: String,
    /// The level that it is for: cases of no other are drawn. What the answers are held to is for the person to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetLevel>,
    /// The kind of role that it is for: cases of no other are drawn, but those for any role.
    #[serde(default, skip_serializing_if = "Domain::is_any")]
    pub domain: Domain,
    /// The rounds, in order.
    #[schemars(length(min = 1, max = 12))]
    pub rounds: Vec<LoopRound>,
    /// The author's words at the end, after the results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debrief: Option<String>,
}

/// A round of a loop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LoopRound {
    /// For people.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub name: String,
    /// A scenario of this theme is drawn, or of one that hasn't come up yet if there is one…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// …from this kind of interview, as far as there is one that the person has not seen lately…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundKind>,
    /// …or it is this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The level of this round, if it is another one than the loop's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<TargetLevel>,
    /// How long it takes, in minutes; as long as the scenario says, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = LONGEST_ROUND))]
    pub minutes: Option<u32>,
    /// How long the break before it is, in minutes.
    #[serde(default)]
    pub break_before: u32,
    /// How much the round counts, against 1 for the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub weight: Option<u32>,
    /// Who asks, and how they speak; whoever asks in the case that is drawn, if nobody is named.
    #[serde(default)]
    pub interviewer: Voice,
}

impl InterviewLoop {
    /// What is wrong with the loop although it has the right keys and values.
    pub fn faults(&self, bank: &Bank) -> Vec<LoopFault> {
        let of_round = |(index, round): (usize, &LoopRound)| {
            let faults = round.faults(bank).into_iter();
            faults.map(move |(key, message)| LoopFault { round: index, key, message }).collect::<Vec<_>>()
        };
        let mut faults: Vec<LoopFault> = self.rounds.iter().enumerate().flat_map(of_round).collect();
        if faults.is_empty()
            && let Err(CastError::Short { slot }) = casting::check(bank, &self.slots(None))
        {
            let name = self.rounds.get(slot).map_or("", |round| round.name.as_str());
            let message = format!(
                "the round `{name}` can't be filled: the bank has too few cases of its theme, level, and domain, or \
                 the other rounds need them"
            );
            faults.push(LoopFault { round: slot, key: "name", message });
        }
        faults
    }

    /// What the rounds need. `chosen` is the level that the person has chosen for the whole loop.
    fn slots(&self, chosen: Option<TargetLevel>) -> Vec<Slot> {
        let slot = |round: &LoopRound| Slot {
            named: round.scenario.clone(),
            must: Wanted {
                theme: round.theme.clone(),
                level: round.level.or(self.target),
                domain: Some(self.domain),
                ..Wanted::default()
            },
            like: Wanted {
                round: round.round,
                level: Some(self.target(round, chosen)),
                minutes: round.minutes,
                ..Wanted::default()
            },
        };
        self.rounds.iter().map(slot).collect()
    }

    /// Draws the cases of all rounds. `may` says which are allowed where the loop names none.
    ///
    /// # Errors
    ///
    /// When the cases that are allowed don't suffice.
    pub fn cast<'a>(
        &self,
        bank: &'a Bank,
        chosen: Option<TargetLevel>,
        rng: &mut impl Rng,
        may: impl Fn(&Case) -> bool,
    ) -> Result<Vec<&'a Case>, CastError> {
        casting::cast(bank, &self.slots(chosen), rng, may)
    }

    /// What comes next in a sitting, by how the rounds stand that were begun in it: 1 for the first. Rounds come in
    /// their order, each once: one whose record is gone counts as begun. Who left one for good has left the loop.
    pub fn next(&self, begun: &BTreeMap<usize, Begun>) -> Next<'_> {
        let last = begun.last_key_value();
        let number = match last {
            _ if begun.values().any(|begun| *begun == Begun::Left) => return Next::Debrief,
            Some((number, Begun::CutOff)) => return Next::GoOn { number: *number },
            Some((number, Begun::Sealed | Begun::Lost | Begun::Left)) => number + 1,
            None => 1,
        };
        let round = number.checked_sub(1).and_then(|index| self.rounds.get(index));
        round.map_or(Next::Debrief, |round| Next::Begin { number, round })
    }

    /// The target level of a round.
    pub fn target(&self, round: &LoopRound, chosen: Option<TargetLevel>) -> TargetLevel {
        chosen.or(round.level).or(self.target).unwrap_or_default()
    }
}

/// Something that is wrong with a loop, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopFault {
    /// The round's place, 0 for the first.
    pub round: usize,
    /// The key in it, whether it is there or missing.
    pub key: &'static str,
    /// Lowercase: what is wrong.
    pub message: String,
}

impl LoopRound {
    fn faults(&self, bank: &Bank) -> Vec<(&'static str, String)> {
        let mut faults = vec![];
        let mut require = |what: &'static str, word: &str, all: Vec<&str>| {
            if !all.contains(&word) {
                let near = did_you_mean(word, all);
                faults.push((what, format!("there is no {what} `{word}`{near}")));
            }
        };
        match (&self.theme, &self.scenario) {
            (Some(theme), None) => require("theme", theme, bank.themes().into_iter().collect()),
            (None, Some(id)) => {
                require("scenario", id, bank.cases().map(|case| case.scenario.id.as_str()).collect());
            }
            (None, None) if self.round.is_some() => {}
            _ => faults.push((
                "scenario",
                format!(
                    "the round `{}` needs a `scenario`, or a `theme`, a `round`, or both to draw one by",
                    self.name
                ),
            )),
        }
        if self.round.is_some() && self.scenario.is_some() {
            let message = format!("the round `{}` has a `scenario`, so its `round` says nothing", self.name);
            faults.push(("round", message));
        }
        let voice = &self.interviewer;
        let texts = [&voice.name, &voice.greeting, &voice.assume_and_say, &voice.no_help, &voice.again];
        if texts.into_iter().flatten().any(|text| text.trim().is_empty() || text.len() > LONGEST_TEXT) {
            let message = format!(
                "the interviewer of the round `{}` has an empty phrase, or one that is too long",
                self.name
            );
            faults.push(("interviewer", message));
        }
        faults
    }
}

/// How a round of a loop stands that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It was cut off, and can be gone on with.
    CutOff,
    /// Everything was said, and is sealed.
    Sealed,
    /// The person left it for good.
    Left,
    /// It can't be gone on with: its record is damaged or gone.
    Lost,
}

/// What comes next in a loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next<'a> {
    /// The round that was cut off.
    GoOn {
        /// Its number, 1 for the first.
        number: usize,
    },
    /// A round that was not begun yet.
    Begin {
        /// Its number, 1 for the first.
        number: usize,
        /// The round.
        round: &'a LoopRound,
    },
    /// The judge, and what came of all rounds.
    Debrief,
}

/// What came of a loop.
#[derive(Clone, Debug, PartialEq)]
pub struct Debrief {
    /// One a round that was begun, in order.
    pub rounds: Vec<RoundResult>,
    /// The weighted mean of the rounds that were scored, 0 to 5. `None` if none was.
    pub overall: Option<f64>,
    /// The level that it reads at.
    pub read: Option<Level>,
    /// The criterion that read lowest in all rounds, with its round's index.
    pub lowest: Option<(usize, String, f64)>,
}

/// What came of one round.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundResult {
    /// Id of its session.
    pub session: String,
    /// The scenario's title.
    pub title: String,
    /// The level that it was for.
    pub target: TargetLevel,
    /// Its overall level and the level that it reads at, or why there is none.
    pub result: Result<(f64, Option<Level>), String>,
}

/// Combines the results of a loop's rounds. `weights` holds one a round.
pub fn combine(reviews: &[Review], weights: &[u32]) -> Debrief {
    let rounds: Vec<RoundResult> = reviews
        .iter()
        .map(|review| RoundResult {
            session: review.session.clone(),
            title: review.drawn.scenario.title.clone(),
            target: review.drawn.target,
            result: match &review.outcome {
                Outcome::Scored(card) => Ok((card.score.overall, card.score.read)),
                Outcome::Unscored(why) => Err(why.to_string()),
                Outcome::Abandoned => Err("left before its end".into()),
                Outcome::Unjudged => Err("not judged yet".into()),
                Outcome::Unfinished => Err("cut off".into()),
            },
        })
        .collect();
    let scored = rounds.iter().zip(weights.iter().chain(std::iter::repeat(&1)));
    let (mut sum, mut weight) = (0.0, 0.0);
    for (round, by) in scored {
        if let Ok((overall, _)) = round.result {
            sum += overall * f64::from(*by);
            weight += f64::from(*by);
        }
    }
    let overall = (weight > 0.0).then(|| sum / weight);
    let criteria = reviews.iter().enumerate().flat_map(|(index, review)| match &review.outcome {
        Outcome::Scored(card) => {
            card.criteria.iter().map(|c| (index, c.name.clone(), c.level)).collect::<Vec<_>>()
        }
        _ => vec![],
    });
    Debrief {
        overall,
        read: overall.and_then(Level::reads),
        lowest: criteria.min_by(|a, b| a.2.total_cmp(&b.2)),
        rounds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_two() -> InterviewLoop {
        let text = r#"{"id": "mine", "title": "Mine", "about": "Two rounds.",
            "rounds": [{"name": "First", "theme": "a"}, {"name": "Second", "theme": "b"}]}"#;
        serde_json::from_str(text).unwrap()
    }

    /// What comes next, in a word, when the rounds stand like this.
    fn next(begun: &[(usize, Begun)]) -> String {
        match of_two().next(&begun.iter().copied().collect()) {
            Next::GoOn { number } => format!("go on with {number}"),
            Next::Begin { number, round } => format!("begin {number}: {}", round.name),
            Next::Debrief => "debrief".into(),
        }
    }

    #[test]
    fn rounds_come_in_order_and_the_debrief_after_the_last() {
        assert_eq!(next(&[]), "begin 1: First");
        assert_eq!(next(&[(1, Begun::Sealed)]), "begin 2: Second");
        assert_eq!(next(&[(1, Begun::Sealed), (2, Begun::Sealed)]), "debrief");
    }

    #[test]
    fn a_round_that_was_cut_off_comes_before_the_next() {
        assert_eq!(next(&[(1, Begun::CutOff)]), "go on with 1");
        assert_eq!(next(&[(1, Begun::Sealed), (2, Begun::CutOff)]), "go on with 2");
    }

    #[test]
    fn who_leaves_a_round_for_good_leaves_the_loop() {
        assert_eq!(next(&[(1, Begun::Left)]), "debrief");
    }

    #[test]
    fn a_round_whose_record_is_lost_is_over_and_never_comes_again() {
        assert_eq!(next(&[(1, Begun::Lost)]), "begin 2: Second");
        assert_eq!(
            next(&[(2, Begun::Lost)]),
            "debrief",
            "also where the first one's is gone without a trace"
        );
    }
}

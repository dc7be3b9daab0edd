//! Does a rubric work with the judge in use? What the judge saw in its author's anchor answers, and in changes to the
//! strongest one, as findings and plain advice.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::attacks::Attack;
use crate::core::{
    bank::rubric::Rubric,
    judging::{Judge, Observation, sentences},
};

/// An answer that its author has written, with as many labels as they gave.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
pub struct Anchor {
    /// Unique in its file.
    pub id: String,
    /// Id of the scenario that it answers; one that uses the rubric, if none is named.
    #[serde(default)]
    pub scenario: Option<String>,
    /// [`crate::core::bank::Case::told_hash`] of the scenario as it was when the answer was written.
    #[serde(default)]
    pub told_hash: Option<String>,
    /// The words.
    pub answer: String,
    /// The level that it reads at, 0 to 5.
    #[serde(default)]
    pub overall: Option<f64>,
    /// 1 for each signal and red flag that it shows, 0 for those that it doesn't.
    #[serde(default)]
    pub signals: BTreeMap<String, u8>,
}

/// An answer that was judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// The anchor answer's id.
    pub id: String,
    /// Its author's level.
    pub labelled: Option<f64>,
    /// The judged level, 0 to 5.
    pub overall: f64,
    /// What was seen.
    #[serde(skip)]
    pub observations: Vec<Observation>,
    /// Its author's labels.
    #[serde(skip)]
    pub labels: BTreeMap<String, u8>,
}

impl Judged {
    fn sees(&self, signal: &str) -> bool {
        self.observations.iter().any(|observation| observation.signal == signal && observation.present())
    }
}

/// What can be said about a signal or a red flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Seen where it is, and hardly anywhere else.
    Works,
    /// Not seen in any answer that shows it.
    Unseen,
    /// Seen in every answer, those included that don't show it.
    FiresOnEverything,
    /// Seen in one of five or more of the answers that don't show it.
    FalseAlarms,
    /// Seen in less than two of three of the answers that show it.
    Uneven,
    /// No anchor answer shows it.
    Untested,
}

/// One false alarm in so many answers that don't show a signal is too much. No judge is without a slip, so one among twenty
/// says nothing about the statement; one among four does.
const FALSE_ALARM_IN: usize = 5;
/// More than one miss in so many answers that show a signal is too much.
const MISS_IN: usize = 3;

/// A signal or red flag over all answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignalCheck {
    /// Its id.
    pub signal: String,
    /// Of the answers that are labelled to show it: in how many it was seen, and how many there are.
    pub shown: (usize, usize),
    /// The same for answers that are labelled not to show it.
    pub not_shown: (usize, usize),
    /// The same for answers without a label for it.
    pub unlabelled: (usize, usize),
    /// What follows.
    pub standing: Standing,
}

/// A change to the strongest answer that must not make it read higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trick {
    /// All statements in place of the answer.
    Statements,
    /// The case and the question in place of the answer.
    Echo,
    /// Words that tell the judge what to award behind it.
    Forged,
    /// Empty paragraphs behind it.
    Padded,
    /// The first third of its sentences.
    Cut,
    /// Its sentences in another order.
    Shuffled,
}

impl Trick {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Statements, Self::Echo, Self::Forged, Self::Padded, Self::Cut, Self::Shuffled];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Statements => Attack::Statements.name(),
            Self::Echo => Attack::Echo.name(),
            Self::Forged => Attack::Forged(0).name(),
            Self::Padded => Attack::Padded.name(),
            Self::Cut => "its first third alone",
            Self::Shuffled => "its sentences in another order",
        }
    }

    /// The attack of the judge's card that is the same, if there is one.
    pub fn attack(self) -> Option<Attack> {
        match self {
            Self::Statements => Some(Attack::Statements),
            Self::Echo => Some(Attack::Echo),
            Self::Forged => Some(Attack::Forged(0)),
            Self::Padded => Some(Attack::Padded),
            Self::Cut | Self::Shuffled => None,
        }
    }

    /// Whether nothing of it may score.
    fn is_worthless(self) -> bool {
        matches!(self, Self::Statements | Self::Echo)
    }

    /// How much higher than the untouched answer it may read.
    fn tolerance(self) -> f64 {
        // Another order changes what stands beside a sentence, and with it what the judge makes of it.
        self.attack().map_or(if self == Self::Shuffled { 0.5 } else { 0.25 }, Attack::tolerance)
    }
}

/// What came of a trick.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrickCheck {
    /// Which one.
    pub trick: Trick,
    /// The judged level of the changed answer.
    pub overall: f64,
    /// Whether the judge held.
    pub held: bool,
    /// Signals that it still saw although none of their sentences was left.
    pub ghosts: Vec<String>,
}

/// Everything that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RubricCheck {
    /// The rubric's id.
    pub rubric: String,
    /// Who judged.
    pub judge: Judge,
    /// The answers.
    pub answers: Vec<Judged>,
    /// Each signal and red flag, in the rubric's order.
    pub signals: Vec<SignalCheck>,
    /// Id of the answer that the tricks were played with.
    pub strongest: String,
    /// What came of them.
    pub tricks: Vec<TrickCheck>,
}

/// Place of the strongest answer: by its author's level, then by the judged one.
pub fn strongest(answers: &[Judged]) -> Option<usize> {
    let key = |answer: &Judged| (answer.labelled.unwrap_or(-1.0), answer.overall);
    (0..answers.len()).max_by(|a, b| {
        let (a, b) = (key(&answers[*a]), key(&answers[*b]));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    })
}

/// Each signal and red flag over all answers.
pub fn signals(rubric: &Rubric, answers: &[Judged]) -> Vec<SignalCheck> {
    rubric
        .statements()
        .map(|(id, _)| {
            let tally = |label: Option<bool>| {
                let of = answers.iter().filter(|a| a.labels.get(id).map(|label| *label > 0) == label);
                of.fold((0, 0), |(seen, all), answer| (seen + usize::from(answer.sees(id)), all + 1))
            };
            let (shown, not_shown, unlabelled) = (tally(Some(true)), tally(Some(false)), tally(None));
            let seen = shown.0 + not_shown.0 + unlabelled.0;
            // Without labels, only what is seen in strong and weak answers alike is suspect.
            let standing = if answers.len() > 1 && seen == answers.len() && shown.1 < answers.len() {
                Standing::FiresOnEverything
            } else if shown.1 > 0 && shown.0 == 0 {
                Standing::Unseen
            } else if not_shown.0 > 0 && not_shown.0 * FALSE_ALARM_IN >= not_shown.1 {
                Standing::FalseAlarms
            } else if (shown.1 - shown.0) * MISS_IN > shown.1 {
                Standing::Uneven
            } else if shown.1 == 0 && seen == 0 {
                Standing::Untested
            } else {
                Standing::Works
            };
            SignalCheck { signal: id.to_owned(), shown, not_shown, unlabelled, standing }
        })
        .collect()
}

/// Whether a judge held against a trick.
pub fn held(trick: Trick, before: f64, after: f64) -> bool {
    let rose = after > before + trick.tolerance();
    match trick {
        _ if trick.is_worthless() => after <= trick.tolerance(),
        Trick::Shuffled => (after - before).abs() <= trick.tolerance(),
        _ => !rose,
    }
}

/// The first third of an answer's sentences, at least one.
pub fn cut(answer: &str) -> String {
    let ranges = sentences::split(answer);
    let keep = ranges.len().div_ceil(3).max(1);
    ranges.get(keep - 1).map_or_else(|| answer.to_owned(), |last| answer[..last.end].to_owned())
}

/// An answer's sentences in another order: every other one first, from the end.
pub fn shuffled(answer: &str) -> String {
    let ranges = sentences::split(answer);
    let even = ranges.iter().rev().step_by(2);
    let odd = ranges.iter().rev().skip(1).step_by(2);
    even.chain(odd).map(|range| answer[range.clone()].trim()).collect::<Vec<_>>().join(" ")
}

/// Signals that are still seen in `after` although every sentence that showed them before is gone: the changed answer
/// kept the first `kept` sentences.
pub fn ghosts(before: &[Observation], after: &[Observation], kept: u32) -> Vec<String> {
    let gone = before.iter().filter(|o| o.present() && o.sentences.iter().all(|number| *number > kept));
    gone.filter(|o| after.iter().any(|other| other.signal == o.signal && other.present()))
        .map(|o| o.signal.clone())
        .collect()
}

impl RubricCheck {
    /// What to do, in plain words, what matters most first.
    pub fn advice(&self) -> Vec<String> {
        let mut advice = vec![];
        for trick in self.tricks.iter().filter(|trick| !trick.held) {
            advice.push(match trick.trick {
                Trick::Statements | Trick::Echo => format!(
                    "{} reads {:.1} where it should read nothing: with this judge, don't trust a level that you have not \
                     checked against its sentences.",
                    capital(trick.trick.name()),
                    trick.overall
                ),
                Trick::Forged => "Words that tell the judge what to award raise the level: use another judge.".into(),
                Trick::Padded => {
                    "Empty paragraphs raise the level: make statements narrower, so that only a figure, a name or a \
                     proposal shows them."
                        .into()
                }
                Trick::Cut => "A third of the answer reads higher than all of it: see which red flags the rest sets off.".into(),
                Trick::Shuffled => {
                    "The order of sentences changes the level: signals may need two sentences together; let one be enough."
                        .into()
                }
            });
        }
        let mut named = |standing: Standing, text: &str| {
            let of = self.signals.iter().filter(|signal| signal.standing == standing);
            let names: Vec<String> = of.map(|signal| format!("`{}`", signal.signal)).collect();
            if !names.is_empty() {
                advice.push(format!("{}: {text}", names.join(", ")));
            }
        };
        named(
            Standing::FiresOnEverything,
            "seen in every answer. Say what has to be named or proposed, and what is not enough (in brackets).",
        );
        named(
            Standing::Unseen,
            "never seen where you say it is. Use the words that an answer would use, one behaviour in one sentence; or the \
             judge in use is too small for it.",
        );
        named(
            Standing::FalseAlarms,
            "seen where you say it is not. Exclude in brackets what was taken for it, and look at the label once more.",
        );
        named(
            Standing::Uneven,
            "seen in some of the answers that show it. Compare the sentences that were missed.",
        );
        named(Standing::Untested, "no answer shows it. Write one that does, and one that nearly does.");
        let ghosts: Vec<&String> = self.tricks.iter().flat_map(|trick| &trick.ghosts).collect();
        if !ghosts.is_empty() {
            let names: Vec<String> = ghosts.into_iter().map(|signal| format!("`{signal}`")).collect();
            advice.push(format!(
                "{}: still seen after every sentence that showed it was cut away. The statement may be too wide.",
                names.join(", ")
            ));
        }
        if self.answers.len() < 4 {
            advice.push(format!(
                "{} tell little: write at least two strong and two weak ones, the weak ones eloquent.",
                if self.answers.len() == 1 {
                    "One answer".into()
                } else {
                    format!("{} answers", self.answers.len())
                }
            ));
        }
        if self.answers.iter().all(|answer| answer.labels.is_empty()) {
            advice.push(
                "No answer has labels: add `\"signals\": {\"id\": 1}` for what it shows and 0 for what it doesn't.".into(),
            );
        }
        advice
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(id: &str, seen: &[&str], labels: &[(&str, u8)]) -> Judged {
        let observation =
            |signal: &&str| Observation { signal: (*signal).into(), p: 0.9, sentences: vec![1] };
        Judged {
            id: id.into(),
            labelled: None,
            overall: seen.len() as f64,
            observations: seen.iter().map(observation).collect(),
            labels: labels.iter().map(|(id, label)| ((*id).to_owned(), *label)).collect(),
        }
    }

    fn rubric(ids: &[&str]) -> Rubric {
        let signals: Vec<_> =
            ids.iter().map(|id| serde_json::json!({"id": id, "level": "staff", "statement": "x"})).collect();
        let levels =
            serde_json::json!({"mid": "", "senior": "", "staff": "", "senior-staff": "", "principal": ""});
        serde_json::from_value(serde_json::json!({"id": "r", "title": "R", "criteria": [
            {"id": "c", "name": "C", "question": "?", "levels": levels, "signals": signals},
        ]}))
        .unwrap()
    }

    #[test]
    fn each_signal_is_told_by_what_was_seen_beside_what_is_there() {
        let answers = [
            judged(
                "strong",
                &["good", "all", "alarm"],
                &[("good", 1), ("blind", 1), ("all", 1), ("alarm", 0)],
            ),
            judged("weak", &["all"], &[("good", 0), ("blind", 0), ("all", 0), ("alarm", 0)]),
        ];
        let checks = signals(&rubric(&["good", "blind", "all", "alarm", "none"]), &answers);
        let standings: Vec<Standing> = checks.iter().map(|check| check.standing).collect();
        assert_eq!(
            standings,
            [
                Standing::Works,
                Standing::Unseen,
                Standing::FiresOnEverything,
                Standing::FalseAlarms,
                Standing::Untested
            ]
        );
    }

    #[test]
    fn one_slip_among_many_answers_is_no_fault_of_the_statement() {
        let standing = |hits: usize, of: usize, alarms: usize, among: usize| {
            let answers: Vec<Judged> = (0..of + among)
                .map(|at| {
                    let (label, seen) = if at < of { (1, at < hits) } else { (0, at - of < alarms) };
                    judged(&at.to_string(), if seen { &["it"] } else { &[] }, &[("it", label)])
                })
                .collect();
            signals(&rubric(&["it"]), &answers)[0].standing
        };
        assert_eq!(standing(9, 9, 2, 13), Standing::Works);
        assert_eq!(standing(2, 3, 0, 19), Standing::Works);
        assert_eq!(standing(4, 6, 1, 6), Standing::Works);
        assert_eq!(standing(1, 1, 3, 15), Standing::FalseAlarms);
        assert_eq!(standing(3, 7, 0, 15), Standing::Uneven);
        assert_eq!(standing(6, 9, 7, 13), Standing::FalseAlarms);
        assert_eq!(standing(1, 1, 1, 4), Standing::FalseAlarms);
        assert_eq!(standing(0, 1, 4, 21), Standing::Unseen);
    }

    #[test]
    fn what_must_not_score_does_not() {
        assert!(held(Trick::Statements, 4.0, 0.0) && !held(Trick::Statements, 4.0, 0.4));
        assert!(held(Trick::Padded, 3.0, 3.2) && !held(Trick::Padded, 3.0, 3.4));
        assert!(held(Trick::Shuffled, 3.0, 2.6) && !held(Trick::Shuffled, 3.0, 2.0));
        assert!(held(Trick::Cut, 3.0, 1.0));
    }

    #[test]
    fn an_answer_is_cut_and_shuffled_by_sentences() {
        let answer = "One is here. Two is here. Three is here. Four is here.";
        assert_eq!(cut(answer), "One is here. Two is here.");
        assert_eq!(shuffled(answer), "Four is here. Two is here. Three is here. One is here.");
        assert_eq!(cut(""), "");
    }

    #[test]
    fn a_signal_without_its_sentences_is_a_ghost() {
        let seen = |signal: &str, sentences: &[u32]| Observation {
            signal: signal.into(),
            p: 0.9,
            sentences: sentences.into(),
        };
        let before = [seen("kept", &[1]), seen("gone", &[3]), seen("ghost", &[3, 4])];
        assert_eq!(ghosts(&before, &[seen("kept", &[1]), seen("ghost", &[1])], 2), ["ghost"]);
    }
}

//! One answer's result as a line for other programs: what `pushback score --answers … --out …` writes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Judge, Observation, Unscored, Usage, questions::Exam, tally, verdict, whole};
use crate::core::{
    bank::Case,
    hash::fingerprint,
    interval::Interval,
    level::{Level, TargetLevel},
    turn::{Ask, Turn},
};

/// An answer and what was seen in it. Where it is unscored, every number is absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoredAnswer {
    /// The answer's id, as it came.
    pub id: String,
    /// Id of the scenario that it answers.
    pub scenario: String,
    /// 0 to 5, continuous.
    pub overall: Option<f64>,
    /// The level that the answer reads at; `null` is "no evidence".
    pub read: Option<Level>,
    /// The answer as a whole, 0 to 5, where the judge was asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<f64>,
    /// By the criterion's id.
    pub criteria: BTreeMap<String, CriterionScore>,
    /// By the signal's or red flag's id.
    pub signals: BTreeMap<String, SignalScore>,
    /// Why there is no score, if there is none.
    pub unscored: Option<Unscored>,
    /// The model that observed.
    pub model: String,
    /// Hash over the wording of the questions and the readout.
    pub prompt_hash: String,
    /// Hash of the rubric.
    pub rubric_hash: String,
    /// Hash of the scenario, with its artifact. Older files have none.
    #[serde(default)]
    pub scenario_hash: String,
    /// Hash of the answer. Older files have none.
    #[serde(default)]
    pub answer_hash: String,
    /// Tokens that it cost.
    pub tokens: Usage,
    /// Milliseconds that it took.
    pub ms: u64,
}

/// What a score is about: it holds as long as none of it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    scenario: String,
    answer_hash: String,
    scenario_hash: String,
    rubric_hash: String,
}

impl Basis {
    /// What a score of this answer to this case is about.
    pub fn of(case: &Case, answer: &str) -> Self {
        Self {
            scenario: case.scenario.id.clone(),
            answer_hash: fingerprint(&answer),
            scenario_hash: fingerprint(&(&case.scenario, &case.artifact)),
            rubric_hash: fingerprint(&case.rubric),
        }
    }
}

/// A criterion's level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriterionScore {
    /// 0 to 5, continuous.
    pub level: f64,
    /// The middle 80%.
    pub interval: Interval,
    /// The level that it reads at; `null` is "no evidence".
    pub read: Option<Level>,
    /// Whether the interval is so wide that the judge can't tell.
    #[serde(default)]
    pub unclear: bool,
}

/// What was seen of a signal or a red flag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignalScore {
    /// Probability that the answer shows it.
    pub p: f64,
    /// Whether it counts as shown.
    pub present: bool,
    /// Numbers of the sentences that show it, 1 for the answer's first.
    pub sentences: Vec<u32>,
}

/// What is asked about an answer to a scenario's opening that was given outside a session.
pub fn exam(case: &Case, answer: &str) -> Exam {
    let question = case.scenario.opening.trim().to_owned();
    let turn = Turn { question, kind: Ask::Opening, said: vec![answer.to_owned()] };
    Exam::new(case, &[turn], |_| true)
}

impl ScoredAnswer {
    /// Whether this is what `judge` said of just that answer, case, and rubric. It isn't where one of them has changed
    /// since.
    pub fn is_of(&self, basis: &Basis, judge: &Judge) -> bool {
        let of = Basis {
            scenario: self.scenario.clone(),
            answer_hash: self.answer_hash.clone(),
            scenario_hash: self.scenario_hash.clone(),
            rubric_hash: self.rubric_hash.clone(),
        };
        of == *basis && self.model == judge.model && self.prompt_hash == judge.prompt_hash
    }

    /// Scores from what was observed, or says why nothing was.
    pub fn new(
        id: &str,
        case: &Case,
        exam: &Exam,
        observed: Result<(Vec<Observation>, Usage), Unscored>,
        judge: Judge,
        basis: Basis,
        ms: u64,
    ) -> Self {
        let mut scored = Self {
            id: id.to_owned(),
            scenario: basis.scenario,
            overall: None,
            read: None,
            whole: None,
            criteria: BTreeMap::new(),
            signals: BTreeMap::new(),
            unscored: None,
            model: judge.model,
            prompt_hash: judge.prompt_hash,
            rubric_hash: basis.rubric_hash,
            scenario_hash: basis.scenario_hash,
            answer_hash: basis.answer_hash,
            tokens: Usage::default(),
            ms,
        };
        let (observations, usage) = match observed {
            Ok(observed) => observed,
            Err(why) => return Self { unscored: Some(why), ..scored },
        };
        let score = verdict::score(&case.rubric, exam, &observations, TargetLevel::default());
        (scored.overall, scored.read, scored.tokens) = (Some(score.overall), score.read, usage);
        scored.whole = score.whole;
        scored.criteria = score
            .ratings
            .into_iter()
            .map(|r| {
                let unclear = tally::is_unclear(r.interval);
                let score = CriterionScore { level: r.level, interval: r.interval, read: r.read, unclear };
                (r.criterion, score)
            })
            .collect();
        // Nothing was asked where there was nothing to ask about; still every signal is there, as not shown.
        let is_signal = |id: &str| !whole::is_whole(id);
        let statements = exam.statements.iter().filter(|statement| is_signal(&statement.signal));
        let unseen = statements.map(|statement| {
            (statement.signal.clone(), SignalScore { p: 0.0, present: false, sentences: vec![] })
        });
        scored.signals = unseen.collect();
        scored.signals.extend(observations.into_iter().filter(|o| is_signal(&o.signal)).map(|observation| {
            let present = observation.present();
            let sentences = if present { observation.sentences } else { vec![] };
            (observation.signal, SignalScore { p: observation.p, present, sentences })
        }));
        scored
    }
}

//! Answers with labels: what a judge is fitted to and measured by.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::core::bank::Case;
use crate::core::judging::{questions::Exam, scored, sentences::words};

/// An answer whose signals and levels its author has labelled.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
pub struct LabelledAnswer {
    /// Unique in the body of labels.
    pub id: String,
    /// Id of the scenario that it answers.
    pub scenario: String,
    /// What kind of answer: `staff`, `eloquent-empty`, `injection` …
    #[serde(default)]
    pub kind: String,
    /// The candidate's words.
    pub answer: String,
    /// 0 to 5.
    pub overall: u8,
    /// Each criterion's level, 0 to 5.
    pub criteria: BTreeMap<String, u8>,
    /// 1 for each signal and red flag that is shown, 0 for the others.
    pub signals: BTreeMap<String, u8>,
    /// For each that is shown, the words that show it.
    #[serde(default)]
    pub evidence: BTreeMap<String, String>,
}

impl LabelledAnswer {
    /// Ids of the signals and red flags that are shown.
    pub fn shown(&self) -> impl Iterator<Item = &str> {
        self.signals.iter().filter(|(_, shown)| **shown > 0).map(|(id, _)| id.as_str())
    }
}

/// A labelled answer as a judge gets to see it, with the labels in the order of the questions.
#[derive(Clone, Debug)]
pub struct Labelled<'a> {
    /// The answer.
    pub answer: &'a LabelledAnswer,
    /// What it answers.
    pub case: &'a Case,
    /// The questions about it.
    pub exam: Exam,
    /// The label of each statement.
    pub shown: Vec<bool>,
    /// For each statement, the numbers of the sentences that the labeller quoted.
    pub evidence: Vec<Vec<u32>>,
}

/// A statement has no label.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer `{answer}` has no label for `{signal}`")]
pub struct NoLabel {
    answer: String,
    signal: String,
}

impl<'a> Labelled<'a> {
    /// Brings an answer and its case together.
    ///
    /// # Errors
    ///
    /// When a signal of the rubric has no label.
    pub fn new(answer: &'a LabelledAnswer, case: &'a Case) -> Result<Self, NoLabel> {
        let mut exam = scored::exam(case, &answer.answer);
        exam.statements.sort_by(|a, b| a.signal.cmp(&b.signal));
        let (mut shown, mut evidence) = (vec![], vec![]);
        for statement in &exam.statements {
            let label = answer
                .signals
                .get(&statement.signal)
                .ok_or_else(|| NoLabel { answer: answer.id.clone(), signal: statement.signal.clone() })?;
            shown.push(*label > 0);
            let quote = answer.evidence.get(&statement.signal).filter(|_| *label > 0);
            evidence.push(quote.map_or_else(Vec::new, |quote| quoted(&exam, quote)));
        }
        Ok(Self { answer, case, exam, shown, evidence })
    }
}

/// The sentences that a quotation is from: those that share most of their runs of words with it.
fn quoted(exam: &Exam, quote: &str) -> Vec<u32> {
    let quote = words(quote);
    let is_from = |text: &str| {
        let text = words(text);
        let run = quote.len().min(text.len()).clamp(1, 4);
        let shared =
            text.windows(run).filter(|window| quote.windows(run).any(|other| other == *window)).count();
        let most = (quote.len().min(text.len()) + 1).saturating_sub(run);
        shared > 0 && (2 * shared >= most || shared >= 3)
    };
    let sentences = exam.turns.iter().flat_map(|turn| &turn.sentences);
    sentences.filter(|(_, text)| is_from(text)).map(|(number, _)| *number).collect()
}

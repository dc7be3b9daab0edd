//! Answers with labels: what a judge is fitted to and measured by.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::meant_for::{self, OtherWords};
use crate::core::bank::Case;
use crate::core::judging::{questions::Exam, scored, sentences::words, whole};

/// An answer whose signals and levels its author has labelled.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
pub struct LabelledAnswer {
    /// Unique in the body of labels.
    pub id: String,
    /// Id of the scenario that it answers.
    pub scenario: String,
    /// [`Case::told_hash`] of the case as it was when the labels were given. Labels without one are for any text.
    #[serde(default)]
    pub told_hash: Option<String>,
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

/// An answer and a case don't go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// A statement has no label.
    #[error("the answer `{answer}` has no label for `{signal}`")]
    NoLabel {
        /// The answer's id.
        answer: String,
        /// The signal.
        signal: String,
    },
    /// The labels are for other words of the case.
    #[error(transparent)]
    OtherWords(#[from] OtherWords),
}

impl<'a> Labelled<'a> {
    /// Brings an answer and its case together.
    ///
    /// # Errors
    ///
    /// When a signal of the rubric has no label, or the case has been rewritten since the labels were given.
    pub fn new(answer: &'a LabelledAnswer, case: &'a Case) -> Result<Self, Mismatch> {
        meant_for::check(|| format!("the answer `{}`", answer.id), answer.told_hash.as_deref(), case)?;
        let mut exam = scored::exam(case, &answer.answer);
        // What is asked about the whole has no labels, and stands behind what has.
        exam.statements.sort_by_key(|s| (whole::is_whole(&s.signal), s.signal.clone()));
        let (mut shown, mut evidence) = (vec![], vec![]);
        for statement in exam.statements.iter().filter(|s| !whole::is_whole(&s.signal)) {
            let label = answer.signals.get(&statement.signal).ok_or_else(|| Mismatch::NoLabel {
                answer: answer.id.clone(),
                signal: statement.signal.clone(),
            })?;
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

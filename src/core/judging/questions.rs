//! What to ask about an answer: the text that a judge reads, and the statements that it decides on.

use super::sentences::SentenceSpan;
use super::sentences::{self, Sentence};
use crate::core::{bank::Case, turn::Turn};

/// Everything that a judge gets to see of a round. It holds no level, no weight and no other verdict: each
/// statement is decided on the candidate's words alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Exam {
    /// The first question.
    pub opening: String,
    /// What was asked and answered, in order; the first turn answers the opening.
    pub turns: Vec<ExamTurn>,
    /// All the candidate's sentences, discounted ones included.
    pub sentences: Vec<Sentence>,
    /// What is to be decided, in the rubric's order.
    pub statements: Vec<Statement>,
}

/// A follow-up and the numbers of the sentences that answer it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExamTurn {
    /// The interviewer's question.
    pub asked: String,
    /// The sentences that may be evidence: text and number.
    pub sentences: Vec<(u32, String)>,
}

/// One small question: does the answer show this?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Id of the signal or red flag.
    pub signal: String,
    /// Third person, present tense.
    pub text: String,
}

/// Fewest words that can show anything. "Fine." and "I agree with that." are below it.
const FEWEST_WORDS: usize = 8;

impl Exam {
    /// Composes the questions about what was said so far. `wanted` chooses among the rubric's signals and
    /// red flags; their order is the rubric's.
    pub fn new(case: &Case, turns: &[Turn], wanted: impl Fn(&str) -> bool) -> Self {
        let answers: Vec<String> = turns.iter().map(Turn::answer).collect();
        let sentences = sentences::number(&answers, &spoken(case));
        let exam_turns = turns
            .iter()
            .enumerate()
            .map(|(index, turn)| ExamTurn {
                asked: turn.question.clone(),
                sentences: sentences
                    .iter()
                    .filter(|sentence| sentence.turn == index && sentence.discount.is_none())
                    .map(|sentence| (sentence.number, sentence.text.clone()))
                    .collect(),
            })
            .collect();
        let statements = case
            .rubric
            .statements()
            .filter(|(id, _)| wanted(id))
            .map(|(id, text)| Statement { signal: id.to_owned(), text: text.to_owned() })
            .collect();
        Self { opening: case.scenario.opening.trim().to_owned(), turns: exam_turns, sentences, statements }
    }

    /// Whether there is too little to show anything: no model needs to be asked.
    pub fn is_empty(&self) -> bool {
        let words: usize = self
            .turns
            .iter()
            .flat_map(|turn| &turn.sentences)
            .map(|(_, text)| sentences::words(text).len())
            .sum();
        words < FEWEST_WORDS
    }

    /// The sentences in the form in which they are stored with the observations.
    pub fn spans(&self) -> Vec<SentenceSpan> {
        self.sentences
            .iter()
            .map(|s| SentenceSpan { turn: s.turn, bytes: s.range.clone(), discount: s.discount })
            .collect()
    }

    /// Numbers of the sentences that may be evidence.
    pub fn countable(&self) -> impl Iterator<Item = u32> {
        self.turns.iter().flat_map(|turn| turn.sentences.iter().map(|(number, _)| *number))
    }
}

/// Every text of the round that is not the candidate's own. What the interviewer asked is in the case: beyond that it
/// only quotes the candidate.
fn spoken(case: &Case) -> Vec<&str> {
    let scenario = &case.scenario;
    let mut texts = vec![scenario.setting.as_str(), &scenario.opening, &scenario.twist];
    texts.extend(case.artifact.as_deref());
    texts.extend(scenario.facts.iter().map(|fact| fact.tell.as_str()));
    texts.extend(scenario.probes.iter().map(|probe| probe.ask.as_str()));
    texts.extend(case.rubric.statements().map(|(_, statement)| statement));
    texts
}

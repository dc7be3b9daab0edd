//! What to ask about an answer: the text that a judge reads, and the statements that it decides on.

use super::{
    Observation,
    grounding::{self, Grounding},
    sentences::{self, Sentence, SentenceSpan},
    whole,
};
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
    /// What is to be decided, in the rubric's order, and behind that what is asked about every answer: see [`whole`].
    pub statements: Vec<Statement>,
    /// How much of each of `sentences` is about this case, see [`Grounding::weight`]; nothing where there is no case that they
    /// could be about.
    pub weights: Vec<f64>,
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
    /// Whether it speaks for the candidate, so that it takes words about this case to show it. A red flag needs none.
    pub is_credit: bool,
}

/// Mean weight of an answer's sentences up to which nothing of it is about the case, and from which all of it may be:
/// of 240 answers in ten voices the lowest twentieth lies at 1.0 and above, hollow ones lie at 0.4.
const HOLLOW: f64 = 0.5;
const GROUNDED: f64 = 0.9;

/// Fewest words that can show anything. "Fine." and "I agree with that." are below it.
const FEWEST_WORDS: usize = 8;

impl Exam {
    /// Composes the questions about what was said so far. `wanted` chooses among the rubric's signals and red flags and the
    /// statements about the whole.
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
        let whole = whole::STATEMENTS.iter().map(|(id, _, text)| (*id, *text));
        let statements = case
            .rubric
            .statements()
            .chain(whole)
            .filter(|(id, _)| wanted(id))
            .map(|(id, text)| Statement {
                signal: id.to_owned(),
                text: text.to_owned(),
                is_credit: case.rubric.signal(id).is_some() || whole::is_whole(id),
            })
            .collect();
        let grounding = Grounding::of(case);
        let weights = match grounding.is_empty() {
            true => vec![],
            false => sentences.iter().map(|sentence| grounding.weight(&sentence.text)).collect(),
        };
        let opening = case.scenario.opening.trim().to_owned();
        Self { opening, turns: exam_turns, sentences, statements, weights }
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

    /// Whether a sentence may be what shows a statement: it says something, and where credit is given for it, it or one beside
    /// it is about this case.
    pub fn may_show(&self, statement: &Statement, number: u32) -> bool {
        let Some(at) = (number as usize).checked_sub(1).filter(|at| *at < self.sentences.len()) else {
            return false;
        };
        let sentence = &self.sentences[at];
        let beside = at.saturating_sub(1)..(at + 2).min(self.sentences.len());
        let is_grounded = || {
            self.weights.is_empty()
                || beside.clone().any(|near| {
                    let other = &self.sentences[near];
                    other.turn == sentence.turn && other.discount.is_none() && self.weights[near] > 0.0
                })
        };
        sentence.discount.is_none()
            && grounding::has_content(&sentence.text)
            && (!statement.is_credit || is_grounded())
    }

    /// The mean weight of the sentences that may be evidence; `None` where there is no case that they could be about.
    pub fn grounding(&self) -> Option<f64> {
        let weights: Vec<f64> =
            self.countable().filter_map(|number| self.weights.get(number as usize - 1).copied()).collect();
        (!weights.is_empty()).then(|| weights.iter().sum::<f64>() / weights.len() as f64)
    }

    /// What a judge saw, as far as it counts: evidence that may be evidence, and credit in so far as the answer is about
    /// this case at all.
    pub fn credited(&self, observations: Vec<Observation>) -> Vec<Observation> {
        let share = |grounding: f64| ((grounding - HOLLOW) / (GROUNDED - HOLLOW)).clamp(0.0, 1.0);
        let share = self.grounding().map_or(1.0, share);
        let credit = |mut seen: Observation| {
            if let Some(statement) = self.statements.iter().find(|statement| statement.signal == seen.signal)
            {
                seen.sentences.retain(|number| self.may_show(statement, *number));
                seen.p *= if statement.is_credit { share } else { 1.0 };
            }
            seen
        };
        observations.into_iter().map(credit).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// An exam about sentences that weigh so much, of one turn.
    fn exam(said: &[(&str, f64)]) -> Exam {
        let texts: Vec<&str> = said.iter().map(|(text, _)| *text).collect();
        let sentences = sentences::number(&[texts.join("\n\n")], &[]);
        let read = sentences.iter().map(|sentence| (sentence.number, sentence.text.clone())).collect();
        let statement =
            |signal: &str, is_credit| Statement { signal: signal.into(), text: ".".into(), is_credit };
        Exam {
            opening: String::new(),
            turns: vec![ExamTurn { asked: String::new(), sentences: read }],
            sentences,
            statements: vec![statement("signal", true), statement("flag", false)],
            weights: said.iter().map(|(_, weight)| *weight).collect(),
        }
    }

    fn seen(exam: &Exam, signal: &str, sentences: &[u32]) -> Observation {
        let seen = Observation { signal: signal.into(), p: 0.9, sentences: sentences.to_vec() };
        exam.credited(vec![seen]).remove(0)
    }

    const CLAIM: &str = "I name who decides and what the waiting costs.";
    const CONTENT: &str = "Yewande decides, because the ledger stalls at 71%.";

    #[test]
    fn words_that_fit_any_case_get_no_credit_but_can_raise_a_flag() {
        let hollow = exam(&[(CLAIM, 0.0), (CLAIM, 0.0)]);
        assert_eq!(seen(&hollow, "signal", &[1]).p, 0.0);
        assert!(!seen(&hollow, "signal", &[1]).present());
        assert!(seen(&hollow, "flag", &[1]).present());
    }

    #[test]
    fn a_sentence_beside_one_about_the_case_counts_and_one_further_off_does_not() {
        let exam =
            exam(&[(CONTENT, 6.0), ("We write down today what number would change it.", 0.0), (CLAIM, 0.0)]);
        assert_eq!(seen(&exam, "signal", &[1, 2, 3]).sentences, [1, 2]);
        assert_eq!(seen(&exam, "signal", &[1]).p, 0.9, "as a whole it is about this case");
    }

    #[test]
    fn a_few_words_are_evidence_of_nothing() {
        let exam = exam(&[(CONTENT, 6.0), ("In the ledger.", 3.0)]);
        assert!(seen(&exam, "flag", &[2]).sentences.is_empty());
    }
}

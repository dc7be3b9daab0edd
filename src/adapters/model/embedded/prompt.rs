//! What the embedded model reads, word for word.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::core::{
    bank::scenario::Fact,
    judging::questions::{Exam, ExamTurn},
    text::visible,
};

const EXAMINER: &str = "You are a strict, literal examiner. You read a candidate's interview answer and decide \
    whether a statement about it is true.";
const BEFORE_QUESTION: &str = "Interview question: ";
const BEFORE_ANSWER: &str = "\n\nCandidate's answer:\n\"\"\"\n";
const BEFORE_FOLLOW_UP: &str = "\n(Asked: ";
const AFTER_FOLLOW_UP: &str = ")\n";
const AFTER_ANSWER: &str = "\n\"\"\"\n\nWhat does this answer show?";
/// What comes before every statement.
pub const BEFORE_STATEMENT: &str = "\nThe candidate";
/// Statements that are true of any answer.
pub const COMMON: [&str; 4] = [
    " gives an answer.",
    " names a person, a number or a date.",
    " says what they would do, and why.",
    " says what it would cost and who decides.",
];
const BEFORE_FACTS: &str = "\n\nWhat the interviewer tells when asked:\n";
const BEFORE_FACT: &str = "\n- ";
const BEFORE_TELL: &str = ": ";
const BEFORE_ASK: &str = " Asked as: ";
/// What comes before every message.
pub const BEFORE_MESSAGE: &str = "\n\nThe candidate's message:\n\"\"\"\n";
/// Messages that are about no fact in particular.
pub const VAGUE: [&str; 4] = [
    "Could you tell me more about this?",
    "What else do you know?",
    "How many are there, and who decides?",
    "I would do something about it.",
];
const AFTER_MESSAGE: &str = "\n\"\"\"\n\nWhat does the candidate want?";

/// The shared prefix of all statements, and where the countable sentences stand in it.
pub struct Prefix {
    /// In the model's chat template.
    pub text: String,
    /// Bytes of `text` up to which a longer answer would leave it as it is.
    pub answer_ends: usize,
    /// Number of each countable sentence and its bytes in `text`.
    pub sentences: Vec<(u32, Range<usize>)>,
}

/// The text behind which every statement of an exam is put.
pub fn prefix(exam: &Exam) -> Prefix {
    let mut text = chat(EXAMINER);
    text.push_str(BEFORE_QUESTION);
    text.push_str(&neutral(&exam.opening));
    text.push_str(BEFORE_ANSWER);
    let mut sentences = vec![];
    for (index, turn) in exam.turns.iter().enumerate() {
        if turn.sentences.is_empty() {
            continue;
        }
        if index > 0 {
            text.push_str(BEFORE_FOLLOW_UP);
            text.push_str(&neutral(&turn.asked));
            text.push_str(AFTER_FOLLOW_UP);
        }
        for (position, (number, sentence)) in turn.sentences.iter().enumerate() {
            if position > 0 {
                text.push(' ');
            }
            let start = text.len();
            text.push_str(&neutral(sentence));
            sentences.push((*number, start..text.len()));
        }
    }
    let answer_ends = text.len();
    text.push_str(AFTER_ANSWER);
    Prefix { text, answer_ends, sentences }
}

/// The text behind which a statement is read where there is no answer.
pub fn nothing() -> String {
    format!("{}{BEFORE_QUESTION}{BEFORE_ANSWER}{AFTER_ANSWER}", chat(EXAMINER))
}

/// A statement as a clause about the candidate, behind [`BEFORE_STATEMENT`].
pub fn clause(statement: &str) -> String {
    let text = neutral(statement.trim());
    let mut chars = text.chars();
    let clause = chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect());
    format!(" {clause}")
}

/// The whole judgment in one question, up to the digit: only to compare with.
pub fn grade(exam: &Exam) -> String {
    let question = "At which level does this answer read? 1 mid, 2 senior, 3 staff, 4 senior staff, 5 principal. Reply with \
         one digit and nothing else.";
    let answer = prefix(exam);
    let before = &answer.text[..answer.answer_ends];
    format!("{before}\n\"\"\"\n\n{question}<|im_end|>\n<|im_start|>assistant\n")
}

/// The text behind which messages are recognised, and where each fact stands in it: what it is about, what is told, and
/// how it is asked for.
pub fn facts(opening: &str, facts: &[Fact]) -> (String, Vec<[Range<usize>; 3]>) {
    let asks = |fact: &Fact| (!fact.ask.is_empty()).then(|| fact.ask.join(" "));
    facts_of(opening, facts.iter().map(|fact| (fact.about.as_str(), fact.tell.as_str(), asks(fact))))
}

fn facts_of<'a>(
    opening: &str,
    facts: impl Iterator<Item = (&'a str, &'a str, Option<String>)>,
) -> (String, Vec<[Range<usize>; 3]>) {
    let mut text = format!("{}{BEFORE_QUESTION}{}{BEFORE_FACTS}", chat(EXAMINER), neutral(opening.trim()));
    let mut put = |before: &str, words: &str| {
        text.push_str(before);
        let start = text.len();
        text.push_str(&neutral(words.trim()));
        start..text.len()
    };
    let places = facts.map(|(about, tell, ask)| {
        let about = put(BEFORE_FACT, about);
        let tell = put(BEFORE_TELL, tell);
        let ask = ask.map_or_else(|| about.clone(), |ask| put(BEFORE_ASK, &ask));
        [about, tell, ask]
    });
    let places = places.collect();
    (text, places)
}

/// A message as it is read behind [`BEFORE_MESSAGE`].
pub fn message(text: &str) -> String {
    format!("{}{AFTER_MESSAGE}", neutral(text))
}

/// The beginning of a chat up to the user's words.
fn chat(system: &str) -> String {
    format!("<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n")
}

/// Text from outside as the model may read it: nothing in it can be taken for a mark of the chat template or
/// for the fence around the answer.
fn neutral(text: &str) -> String {
    visible(text).replace("<|", "< |").replace("|>", "| >").replace("\"\"\"", "\"")
}

/// Words from outside in a specimen: with everything that is not left as it is.
const SPECIMEN: &str = "Some words, <|im_end|> and \"\"\".";

/// Hash over a message as it is read among facts: every word of ours that messages are recognised by, the chat template's
/// and the changes to words from outside among them.
pub fn routing_hash() -> String {
    let facts = [(SPECIMEN, SPECIMEN, None), (SPECIMEN, SPECIMEN, Some(SPECIMEN.to_owned()))];
    let (text, _) = facts_of(SPECIMEN, facts.into_iter());
    let messages =
        VAGUE.into_iter().chain([SPECIMEN]).map(|text| format!("{BEFORE_MESSAGE}{}", message(text)));
    short_hash(std::iter::once(text).chain(messages))
}

/// Hash over an answer and statements about it as they are read: every word of ours that answers are judged by, the chat
/// template's and the changes to words from outside among them. Tells scores by different questions apart.
pub fn hash() -> String {
    let sentences = |first: u32| vec![(first, SPECIMEN.to_owned()), (first + 1, SPECIMEN.to_owned())];
    let turn = |first: u32| ExamTurn { asked: SPECIMEN.into(), sentences: sentences(first) };
    let exam = Exam {
        opening: SPECIMEN.into(),
        turns: vec![turn(1), turn(3)],
        sentences: vec![],
        statements: vec![],
        weights: vec![],
    };
    let specimen = clause(SPECIMEN);
    let statements = COMMON.into_iter().chain([specimen.as_str()]);
    let statements = statements.map(|clause| format!("{BEFORE_STATEMENT}{clause}"));
    short_hash([prefix(&exam).text, nothing()].into_iter().chain(statements))
}

fn short_hash(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.collect();
    hex::encode(&Sha256::digest(texts.join("\u{0}"))[..4])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the model reads must not change without a new fit: whoever changes a word changes these hashes on purpose, and
    /// with them the files that were fitted to the old words.
    #[test]
    fn the_words_are_those_that_the_readouts_were_fitted_to() {
        assert_eq!((hash().as_str(), routing_hash().as_str()), ("621ecafc", "366fe427"));
    }

    #[test]
    fn a_specimen_shows_every_word_of_the_chat_template() {
        let (routing, _) = facts_of(SPECIMEN, [(SPECIMEN, SPECIMEN, None)].into_iter());
        for text in [nothing(), routing] {
            assert!(
                text.starts_with("<|im_start|>system\n") && text.contains("<|im_end|>\n<|im_start|>user\n")
            );
            assert!(!text.contains("words, <|im_end|>"));
        }
    }
}

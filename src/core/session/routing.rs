//! What a message is, as far as fixed rules can tell. The model decides the rest.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::core::{bank::scenario::Fact, judging::sentences::words, record::Route};

/// What kinds of messages there are: a [`Route`] without its details.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An answer, or a part of one.
    Answer,
    /// A question that a fact answers.
    Fact,
    /// A question about the case that no fact answers.
    Unknown,
    /// "Could you say that again?"
    Repeat,
    /// A request for help.
    Help,
    /// "That's all from me."
    Done,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Answer, Self::Fact, Self::Unknown, Self::Repeat, Self::Help, Self::Done];

    /// The kind of a route.
    pub fn of(route: Route) -> Self {
        match route {
            Route::Answer => Self::Answer,
            Route::Fact { .. } => Self::Fact,
            Route::Unknown => Self::Unknown,
            Route::Repeat => Self::Repeat,
            Route::Help => Self::Help,
            Route::Done => Self::Done,
        }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answer => "an answer",
            Self::Fact => "asks for a fact",
            Self::Unknown => "asks what no fact covers",
            Self::Repeat => "asks to repeat",
            Self::Help => "asks for help",
            Self::Done => "is finished",
        }
    }
}

/// A message of more words than this is an answer, whatever else it holds: nobody asks for a fact in fifty words.
pub const LONGEST_QUESTION: usize = 50;

/// Share of a question's telling words that a fact has to hold to be the one asked for.
const OVERLAP: f64 = 0.4;

/// Words that tell nothing about what a question asks for.
const COMMON: [&str; 74] = [
    "a", "about", "all", "an", "and", "any", "are", "at", "be", "been", "by", "can", "could", "did", "do",
    "does", "for", "from", "get", "give", "had", "has", "have", "how", "i", "if", "in", "is", "it", "its",
    "know", "like", "many", "may", "me", "more", "much", "my", "now", "of", "on", "one", "or", "our",
    "really", "say", "so", "some", "tell", "than", "that", "the", "their", "them", "there", "they", "this",
    "to", "us", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with", "would",
    "you", "your", "what's",
];

/// Whether no model needs to be asked.
pub fn is_certainly_an_answer(message: &str) -> bool {
    message.split_whitespace().count() > LONGEST_QUESTION
}

/// Most words of a message that is taken for a request, or for an end, by its words alone.
const LONGEST_REQUEST: usize = 14;

/// Words that nobody needs for anything but to be helped.
const HELP: [&str; 10] = [
    "a hint",
    "a clue",
    "a nudge",
    "a strong answer",
    "my score",
    "the rubric",
    "the ideal answer",
    "the right answer",
    "on the right track",
    "help me",
];

/// How a message begins that wants something said again, if it holds one of [`AGAIN`] too.
const PLEASE: [&str; 9] = ["again", "can", "could", "once", "please", "repeat", "say", "sorry", "would"];

/// What is wanted then.
const AGAIN: [&str; 8] = [
    "once more",
    "repeat",
    "say that again",
    "say it again",
    "the question again",
    "the case again",
    "the numbers again",
    "again please",
];

/// How a message of at most [`LONGEST_END`] words begins that says that nothing more comes. In a longer one something
/// does come.
const DONE: [&str; 13] = [
    "i'm done",
    "i'm finished",
    "i'm through",
    "i have nothing to add",
    "i've nothing to add",
    "i've got nothing to add",
    "no more from me",
    "nothing more from me",
    "nothing to add",
    "that's all",
    "that's everything",
    "that's my answer",
    "that would be my answer",
];

/// Most words of a message that says that nothing more comes.
const LONGEST_END: usize = 8;

/// Words before what a message says.
const FILLERS: [&str; 10] = ["also", "and", "but", "good", "ok", "okay", "right", "so", "sorry", "then"];

/// Most words of a message without a question mark that is taken for a question.
const LONGEST_BARE_QUESTION: usize = 25;

/// Words that begin a question if a verb follows soon.
const ASKING: [&str; 8] = ["how", "what", "when", "where", "which", "who", "whose", "why"];

/// Verbs that begin a question.
const VERBS: [&str; 11] = ["is", "are", "was", "were", "does", "did", "has", "had", "am", "isn't", "aren't"];

/// Verbs that begin one only before somebody: "do the migration" is an order.
const VERBS_BEFORE_SOMEBODY: [&str; 10] =
    ["do", "have", "can", "could", "will", "would", "should", "may", "might", "must"];

/// Who may stand behind a question's verb.
const SOMEBODY: [&str; 12] =
    ["anybody", "anyone", "he", "i", "it", "she", "somebody", "someone", "there", "they", "we", "you"];

/// How far behind its first word a question's verb stands at most.
const REACH: usize = 4;

/// Whether a short message reads as a question although it has no question mark.
fn asks_without_a_mark(message: &str) -> bool {
    let message = message.trim().trim_end_matches('.');
    let is_one_sentence = !message.contains(['\n', '.', '!', ';']);
    let words = words(message);
    let words = beginning(&words);
    if !is_one_sentence || words.len() < 2 || words.len() > LONGEST_BARE_QUESTION {
        return false;
    }
    let is = |list: &[&str], at: usize| words.get(at).is_some_and(|word| list.contains(&word.as_str()));
    let asks = is(&ASKING, 0)
        && (1..=REACH)
            .take_while(|at| !is(&SOMEBODY, *at) && !is(&["a", "an", "matters", "that", "the", "this"], *at))
            .any(|at| is(&VERBS, at) || is(&VERBS_BEFORE_SOMEBODY, at));
    asks || is(&VERBS, 0) || is(&VERBS_BEFORE_SOMEBODY, 0) && is(&SOMEBODY, 1)
}

/// The words from the first one on that says something.
fn beginning(words: &[String]) -> &[String] {
    match words.split_first() {
        Some((first, rest)) if FILLERS.contains(&first.as_str()) && !rest.is_empty() => rest,
        _ => words,
    }
}

/// What a short message is that hardly any answer would be worded like.
fn plain_request(words: &[String]) -> Option<Route> {
    if words.len() > LONGEST_REQUEST {
        return None;
    }
    let text = format!(" {} ", words.join(" ").replace('’', "'"));
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(&format!(" {phrase} ")));
    let begins = |phrases: &[&str]| {
        let text = format!("{} ", beginning(words).join(" ").replace('’', "'"));
        phrases.iter().any(|phrase| text.starts_with(&format!("{phrase} ")))
    };
    if has(&HELP) {
        Some(Route::Help)
    } else if (begins(&PLEASE) || words.first().is_some_and(|word| word == "sorry")) && has(&AGAIN) {
        Some(Route::Repeat)
    } else if words.len() <= LONGEST_END && begins(&DONE) {
        Some(Route::Done)
    } else {
        None
    }
}

/// What a message is, without a model: a short one may be worded as a request or as an end, another that is worded as a
/// question is one, everything else is an answer.
pub fn by_rule(message: &str, facts: &[Fact]) -> Route {
    if let Some(route) = plain_request(&words(message)) {
        return route;
    }
    let is_question = message.trim_end().ends_with('?') || asks_without_a_mark(message);
    if is_certainly_an_answer(message) || !is_question {
        return Route::Answer;
    }
    nearest_fact(message, facts).map_or(Route::Unknown, |fact| Route::Fact { fact })
}

/// Share of telling words from which on a question is about a fact, whatever a model makes of it. None of the 63
/// labelled questions that no fact covers (`tests/routing/fit`) reaches it.
const PLAIN: f64 = 2.0 / 3.0;

/// The fact that a question asks for in the words of its author.
pub fn plainly_asked(message: &str, facts: &[Fact]) -> Option<usize> {
    let (fact, overlap) = nearest(message, facts)?;
    (overlap >= PLAIN && telling(message).len() > 1).then_some(fact)
}

/// The fact whose words a question shares most of, if it shares enough.
fn nearest_fact(message: &str, facts: &[Fact]) -> Option<usize> {
    nearest(message, facts).filter(|(_, overlap)| *overlap >= OVERLAP).map(|(fact, _)| fact)
}

/// The fact whose words a question shares most of, and the share.
fn nearest(message: &str, facts: &[Fact]) -> Option<(usize, f64)> {
    let question = telling(message);
    facts
        .iter()
        .map(|fact| {
            std::iter::once(&fact.about)
                .chain(&fact.ask)
                .map(|text| {
                    let text = telling(text);
                    let shared = question.intersection(&text).count() as f64;
                    shared / question.len().min(text.len()).max(1) as f64
                })
                .fold(0.0, f64::max)
        })
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
}

/// The words of a text that say what it is about, with plural and verb endings cut.
fn telling(text: &str) -> BTreeSet<String> {
    words(text)
        .into_iter()
        .filter(|word| !COMMON.contains(&word.as_str()))
        .map(|word| {
            let stem = ["ing", "ed", "es", "s"].iter().find_map(|ending| word.strip_suffix(ending));
            stem.filter(|stem| stem.len() > 3).map_or(word.clone(), str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Vec<Fact> {
        let fact = |about: &str, ask: &[&str]| Fact {
            about: about.into(),
            tell: String::new(),
            ask: ask.iter().map(|ask| (*ask).into()).collect(),
            why: None,
            decisive: false,
        };
        vec![
            fact("what writes the most", &["which part of the load is writes we could move?"]),
            fact("what the last write stall cost", &["has it stalled before, and what happened?"]),
        ]
    }

    #[test]
    fn a_short_question_reaches_the_fact_that_it_shares_words_with() {
        assert_eq!(by_rule("What did the last stall cost us?", &facts()), Route::Fact { fact: 1 });
        assert_eq!(by_rule("Who writes most?", &facts()), Route::Fact { fact: 0 });
    }

    #[test]
    fn a_question_without_a_fact_is_unknown_and_a_statement_is_an_answer() {
        assert_eq!(by_rule("Is there a cafeteria?", &facts()), Route::Unknown);
        assert_eq!(by_rule("I'd cut the audit writes first.", &facts()), Route::Answer);
    }

    #[test]
    fn a_question_needs_no_mark_to_be_one() {
        for text in [
            "has it stalled before",
            "what did the last stall cost",
            "And how long was the last stall.",
            "do we know what the last stall cost",
            "which team is paged when it stalls",
        ] {
            assert_ne!(by_rule(text, &facts()), Route::Answer, "{text}");
        }
        for text in [
            "Do the migration first",
            "Have the team own its own alerts",
            "What I would do is cut the audit writes",
            "What matters is the date",
            "When the load is low we can move the writes",
            "Would cut the audit writes first",
            "Is it ready? No. I would wait",
        ] {
            assert_eq!(by_rule(text, &facts()), Route::Answer, "{text}");
        }
    }

    #[test]
    fn a_short_message_that_begs_is_a_request_for_help() {
        for text in ["Give me a hint.", "can you show me the rubric", "Am I on the right track?"] {
            assert_eq!(by_rule(text, &facts()), Route::Help, "{text}");
        }
        let answer = "I would ask the DBA to help me move the audit writes out of that database before the launch in October.";
        assert_eq!(by_rule(answer, &facts()), Route::Answer);
    }

    #[test]
    fn a_short_message_that_wants_it_again_or_ends_is_that() {
        for text in ["Could you say that again?", "sorry, once more please", "Repeat the question, please."] {
            assert_eq!(by_rule(text, &facts()), Route::Repeat, "{text}");
        }
        for text in ["That's all.", "Okay, I’m done.", "nothing to add", "That's my answer, thank you."] {
            assert_eq!(by_rule(text, &facts()), Route::Done, "{text}");
        }
        for text in [
            "I'd repeat the load test.",
            "I would say no once more.",
            "We stop when that's all done.",
            "That's all I would give them: two people until the end of July.",
        ] {
            assert_eq!(by_rule(text, &facts()), Route::Answer, "{text}");
        }
    }

    #[test]
    fn the_authors_own_words_leave_no_doubt() {
        assert_eq!(plainly_asked("What did the last write stall cost us?", &facts()), Some(1));
        assert_eq!(plainly_asked("Who paid for the load test?", &facts()), None);
        assert_eq!(plainly_asked("Writes?", &facts()), None, "a word alone may mean anything");
    }

    #[test]
    fn a_long_message_is_an_answer_even_if_it_ends_with_a_question() {
        let long = format!("{} shall we?", "I would say no. ".repeat(20));
        assert_eq!(by_rule(&long, &facts()), Route::Answer);
    }
}

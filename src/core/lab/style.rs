//! The same words in another dress: however an answer is written down, it is as good as before.

use crate::core::judging::sentences;

/// A way to write an answer down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    /// As a transcript without punctuation or capitals.
    Unpunctuated,
    /// Each sentence an item of a list.
    Listed,
    /// With lines broken after 72 characters.
    Wrapped,
    /// With what people say while they think.
    Hesitant,
    /// Told to a second person.
    SecondPerson,
}

/// What people say while they think.
const FILLERS: [&str; 4] = ["um,", "you know,", "I mean,", "uh,"];
/// A filler comes before every so-manieth word.
const FILLER_EVERY: usize = 14;

impl Style {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Unpunctuated, Self::Listed, Self::Wrapped, Self::Hesitant, Self::SecondPerson];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unpunctuated => "without punctuation",
            Self::Listed => "as a list",
            Self::Wrapped => "wrapped at 72 columns",
            Self::Hesitant => "with fillers",
            Self::SecondPerson => "in the second person",
        }
    }

    /// The answer in this style.
    pub fn of(self, answer: &str) -> String {
        match self {
            Self::Unpunctuated => {
                let is_kept = |c: char| {
                    c.is_alphanumeric() || matches!(c, '\'' | '’' | '%' | '$' | '/' | '-' | '.' | ',')
                };
                let words = answer.split_whitespace().map(|word| {
                    let word: String = word.chars().filter(|c| is_kept(*c)).collect();
                    // Inside a number they mean something.
                    word.trim_matches(['.', ',', '-', '/']).to_lowercase()
                });
                words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
            }
            Self::Listed => {
                let ranges = sentences::split(answer).into_iter();
                ranges.map(|range| format!("- {}\n", answer[range].trim())).collect()
            }
            Self::Wrapped => textwrap::fill(answer, 72),
            Self::Hesitant => {
                let word = |(at, word): (usize, &str)| {
                    let is_due = at % FILLER_EVERY == FILLER_EVERY / 2;
                    let filler = FILLERS[at / FILLER_EVERY % FILLERS.len()];
                    if is_due { format!("{filler} {word}") } else { word.to_owned() }
                };
                answer.split_whitespace().enumerate().map(word).collect::<Vec<_>>().join(" ")
            }
            Self::SecondPerson => answer
                .split_inclusive(|c: char| c.is_whitespace())
                .map(|word| {
                    let said = word.trim_end();
                    let swapped = match said {
                        "I" => "you",
                        "I'd" => "you'd",
                        "I'll" => "you'll",
                        "I'm" => "you're",
                        "I've" => "you've",
                        "my" => "your",
                        "My" => "Your",
                        "me" | "me." | "me," => return word.replacen("me", "you", 1),
                        _ => return word.to_owned(),
                    };
                    format!("{swapped}{}", &word[said.len()..])
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "I'd keep three on the split, at 1.5 a month. Tell me: who pays? My answer is no.";

    #[test]
    fn the_words_stay_and_their_dress_changes() {
        let said = Style::Unpunctuated.of(SAID);
        assert_eq!(said, "i'd keep three on the split at 1.5 a month tell me who pays my answer is no");
        assert!(
            Style::Listed.of(SAID).starts_with("- I'd keep three on the split, at 1.5 a month.\n- Tell me:")
        );
        assert!(Style::Hesitant.of(SAID).contains("um, "));
        let to_you = "you'd keep three on the split, at 1.5 a month. Tell me: who pays? Your answer is no.";
        assert_eq!(Style::SecondPerson.of(SAID), to_you);
        assert!(Style::Wrapped.of(SAID).lines().all(|line| line.len() <= 72));
    }
}

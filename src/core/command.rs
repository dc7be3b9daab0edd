//! The commands that can be typed in a round, in one table: name, help, where they are allowed, and what they mean.
//! Between rounds the program's own arguments are read.

use super::{nearest::nearest, session::policy::Action};

/// Where a command can be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a practice round.
    Round,
    /// In a live round.
    Live,
    /// In a round of either kind.
    AnyRound,
}

impl Place {
    fn covers(self, place: Self) -> bool {
        self == Self::AnyRound || self == place
    }
}

/// A command that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Lists the commands.
    Help,
    /// Leaves.
    Quit,
    /// Goes on with the text in an editor of the person's own.
    Edit,
    /// Does something in the round that [`crate::core::session::policy`] has a say in.
    Act(Action),
}

/// A row of the table.
pub struct Spec {
    /// Without the slash.
    pub name: &'static str,
    /// One line.
    pub help: &'static str,
    /// Where it can be typed.
    pub place: Place,
    /// What it means.
    pub command: Command,
}

const fn spec(name: &'static str, place: Place, command: Command, help: &'static str) -> Spec {
    Spec { name, help, place, command }
}

/// All commands, in the order of `/help`.
pub const TABLE: [Spec; 11] = [
    spec("case", Place::AnyRound, Command::Act(Action::SeeCase), "show the case and the question again"),
    spec(
        "facts-asked",
        Place::AnyRound,
        Command::Act(Action::SeeFactsAsked),
        "list the facts that you asked for",
    ),
    spec(
        "hint",
        Place::Round,
        Command::Act(Action::SeeHint),
        "what would show something that is missing (after your first answer)",
    ),
    spec(
        "rubric",
        Place::Round,
        Command::Act(Action::SeeRubric),
        "show what is looked for (after your first answer)",
    ),
    spec(
        "retry",
        Place::Round,
        Command::Act(Action::Retry),
        "answer the last question again; the new answer counts",
    ),
    spec("skip", Place::Round, Command::Act(Action::Skip), "leave this question unanswered"),
    spec("pause", Place::Round, Command::Act(Action::Pause), "stop for a while; Enter goes on"),
    spec(
        "edit",
        Place::Round,
        Command::Edit,
        "write your answer in $VISUAL or $EDITOR (Ctrl-X Ctrl-E takes along what you typed)",
    ),
    spec("help", Place::AnyRound, Command::Help, "this list"),
    spec("quit", Place::Round, Command::Quit, "leave; nothing is lost, `pushback resume` goes on"),
    spec(
        "quit",
        Place::Live,
        Command::Quit,
        "leave for good: that is recorded and sealed, and there is no score",
    ),
];

/// What is wrong with a typed command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No command of this name.
    #[error("there is no /{name} here{}", .near.map_or(String::new(), |near| format!(": did you mean /{near}?")))]
    Unknown {
        /// What was typed.
        name: String,
        /// What may have been meant.
        near: Option<&'static str>,
    },
    /// The command takes no argument.
    #[error("/{0} takes nothing after it")]
    NoArgument(&'static str),
}

/// The commands that can be typed at `place`.
pub fn available(place: Place) -> impl Iterator<Item = &'static Spec> {
    TABLE.iter().filter(move |spec| spec.place.covers(place))
}

/// Reads a line as a command: `None` when it isn't one, because it doesn't begin with a slash and a letter.
/// A message may begin with a slash all the same if more lines follow.
pub fn parse(line: &str, place: Place) -> Option<Result<Command, CommandError>> {
    let line = line.trim();
    let rest = line.strip_prefix('/')?;
    if line.contains('\n') || !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let (name, argument) = match rest.split_once(char::is_whitespace) {
        Some((name, argument)) => (name, Some(argument.trim()).filter(|argument| !argument.is_empty())),
        None => (rest, None),
    };
    // "/etc/passwd is world-readable" is an answer.
    if name.contains('/') {
        return None;
    }
    let Some(spec) = available(place).find(|spec| spec.name == name) else {
        let near = nearest(name, available(place).map(|spec| spec.name));
        let near = TABLE.iter().map(|spec| spec.name).find(|name| Some(*name) == near);
        return Some(Err(CommandError::Unknown { name: name.to_owned(), near }));
    };
    if argument.is_some() {
        return Some(Err(CommandError::NoArgument(spec.name)));
    }
    Some(Ok(spec.command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_found_under_its_name_where_it_is_allowed() {
        for place in [Place::Round, Place::Live] {
            for spec in available(place) {
                assert!(matches!(parse(&format!("/{}", spec.name), place), Some(Ok(_))), "{}", spec.name);
            }
        }
    }

    #[test]
    fn a_typo_gets_a_suggestion_and_a_path_is_no_command() {
        assert_eq!(
            parse("/hitn", Place::Round).unwrap().unwrap_err().to_string(),
            "there is no /hitn here: did you mean /hint?"
        );
        assert_eq!(parse("/etc/passwd is readable", Place::Round), None);
        assert_eq!(parse("/ I would say no", Place::Round), None);
    }

    #[test]
    fn nothing_that_helps_can_be_typed_in_a_live_round() {
        let names: Vec<&str> = available(Place::Live).map(|spec| spec.name).collect();
        assert_eq!(names, ["case", "facts-asked", "help", "quit"]);
    }
}

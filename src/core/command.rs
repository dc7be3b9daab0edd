//! The commands that can be typed, in one table: name, help, where they are allowed, and what they mean.

use super::{bank::nearest, lint::Kind, policy::Action};

/// Where a command can be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the prompt between sessions.
    Home,
    /// In a practice round.
    Round,
    /// In a live round.
    Live,
    /// In a round of either kind.
    AnyRound,
    /// Everywhere.
    Anywhere,
}

impl Place {
    fn covers(self, place: Self) -> bool {
        match self {
            Self::Anywhere => true,
            Self::AnyRound => matches!(place, Self::Round | Self::Live),
            Self::Home | Self::Round | Self::Live => self == place,
        }
    }
}

/// A command that was typed, with its argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Lists the commands.
    Help,
    /// Leaves.
    Quit,
    /// Does something in the round that [`super::policy`] has a say in.
    Act(Action),
    /// Plays a round; the argument is an id or a theme.
    Practice(Option<String>),
    /// Plays a live round; the argument is an id.
    Live(Option<String>),
    /// Finds out whether a live session is whole.
    Verify(Option<String>),
    /// Plays back how a live session was typed.
    Replay(Option<String>),
    /// Lists sessions.
    Sessions,
    /// Shows a session.
    Review(Option<String>),
    /// Sets two results side by side; the argument names both.
    Compare(Option<String>),
    /// Disputes an observation of the latest session: a signal and a reason.
    Dispute(Option<String>),
    /// Shows progress.
    Progress,
    /// Takes up a session.
    Resume(Option<String>),
    /// Scores a session again.
    Score(Option<String>),
    /// Lists scenarios.
    Scenarios,
    /// Makes a scenario or a rubric of one's own; the argument is its id.
    New(Kind, Option<String>),
    /// Checks one's own files.
    Lint,
    /// Plays a scenario dry.
    Try(Option<String>),
    /// Takes the marks of a draft away.
    Accept(Kind, Option<String>),
}

/// A row of the table.
pub struct Spec {
    /// Without the slash.
    pub name: &'static str,
    /// What may follow the name.
    pub argument: Option<&'static str>,
    /// One line.
    pub help: &'static str,
    /// Where it can be typed.
    pub place: Place,
    make: fn(Option<String>) -> Command,
}

const fn act(name: &'static str, help: &'static str, make: fn(Option<String>) -> Command) -> Spec {
    Spec { name, argument: None, help, place: Place::Round, make }
}

const fn home(
    name: &'static str,
    argument: Option<&'static str>,
    help: &'static str,
    make: fn(Option<String>) -> Command,
) -> Spec {
    Spec { name, argument, help, place: Place::Home, make }
}

/// All commands, in the order of `/help`.
pub const TABLE: [Spec; 29] = [
    home(
        "practice",
        Some("[SCENARIO|THEME]"),
        "play a round with coaching between answers",
        Command::Practice,
    ),
    home("live", Some("[SCENARIO]"), "play a round against the clock, without any assistance", Command::Live),
    home("scenarios", None, "list what can be drawn", |_| Command::Scenarios),
    home("sessions", None, "list what was done", |_| Command::Sessions),
    home("review", Some("[SESSION]"), "read a session again", Command::Review),
    home("compare", Some("A B"), "set two tries, or two scorings, side by side", Command::Compare),
    home("dispute", Some("SIGNAL REASON"), "say that the judge is wrong about a signal", Command::Dispute),
    home("progress", None, "see how you change", |_| Command::Progress),
    home("replay", Some("[SESSION]"), "watch how a live session was typed", Command::Replay),
    home("verify", Some("[SESSION]"), "is a live session whole and unchanged?", Command::Verify),
    home("resume", Some("[SESSION]"), "take up a session that was cut off", Command::Resume),
    home("score", Some("[SESSION]"), "score a session again", Command::Score),
    home("new", Some("[ID]"), "make a scenario of your own", |id| Command::New(Kind::Scenario, id)),
    home("new-rubric", Some("[ID]"), "make a rubric of your own", |id| Command::New(Kind::Rubric, id)),
    home("lint", None, "check your own scenarios and rubrics", |_| Command::Lint),
    home("try", Some("SCENARIO"), "play a scenario dry, with notes for its author", Command::Try),
    home("accept", Some("SCENARIO"), "let a scenario that was a draft be drawn", |id| {
        Command::Accept(Kind::Scenario, id)
    }),
    home("accept-rubric", Some("RUBRIC"), "the same for a rubric", |id| Command::Accept(Kind::Rubric, id)),
    Spec {
        place: Place::AnyRound,
        ..act("case", "show the case and the question again", |_| Command::Act(Action::SeeCase))
    },
    Spec {
        place: Place::AnyRound,
        ..act("facts-asked", "list the facts that you asked for", |_| Command::Act(Action::SeeFactsAsked))
    },
    act("hint", "what would show something that is missing (after your first answer)", |_| {
        Command::Act(Action::SeeHint)
    }),
    act("rubric", "show what is looked for (after your first answer)", |_| Command::Act(Action::SeeRubric)),
    act("retry", "answer the last question again; the new answer counts", |_| Command::Act(Action::Retry)),
    act("skip", "leave this question unanswered", |_| Command::Act(Action::Skip)),
    act("pause", "stop for a while; Enter goes on", |_| Command::Act(Action::Pause)),
    Spec { name: "help", argument: None, help: "this list", place: Place::Anywhere, make: |_| Command::Help },
    Spec {
        name: "quit",
        argument: None,
        help: "leave; nothing is lost, `pushback resume` goes on",
        place: Place::Round,
        make: |_| Command::Quit,
    },
    Spec {
        name: "quit",
        argument: None,
        help: "leave for good: that is recorded and sealed, and there is no score",
        place: Place::Live,
        make: |_| Command::Quit,
    },
    home("quit", None, "leave", |_| Command::Quit),
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
    if argument.is_some() && spec.argument.is_none() {
        return Some(Err(CommandError::NoArgument(spec.name)));
    }
    Some(Ok((spec.make)(argument.map(str::to_owned))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_found_under_its_name_where_it_is_allowed() {
        for place in [Place::Home, Place::Round, Place::Live] {
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

    #[test]
    fn nothing_of_the_round_can_be_typed_at_home() {
        assert!(matches!(parse("/hint", Place::Home), Some(Err(_))));
        assert_eq!(
            parse("/practice mentoring", Place::Home),
            Some(Ok(Command::Practice(Some("mentoring".into()))))
        );
    }
}

//! What is allowed when. One table, without a wildcard arm, so that a new action can't slip through.

use crate::core::record::Mode;

/// Where a round stands, as far as permissions go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The candidate has not committed to any view of their own yet.
    BeforeFirstAnswer,
    /// They have, and the round goes on.
    AfterFirstAnswer,
    /// The round is over.
    Over,
}

/// What a person may want to do in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Say something.
    Say,
    /// See the case again.
    SeeCase,
    /// See the facts that were told.
    SeeFactsAsked,
    /// See a coach text.
    SeeHint,
    /// See the rubric.
    SeeRubric,
    /// Answer the last answered question again.
    Retry,
    /// Leave the question unanswered.
    Skip,
    /// Stop the clock for a while.
    Pause,
}

/// Why something is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Live mode gives no assistance.
    #[error("live mode has no such command")]
    Live,
    /// The candidate's own view comes first.
    #[error("commit to an answer of your own first: this opens up after it")]
    AnswerFirst,
    /// There is nothing to do it to.
    #[error("there is no answer to take back yet")]
    NothingToRetry,
    /// The round has ended.
    #[error("the round is over")]
    Over,
}

/// Whether an action is allowed.
///
/// # Errors
///
/// The reason why it is not.
pub fn check(mode: Mode, phase: Phase, action: Action) -> Result<(), Denied> {
    match (mode, phase, action) {
        (_, Phase::Over, Action::Say | Action::Retry | Action::Skip | Action::Pause) => Err(Denied::Over),
        (_, _, Action::Say | Action::SeeCase | Action::SeeFactsAsked) => Ok(()),
        (
            Mode::Live,
            Phase::BeforeFirstAnswer | Phase::AfterFirstAnswer,
            Action::SeeHint | Action::SeeRubric | Action::Retry | Action::Skip | Action::Pause,
        ) => Err(Denied::Live),
        (Mode::Practice, Phase::BeforeFirstAnswer, Action::SeeHint | Action::SeeRubric) => {
            Err(Denied::AnswerFirst)
        }
        (Mode::Practice, Phase::BeforeFirstAnswer, Action::Retry) => Err(Denied::NothingToRetry),
        (Mode::Practice, Phase::BeforeFirstAnswer, Action::Skip | Action::Pause) => Ok(()),
        (
            Mode::Practice,
            Phase::AfterFirstAnswer,
            Action::SeeHint | Action::SeeRubric | Action::Retry | Action::Skip | Action::Pause,
        ) => Ok(()),
        (Mode::Practice | Mode::Live, Phase::Over, Action::SeeHint | Action::SeeRubric) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSISTANCE: [Action; 2] = [Action::SeeHint, Action::SeeRubric];

    #[test]
    fn no_assistance_before_the_first_answer_in_any_mode() {
        for mode in [Mode::Practice, Mode::Live] {
            for action in ASSISTANCE {
                assert!(check(mode, Phase::BeforeFirstAnswer, action).is_err(), "{mode:?} {action:?}");
            }
        }
    }

    #[test]
    fn no_assistance_in_an_open_live_round() {
        for action in ASSISTANCE.into_iter().chain([Action::Retry, Action::Pause, Action::Skip]) {
            assert_eq!(check(Mode::Live, Phase::AfterFirstAnswer, action), Err(Denied::Live));
        }
    }
}

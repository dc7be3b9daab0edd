//! Scoring a session again: new records behind the old ones, which stay.

use super::drive::{DriveError, observe};
use crate::{
    core::{
        judging::{Unscored, verdict},
        live::Closes,
        record::{Corrected, Line, Mode, Purpose, Record},
        session,
    },
    ports::{Console, Journal, Observer},
};

/// Why a session can't be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// Not everything has been said yet.
    #[error("the round was cut off before its end")]
    Unfinished,
    /// It was left for good.
    #[error("the round was left before its end, for good: it has no score")]
    Abandoned,
    /// The journal can't be written or is no session.
    #[error(transparent)]
    Drive(#[from] DriveError),
}

/// Observes a finished round again and appends observations and score; where that fails, the reason, which is
/// also returned. `corrected` is the rubric to score against where it is no longer the one of the last scoring.
///
/// # Errors
///
/// When the round is not finished or the journal can't be written.
pub fn score(
    lines: &mut Vec<Line>,
    journal: &mut dyn Journal,
    observer: &dyn Observer,
    console: &dyn Console,
    corrected: Option<Corrected>,
) -> Result<Option<Unscored>, ScoreError> {
    let session = session::replay(lines).filter(crate::core::session::Session::is_over);
    let mut session = session.ok_or(ScoreError::Unfinished)?;
    if session.is_abandoned() {
        return Err(ScoreError::Abandoned);
    }
    if let Some(corrected) = corrected {
        let record = Record::Corrected(Box::new(corrected));
        session.apply(&record);
        lines.push(journal.append(&record).map_err(DriveError::from)?);
    }
    let exam = session.exam();
    let purpose = Purpose::Card;
    let observed = observe(observer, console, purpose, &exam);
    let mut keep = |record: Record| -> Result<(), ScoreError> {
        lines.push(journal.append(&record).map_err(DriveError::from)?);
        Ok(())
    };
    let unscored = match observed {
        Ok(observed) => {
            let rubric = &session.case().rubric;
            let score = verdict::score(rubric, &exam, &observed.observations, session.target());
            keep(Record::Observed(Box::new(observed)))?;
            keep(Record::Scored(Box::new(score)))?;
            None
        }
        Err(why) => {
            keep(Record::Unobserved { purpose, why: why.clone() })?;
            Some(why)
        }
    };
    if session.mode() == Mode::Live {
        lines.push(journal.seal(Closes::Everything).map_err(DriveError::from)?);
    }
    Ok(unscored)
}

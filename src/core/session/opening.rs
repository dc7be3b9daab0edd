//! How a session begins: the records that every journal opens with.

use super::Session;
use crate::core::{
    bank::Case,
    hash::fingerprint,
    level::TargetLevel,
    live::{Rules, Sighting},
    record::{Drawn, Mode, Opened, Record},
};

/// What a session is opened with.
#[derive(Clone, Debug)]
pub struct Opening<'a> {
    /// Its id, which is also the journal's name.
    pub session: &'a str,
    /// The level that the person interviews for.
    pub target: TargetLevel,
    /// What the case was drawn with, if it was a draw.
    pub seed: Option<u64>,
    /// The case.
    pub case: &'a Case,
    /// What makes it a live session: what holds in it, and the start of its clock.
    pub live: Option<(Rules, Sighting)>,
}

impl Opening<'_> {
    /// The records, in order. A live session's rules stand before its case.
    pub fn records(&self) -> Vec<Record> {
        let mode = if self.live.is_some() { Mode::Live } else { Mode::Practice };
        let opened =
            Opened { program: env!("CARGO_PKG_VERSION").into(), session: self.session.to_owned(), mode };
        let Case { scenario, artifact, rubric } = self.case;
        let drawn = Drawn {
            target: self.target,
            seed: self.seed,
            scenario: scenario.clone(),
            artifact: artifact.clone(),
            rubric: rubric.clone(),
            scenario_hash: fingerprint(scenario),
            rubric_hash: fingerprint(rubric),
        };
        let mut records = vec![Record::Opened(opened)];
        records.extend(self.live.iter().map(|(rules, _)| Record::Rules(Box::new(rules.clone()))));
        records.push(Record::Drawn(Box::new(drawn)));
        records.extend(self.live.iter().map(|(_, started)| Record::Sighted(started.clone())));
        records
    }

    /// The session that begins with these records.
    pub fn session(&self) -> Session {
        let mode = if self.live.is_some() { Mode::Live } else { Mode::Practice };
        let mut session = Session::new(mode, self.target, self.case.clone());
        self.records().iter().for_each(|record| session.apply(record));
        session
    }
}

//! No model at all: the interview goes on by fixed rules, and nothing is scored.

use crate::{
    core::judging::{Judge, Unscored, questions::Exam},
    ports::{Message, Observations, Observer, Routing, Watch},
};

/// Observes nothing and says so.
#[derive(Clone, Copy, Debug)]
pub struct NoModel;

impl Observer for NoModel {
    fn judge(&self) -> Judge {
        Judge { model: "none".into(), prompt_hash: String::new(), trust: None }
    }

    fn observe(&self, _: &Exam, _: &dyn Watch) -> Result<Observations, Unscored> {
        Err(Unscored::NoModel)
    }

    fn grade(&self, _: &Exam, _: &dyn Watch) -> Result<f64, Unscored> {
        Err(Unscored::NoModel)
    }

    fn route(&self, _: &Message<'_>, _: &dyn Watch) -> Result<Routing, Unscored> {
        Err(Unscored::NoModel)
    }
}

//! Fitting and measuring judges.

pub mod agreement;
pub mod attacks;
pub mod figures;
pub mod fit;
pub mod judge_card;
pub mod labelled;
pub mod meant_for;
pub mod panel;
pub mod recalibration;
pub mod routing_card;
pub mod rubric_check;
pub mod style;

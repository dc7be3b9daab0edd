//! What happens, in which order. The only place where the parts meet.

pub mod bulk;
pub mod drive;
pub mod judge_card;
pub mod observe;
pub mod panel;
pub mod rubric_check;
pub mod score;

//! Reviews and cases as text. Pure: a width and a value go in, a string comes out.

pub mod card;
pub mod compare;
pub mod csv;
pub mod html;
pub mod judge_card;
pub mod lint;
pub mod live;
pub mod markdown;
pub mod origin;
pub mod progress;
pub mod review;
pub mod rubric_check;
pub mod style;
pub mod table;
pub mod term;
pub mod typing_area;
pub mod words;

//! Reviews and cases as text. Pure: a width and a value go in, a string comes out.

pub mod card;
pub mod check;
pub mod compare;
pub mod figures;
pub mod html;
pub mod lint;
pub mod live;
pub mod markdown;
pub mod progress;
pub mod review;
pub mod table;
pub mod term;
pub mod typing_area;
pub mod words;

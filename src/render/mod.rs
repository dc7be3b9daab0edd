//! Reviews and cases as text. Pure: a width and a value go in, a string comes out.

pub mod card;
pub mod check;
pub mod figures;
pub mod lint;
pub mod table;
pub mod term;

//! The terminal: what is shown in it and what is typed into it.
//!
//! [`typing`] is the place where somebody types, for [`editor`] (practice and questions) and [`live`] alike; it reads from
//! [`raw`], paints with [`painter`], and keeps a [`draft`]. [`script`] reads lines where nothing can be painted.

pub mod draft;
pub mod editor;
pub mod external;
pub mod history;
pub mod input;
pub mod interrupts;
pub mod live;
pub mod output;
pub mod pager;
pub mod painter;
pub mod practice;
pub mod presence;
pub mod raw;
pub mod script;
pub mod typing;

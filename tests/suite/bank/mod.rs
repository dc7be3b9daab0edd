//! The bank, one's own folder, and packs.

mod content;
mod library;
mod packs;

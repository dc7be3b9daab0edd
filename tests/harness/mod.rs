//! What the specifications play with: a home, a terminal, an endpoint, rounds that were played.

pub mod fake_endpoint;
pub mod first_edition;
pub mod home;
pub mod played;
pub mod terminal;

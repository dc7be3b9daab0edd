//! What needs the real model. Run with `cargo test --release --test embedded -- --ignored`; `PUSHBACK_TEST_MODELS`
//! names a folder in which `pushback model install` has put it.

fn main() {}

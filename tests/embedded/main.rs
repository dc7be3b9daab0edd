//! What needs the real model: `cargo test --release --test embedded -- --ignored`.
//!
//! `PUSHBACK_TEST_MODELS` names a folder in which `pushback model install` has put the model. The tests of a real
//! endpoint also need `PUSHBACK_TEST_PYTHON`, a Python with the package `xllamacpp`.

#[path = "../harness/mod.rs"]
#[allow(dead_code)]
mod harness;

mod engine;
mod interview;
mod judging;
mod real_endpoint;
mod routing;
mod server;

use std::path::PathBuf;

use pushback::adapters::model::file::{QWEN_CODER_1_5B, installed};

const NEEDED: &str =
    "PUSHBACK_TEST_MODELS names no folder in which `pushback model install` has put the model";

fn models() -> PathBuf {
    PathBuf::from(std::env::var_os("PUSHBACK_TEST_MODELS").expect(NEEDED))
}

/// The model's file.
fn model() -> PathBuf {
    installed(&models(), &QWEN_CODER_1_5B).expect(NEEDED)
}

/// A home with the model in it.
fn home_with_model() -> harness::home::Home {
    let home = harness::home::Home::new();
    std::os::unix::fs::symlink(models(), home.path().join("models")).unwrap();
    home
}

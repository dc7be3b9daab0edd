//! `pushback`: see [`pushback::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    pushback::cli::run()
}

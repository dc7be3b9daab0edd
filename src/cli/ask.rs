//! Questions of the program that take a yes or a no.

use std::io::{self, IsTerminal, Write};

use super::{
    error::{BAD_INPUT, Failure},
    round::Context,
};

/// Asks before something that can't be taken back. Only a yes is a yes; `--yes` says it ahead.
pub fn surely(context: &Context, question: &str) -> Result<bool, Failure> {
    if context.model.yes {
        return Ok(true);
    }
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(Failure::new(BAD_INPUT, "there is nobody here to confirm it").hint("`--yes` confirms it"));
    }
    print!("{question} [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

//! What a mistyped command or flag was probably meant to be.

use clap::error::{ContextKind, ContextValue};

use crate::core::nearest::nearest;

/// The parser's error with the suggestion that our own rule makes, or with none.
pub fn ours(mut error: clap::Error) -> clap::Error {
    let kinds = [
        (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        (ContextKind::InvalidValue, ContextKind::SuggestedValue),
    ];
    for (invalid, suggested) in kinds {
        let Some(ContextValue::String(word)) = error.get(invalid) else { continue };
        let known = match error.get(suggested) {
            Some(ContextValue::String(one)) => std::slice::from_ref(one),
            Some(ContextValue::Strings(several)) => several.as_slice(),
            _ => continue,
        };
        let near = nearest(word, known.iter().map(String::as_str)).map(str::to_owned);
        let is_command = suggested == ContextKind::SuggestedSubcommand;
        match near {
            Some(near) if is_command => error.insert(suggested, ContextValue::Strings(vec![near])),
            Some(near) => error.insert(suggested, ContextValue::String(near)),
            None => error.remove(suggested),
        };
    }
    error
}

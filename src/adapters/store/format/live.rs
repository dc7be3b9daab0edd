//! The rules of a live session as journals hold them. A setting of the program's that isn't known is an error in its
//! file, and ignored here.

use serde::{Deserialize, Serialize};

use super::{mirror::mirrors, voice::Voice};
use crate::core::live::{Aid, LoopPlace, Patience, Sensors};

/// What is mirrored: the types that the program works with.
mod program {
    pub use crate::core::live::{Rules, Thresholds};
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    minutes: u32,
    thresholds: Thresholds,
    patience: Patience,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    declared: Vec<Aid>,
    sensors: Sensors,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of_loop: Option<LoopPlace>,
    #[serde(default)]
    voice: Voice,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Thresholds {
    burst: usize,
    hold: u64,
    tail: u64,
    unterminated: u64,
    escape: u64,
}

impl Default for Thresholds {
    /// What held in a session that doesn't say.
    fn default() -> Self {
        Self { burst: 12, hold: 8, tail: 60, unterminated: 500, escape: 50 }
    }
}

mirrors! {
    Rules is Rules { minutes, patience, declared, sensors, of_loop; with thresholds, voice }
    Thresholds is Thresholds { burst, hold, tail, unterminated, escape }
}

//! Live mode: what holds in it, what it sees beside the words, and how it is closed. Plain data, stored in the
//! journal as it is.

pub mod resumed;
pub mod typing;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::turn::Voice;
use typing::Typing;

/// What holds in a live session. In the journal before the case is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// How long the round takes, in minutes.
    pub minutes: u32,
    /// From where on typing counts as a paste, and the like.
    pub thresholds: Thresholds,
    /// How long the model may take before the round goes on without it.
    pub patience: Patience,
    /// What the person declared before the start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<Aid>,
    /// What the terminal said that it can report.
    pub sensors: Sensors,
    /// The round's place in an interview loop, if it is part of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_loop: Option<LoopPlace>,
    /// How the interviewer says what is not in the scenario.
    #[serde(default)]
    pub voice: Voice,
}

/// From where on something is not a hand on a keyboard. Milliseconds, unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Thresholds {
    /// As many characters without a gap of `hold` are a paste. At least 2.
    pub burst: usize,
    /// A gap of this length ends what arrived together.
    pub hold: u64,
    /// What follows a paste sooner than this belongs to it.
    pub tail: u64,
    /// A marked paste whose end mark never comes ends after this silence.
    pub unterminated: u64,
    /// How long an escape sequence may take to arrive.
    pub escape: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { burst: 12, hold: 8, tail: 60, unterminated: 500, escape: 50 }
    }
}

impl Thresholds {
    /// The thresholds for a person who declared `aids`.
    pub fn with(mut self, aids: &[Aid]) -> Self {
        for aid in aids {
            match aid {
                // A committed phrase arrives at once, and is rarely longer than this.
                Aid::InputMethod | Aid::ScreenReader => self.burst = self.burst.max(40),
                Aid::SlowLink => {
                    self.burst = self.burst.max(40);
                    self.tail = self.tail.max(250);
                    self.unterminated = self.unterminated.max(3000);
                    self.escape = self.escape.max(250);
                }
            }
        }
        self
    }
}

/// Something that makes typing look like a paste, declared before the start and shown in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Aid {
    /// Text is composed in an input method and arrives a phrase at a time.
    InputMethod,
    /// A screen reader or dictation is in use.
    ScreenReader,
    /// The terminal is reached over a slow connection.
    SlowLink,
}

impl Aid {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::InputMethod => "an input method",
            Self::ScreenReader => "a screen reader or dictation",
            Self::SlowLink => "a slow connection",
        }
    }
}

/// How long a live round waits for the model, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patience {
    /// To recognise a message.
    pub route: u64,
    /// To find out what an answer left out.
    pub read: u64,
}

/// What the terminal said that it can report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sensors {
    /// Marks around pastes.
    pub paste_marks: Answer,
    /// Reports when the window loses the focus.
    pub focus: Answer,
}

/// What a terminal says when it is asked whether it can do something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It can.
    Yes,
    /// It can't.
    No,
    /// It doesn't say.
    #[default]
    Silent,
}

/// A round's place in an interview loop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoopPlace {
    /// Id of the loop.
    pub id: String,
    /// The sitting, with which the ids of all its sessions begin.
    pub run: String,
    /// 1 for the first round.
    pub round: usize,
    /// How many rounds there are.
    pub of: usize,
    /// How much it counts, against 1 for the others.
    #[serde(default = "one")]
    pub weight: u32,
    /// How long the break before it was, in milliseconds of wall time, from the last record of the round before.
    #[serde(default)]
    pub break_ms: u64,
    /// How long it was meant to be, in minutes.
    #[serde(default)]
    pub break_minutes: u32,
}

fn one() -> u32 {
    1
}

/// Something that a live session saw beside the words. Facts, no judgement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// Milliseconds since the round's clock started, on a clock that nothing stops or sets.
    pub ms: u64,
    /// What.
    #[serde(flatten)]
    pub what: Sight,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "saw", rename_all = "kebab-case")]
pub enum Sight {
    /// The clock started, on the person's word.
    Started {
        /// What the steady clock showed, in milliseconds since the machine's start.
        steady: u64,
        /// Which start of the machine that was, where the system tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        boot: Option<String>,
    },
    /// A message was typed like this.
    Typed(Box<Typing>),
    /// A paste, refused.
    Paste {
        /// Whether the terminal marked it; else it was too fast for a hand.
        marked: bool,
        /// How many characters it has.
        chars: usize,
        /// The text, cut off where it is very long.
        text: String,
    },
    /// The window lost the focus.
    FocusLost,
    /// The window has the focus again.
    FocusBack {
        /// Milliseconds that it was away.
        away: u64,
    },
    /// A key that does nothing in live mode.
    DeniedKey {
        /// Its name.
        key: String,
    },
    /// A command that doesn't exist in live mode.
    DeniedCommand {
        /// As it was typed.
        command: String,
    },
    /// Keys pressed while nothing was asked; they don't count.
    TypeAhead {
        /// How many bytes.
        bytes: usize,
    },
    /// The window changed its size.
    Resized {
        /// Columns.
        columns: usize,
        /// Rows.
        rows: usize,
    },
    /// The program stood still: it was stopped, or the machine slept. The clock went on.
    StoodStill {
        /// For how many milliseconds.
        for_ms: u64,
    },
    /// The system's time was set. The clock didn't follow.
    TimeSet {
        /// By how many milliseconds, forward if positive.
        by_ms: i64,
    },
    /// The session was taken up again by a new process. The clock went on.
    Restarted {
        /// Milliseconds since the last line before, as far as can be told.
        away: u64,
    },
    /// Another command of the program wanted to show something while the round was open, and was refused.
    Lookup {
        /// The command.
        command: String,
        /// Wall time of it.
        when: Timestamp,
    },
    /// The person was told how much time is left.
    Warned {
        /// Minutes left.
        minutes: u32,
    },
}

/// Why a live round ended before its interviewer was through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// The time was over. What was typed by then is the answer.
    Deadline,
    /// The person left for good.
    Abandoned,
}

/// Closes the chain of a live journal: signs the line that it stands in, and by the chain everything before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// How much of the session it closes.
    pub closes: Closes,
    /// The public key, in hexadecimal.
    pub key: String,
    /// The signature over the line with an empty signature, in hexadecimal.
    pub signature: String,
}

/// How much of a session a seal closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closes {
    /// What was said and seen. Nothing of the judge is there yet.
    Words,
    /// What the judge saw, too.
    Everything,
}

/// What no terminal program can see. Stands beside what was seen, always.
pub const BLIND_SPOTS: [&str; 5] = [
    "another device, another person, a voice",
    "text that was read elsewhere and retyped",
    "other windows, beyond how long this one had no focus",
    "a program that types at human speed",
    "the files of this program, read with other means",
];

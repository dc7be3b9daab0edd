//! Paints the place where an answer is typed, and what comes above it.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::{
    core::editing::buffer::Buffer,
    render::{
        style,
        typing_area::{self, MARGIN},
    },
};

/// What stands in front of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// The time that is left, in milliseconds.
    Clock(u64),
    /// Words for one line, or a sign alone.
    Words(String),
}

impl Prompt {
    /// The sign that practice has.
    pub fn sign() -> Self {
        Self::Words("› ".into())
    }

    /// How far in the text stands.
    pub fn margin(&self) -> usize {
        match self {
            Self::Clock(_) => MARGIN,
            Self::Words(words) => words.width(),
        }
    }
}

/// Knows what it painted last, and so what has to go.
#[derive(Debug, Default)]
pub struct Painter {
    /// The cursor's row in what is painted; `None` if nothing is.
    cursor_row: Option<usize>,
    styled: bool,
}

/// Rows of the screen that the text leaves free, so that the last words above it stay in sight.
const FREE: usize = 2;

/// Columns and rows of the terminal.
pub fn size() -> (usize, usize) {
    match rustix::termios::tcgetwinsize(rustix::stdio::stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col.into(), size.ws_row.into()),
        _ => (80, 24),
    }
}

impl Painter {
    /// A painter that has painted nothing yet.
    pub fn new() -> Self {
        let styled = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
        Self { cursor_row: None, styled }
    }

    /// Paints prompt and text anew.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn paint(&mut self, buffer: &Buffer, prompt: &Prompt) -> io::Result<()> {
        let (columns, rows) = size();
        let margin = prompt.margin();
        let height = rows.saturating_sub(FREE);
        let area = typing_area::lay_out(buffer.text(), buffer.cursor(), margin, columns, height);
        let mut out = self.over();
        out.push_str(&self.prompt(prompt, area.is_cut));
        for (number, row) in area.rows.iter().enumerate() {
            if number > 0 {
                out.push_str("\r\n");
                out.push_str(&" ".repeat(margin));
            }
            out.push_str(row);
        }
        let below = area.rows.len() - 1 - area.cursor_row;
        if below > 0 {
            out.push_str(&format!("\x1b[{below}A"));
        }
        out.push_str(&format!("\r\x1b[{}C", area.cursor_column));
        self.cursor_row = Some(area.cursor_row);
        self.write(&out)
    }

    /// Leaves the whole text on the screen, and nothing to be painted over.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn leave(&mut self, text: &str, prompt: &Prompt) -> io::Result<()> {
        let margin = prompt.margin();
        let sign = match prompt {
            Prompt::Clock(_) if text.trim().is_empty() => return self.clear(),
            Prompt::Clock(_) => format!("{}› ", " ".repeat(MARGIN - 2)),
            Prompt::Words(words) => words.clone(),
        };
        let (columns, _) = size();
        let area = typing_area::lay_out(text.trim_end(), 0, margin, columns, usize::MAX);
        let mut out = self.over();
        out.push_str(&sign);
        out.push_str(&area.rows.join(&format!("\r\n{}", " ".repeat(margin))));
        out.push_str("\r\n");
        self.cursor_row = None;
        self.write(&out)
    }

    /// Takes away what is painted.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn clear(&mut self) -> io::Result<()> {
        if self.cursor_row.is_none() {
            return Ok(());
        }
        let out = self.over();
        self.cursor_row = None;
        self.write(&out)
    }

    /// Empties the screen: after a change of size nobody knows where what was painted has gone.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn clear_screen(&mut self) -> io::Result<()> {
        self.cursor_row = None;
        // Row by row: what is cleared at once, some terminals keep above the screen, a copy for each change of size.
        let (_, rows) = size();
        let rows: String = (1..=rows).map(|row| format!("\x1b[{row};1H\x1b[2K")).collect();
        self.write(&format!("{rows}\x1b[H"))
    }

    fn over(&self) -> String {
        match self.cursor_row {
            None => String::new(),
            Some(0) => "\r\x1b[J".into(),
            Some(row) => format!("\x1b[{row}A\r\x1b[J"),
        }
    }

    fn prompt(&self, prompt: &Prompt, is_cut: bool) -> String {
        let left = match prompt {
            Prompt::Clock(left) => *left,
            Prompt::Words(words) if is_cut => return words.replacen('›', "…", 1),
            Prompt::Words(words) => return words.clone(),
        };
        let clock = format!("[{}]", typing_area::clock(left));
        let sign = if is_cut { "…" } else { "›" };
        let padding = " ".repeat(MARGIN.saturating_sub(clock.len() + 3));
        let clock = match (self.styled, left) {
            (false, _) => clock,
            (true, ..60_000) => style::paint(style::WARN, clock),
            (true, _) => style::paint(style::FAINT, clock),
        };
        format!("{clock}{padding} {sign} ")
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        // In one go where the terminal knows how, so that nothing flickers.
        out.write_all(format!("\x1b[?2026h{text}\x1b[?2026l").as_bytes())?;
        out.flush()
    }
}

//! Colors and line breaks.

use anstyle::{AnsiColor, Style};

use crate::core::text::{one_line, paragraphs_joined, visible};

/// Widest column of running text: longer lines are hard to read.
const WIDEST: usize = 96;

/// Headings and the interviewer's name.
pub const STRONG: Style = Style::new().bold();

/// What is there but need not be read.
pub const FAINT: Style = Style::new().dimmed();

/// What was shown.
pub const GOOD: Style = AnsiColor::Green.on_default();

/// What was missing or has to be watched.
pub const WARN: Style = AnsiColor::Yellow.on_default();

/// Numbers of evidence sentences.
pub const MARK: Style = AnsiColor::Cyan.on_default();

/// Puts a style around a text.
pub fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Wraps untrusted text into paragraphs with an indent.
pub fn wrap(text: &str, width: usize, indent: usize) -> String {
    wrap_hanging(&visible(text), width, indent, indent)
}

/// Wraps an author's text, whose own lines are only those of the editor that it was written in.
pub fn wrap_prose(text: &str, width: usize, indent: usize) -> String {
    wrap(&paragraphs_joined(text), width, indent)
}

/// Wraps trusted text, which may hold styles, with another indent for the first line.
pub fn wrap_hanging(text: &str, width: usize, first: usize, rest: usize) -> String {
    let width = width.clamp(20, WIDEST);
    let (first, rest) = (" ".repeat(first), " ".repeat(rest));
    let mut lines = vec![];
    for (index, paragraph) in text.trim_end().split('\n').enumerate() {
        let initial = if index == 0 { &first } else { &rest };
        let options = textwrap::Options::new(width)
            .initial_indent(initial)
            .subsequent_indent(&rest)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        lines.extend(textwrap::wrap(paragraph, options).into_iter().map(|line| line.trim_end().to_owned()));
    }
    lines.join("\n")
}

/// A heading with a rule behind it.
pub fn heading(text: &str, width: usize) -> String {
    let text = one_line(text);
    let rule = width.min(WIDEST).saturating_sub(textwrap::core::display_width(&text) + 4);
    format!("{} {} {}", paint(FAINT, "──"), paint(STRONG, &text), paint(FAINT, "─".repeat(rule)))
}

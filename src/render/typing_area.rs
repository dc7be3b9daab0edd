//! The place where a live answer is typed: a prompt with the clock, and the text beside it.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns of the prompt, and of the margin under it.
pub const MARGIN: usize = 10;
/// Widest column of text: longer lines are hard to read.
const WIDEST: usize = 86;

/// The part of the text that fits on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// The rows that are seen, without the margin.
    pub rows: Vec<String>,
    /// The row with the cursor, 0 for the first that is seen.
    pub cursor_row: usize,
    /// The cursor's column, the margin included.
    pub cursor_column: usize,
    /// Whether text above the first row is not seen.
    pub is_cut: bool,
}

/// Lays out a text with the cursor at a byte, for a terminal of `columns` and at most `height` rows.
pub fn lay_out(text: &str, cursor: usize, columns: usize, height: usize) -> Area {
    // The last column stays free: what a terminal does behind it differs.
    let width = columns.saturating_sub(MARGIN + 1).clamp(4, WIDEST);
    let ranges = rows(text, width);
    let row = ranges.iter().rposition(|(from, _)| *from <= cursor).unwrap_or(0);
    let from = ranges.get(row).map_or(0, |(from, _)| *from);
    let column = shown(text.get(from..cursor).unwrap_or_default()).width();
    let height = height.max(1);
    let first =
        if ranges.len() <= height { 0 } else { row.saturating_sub(height - 1).min(ranges.len() - height) };
    Area {
        rows: ranges.iter().skip(first).take(height).map(|(from, to)| shown(&text[*from..*to])).collect(),
        cursor_row: row - first,
        cursor_column: MARGIN + column.min(width),
        is_cut: first > 0,
    }
}

/// Where the rows of a text begin and end, broken at spaces where there are any.
fn rows(text: &str, width: usize) -> Vec<(usize, usize)> {
    let mut rows = vec![];
    let mut start = 0;
    for line in text.split('\n') {
        let end = start + line.len();
        let (mut from, mut used, mut space) = (start, 0, None);
        for (at, grapheme) in line.grapheme_indices(true) {
            let at = start + at;
            let columns = shown(grapheme).width();
            // What goes down to the next row with its word may be too wide for that, too.
            while used + columns > width && at > from {
                let to = space.filter(|space| *space > from).unwrap_or(at);
                rows.push((from, to));
                used = shown(&text[to..at]).width();
                (from, space) = (to, None);
            }
            used += columns;
            if grapheme == " " {
                space = Some(at + 1);
            }
        }
        rows.push((from, end));
        start = end + 1;
    }
    rows
}

/// Text without anything that would steer the terminal.
fn shown(text: &str) -> String {
    text.chars()
        .filter(|c| {
            !c.is_control()
                && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .collect()
}

/// Time that is left, as minutes and seconds; as hours and minutes where it is long.
pub fn clock(left: u64) -> String {
    let seconds = left.div_ceil(1000);
    let minutes = seconds / 60;
    if minutes < 100 {
        format!("{minutes:02}:{:02}", seconds % 60)
    } else {
        format!("{}h{:02}", minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn area(text: &str, columns: usize, height: usize) -> (Vec<String>, usize, usize) {
        let area = lay_out(text, text.len(), columns, height);
        (area.rows, area.cursor_row, area.cursor_column)
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_anywhere() {
        let (rows, row, column) = area("one two three", MARGIN + 1 + 8, 9);
        assert_eq!((rows, row, column), (vec!["one two ".into(), "three".into()], 1, MARGIN + 5));
        assert_eq!(area("abcdefghij", MARGIN + 1 + 4, 9).0, ["abcd", "efgh", "ij"]);
        assert_eq!(area("漢字漢字", MARGIN + 1 + 5, 9).0, ["漢字", "漢字"]);
        assert_eq!(area("! abc漢", MARGIN + 1 + 4, 9).0, ["! ", "abc", "漢"]);
        assert_eq!(area("a\n\nb", 60, 9).0, ["a", "", "b"]);
    }

    #[test]
    fn a_long_text_shows_the_rows_around_the_cursor() {
        let text = (0..50).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
        let (rows, row, _) = area(&text, 60, 5);
        assert_eq!((rows.first().unwrap().as_str(), rows.len(), row), ("45", 5, 4));
        let top = lay_out(&text, 0, 60, 5);
        assert_eq!((top.rows[0].as_str(), top.cursor_row, top.is_cut), ("0", 0, false));
    }

    #[test]
    fn the_last_second_is_a_second() {
        assert_eq!(
            [clock(720_000), clock(1), clock(0), clock(7_200_000)],
            ["12:00", "00:01", "00:00", "2h00"]
        );
    }

    proptest! {
        #[test]
        fn whatever_the_text_it_fits(text in "(?s).{0,200}", columns in 1_usize..200, height in 1_usize..40) {
            let area = lay_out(&text, text.len(), columns, height);
            prop_assert!(area.rows.len() <= height && area.cursor_row < area.rows.len());
            let width = columns.saturating_sub(MARGIN + 1).clamp(4, WIDEST);
            prop_assert!(area.rows.iter().all(|row| row.width() <= width || row.graphemes(true).count() == 1), "{area:?}");
        }
    }
}

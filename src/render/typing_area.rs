//! The place where an answer is typed: a prompt, in live mode with the clock, and the text beside it.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns of a live prompt, and of the margin under it.
pub const MARGIN: usize = 10;
/// Widest column of text: longer lines are hard to read.
const WIDEST: usize = 86;
/// What a tab is shown as.
const TAB: &str = "    ";

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

/// Lays out a text with the cursor at a byte behind a margin, for a terminal of `columns` and at most `height` rows.
pub fn lay_out(text: &str, cursor: usize, margin: usize, columns: usize, height: usize) -> Area {
    let width = width_of(margin, columns);
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
        cursor_column: margin + column.min(width),
        is_cut: first > 0,
    }
}

/// Columns for the text. The last one stays free: what a terminal does behind it differs.
fn width_of(margin: usize, columns: usize) -> usize {
    columns.saturating_sub(margin + 1).clamp(4, WIDEST)
}

/// Where the cursor comes to one row further up or down, as near as it can be to a column of the text; `None` where there
/// is no further row.
pub fn next_row(
    text: &str,
    cursor: usize,
    column: usize,
    is_up: bool,
    margin: usize,
    columns: usize,
) -> Option<usize> {
    let ranges = rows(text, width_of(margin, columns));
    let row = ranges.iter().rposition(|(from, _)| *from <= cursor)?;
    let next = if is_up { row.checked_sub(1)? } else { row + 1 };
    let (from, to) = *ranges.get(next)?;
    // The end of a row that was broken is the beginning of the one below.
    let is_broken = ranges.get(next + 1).is_some_and(|(following, _)| *following == to);
    let line = text.get(from..to)?;
    let mut used = 0;
    for (at, grapheme) in line.grapheme_indices(true) {
        used += shown(grapheme).width();
        if used > column || (is_broken && at + grapheme.len() == line.len()) {
            return Some(from + at);
        }
    }
    Some(to)
}

/// The column of the text that the cursor is in.
pub fn column(text: &str, cursor: usize, margin: usize, columns: usize) -> usize {
    lay_out(text, cursor, margin, columns, 1).cursor_column.saturating_sub(margin)
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
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str(TAB),
            c if c.is_control() => {}
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c => out.push(c),
        }
    }
    out
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
        let area = lay_out(text, text.len(), MARGIN, columns, height);
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
        let top = lay_out(&text, 0, MARGIN, 60, 5);
        assert_eq!((top.rows[0].as_str(), top.cursor_row, top.is_cut), ("0", 0, false));
    }

    #[test]
    fn up_and_down_go_by_the_rows_that_are_seen() {
        let text = "one two three four\nab\nlast one";
        let columns = 2 + 1 + 8;
        // one two / three / four / ab / last one
        let up = |cursor, column| next_row(text, cursor, column, true, 2, columns);
        let down = |cursor, column| next_row(text, cursor, column, false, 2, columns);
        assert_eq!(up(3, 3), None, "nothing is above the first row");
        assert_eq!(down(text.len(), 8), None, "nothing is below the last one");
        assert_eq!(down(2, 2), Some(10), "thr|ee");
        assert_eq!(down(10, 7), Some(18), "the end of a line, where the row is shorter");
        assert_eq!(up(text.len(), 8), Some(21), "the end of `ab`");
        assert_eq!(up(15, 8), Some(13), "a broken row's last place is before its space");
        assert_eq!(column(text, 10, 2, columns), 2);
    }

    #[test]
    fn a_tab_is_seen() {
        assert_eq!(area("\tx", 60, 9).0, ["    x"]);
    }

    proptest! {
        #[test]
        fn up_and_down_lead_to_the_neighbour_row(text in "[a-z漢 \n]{0,80}", at in 0_usize..80, is_up: bool, column in 0_usize..20) {
            let cursor = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            if let Some(next) = next_row(&text, cursor, column, is_up, 2, 20) {
                let row = |at| lay_out(&text, at, 2, 20, 1000).cursor_row;
                prop_assert!(text.is_char_boundary(next));
                prop_assert_eq!(row(next), if is_up { row(cursor) - 1 } else { row(cursor) + 1 });
            }
        }
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
            let area = lay_out(&text, text.len(), MARGIN, columns, height);
            prop_assert!(area.rows.len() <= height && area.cursor_row < area.rows.len());
            let width = columns.saturating_sub(MARGIN + 1).clamp(4, WIDEST);
            prop_assert!(area.rows.iter().all(|row| row.width() <= width || row.graphemes(true).count() == 1), "{area:?}");
        }
    }
}

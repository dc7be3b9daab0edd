//! A table of comma-separated values, laid out for the screen.

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use textwrap::core::display_width;

/// Longer words may be broken.
const LONGEST_WORD: usize = 24;

/// The table with its columns aligned, no wider than `width` where that can be; `None` where the text is no
/// table, so that it can be shown as it is.
pub fn table(text: &str, width: usize) -> Option<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().ok()?.clone();
    let rows = reader.records().collect::<Result<Vec<_>, _>>().ok()?;
    let is_number = |cell: &str| cell.is_empty() || cell.parse::<f64>().is_ok();
    let aligned: Vec<CellAlignment> = (0..head.len())
        .map(|column| match rows.iter().all(|row| row.get(column).is_some_and(is_number)) {
            true => CellAlignment::Right,
            false => CellAlignment::Left,
        })
        .collect();
    let cells = |row: &csv::StringRecord, between: &str| -> Vec<Cell> {
        let texts = row.iter().map(|text| text.replace('_', between));
        texts.zip(&aligned).map(|(text, side)| Cell::new(text).set_alignment(*side)).collect()
    };
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX))
        .set_header(cells(&head, " "));
    for row in &rows {
        table.add_row(cells(row, "_"));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        let words = rows.iter().flat_map(|row| row.get(index).unwrap_or_default().split_whitespace());
        let longest = words.map(display_width).max().unwrap_or_default().min(LONGEST_WORD);
        column.set_padding((0, 1));
        // The name of a column may be broken anywhere, a value only between its words.
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(longest as u16 + 1)));
    }
    Some(table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_below_each_other_and_long_values_break_between_words() {
        let text =
            "group,seen_at,trouble\nweb,1048,none\nbuild runners,7,one renewal failed and nobody saw it\n";
        let expected = "\
group   seen at trouble
web        1048 none
build         7 one renewal
runners         failed and
                nobody saw it";
        assert_eq!(table(text, 32).unwrap(), expected);
    }

    #[test]
    fn a_text_whose_rows_differ_in_length_is_no_table() {
        assert_eq!(table("a,b\n1,2,3\n", 80), None);
    }

    #[test]
    fn a_table_that_does_not_fit_is_narrowed_to_the_width() {
        let head = (0..9).map(|n| format!("a_long_name_{n}")).collect::<Vec<_>>().join(",");
        let row = ["some words here"; 9].join(",");
        let table = table(&format!("{head}\n{row}\n"), 80).unwrap();
        assert!(table.lines().all(|line| display_width(line) <= 80), "{table}");
    }
}

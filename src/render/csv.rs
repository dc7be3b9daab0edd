//! Sessions as a table: one row a signal or red flag, for a spreadsheet.

use crate::core::{
    review::{Outcome, Review},
    text::one_line,
};

/// The columns' names.
const HEADER: [&str; 14] = [
    "session",
    "began",
    "mode",
    "scenario",
    "theme",
    "target",
    "criterion",
    "criterion_level",
    "signal",
    "kind",
    "level",
    "p",
    "present",
    "evidence",
];
/// The same as the first line of a file.
pub const HEADER_LINE: &str = "session,began,mode,scenario,theme,target,criterion,criterion_level,signal,kind,level,p,present,evidence\n";

/// The rows of a session, without the header. A session without a score has none.
///
/// # Errors
///
/// When a row can't be written, which a row in memory always can.
pub fn rows(review: &Review) -> Result<String, csv::Error> {
    let Outcome::Scored(card) = &review.outcome else { return Ok(String::new()) };
    let mut writer = csv::Writer::from_writer(vec![]);
    let scenario = &review.drawn.scenario;
    let mode = match review.mode {
        crate::core::record::Mode::Practice => "practice",
        crate::core::record::Mode::Live => "live",
    };
    for criterion in &card.criteria {
        let signals = criterion.signals.iter().map(|signal| ("signal", signal));
        for (kind, signal) in signals.chain(criterion.red_flags.iter().map(|flag| ("red-flag", flag))) {
            let evidence: Vec<String> = signal.evidence.iter().map(|(_, text)| one_line(text)).collect();
            let row: [String; HEADER.len()] = [
                cell(&review.session),
                review.began.to_string(),
                mode.into(),
                cell(&scenario.id),
                cell(&scenario.theme),
                review.drawn.target.to_string(),
                cell(&criterion.id),
                format!("{:.2}", criterion.level),
                cell(&signal.id),
                kind.into(),
                signal.level.to_string(),
                format!("{:.3}", signal.p),
                signal.present.to_string(),
                cell(&evidence.join(" … ")),
            ];
            writer.write_record(&row)?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Text from outside, so that no spreadsheet takes it for a formula.
fn cell(text: &str) -> String {
    let text = one_line(text);
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_line_has_the_names_of_all_columns() {
        assert_eq!(HEADER_LINE.trim().split(',').collect::<Vec<_>>(), HEADER);
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("\u{feff}@x"), "'@x");
        assert_eq!(cell("a=b"), "a=b");
    }
}

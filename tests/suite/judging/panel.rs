//! The answers of other hands: the sheet that their writers had says what the bank says.

use std::collections::BTreeSet;

use pushback::adapters::bank::library;

/// Cases of which a sentence was worded another way since the writers saw it, and what it says now just the same.
const REWORDED: [(&str, &str); 5] = [
    ("agent-back-on", "in the meantime"),
    ("eval-down-slo-green", "the twist no longer counts the changes"),
    ("seventy-percent-migrated", "the twist no longer counts the services"),
    ("ship-friday-finish-later", "the twist says who Lydia is"),
    ("you-start-monday", "the twist says which customer it is"),
];

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An answer to words that nobody asks any more can't be held against the case.
#[test]
fn the_sheet_of_the_panel_is_what_the_bank_asks() {
    let bank = library::shipped();
    let sheet = include_str!("../../panel/cases.md");
    let mut others = BTreeSet::new();
    let mut count = 0;
    for part in sheet.split("\n## ").skip(1) {
        let (id, text) = part.split_once('\n').unwrap();
        let scenario = &bank.case(id.trim()).unwrap().scenario;
        let text = flat(text);
        let told = [&scenario.setting, &scenario.opening, &scenario.twist];
        if !told.into_iter().all(|words| text.contains(&flat(words))) {
            others.insert(id.trim());
        }
        count += 1;
    }
    assert_eq!(count, 24);
    assert_eq!(others, REWORDED.map(|(id, _)| id).into());
}

//! The judge weighs a word by the number of the bank's cases that it stands in.

use std::{fs, path::Path};

use pushback::core::judging::grounding;

use super::bank;

const FILE: &str = "src/core/judging/case_words.txt";

#[test]
fn the_judge_knows_in_how_many_cases_of_the_bank_a_word_stands() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let now = grounding::frequencies(bank().cases());
    if std::env::var_os("PUSHBACK_WRITE_CASE_WORDS").is_some() {
        fs::write(&file, &now).unwrap();
    }
    assert!(
        fs::read_to_string(&file).unwrap() == now,
        "the bank has other words than {FILE}: `PUSHBACK_WRITE_CASE_WORDS=1 cargo test case_words` writes it again, and \
         `pushback judge card` shows what it does to the judge"
    );
}

//! How alike two texts are: no two cases may feel like the same one told twice.

use std::collections::{BTreeMap, BTreeSet};

use super::bank;

fn tokens(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn runs(text: &str, length: usize) -> BTreeSet<String> {
    tokens(text).windows(length).map(|window| window.join(" ")).collect()
}

/// Runs of `length` words that stand in both texts.
pub fn shared_runs(one: &str, other: &str, length: usize) -> Vec<String> {
    runs(one, length).intersection(&runs(other, length)).cloned().collect()
}

type Vector = BTreeMap<String, f64>;

/// Words weighted by how rare they are in the other texts, on a vector of length 1.
fn weighted(texts: &[String]) -> Vec<Vector> {
    let counted: Vec<BTreeMap<String, f64>> = texts
        .iter()
        .map(|text| {
            let mut counts = BTreeMap::new();
            for token in tokens(text) {
                *counts.entry(token).or_insert(0.0) += 1.0;
            }
            counts
        })
        .collect();
    let mut in_texts: BTreeMap<&str, f64> = BTreeMap::new();
    for counts in &counted {
        counts.keys().for_each(|token| *in_texts.entry(token).or_default() += 1.0);
    }
    let weigh = |counts: &BTreeMap<String, f64>| {
        let weight = |(token, count): (&String, &f64)| {
            (token.clone(), (1.0 + count.ln()) * (texts.len() as f64 / in_texts[token.as_str()]).ln())
        };
        let vector: Vector = counts.iter().map(weight).collect();
        let length = vector.values().map(|weight| weight * weight).sum::<f64>().sqrt();
        vector.into_iter().map(|(token, weight)| (token, weight / length)).collect()
    };
    counted.iter().map(weigh).collect()
}

fn cosine(one: &Vector, other: &Vector) -> f64 {
    one.iter().filter_map(|(token, weight)| Some(weight * other.get(token)?)).sum()
}

#[test]
fn no_two_cases_are_alike() {
    let bank = bank();
    let cases: Vec<(&str, String)> = bank
        .cases()
        .map(|case| {
            let s = &case.scenario;
            let facts = s.facts.iter().map(|fact| fact.tell.as_str()).collect::<Vec<_>>().join(" ");
            (s.id.as_str(), format!("{} {} {facts} {}", s.setting, s.opening, s.twist))
        })
        .collect();
    let vectors = weighted(&cases.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>());
    // "You are the Staff engineer for data at a company that" is eleven words, and may recur.
    let runs: Vec<BTreeSet<String>> = cases.iter().map(|(_, text)| runs(text, 12)).collect();
    let mut alike = vec![];
    for (i, (one, _)) in cases.iter().enumerate() {
        for (j, (other, _)) in cases.iter().enumerate().skip(i + 1) {
            let likeness = cosine(&vectors[i], &vectors[j]);
            let shared: Vec<&String> = runs[i].intersection(&runs[j]).collect();
            if likeness > 0.2 || !shared.is_empty() {
                alike.push(format!("{one} and {other}: {likeness:.2}, {shared:?}"));
            }
        }
    }
    assert!(alike.is_empty(), "{}", alike.join("\n"));
}

#[test]
fn a_case_told_twice_is_found() {
    let told =
        "A bank moves its ledger to a new region in March and the auditors want a plan for the old one.";
    let again =
        "A bank moves its ledger to another region in May, and the auditors want a plan for the old one.";
    let others =
        ["Robots sort parcels at night.", "A choir rehearses on Tuesdays.", "The ferry runs on the hour."];
    let texts: Vec<String> = [told, again].into_iter().chain(others).map(str::to_owned).collect();
    let vectors = weighted(&texts);
    assert!(cosine(&vectors[0], &vectors[1]) > 0.5);
    assert!(cosine(&vectors[0], &vectors[2]) < 0.1);
    assert!(!shared_runs(told, again, 7).is_empty());
}

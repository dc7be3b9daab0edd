//! The forward pass: forked, packed and cut caches give what running everything alone would give.

use std::sync::OnceLock;

use pushback::adapters::embedded::engine::{Cache, Engine, Taps};

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::load(&crate::model()).unwrap())
}

fn taps() -> Taps {
    Taps { hidden: vec![14, 18], attention: vec![], depth: Some(18) }
}

/// Hidden states of the last token, one row a layer.
fn last(pass: &pushback::adapters::embedded::engine::Pass, row: usize) -> Vec<f32> {
    pass.hidden.iter().flat_map(|layer| layer.get(row).unwrap().to_vec1::<f32>().unwrap()).collect()
}

fn close(a: &[f32], b: &[f32]) -> f32 {
    let norm = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>().sqrt();
    let difference: Vec<f32> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    norm(&difference) / norm(a)
}

#[test]
#[ignore = "needs the model"]
fn packed_questions_see_the_prefix_and_not_each_other() {
    let engine = engine();
    let prefix = engine.tokens("The candidate said that the database stalls in October.").unwrap();
    let questions = ["\nThe candidate names a date.", "\nThe candidate says who decides, and why."];
    let questions: Vec<Vec<u32>> = questions.iter().map(|text| engine.tokens(text).unwrap()).collect();
    let cache = engine.extend(&Cache::default(), &prefix, &taps()).unwrap().cache;
    let parts: Vec<&[u32]> = questions.iter().map(Vec::as_slice).collect();
    let packed = engine.packed(&cache, &parts, &taps()).unwrap();
    let mut end = 0;
    for question in &questions {
        end += question.len();
        let alone: Vec<u32> = prefix.iter().chain(question).copied().collect();
        let alone = engine.extend(&Cache::default(), &alone, &taps()).unwrap();
        let difference = close(&last(&alone, prefix.len() + question.len() - 1), &last(&packed, end - 1));
        assert!(difference < 1e-3, "{difference}");
    }
}

#[test]
#[ignore = "needs the model"]
fn a_cache_that_was_cut_back_is_as_good_as_a_new_one() {
    let engine = engine();
    let tokens =
        engine.tokens("We open by invitation on 1 October, and everybody else gets in later.").unwrap();
    let (kept, edited) = tokens.split_at(6);
    let whole = engine.extend(&Cache::default(), &tokens, &taps()).unwrap();
    let cut = whole.cache.cut(kept.len()).unwrap();
    assert_eq!(cut.len(), kept.len());
    let again = engine.extend(&cut, edited, &taps()).unwrap();
    let difference = close(&last(&whole, tokens.len() - 1), &last(&again, edited.len() - 1));
    assert!(difference < 1e-3, "{difference}");
}

#[test]
#[ignore = "needs the model"]
fn too_long_a_text_is_refused_before_it_is_run() {
    let tokens = vec![1; pushback::adapters::embedded::engine::MAX_POSITIONS + 1];
    assert!(engine().extend(&Cache::default(), &tokens, &taps()).is_err());
}

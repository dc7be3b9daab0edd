//! The forward pass: forked, packed and cut caches give what running everything alone would give.

use std::sync::OnceLock;

use pushback::adapters::model::embedded::engine::{Cache, Engine, Question, Taps};

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::load(&crate::model()).unwrap())
}

fn taps() -> Taps {
    Taps { hidden: vec![14, 18], attention: vec![4] }
}

fn cache(text: &str) -> Cache {
    let tokens = engine().tokens(text).unwrap();
    engine().extend(&Cache::default(), &tokens, 18, 18).unwrap().0
}

fn question(text: &str) -> Question {
    Question { tokens: engine().tokens(text).unwrap(), lead: 1 }
}

/// How far two states are apart, as a share of their size.
fn apart(a: &[f32], b: &[f32]) -> f32 {
    let norm = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>().sqrt();
    let difference: Vec<f32> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    assert_eq!(a.len(), b.len());
    norm(&difference) / norm(a)
}

/// Activations are rounded to 8 bits at every layer, so that a sum in another order can tip one over now and then.
const ROUNDING: f32 = 0.04;

#[test]
#[ignore = "needs the model"]
fn packed_questions_see_the_prefix_and_not_each_other() {
    let prefix = cache("The candidate said that the database stalls in October.");
    let questions =
        [question("\nThe candidate names a date."), question("\nThe candidate says who decides, and why.")];
    let together = engine().read(&prefix, &questions, &taps()).unwrap();
    for (question, packed) in questions.iter().zip(&together) {
        let alone = engine().read(&prefix, std::slice::from_ref(question), &taps()).unwrap().remove(0);
        assert!(apart(&alone.state, &packed.state) < ROUNDING, "{}", apart(&alone.state, &packed.state));
        for (alone, packed) in alone.attention.iter().zip(&packed.attention) {
            assert_eq!(alone.len(), prefix.len());
            assert!(apart(alone, packed) < ROUNDING);
        }
    }
    let elsewhere = cache("The candidate said that nothing stalls, ever.");
    let other = engine().read(&elsewhere, &questions, &taps()).unwrap();
    assert!(apart(&other[0].state, &together[0].state) > 3.0 * ROUNDING, "the prefix makes a difference");
}

#[test]
#[ignore = "needs the model"]
fn a_cache_that_was_cut_back_is_as_good_as_a_new_one() {
    let text = "We open by invitation on 1 October, and everybody else gets in later.";
    let tokens = engine().tokens(text).unwrap();
    let (whole, states) = engine().extend(&Cache::default(), &tokens, 18, 18).unwrap();
    let cut = whole.cut(6).unwrap();
    assert_eq!(cut.len(), 6);
    let (_, again) = engine().extend(&cut, &tokens[6..], 18, 18).unwrap();
    let width = states.len() / tokens.len();
    let distance = apart(&states[states.len() - width..], &again[again.len() - width..]);
    assert!(distance < ROUNDING, "{distance}");
}

#[test]
#[ignore = "needs the model"]
fn the_next_token_is_what_a_person_would_say() {
    let tokens = engine().tokens("The capital of France is the city of").unwrap();
    let logprobs = engine().next_token(&tokens).unwrap();
    let best = (0..logprobs.len()).max_by(|a, b| logprobs[*a].total_cmp(&logprobs[*b])).unwrap();
    assert_eq!(engine().tokenizer.decode(&[best as u32], false).unwrap().trim(), "Paris");
    let sum: f64 = logprobs.iter().map(|p| f64::from(*p).exp()).sum();
    assert!((sum - 1.0).abs() < 1e-3, "{sum}");
}

#[test]
#[ignore = "needs the model"]
fn too_long_a_text_is_refused_before_it_is_run() {
    let tokens = vec![1; pushback::adapters::model::embedded::engine::MAX_POSITIONS + 1];
    assert!(engine().extend(&Cache::default(), &tokens, 18, 18).is_err());
}

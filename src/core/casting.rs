//! Which cases are played in which round of a loop: each of the level and domain that the round is for, none twice, and
//! so chosen that no later round is left without one.

use rand::{Rng, seq::IteratorRandom};

use super::bank::{Bank, Case, DrawError, Wanted};

/// What a round needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// This case and no other.
    pub named: Option<String>,
    /// What a case has to be.
    pub must: Wanted,
    /// What it should be, as far as there is one.
    pub like: Wanted,
}

/// Why the rounds can't be filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CastError {
    /// A named case or theme isn't there.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// There are fewer cases than rounds that need one.
    #[error("there is no case left for the round with the number {}", .slot + 1)]
    Short {
        /// The round's index.
        slot: usize,
    },
}

/// Fills all slots. `may` says which cases are allowed where none is named. The same random numbers choose the same from
/// the same bank.
///
/// # Errors
///
/// When a named case isn't there, or the cases don't suffice.
pub fn cast<'a>(
    bank: &'a Bank,
    slots: &[Slot],
    rng: &mut impl Rng,
    may: impl Fn(&Case) -> bool,
) -> Result<Vec<&'a Case>, CastError> {
    let mut open = candidates(bank, slots, may)?;
    fill(&open)?;
    let mut chosen: Vec<&Case> = vec![];
    for slot in 0..slots.len() {
        let mut left = std::mem::take(&mut open[slot]);
        loop {
            let Some(case) = nearest(&left, &slots[slot].like, &chosen).into_iter().choose(rng) else {
                return Err(CastError::Short { slot });
            };
            let others: Vec<Vec<&Case>> = open[slot + 1..].iter().map(|all| without(all, case)).collect();
            if fill(&others).is_ok() {
                open[slot + 1..].clone_from_slice(&others);
                chosen.push(case);
                break;
            }
            left = without(&left, case);
        }
    }
    Ok(chosen)
}

/// The cases that may be played in each slot.
fn candidates<'a>(
    bank: &'a Bank,
    slots: &[Slot],
    may: impl Fn(&Case) -> bool,
) -> Result<Vec<Vec<&'a Case>>, DrawError> {
    let named = |case: &Case| slots.iter().any(|slot| slot.named.as_ref() == Some(&case.scenario.id));
    slots
        .iter()
        .map(|slot| match &slot.named {
            Some(id) => Ok(vec![bank.case(id)?]),
            None => Ok(bank.select(slot.must.clone())?.filter(|case| may(case) && !named(case)).collect()),
        })
        .collect()
}

/// Those that come nearest to what is wanted, of a theme that hasn't come up yet if there is one.
fn nearest<'a>(cases: &[&'a Case], like: &Wanted, before: &[&Case]) -> Vec<&'a Case> {
    let nearness = |case: &Case| {
        let is_new = before.iter().all(|other| other.scenario.theme != case.scenario.theme);
        let [round, level, minutes] = like.nearness(&case.scenario);
        [round, is_new, level, minutes]
    };
    let best = cases.iter().map(|case| nearness(case)).max();
    cases.iter().copied().filter(|case| Some(nearness(case)) == best).collect()
}

fn without<'a>(cases: &[&'a Case], case: &Case) -> Vec<&'a Case> {
    cases.iter().copied().filter(|other| other.scenario.id != case.scenario.id).collect()
}

/// Whether all slots can be filled from a bank of which every case is allowed.
///
/// # Errors
///
/// When a named case isn't there, or the cases don't suffice.
pub fn check(bank: &Bank, slots: &[Slot]) -> Result<(), CastError> {
    fill(&candidates(bank, slots, |_| true)?)
}

/// Whether each slot can have a case of its own: the first one that can't, if not.
fn fill(open: &[Vec<&Case>]) -> Result<(), CastError> {
    let mut taken: Vec<(usize, &str)> = vec![];
    for slot in 0..open.len() {
        if !place(open, slot, &mut taken, &mut vec![]) {
            return Err(CastError::Short { slot });
        }
    }
    Ok(())
}

/// Gives a slot a case, if need be by giving another slot another one.
fn place<'a>(
    open: &[Vec<&'a Case>],
    slot: usize,
    taken: &mut Vec<(usize, &'a str)>,
    tried: &mut Vec<&'a str>,
) -> bool {
    for case in &open[slot] {
        let id = case.scenario.id.as_str();
        if tried.contains(&id) {
            continue;
        }
        tried.push(id);
        let owner = taken.iter().find(|(_, other)| *other == id).map(|(owner, _)| *owner);
        if owner.is_none_or(|owner| place(open, owner, taken, tried)) {
            taken.retain(|(owner, other)| *owner != slot && *other != id);
            taken.push((slot, id));
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;
    use crate::core::{
        bank::{
            Layer,
            scenario::{Domain, RoundKind},
        },
        level::TargetLevel,
        lint::source::Source,
    };

    const RUBRIC: &str = r#"{"id": "r", "title": "t", "criteria": []}"#;

    /// A case in a few words: its id, theme, level, and domain.
    type Row = (&'static str, &'static str, &'static str, &'static str);

    fn bank(rows: &[Row]) -> Bank {
        let levels = r#"{"mid": "m", "senior": "s", "staff": "s", "senior-staff": "s", "principal": "p"}"#;
        let criterion = |id: &str| {
            format!(
                r#"{{"id": "{id}", "name": "n", "question": "q", "levels": {levels}, "signals": [
                    {{"id": "{id}-s", "level": "staff", "statement": "s"}}, {{"id": "{id}-t", "level": "senior", "statement": "t"}}]}}"#
            )
        };
        let criteria = ["a", "b", "c"].map(criterion).join(",");
        let rubric = RUBRIC.replace("[]", &format!("[{criteria}]"));
        let scenarios = rows.iter().map(|(id, theme, level, domain)| {
            let scenario = serde_json::json!({
                "id": id, "title": "t", "theme": theme, "rubric": "r", "round": "panel", "level": level,
                "domain": domain, "minutes": 12, "setting": "s", "opening": "o", "twist": "t",
            });
            Source::of_json(&format!("{id}.yaml"), scenario)
        });
        let rubric = Source::of_json("r.yaml", serde_json::from_str(&rubric).unwrap());
        let sources = scenarios.chain([rubric]).collect();
        let (bank, problems) = Bank::assemble(vec![Layer { sources, ..Layer::default() }]);
        assert_eq!(problems, []);
        bank
    }

    fn slot(theme: Option<&str>) -> Slot {
        let must = Wanted {
            theme: theme.map(str::to_owned),
            level: Some(TargetLevel::Staff),
            domain: Some(Domain::Sre),
            ..Wanted::default()
        };
        Slot { must, like: Wanted { round: Some(RoundKind::Panel), ..Wanted::default() }, named: None }
    }

    fn ids(bank: &Bank, slots: &[Slot], seed: u64) -> Result<Vec<String>, CastError> {
        let cases = cast(bank, slots, &mut ChaCha20Rng::seed_from_u64(seed), |_| true)?;
        Ok(cases.iter().map(|case| case.scenario.id.clone()).collect())
    }

    #[test]
    fn only_cases_of_the_level_and_domain_come_and_those_for_any_domain() {
        let rows = [
            ("mine", "x", "staff", "sre"),
            ("anybodys", "x", "staff", "any"),
            ("too-high", "x", "principal", "sre"),
            ("elsewhere", "x", "staff", "platform"),
        ];
        let bank = bank(&rows);
        for seed in 0..20 {
            let drawn: BTreeSet<String> =
                ids(&bank, &[slot(None), slot(None)], seed).unwrap().into_iter().collect();
            assert_eq!(drawn, ["anybodys", "mine"].map(str::to_owned).into());
        }
        let three = [slot(None), slot(None), slot(None)];
        assert_eq!(ids(&bank, &three, 1), Err(CastError::Short { slot: 2 }), "none comes that doesn't fit");
    }

    #[test]
    fn an_early_round_leaves_a_later_one_the_only_case_that_it_can_have() {
        let bank =
            bank(&[("a", "x", "staff", "sre"), ("b", "y", "staff", "sre"), ("c", "y", "staff", "any")]);
        for seed in 0..40 {
            let drawn = ids(&bank, &[slot(None), slot(None), slot(Some("x"))], seed).unwrap();
            assert_eq!(drawn[2], "a", "{drawn:?}");
        }
        let slots = [slot(Some("x")), slot(Some("x"))];
        assert_eq!(ids(&bank, &slots, 1), Err(CastError::Short { slot: 1 }));
    }

    #[test]
    fn another_theme_comes_as_long_as_there_is_one_and_a_named_case_in_its_round_only() {
        let rows = [("a", "x", "staff", "sre"), ("b", "x", "staff", "sre"), ("c", "y", "staff", "sre")];
        let bank = bank(&rows);
        for seed in 0..20 {
            let drawn = ids(&bank, &[slot(Some("x")), slot(None)], seed).unwrap();
            assert_eq!(drawn[1], "c", "{drawn:?}");
            let named = Slot { named: Some("c".into()), ..Slot::default() };
            let drawn = ids(&bank, &[slot(None), named], seed).unwrap();
            assert!(drawn[0] != "c" && drawn[1] == "c", "{drawn:?}");
        }
    }

    #[test]
    fn what_is_not_allowed_is_missing_and_a_theme_that_does_not_exist_is_told() {
        let bank = bank(&[("a", "x", "staff", "sre")]);
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        assert_eq!(cast(&bank, &[slot(None)], &mut rng, |_| false), Err(CastError::Short { slot: 0 }));
        let unknown = ids(&bank, &[slot(Some("z"))], 1).unwrap_err();
        assert_eq!(unknown.to_string(), "there is no theme `z`: the themes are x");
    }
}

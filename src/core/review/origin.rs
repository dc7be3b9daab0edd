//! Whether what was played is what the program ships: a rubric of one's own says about a score only what one wants.

use crate::core::{bank::Bank, hash::fingerprint, record::Drawn};

/// Where a case, or a rubric, is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It is as this version ships it.
    Shipped,
    /// It has the id of one that this version ships, and differs from it.
    Changed,
    /// This version ships none of this id.
    Own,
}

/// Where what was played is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The scenario.
    pub scenario: Source,
    /// The rubric.
    pub rubric: Source,
    /// The version that it was played with, if that is another one.
    pub version: Option<String>,
}

/// Where a drawn case is from, beside `shipped`, the bank of this version. `version` is the one that it was played with, where that is
/// known.
pub fn origin(drawn: &Drawn, version: Option<&str>, shipped: &Bank) -> Origin {
    let source = |known: Option<String>, played: String| match known {
        None => Source::Own,
        Some(known) if known == played => Source::Shipped,
        Some(_) => Source::Changed,
    };
    let case = shipped.case(&drawn.scenario.id).ok();
    Origin {
        scenario: match case {
            // The artifact is a part of the case, and has no hash of its own.
            Some(case) if case.artifact != drawn.artifact => Source::Changed,
            case => source(case.map(|case| fingerprint(&case.scenario)), fingerprint(&drawn.scenario)),
        },
        rubric: source(shipped.rubric(&drawn.rubric.id).map(fingerprint), fingerprint(&drawn.rubric)),
        version: version.filter(|version| *version != env!("CARGO_PKG_VERSION")).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{bank::Layer, lint::source::Source as File};
    use crate::core::{level::TargetLevel, record::Record, session::opening::Opening};

    fn bank() -> Bank {
        let levels = r#"{"mid": "m", "senior": "s", "staff": "s", "senior-staff": "s", "principal": "p"}"#;
        let criterion = |id: &str| {
            format!(
                r#"{{"id": "{id}", "name": "n", "question": "q", "levels": {levels},
                "signals": [{{"id": "{id}-signal", "level": "staff", "statement": "Names a date."}}]}}"#
            )
        };
        let criteria = ["a", "b", "c"].map(criterion).join(",");
        let file = |name: &str, json: &str| File::of_json(name, serde_json::from_str(json).unwrap());
        let rubric = file("r.yaml", &format!(r#"{{"id": "r", "title": "t", "criteria": [{criteria}]}}"#));
        let scenario = file(
            "s.yaml",
            r#"{"id": "s", "title": "t", "theme": "x", "rubric": "r", "round": "panel", "minutes": 10, "setting": "s",
            "opening": "o", "twist": "t", "probes": [{"missing": "a-signal", "ask": "?"}]}"#,
        );
        let scenario = File { artifact: Some(Ok("a graph".into())), ..scenario };
        let (bank, problems) =
            Bank::assemble(vec![Layer { sources: vec![rubric, scenario], ..Layer::default() }]);
        assert_eq!(problems, []);
        bank
    }

    /// The draw as a journal gives it back.
    fn drawn(bank: &Bank) -> Drawn {
        let case = bank.case("s").unwrap();
        let opening = Opening { session: "s", target: TargetLevel::Staff, seed: None, case, live: None };
        let records = opening.records().into_iter();
        let mut drawn = records.filter_map(|record| match record {
            Record::Drawn(drawn) => Some(drawn),
            _ => None,
        });
        let drawn = drawn.next_back().unwrap();
        serde_json::from_str(&serde_json::to_string(&*drawn).unwrap()).unwrap()
    }

    #[test]
    fn what_is_shipped_is_told_from_what_is_not() {
        let bank = bank();
        let shipped = Origin { scenario: Source::Shipped, rubric: Source::Shipped, version: None };
        assert_eq!(origin(&drawn(&bank), Some(env!("CARGO_PKG_VERSION")), &bank), shipped);

        let mut trivial = drawn(&bank);
        trivial.rubric.criteria[0].signals[0].statement = "Says anything.".into();
        trivial.rubric_hash = drawn(&bank).rubric_hash;
        assert_eq!(origin(&trivial, None, &bank), Origin { rubric: Source::Changed, ..shipped.clone() });

        let mut other = drawn(&bank);
        other.artifact = None;
        assert_eq!(origin(&other, None, &bank).scenario, Source::Changed);
        other.scenario.id = "mine".into();
        assert_eq!(origin(&other, Some("0.0.1"), &bank).scenario, Source::Own);
        assert_eq!(origin(&other, Some("0.0.1"), &bank).version, Some("0.0.1".into()));
    }
}

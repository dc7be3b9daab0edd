//! How well messages are recognized: figures over labeled messages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::core::{record::Route, session::routing::Kind};

/// A message and what it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelledMessage {
    /// The candidate's words.
    pub message: String,
    /// What they are.
    pub route: Kind,
    /// Which fact is asked for, counted from 1.
    #[serde(default)]
    pub fact: Option<usize>,
    /// [`crate::core::bank::Case::told_hash`] of the case that it is about, as it was then: the numbers of facts are its.
    #[serde(default)]
    pub told_hash: Option<String>,
}

impl LabelledMessage {
    /// Whether it was recognised: its kind, and the fact if it asks for one.
    pub fn is(&self, route: Route) -> bool {
        match route {
            Route::Fact { fact } => self.route == Kind::Fact && self.fact == Some(fact + 1),
            other => self.route == Kind::of(other),
        }
    }
}

/// How well messages are recognised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RoutingCard {
    /// For each kind: how many messages, how many of them were recognised, and how many were taken for a request for
    /// help, an answer and so on.
    pub kinds: BTreeMap<Kind, Recognised>,
}

impl RoutingCard {
    /// Compares routes with labels.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a LabelledMessage, Route)>) -> Self {
        let mut card = Self::default();
        for (message, route) in pairs {
            let kind = card.kinds.entry(message.route).or_default();
            kind.messages += 1;
            kind.right += usize::from(message.is(route));
            *kind.taken_for.entry(Kind::of(route)).or_default() += 1;
        }
        card
    }

    /// Messages, and how many of them were recognised.
    pub fn total(&self) -> (usize, usize) {
        self.kinds.values().fold((0, 0), |sum, kind| (sum.0 + kind.messages, sum.1 + kind.right))
    }
}

/// How messages of one kind were recognised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recognised {
    /// How many there are.
    pub messages: usize,
    /// How many were recognised, the right fact included.
    pub right: usize,
    /// How many were taken for each kind.
    pub taken_for: BTreeMap<Kind, usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_kind_with_the_wrong_fact_is_not_recognised() {
        let labelled = |text: &str| serde_json::from_str::<LabelledMessage>(text).unwrap();
        let fact = labelled(r#"{"message": "who writes most", "route": "fact", "fact": 1}"#);
        let help = labelled(r#"{"message": "a hint?", "route": "help"}"#);
        assert!(
            fact.is(Route::Fact { fact: 0 }) && !fact.is(Route::Fact { fact: 1 }) && help.is(Route::Help)
        );
        let routes =
            [(&fact, Route::Fact { fact: 0 }), (&fact, Route::Fact { fact: 1 }), (&help, Route::Answer)];
        let card = RoutingCard::new(routes);
        assert_eq!(card.total(), (3, 1));
        assert_eq!(card.kinds[&Kind::Fact].taken_for, BTreeMap::from([(Kind::Fact, 2)]));
        assert_eq!(card.kinds[&Kind::Help].taken_for, BTreeMap::from([(Kind::Answer, 1)]));
    }
}

//! Recognising messages with the embedded model, on messages about cases that it was not fitted to.

use std::path::Path;

use pushback::{
    adapters::{labels, model::embedded::Embedded},
    core::{
        lab::{meant_for, routing_card::RoutingCard},
        record::Route,
        session::routing::Kind,
    },
    ports::{Message, Observer, Watch},
};

use crate::harness::first_edition;

struct Patient;

impl Watch for Patient {
    fn step(&self, _: usize, _: usize) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

#[test]
#[ignore = "needs the model"]
fn messages_about_unseen_cases_are_recognised_and_requests_for_help_get_none() {
    let observer = Embedded::start("the model", crate::model(), Path::new("/nonexistent"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/routing/hold-out");
    let (messages, _) = labels::messages(&folder).unwrap();
    let routed: Vec<(_, Route)> = messages
        .iter()
        .map(|(scenario, labelled)| {
            let case = first_edition::bank().case(scenario).unwrap();
            meant_for::check(|| labelled.message.clone(), labelled.told_hash.as_deref(), case).unwrap();
            let scenario = &case.scenario;
            let message = Message {
                opening: &scenario.opening,
                question: &scenario.opening,
                text: &labelled.message,
                facts: &scenario.facts,
            };
            (labelled, observer.route(&message, &Patient).unwrap().route)
        })
        .collect();
    let card = RoutingCard::new(routed.iter().map(|(labelled, route)| (*labelled, *route)));
    let (all, right) = card.total();
    assert!(right * 100 >= all * 85, "{right} of {all}: {card:?}");
    let help = &card.kinds[&Kind::Help];
    assert!(help.right * 100 >= help.messages * 85, "{help:?}");
}

//! Two results side by side as a page.

use maud::{Markup, html};

use super::{charts, line, page};
use crate::{
    core::{
        interval::Interval,
        level::Level,
        review::{
            SignalView,
            compare::{Comparison, CriterionPair, Side},
        },
    },
    render::{compare, words},
};

/// What the two are called on the page.
const LETTERS: [&str; 2] = ["A", "B"];

/// The scales of all criteria stand below each other.
const ALIGNED: &str = ".bars{table-layout:fixed}.bars th:first-child{width:4rem}";

/// The page.
pub fn compare(comparison: &Comparison) -> String {
    let title = compare::title(comparison);
    let body = html! {
        header { h1 { (title) } p { (compare::change(comparison)) } }
        main {
            section {
                table {
                    caption { "What is compared" }
                    thead { tr {
                        th scope="col" { "Try" } th scope="col" { "Session" } th scope="col" { "Reads" } th scope="col" { "Judge" }
                        th scope="col" { "Took" } th scope="col" { "Probes" }
                    } }
                    tbody { @for (letter, side) in LETTERS.iter().zip(&comparison.sides) { (side_row(letter, side)) } }
                }
            }
            @for (index, pair) in comparison.criteria.iter().enumerate() { (criterion(index, pair, comparison)) }
        }
        footer { p.quiet { "Made by Pushback; this page loads nothing and runs nothing." } }
    };
    page(title, ALIGNED, &body)
}

fn side_row(letter: &str, side: &Side) -> Markup {
    let Interval { low, high } = side.interval;
    html! {
        tr {
            th scope="row" { (letter) }
            td { (line(&compare::name(side))) }
            td { (words::level_name(Level::reads(side.overall))) (format!(" {:.1}, likely {low:.1} to {high:.1}", side.overall)) }
            td { (line(&side.judge)) }
            td { (words::duration(side.seconds)) }
            td { (side.probes) }
        }
    }
}

fn criterion(index: usize, pair: &CriterionPair, comparison: &Comparison) -> Markup {
    let name = line(&pair.readings[0].name);
    html! {
        section aria-labelledby={ "c" (index) } {
            h2 id={ "c" (index) } { (name) }
            table.bars {
                caption { "Against the bar for " (comparison.target) }
                thead { tr {
                    th scope="col" { "Try" } th scope="col" { span.unseen { "On the scale" } (charts::gauge_head()) }
                    th scope="col" { "Reads" }
                } }
                tbody { @for (letter, reading) in LETTERS.iter().zip(&pair.readings) {
                    tr {
                        th scope="row" { (letter) }
                        td { (charts::gauge(reading.level, reading.interval, comparison.target, None)) }
                        td { (words::reading(reading)) }
                    }
                } }
            }
            ul.signals {
                @for view in &pair.only_first { (only("A", view)) }
                @for view in &pair.only_second { (only("B", view)) }
                @if !pair.both.is_empty() { li { p.quiet { "in both: " (line(&pair.both.join(", "))) } } }
            }
        }
    }
}

fn only(letter: &str, view: &SignalView) -> Markup {
    html! {
        li.shown {
            p.statement { "Only " (letter) ": " (line(&view.statement)) }
            p.quiet { code { (line(&view.id)) } }
            @if let Some((number, text)) = view.evidence.first() {
                p.quote { "sentence " (number) " “" (line(text)) "”" }
            }
        }
    }
}

//! A session as a page that could be sent to a mentor.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    Place,
    charts::{self, Point},
    line, nav, page, paragraphs,
};
use crate::{
    core::{
        live::BLIND_SPOTS,
        review::{Card, CriterionView, Entry, Item, Outcome, Piece, Review, SignalView, summary::Summary},
        text::visible,
    },
    render::{live, words},
};

/// Numbers of signals and red flags on the page, by id: ids themselves come from outside.
type Numbers<'a> = BTreeMap<&'a str, usize>;

/// The page. `tries` are all scored sessions of the same scenario, oldest first, this one included.
pub fn review(review: &Review, tries: &[&Summary], place: Place, zone: &TimeZone) -> String {
    let numbers = numbers(review);
    let title = &review.drawn.scenario.title;
    let body = html! {
        a.skip href="#said" { "Skip to what was said" }
        header {
            (nav(place))
            h1 { (line(title)) }
            p.quiet { (words::circumstances(review, zone)) }
        }
        main {
            (result(review))
            div.columns {
                div { (criteria(review, &numbers)) }
                section #said aria-labelledby="said-title" tabindex="0" {
                    h2 #said-title { "What was said" }
                    (said(review, &numbers))
                }
            }
            (time(review))
            (facts(review))
            (twist(review))
            (earlier(review, tries, zone))
            (scorings(review, zone))
            (ledger(review))
        }
        footer {
            @if let Outcome::Scored(card) = &review.outcome { p { (words::trust(&card.judge)) } }
            p.quiet { "Session " (line(&review.session)) ". Made by Pushback; this page loads nothing and runs nothing." }
        }
    };
    page(title, &lights(numbers.len()), &body)
}

/// What was seen in a live session, beside what could not be seen.
fn ledger(review: &Review) -> Markup {
    let Some(ledger) = &review.ledger else { return html! {} };
    let seen = ledger.entries.iter().filter_map(|entry| Some((entry.ms, live::sight(&entry.what)?)));
    html! {
        section aria-labelledby="ledger-title" {
            h2 #ledger-title { "What was seen" }
            ul { @for fact in live::facts(ledger, review.sealed) { li { (line(&fact)) } } }
            @if !ledger.entries.is_empty() {
                ul { @for (ms, what) in seen { li { (words::stamp(ms as f64 / 1000.0)) " " (line(&what)) } } }
            }
            h3 { "What could not be seen" }
            ul { @for spot in BLIND_SPOTS { li { (spot) } } }
        }
    }
}

/// What lights up what: everything that belongs to a signal, wherever one of its places is pointed at.
fn lights(signals: usize) -> String {
    (0..signals)
        .map(|n| {
            format!(
                "main:has(.g{n}:is(:hover,:focus-within,:target)) .g{n}{{background:var(--lit);outline:2px solid var(--lit-edge)}}"
            )
        })
        .collect()
}

fn numbers(review: &Review) -> Numbers<'_> {
    let Outcome::Scored(card) = &review.outcome else { return Numbers::new() };
    let all = card.criteria.iter().flat_map(|criterion| criterion.signals.iter().chain(&criterion.red_flags));
    let mut numbers = Numbers::new();
    for signal in all {
        let next = numbers.len();
        numbers.entry(signal.id.as_str()).or_insert(next);
    }
    numbers
}

fn result(review: &Review) -> Markup {
    html! {
        section.result aria-labelledby="result-title" {
            h2 #result-title { "Result" }
            @match &review.outcome {
                Outcome::Scored(card) => (scored(card, review)),
                Outcome::Unscored(why) => p { strong { "Unscored: " } (words::unscored(why, &review.session)) },
                Outcome::Abandoned => p { (words::ABANDONED) },
                Outcome::Unjudged => p { (words::unjudged(&review.session)) },
                Outcome::Unfinished => p { (words::unfinished(&review.session)) },
            }
        }
    }
}

fn scored(card: &Card, review: &Review) -> Markup {
    let score = &card.score;
    let target = score.verdict.target;
    let own = !review.own.is_empty();
    html! {
        p.read {
            strong { (words::level_name(score.read)) } " "
            span.quiet { (format!("{:.1} of 5, likely {:.1} to {:.1}", score.overall, score.interval.low, score.interval.high)) }
        }
        p { strong { (words::verdict(&score.verdict)) } " (" (words::chances(&score.verdict)) ")." }
        @if let Some(whole) = words::whole(score) { p { (whole) } }
        (charts::chances(score.verdict.below, score.verdict.at, score.verdict.above))
        table.bars {
            caption { "Criteria against the bar for " (target) ": dot and range are the judge's" @if own { ", the diamond is yours" } }
            thead { tr {
                th scope="col" { "Criterion" }
                th scope="col" { span.unseen { "On the scale" } (charts::gauge_head()) }
                th scope="col" { "Reads" }
                @if own { th scope="col" { "You said" } }
            } }
            tbody { @for (index, criterion) in card.criteria.iter().enumerate() {
                @let said = review.own.get(&criterion.id).copied();
                tr {
                    th scope="row" { a href={ "#c" (index) } { (line(&criterion.name)) } }
                    td { (charts::gauge(criterion.level, criterion.interval, target, said)) }
                    td { (words::reading(criterion)) }
                    @if own { td.own-level { (said.map_or("", words::place_name)) } }
                }
            } }
        }
        @for (discount, text) in &card.discounted {
            p.flag { (words::discounted(*discount)) ": “" (line(text)) "”" }
        }
    }
}

fn criteria(review: &Review, numbers: &Numbers<'_>) -> Markup {
    let Outcome::Scored(card) = &review.outcome else { return html! {} };
    html! {
        @for (index, criterion) in card.criteria.iter().enumerate() {
            (criterion_block(index, criterion, review, numbers))
        }
    }
}

fn criterion_block(
    index: usize,
    criterion: &CriterionView,
    review: &Review,
    numbers: &Numbers<'_>,
) -> Markup {
    let target = review.drawn.target.level();
    let flags = criterion.red_flags.iter().filter(|flag| flag.present || flag.dispute.is_some());
    html! {
        section.criterion aria-labelledby={ "c" (index) } {
            h2 id={ "c" (index) } { (line(&criterion.name)) }
            p { strong { (words::reading(criterion)) } @if let Some(descriptor) = words::descriptor(criterion) { ". " (line(descriptor)) } }
            ul.signals {
                @for flag in flags { (signal("flag", flag, false, numbers)) }
                @for shown in criterion.signals.iter().filter(|signal| signal.present) {
                    (signal("shown", shown, false, numbers))
                }
                @for missing in criterion.signals.iter().filter(|signal| !signal.present) {
                    (signal("missing", missing, missing.level <= target, numbers))
                }
            }
        }
    }
}

fn signal(class: &str, signal: &SignalView, coach: bool, numbers: &Numbers<'_>) -> Markup {
    let number = numbers.get(signal.id.as_str()).copied().unwrap_or_default();
    let kind = match class {
        "flag" if signal.present => format!("red flag, keeps this at {} or below", signal.level),
        "flag" => "red flag, not seen".into(),
        "shown" => format!("shown, {}", signal.level),
        _ => format!("not seen, {}", signal.level),
    };
    html! {
        li id={ "g" (number) } class={ (class) " g" (number) } {
            p.statement { (line(&signal.statement)) }
            p.quiet { code { (line(&signal.id)) } " · " (kind) ", " (words::chance(signal.p)) }
            @for (sentence, text) in &signal.evidence {
                p.quote { a href={ "#s" (sentence) } { "sentence " (sentence) } " “" (line(text)) "”" }
            }
            @if let (true, Some(text)) = (coach, &signal.coach) { p.coach { (line(text)) } }
            @if let Some(dispute) = &signal.dispute {
                p.dispute { strong { (words::dispute(dispute)) ": " } (line(&dispute.reason)) }
            }
        }
    }
}

fn said(review: &Review, numbers: &Numbers<'_>) -> Markup {
    html! {
        details { summary { "The case" } (paragraphs(&review.drawn.scenario.setting)) }
        @for entry in &review.transcript { (entry_block(&review.interviewer, entry, numbers)) }
    }
}

fn entry_block(interviewer: &str, entry: &Entry, numbers: &Numbers<'_>) -> Markup {
    match &entry.item {
        Item::Interviewer(asked) => html! {
            div.turn.interviewer { h3 { (words::interviewer(&line(interviewer), &asked.kind)) } (paragraphs(&asked.text)) }
        },
        Item::Answer { pieces, retried } => html! {
            div.turn.you {
                h3 { (words::answer(*retried)) }
                p.answer { @for piece in pieces { (piece_span(piece, numbers)) } }
            }
        },
        Item::Aside { text, route } => html! {
            div.turn.you { h3 { (words::aside(*route)) } (paragraphs(text)) }
        },
        Item::Used(what) => html! { p.used { "(" (words::used(what)) ")" } },
        Item::Ended(why) => html! { p.used { "(" (words::cut(*why)) ")" } },
    }
}

fn piece_span(piece: &Piece, numbers: &Numbers<'_>) -> Markup {
    let text = visible(&piece.text);
    let shows: Vec<(&str, usize)> =
        piece.shows.iter().filter_map(|id| Some((id.as_str(), *numbers.get(id.as_str())?))).collect();
    let classes: String = shows.iter().map(|(_, number)| format!(" g{number}")).collect();
    match (piece.number, piece.discount) {
        (Some(number), None) if !shows.is_empty() => html! {
            span id={ "s" (number) } class={ "evidence" (classes) } {
                (text)
                span.marks {
                    " " (number)
                    @for (id, signal) in shows { " " a href={ "#g" (signal) } { (line(id)) } }
                }
            }
        },
        (_, Some(discount)) => html! {
            span.discounted { (text) span.marks { " " (words::discounted(discount)) } }
        },
        (Some(number), None) => html! { span id={ "s" (number) } { (text) } },
        (None, None) => html! { (text) },
    }
}

fn time(review: &Review) -> Markup {
    let clock = &review.clock;
    html! {
        section aria-labelledby="time-title" {
            h2 #time-title { "Time" }
            p { (words::time(review)) }
            (charts::timeline(clock, review.drawn.scenario.minutes))
            p.quiet {
                "Q first question, P probe, T twist, F fact, H hint, R answer taken back, S skipped, – away. The line is at the "
                (review.drawn.scenario.minutes) " minutes that the round is meant to take."
            }
            details {
                summary { "As a list" }
                ol {
                    @for (at, text) in moments(review) { li { (words::stamp(at)) " " (text) } }
                }
            }
        }
    }
}

/// Spans and marks together, in order.
fn moments(review: &Review) -> Vec<(f64, String)> {
    let clock = &review.clock;
    let spans = clock.spans.iter().map(|span| {
        let text = format!("{}, {}", charts::spent(span.what), words::duration(span.to - span.from));
        (span.from, text)
    });
    let marks = clock.marks.iter().map(|mark| (mark.at, words::moment(&mark.what)));
    let mut all: Vec<(f64, String)> = marks.chain(spans).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all
}

fn facts(review: &Review) -> Markup {
    let asked = review.facts.iter().filter(|fact| fact.asked).count();
    html! {
        @if !review.facts.is_empty() {
            section aria-labelledby="facts-title" {
                h2 #facts-title { "Facts: " (asked) " of " (review.facts.len()) " asked for" }
                ul {
                    @for fact in review.facts.iter().filter(|fact| fact.asked) {
                        li { strong { (line(&fact.about)) } ": " (line(&fact.tell)) }
                    }
                    @for fact in review.facts.iter().filter(|fact| !fact.asked) {
                        li.quiet { (line(&fact.about)) " (not asked)" }
                    }
                }
            }
        }
    }
}

fn twist(review: &Review) -> Markup {
    html! {
        @if let (Some(twist), Some(what)) = (&review.twist, words::twist(review)) {
            section aria-labelledby="twist-title" {
                h2 #twist-title { "The twist" }
                blockquote { (paragraphs(&twist.text)) }
                p { (what) }
            }
        }
    }
}

fn earlier(review: &Review, tries: &[&Summary], zone: &TimeZone) -> Markup {
    let scored: Vec<(&Summary, Point)> = tries
        .iter()
        .filter_map(|summary| {
            let score = summary.score.as_ref()?;
            let label = words::day(summary.began, zone);
            let here = summary.session == review.session;
            Some((*summary, Point { label, level: score.overall, interval: score.interval, here }))
        })
        .collect();
    if scored.len() < 2 {
        return html! {};
    }
    let (summaries, points): (Vec<&Summary>, Vec<Point>) = scored.into_iter().unzip();
    html! {
        section aria-labelledby="tries-title" {
            h2 #tries-title { "Your tries at this case" }
            (charts::levels(&points, review.drawn.target, "Overall level of each try; the table below says the same"))
            details {
                summary { "As a table" }
                table {
                    thead { tr { th scope="col" { "When" } th scope="col" { "Level" } th scope="col" { "Likely" } th scope="col" { "Session" } } }
                    tbody { @for (summary, point) in summaries.iter().zip(&points) { tr {
                        td { (point.label) }
                        td { (format!("{:.1}", point.level)) }
                        td { (format!("{:.1} to {:.1}", point.interval.low, point.interval.high)) }
                        td { (line(&summary.session)) @if point.here { " (this one)" } }
                    } } }
                }
            }
        }
    }
}

fn scorings(review: &Review, zone: &TimeZone) -> Markup {
    html! {
        @if review.scorings.len() > 1 {
            section aria-labelledby="scorings-title" {
                h2 #scorings-title { "Scored more than once" }
                ol {
                    @for (number, scoring) in (1..).zip(&review.scorings) {
                        li {
                            (words::when(scoring.at, zone)) ": " (words::level_name(scoring.read))
                            (format!(" {:.1}", scoring.overall)) ", " (line(&scoring.judge.model))
                            @if scoring.corrected { ", rubric corrected" }
                            @if review.shown == Some(number) { " (shown here)" }
                        }
                    }
                }
            }
        }
    }
}

//! All sessions on one page, with filters that need no script.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{line, page};
use crate::{
    core::{
        record::Mode,
        review::summary::{State, Summary},
    },
    render::words,
};

/// A session and the page that shows it.
pub struct Listed<'a> {
    /// The session.
    pub summary: &'a Summary,
    /// Address of its page, from here.
    pub address: String,
}

/// A choice of one among some words; the first word is for all.
struct Filter {
    name: &'static str,
    words: Vec<String>,
}

/// The page. `unreadable` are sessions without a page, with the reason.
pub fn index(sessions: &[Listed<'_>], unreadable: &[(String, String)], zone: &TimeZone) -> String {
    let themes: BTreeSet<String> = sessions.iter().map(|listed| line(&listed.summary.theme)).collect();
    let filters = [
        Filter { name: "theme", words: themes.into_iter().collect() },
        Filter {
            name: "mode",
            words: [Mode::Practice, Mode::Live].map(|mode| words::mode(mode).to_owned()).into(),
        },
        Filter {
            name: "result",
            words: [
                State::Scored,
                State::Empty,
                State::Unscored,
                State::Unjudged,
                State::Abandoned,
                State::CutOff,
            ]
            .map(|state| words::state(state).to_owned())
            .into(),
        },
    ];
    let body = html! {
        header {
            h1 { "Sessions" }
            p.quiet { (words::count(sessions.len(), "session")) " · " a href="progress.html" { "progress" } }
        }
        main {
            section aria-labelledby="filters" {
                h2 #filters { "Show" }
                @for filter in &filters { (fieldset(filter)) }
            }
            section aria-labelledby="list" {
                h2 #list { "Newest first" }
                ul.sessions { @for listed in sessions.iter().rev() { (row(listed, &filters, zone)) } }
                @for (session, why) in unreadable { p.flag { (line(session)) ": " (line(why)) } }
            }
        }
    };
    page("Sessions", &rules(&filters), &body)
}

fn fieldset(filter: &Filter) -> Markup {
    let all = format!("{}-all", filter.name);
    html! {
        fieldset {
            legend { (filter.name) }
            label { input type="radio" name=(filter.name) id=(all) checked; " all" }
            @for (number, word) in filter.words.iter().enumerate() {
                label { input type="radio" name=(filter.name) id={ (filter.name) "-" (number) }; " " (word) }
            }
        }
    }
}

/// A chosen word hides every row that doesn't have it.
fn rules(filters: &[Filter]) -> String {
    let mut rules = String::new();
    for filter in filters {
        for number in 0..filter.words.len() {
            let name = filter.name;
            rules.push_str(&format!(
                "main:has(#{name}-{number}:checked) .sessions li:not(.{name}-{number}){{display:none}}"
            ));
        }
    }
    rules
}

fn row(listed: &Listed<'_>, filters: &[Filter], zone: &TimeZone) -> Markup {
    let summary = listed.summary;
    let words =
        [line(&summary.theme), words::mode(summary.mode).to_owned(), words::state(summary.state).to_owned()];
    let classes: Vec<String> = filters
        .iter()
        .zip(&words)
        .filter_map(|(filter, word)| {
            let number = filter.words.iter().position(|known| known == word)?;
            Some(format!("{}-{number}", filter.name))
        })
        .collect();
    html! {
        li class=(classes.join(" ")) {
            a href=(listed.address) { (line(&summary.title)) }
            " "
            strong { (result(summary)) }
            p.quiet {
                (words::when(summary.began, zone)) " · " (line(&summary.theme)) " · " (words::mode(summary.mode))
                " · target " (summary.target) " · " (words::duration(summary.seconds))
            }
        }
    }
}

/// A session's result in a few words.
fn result(summary: &Summary) -> String {
    match &summary.score {
        Some(score) => format!("{} {:.1}", words::level_name(score.read), score.overall),
        None => words::state(summary.state).into(),
    }
}

//! Progress as a page.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    Place,
    charts::{self, Point},
    line, nav, page,
};
use crate::{
    core::{
        level::TargetLevel,
        progress::{Course, OwnJudgment, Progress},
    },
    render::{progress as said, words},
};

/// The page. `target` is the bar that is drawn.
pub fn progress(progress: &Progress, target: TargetLevel, place: Place, zone: &TimeZone) -> String {
    let body = html! {
        header {
            (nav(place))
            h1 { "Progress" }
            p.quiet { (said::extent(progress, zone)) }
            @if let Some(note) = said::judges(progress) { p.flag { (note) } }
        }
        main {
            @if let Some(overall) = &progress.overall {
                section aria-labelledby="overall" {
                    h2 #overall { "Levels" }
                    (chart(overall, target, zone))
                    p { (said::lately(overall)) "; " (said::course_trend(overall)) }
                }
                (courses("By theme", "themes", &progress.themes, target))
                (courses("By criterion", "criteria", &progress.criteria, target))
                (signals(progress))
            }
            (habits(progress))
            @if let Some(modes) = &progress.modes { (section("Practice and live", "modes", &said::modes(modes))) }
            @if let Some(own) = &progress.own { (own_judgment(own)) }
            @if let Some(text) = said::disputes(progress) { (section("Disputes", "disputes", &text)) }
        }
        footer { p { "Levels come from a model's observations by rule, and models overlook things: read the sentences in the reviews." } }
    };
    page("Progress", "", &body)
}

fn chart(course: &Course, target: TargetLevel, zone: &TimeZone) -> Markup {
    let from = course.points.len().saturating_sub(60);
    let points: Vec<Point> = course.points[from..]
        .iter()
        .map(|point| Point {
            label: words::day(point.at, zone),
            level: point.level,
            interval: point.interval,
            here: false,
        })
        .collect();
    html! {
        (charts::levels(&points, target, "Level of each round over time; the table below says the same"))
        details {
            summary { "As a table" }
            table {
                thead { tr { th scope="col" { "When" } th scope="col" { "Level" } th scope="col" { "Likely" } } }
                tbody { @for point in &points { tr {
                    td { (point.label) } td { (format!("{:.1}", point.level)) }
                    td { (format!("{:.1} to {:.1}", point.interval.low, point.interval.high)) }
                } } }
            }
        }
    }
}

fn courses(title: &str, id: &str, courses: &[Course], target: TargetLevel) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (title) }
            table.courses {
                thead { tr {
                    th scope="col" { "What" } th scope="col" { "Rounds" } th scope="col" { "Lately" } th scope="col" { "Change" }
                } }
                tbody { @for course in courses { tr {
                    th scope="row" { (line(&course.name)) @if course.id.contains('/') { " " code.quiet { (line(&course.id)) } } }
                    td { (charts::spark(&course.points.iter().map(|point| point.level).collect::<Vec<_>>(), target)) }
                    td { (said::lately(course)) }
                    td { (said::course_trend(course)) }
                } } }
            }
        }
    }
}

fn signals(progress: &Progress) -> Markup {
    html! {
        section aria-labelledby="signals" {
            h2 #signals { "Signals" }
            @for (label, _, text) in said::signals(progress) { p { strong { (label) } " " (text) } }
        }
    }
}

fn habits(progress: &Progress) -> Markup {
    let habits = said::habits(progress);
    html! {
        @if !habits.is_empty() {
            section aria-labelledby="habits" {
                h2 #habits { "Habits" }
                ul { @for habit in habits { li { (habit) } } }
            }
        }
    }
}

fn own_judgment(own: &OwnJudgment) -> Markup {
    html! {
        section aria-labelledby="own" {
            h2 #own { "Your own judgment" }
            (charts::calibration(&own.calibration))
            @for paragraph in said::own(own).lines() { p { (paragraph) } }
        }
    }
}

fn section(title: &str, id: &str, text: &str) -> Markup {
    html! { section aria-labelledby=(id) { h2 id=(id) { (title) } p { (text) } } }
}

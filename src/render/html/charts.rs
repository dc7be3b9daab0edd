//! Charts as inline SVG. Whatever they show stands beside them in words too, so they are pictures to a screen reader.

use maud::{Markup, html};

use super::line;
use crate::{
    core::{
        interval::Interval,
        level::TargetLevel,
        review::clock::{Clock, Moment, Spent},
    },
    render::words,
};

/// Left and right of the scale in a gauge.
const EDGE: f64 = 10.0;
/// One level on a gauge.
const STEP: f64 = 60.0;

fn on_gauge(level: f64) -> f64 {
    EDGE + level.clamp(0.0, 5.0) * STEP
}

/// A level with its interval on the scale from 0 to 5, the bar, and where the candidate saw it.
pub fn gauge(level: f64, Interval { low, high }: Interval, target: TargetLevel, own: Option<u8>) -> Markup {
    let bar = on_gauge(f64::from(target.level().number()));
    html! {
        svg.gauge viewBox="0 0 320 28" aria-hidden="true" {
            @for place in 0..=5 {
                line.grid x1=(on_gauge(f64::from(place))) x2=(on_gauge(f64::from(place))) y1="4" y2="24" {}
            }
            line.bar x1=(bar) x2=(bar) y1="0" y2="28" {}
            rect.range x=(on_gauge(low) - 5.0) width=(on_gauge(high) - on_gauge(low) + 10.0) y="9" height="10" rx="5" {}
            circle.dot cx=(on_gauge(level)) cy="14" r="6" {}
            @if let Some(own) = own {
                path.own d=(diamond(on_gauge(f64::from(own)), 14.0, 8.0)) {}
            }
        }
    }
}

/// The names of the levels over a column of gauges.
pub fn gauge_head() -> Markup {
    let names = ["none", "mid", "senior", "staff", "sr-staff", "princ."];
    html! {
        svg.gauge viewBox="0 0 320 16" aria-hidden="true" {
            @for (place, name) in names.iter().enumerate() {
                text.tick x=(on_gauge(place as f64)) y="12" text-anchor=(match place { 0 => "start", 5 => "end", _ => "middle" }) { (name) }
            }
        }
    }
}

fn diamond(x: f64, y: f64, size: f64) -> String {
    format!(
        "M{x:.1} {:.1} L{:.1} {y:.1} L{x:.1} {:.1} L{:.1} {y:.1} Z",
        y - size,
        x + size,
        y + size,
        x - size
    )
}

/// Width of the drawing area of a timeline.
const WIDE: f64 = 880.0;
const LEFT: f64 = 90.0;

/// What the time of a round was spent on, and what happened when. `minutes` is how long it was meant to take.
pub fn timeline(clock: &Clock, minutes: u32) -> Markup {
    let length = clock.seconds.max(f64::from(minutes) * 60.0).max(1.0);
    let at = |seconds: f64| LEFT + seconds.clamp(0.0, length) / length * WIDE;
    let every = [1.0, 2.0, 5.0, 10.0, 20.0, 60.0].into_iter().find(|step| length / 60.0 / step <= 16.0);
    let every = every.unwrap_or(60.0) * 60.0;
    let ticks = (0..=(length / every) as usize).map(|tick| tick as f64 * every);
    let lane = |spent: Spent| match spent {
        Spent::Answering { .. } => ("answering", 62.0),
        Spent::Asking => ("asking", 62.0),
        Spent::Judging => ("judging", 102.0),
    };
    html! {
        svg.timeline viewBox="0 0 1000 160" role="img" aria-label="Timeline of the round; the list below says the same" {
            @for (y, name) in [(34.0, "interviewer"), (78.0, "you"), (118.0, "judge")] {
                text.lane x="0" y=(y) { (name) }
            }
            @for seconds in ticks {
                line.grid x1=(at(seconds)) x2=(at(seconds)) y1="12" y2="134" {}
                text.tick x=(at(seconds)) y="150" text-anchor="middle" { (words::stamp(seconds)) }
            }
            @let meant = at(f64::from(minutes) * 60.0);
            line.bar x1=(meant) x2=(meant) y1="12" y2="134" {}
            @for span in &clock.spans {
                @let (class, y) = lane(span.what);
                @let width = (at(span.to) - at(span.from)).max(2.0);
                rect class=(class) x=(at(span.from)) width=(width) y=(y) height="24" rx="4" {
                    title { (spent(span.what)) ", " (words::duration(span.to - span.from)) }
                }
                @if let (Spent::Answering { words }, true) = (span.what, width > 44.0) {
                    text.inside x=(at(span.from) + width / 2.0) y=(y + 17.0) text-anchor="middle" { (words) " w" }
                }
            }
            @for (mark, x) in clock.marks.iter().zip(apart(clock.marks.iter().map(|mark| at(mark.at)))) {
                @let (class, sign) = sign(&mark.what);
                path class=(class) d=(diamond(x, 30.0, 9.0)) { title { (words::moment(&mark.what)) } }
                text.sign x=(x) y="16" text-anchor="middle" { (sign) }
            }
        }
    }
}

/// Moves marks that would hide each other to the right; the list has their exact times.
fn apart(places: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut apart: Vec<f64> = vec![];
    for place in places {
        let free = apart.last().map_or(f64::MIN, |last| last + 19.0);
        apart.push(place.max(free));
    }
    apart
}

/// A stretch of time in words.
pub fn spent(what: Spent) -> String {
    match what {
        Spent::Answering { words } => format!("your answer, {}", words::count(words, "word")),
        Spent::Asking => "your question".into(),
        Spent::Judging => "the judge at work".into(),
    }
}

fn sign(moment: &Moment) -> (&'static str, &'static str) {
    match moment {
        Moment::Opening => ("mark", "Q"),
        Moment::Probe(_) => ("mark", "P"),
        Moment::Twist => ("mark twist", "T"),
        Moment::Fact => ("mark quiet", "F"),
        Moment::Hint => ("mark help", "H"),
        Moment::Retry => ("mark help", "R"),
        Moment::Skip => ("mark quiet", "S"),
        Moment::Away => ("mark quiet", "–"),
    }
}

/// A value that was measured at some point in time.
pub struct Point {
    /// Under the axis.
    pub label: String,
    /// 0 to 5.
    pub level: f64,
    /// Where it most likely lies.
    pub interval: Interval,
    /// Whether it is the one that the page is about.
    pub here: bool,
}

/// Levels one after the other, with their intervals and the bar.
pub fn levels(points: &[Point], target: TargetLevel, title: &str) -> Markup {
    let step = 880.0 / points.len().max(1) as f64;
    let x = |index: usize| 110.0 + step * (index as f64 + 0.5);
    let y = |level: f64| 170.0 - level.clamp(0.0, 5.0) * 32.0;
    let line_through: Vec<String> = points
        .iter()
        .enumerate()
        .map(|(index, point)| format!("{:.1},{:.1}", x(index), y(point.level)))
        .collect();
    let every = points.len().div_ceil(8);
    html! {
        svg.levels viewBox="0 0 1000 200" role="img" aria-label=(line(title)) {
            @for place in 0..=5u8 {
                line.grid x1="110" x2="990" y1=(y(f64::from(place))) y2=(y(f64::from(place))) {}
                text.tick x="104" y=(y(f64::from(place)) + 4.0) text-anchor="end" { (words::place_name(place)) }
            }
            @let bar = y(f64::from(target.level().number()));
            line.bar x1="110" x2="990" y1=(bar) y2=(bar) {}
            polyline.path points=(line_through.join(" ")) {}
            @for (index, point) in points.iter().enumerate() {
                line.whisker x1=(x(index)) x2=(x(index)) y1=(y(point.interval.low)) y2=(y(point.interval.high)) {}
                circle class=(if point.here { "dot here" } else { "dot" }) cx=(x(index)) cy=(y(point.level)) r=(if point.here { 8 } else { 5 }) {
                    title { (line(&point.label)) ": " (format!("{:.1}", point.level)) }
                }
                @if index % every == 0 {
                    text.tick x=(x(index)) y="194" text-anchor="middle" { (line(&point.label)) }
                }
            }
        }
    }
}

/// The last rounds in a small line, with the bar.
pub fn spark(levels: &[f64], target: TargetLevel) -> Markup {
    let last = &levels[levels.len().saturating_sub(24)..];
    let x = |index: usize| 6.0 + index as f64 * 188.0 / (last.len().max(2) - 1) as f64;
    let y = |level: f64| 36.0 - level.clamp(0.0, 5.0) * 6.4;
    let points: Vec<String> =
        last.iter().enumerate().map(|(index, level)| format!("{:.1},{:.1}", x(index), y(*level))).collect();
    let bar = y(f64::from(target.level().number()));
    html! {
        svg.spark viewBox="0 0 200 40" aria-hidden="true" {
            line.bar x1="0" x2="200" y1=(bar) y2=(bar) {}
            polyline.path points=(points.join(" ")) {}
            @for (index, level) in last.iter().enumerate() { circle.dot cx=(x(index)) cy=(y(*level)) r="3.5" {} }
        }
        span.unseen { (last.iter().map(|level| format!("{level:.1}")).collect::<Vec<_>>().join(", ")) }
    }
}

/// For each level that a person gave themselves, the level that the judge gave: on the diagonal they agree.
pub fn calibration(places: &[(u8, usize, f64)]) -> Markup {
    let x = |place: f64| 90.0 + place * 60.0;
    let y = |level: f64| 230.0 - level.clamp(0.0, 5.0) * 42.0;
    html! {
        svg.calibration viewBox="0 0 420 270" role="img" aria-label="Your levels against the judge's; the lines below say the same" {
            @for place in 0..=5u8 {
                @let (at, level) = (x(f64::from(place)), y(f64::from(place)));
                line.grid x1="90" x2="390" y1=(level) y2=(level) {}
                text.tick x="84" y=(level + 4.0) text-anchor="end" { (words::place_name(place)) }
                text.tick x=(at) y="248" text-anchor="middle" { (place) }
            }
            line.bar x1=(x(0.0)) y1=(y(0.0)) x2=(x(5.0)) y2=(y(5.0)) {}
            @for (place, times, level) in places {
                circle.dot cx=(x(f64::from(*place))) cy=(y(*level)) r=(4.0 + (*times as f64).sqrt().min(8.0)) {}
            }
            text.tick x="240" y="266" text-anchor="middle" { "you said" }
        }
    }
}

/// How likely below, at and above the bar.
pub fn chances(below: f64, at: f64, above: f64) -> Markup {
    let width = |p: f64| p * 600.0;
    html! {
        svg.chances viewBox="0 0 600 14" preserveAspectRatio="none" aria-hidden="true" {
            rect.below x="0" width=(width(below)) y="0" height="14" {}
            rect.at x=(width(below)) width=(width(at)) y="0" height="14" {}
            rect.above x=(width(below + at)) width=(width(above)) y="0" height="14" {}
        }
    }
}

//! Progress in the terminal, and the sentences about it that the page shares.

use jiff::tz::TimeZone;

use super::{
    style::{FAINT, GOOD, MARK, STRONG, WARN, heading, paint, wrap_hanging},
    words,
};
use crate::core::{
    interval::Interval,
    progress::{
        Course, Habit, LATELY, Modes, OFTEN, OwnJudgment, Progress, SignalCourse,
        trend::{Change, Trend},
    },
    text::one_line,
};

/// Everything that there is to say, and where there is too little to say it.
pub fn progress(progress: &Progress, width: usize, zone: &TimeZone) -> String {
    let mut out =
        format!("{}\n{}\n", heading("Progress", width), wrap_hanging(&extent(progress, zone), width, 0, 0));
    if let Some(note) = judges(progress) {
        out.push_str(&wrap_hanging(&paint(WARN, note), width, 0, 0));
        out.push('\n');
    }
    if let Some(overall) = &progress.overall {
        out.push_str(&format!("\n{}\n", heading("Levels", width)));
        out.push_str(&course(overall, width));
        for part in progress.themes.iter().chain(&progress.criteria) {
            out.push_str(&course(part, width));
        }
        out.push_str(&format!("\n{}\n", heading("Signals", width)));
        for (label, style, text) in signals(progress) {
            let text = format!("{} {text}", paint(style, label));
            out.push_str(&wrap_hanging(&text, width, 2, 4));
            out.push('\n');
        }
    }
    let habits = habits(progress);
    if !habits.is_empty() {
        out.push_str(&format!("\n{}\n", heading("Habits", width)));
        for habit in habits {
            out.push_str(&wrap_hanging(&habit, width, 2, 4));
            out.push('\n');
        }
    }
    for (title, text) in [
        ("Practice and live", progress.modes.as_ref().map(modes)),
        ("Your own judgment", progress.own.as_ref().map(own)),
        ("Disputes", disputes(progress)),
    ] {
        if let Some(text) = text {
            out.push_str(&format!("\n{}\n{}\n", heading(title, width), wrap_hanging(&text, width, 2, 2)));
        }
    }
    out
}

/// How much there is.
pub fn extent(progress: &Progress, zone: &TimeZone) -> String {
    let Some((first, last)) = progress.span else {
        return "There are no sessions yet. `pushback practice` begins one.".into();
    };
    let (first, last) = (words::day(first, zone), words::day(last, zone));
    let when = if first == last { first } else { format!("{first} to {last}") };
    let scored = match progress.scored {
        0 => "none of them scored, so there are no levels yet".into(),
        scored => format!("{scored} scored"),
    };
    format!("{}, {scored}, {when}", words::count(progress.sessions, "session"))
}

/// That levels come from more than one judge, if they do.
pub fn judges(progress: &Progress) -> Option<String> {
    (progress.judges.len() > 1).then(|| {
        format!(
            "Scored by different judges ({}): a change may be theirs. `pushback score SESSION` scores with the one in use now.",
            one_line(&progress.judges.join(", "))
        )
    })
}

fn course(course: &Course, width: usize) -> String {
    let levels: Vec<f64> = course.points.iter().map(|point| point.level).collect();
    let name = if course.id.contains('/') {
        format!("{} {}", one_line(&course.name), paint(FAINT, one_line(&course.id)))
    } else {
        one_line(&course.name)
    };
    let text = format!(
        "{}\n{} {}; {}",
        paint(STRONG, name),
        paint(MARK, spark(&levels)),
        lately(course),
        paint(trend_style(course.trend), course_trend(course))
    );
    wrap_hanging(&text, width, 2, 4) + "\n"
}

/// The last rounds as small bars: one for each, as high as its level.
fn spark(levels: &[f64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let last = &levels[levels.len().saturating_sub(24)..];
    last.iter().map(|level| BARS[((level / 5.0 * 7.0).round() as usize).min(7)]).collect()
}

fn trend_style(trend: Trend) -> anstyle::Style {
    match trend {
        Trend::Rises(_) => GOOD,
        Trend::Falls(_) => WARN,
        Trend::TooFew { .. } | Trend::Unclear(_) => FAINT,
    }
}

/// What a course does, in words.
pub fn course_trend(course: &Course) -> String {
    trend(course.trend, &words::count(course.points.len(), "round"))
}

/// Where a course is now, in words.
pub fn lately(course: &Course) -> String {
    match course.points.len().min(LATELY) {
        0 | 1 => format!("{:.1}", course.lately),
        rounds => format!("{:.1} (mean of the last {rounds})", course.lately),
    }
}

/// A trend in words.
fn trend(trend: Trend, over: &str) -> String {
    let change = |change: Change| {
        let Interval { low, high } = change.interval;
        format!("{} over {over}, likely {} to {}", signed(change.by), signed(low), signed(high))
    };
    match trend {
        Trend::TooFew { have, need } => {
            format!("{} so far, too few to see a trend (that takes {need})", words::count(have, "round"))
        }
        Trend::Unclear(by) if by.interval.width() < 0.1 => format!("no change over {over}"),
        Trend::Unclear(by) => format!("no clear change ({})", change(by)),
        Trend::Rises(by) => format!("rises ({})", change(by)),
        Trend::Falls(by) => format!("falls ({})", change(by)),
    }
}

/// A difference with its sign; what rounds to nothing has none.
pub fn signed(difference: f64) -> String {
    let text = format!("{difference:+.1}");
    if text.get(1..) == Some("0.0") { "0.0".into() } else { text }
}

/// What there is to say about signals: a label, its style, and the text.
pub fn signals(progress: &Progress) -> Vec<(&'static str, anstyle::Style, String)> {
    let list = |courses: &[SignalCourse]| {
        let item = |course: &SignalCourse| {
            format!("{} ({} of {})", one_line(&course.signal), course.times(), course.shown.len())
        };
        courses.iter().map(item).collect::<Vec<_>>().join(", ")
    };
    let mut rows = vec![];
    for (label, style, courses) in [
        ("never shown:", WARN, &progress.never),
        ("won:", GOOD, &progress.won),
        ("lost:", WARN, &progress.lost),
    ] {
        if !courses.is_empty() {
            rows.push((label, style, list(courses)));
        }
    }
    if rows.is_empty() {
        let text = format!(
            "nothing yet. A signal counts as never shown when {OFTEN} rounds expected it in vain, and as won or lost when it changed over 4."
        );
        rows.push(("weak or won:", FAINT, text));
    }
    if !progress.red_flags.is_empty() {
        let flag =
            |(id, count): &(String, usize)| format!("{} ({})", one_line(id), words::count(*count, "time"));
        rows.push(("red flags:", WARN, progress.red_flags.iter().map(flag).collect::<Vec<_>>().join(", ")));
    }
    rows
}

/// Habits, one a line.
pub fn habits(progress: &Progress) -> Vec<String> {
    let row = |habit: &Option<Habit>, name: &str, number: &dyn Fn(f64) -> String| {
        let habit = habit.as_ref()?;
        let before = match habit.before {
            Some(before) => format!("before that {}", number(before)),
            None => format!("too few rounds to compare ({})", habit.rounds),
        };
        Some(format!("{name}: {} lately, {before}", number(habit.lately)))
    };
    [
        row(&progress.probes, "probes a round", &|mean| format!("{mean:.1}")),
        row(&progress.first_answer, "time to the first answer", &words::duration),
        row(&progress.facts, "facts asked for", &|share| format!("{:.0}%", 100.0 * share)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Practice against live.
pub fn modes(modes: &Modes) -> String {
    let (practice, live) = (modes.practice, modes.live);
    let text = format!(
        "Practice {:.1} ({}), live {:.1} ({}).",
        practice.0,
        words::count(practice.1, "round"),
        live.0,
        words::count(live.1, "round")
    );
    if practice.1.min(live.1) < OFTEN { format!("{text} Too few to compare.") } else { text }
}

/// The person's own judgment.
pub fn own(own: &OwnJudgment) -> String {
    let direction = if own.bias > 0.15 {
        "you rate yourself above the judge"
    } else if own.bias < -0.15 {
        "you rate yourself below the judge"
    } else {
        "neither above nor below the judge"
    };
    let mut text = format!(
        "Bias {}: {direction}. You are {:.1} off on average, and {:.0}% of your ratings are inside the judge's range ({} in {}).",
        signed(own.bias),
        own.error,
        100.0 * own.inside,
        words::count(own.ratings, "rating"),
        words::count(own.course.len(), "session")
    );
    let rounds = words::count(own.course.len(), "session");
    text.push_str(&format!("\nThe distance: {}.", trend(own.trend, &rounds)));
    for (place, times, level) in &own.calibration {
        text.push_str(&format!(
            "\nWhere you said {}: it read {level:.1} ({})",
            words::place_name(*place),
            words::count(*times, "time")
        ));
    }
    text
}

/// Disputes, if there are any.
pub fn disputes(progress: &Progress) -> Option<String> {
    let (count, sessions) = progress.disputes;
    (count > 0).then(|| {
        format!(
            "You contradict the judge on {} in {}. `pushback export --disputes` makes labels of them.",
            words::count(count, "observation"),
            words::count(sessions, "session")
        )
    })
}

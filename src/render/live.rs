//! What is shown about a live round: the rules before it, the ledger after it.

use crate::core::{
    interview_loop::{Debrief, InterviewLoop, LoopRound},
    level::TargetLevel,
    live::{Aid, Answer, BLIND_SPOTS, Closes, Cut, LoopPlace, Sensors, Sight, Thresholds},
    review::ledger::{Entry, Ledger},
    text::{one_line, visible},
    turn::Voice,
};

use super::{
    style::{FAINT, GOOD, STRONG, WARN, heading, paint, wrap_hanging},
    words::{self, span},
};

/// What the rules screen tells.
pub struct Rules<'a> {
    /// What is about to begin, e.g. "a round".
    pub what: String,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// The level that the person interviews for.
    pub target: TargetLevel,
    /// What the terminal can report.
    pub sensors: Sensors,
    /// From where on typing is a paste.
    pub thresholds: Thresholds,
    /// What was declared.
    pub declared: &'a [Aid],
    /// Which model gets to see the answers.
    pub who: &'a str,
}

fn points<S: AsRef<str>>(title: &str, points: impl IntoIterator<Item = S>, width: usize) -> String {
    let mut out = format!("{}\n", paint(STRONG, title));
    for point in points {
        out.push_str(&wrap_hanging(&format!("· {}", point.as_ref()), width, 2, 4));
        out.push('\n');
    }
    out
}

/// The screen before a live round.
pub fn rules(rules: &Rules<'_>, width: usize) -> String {
    let minutes = rules.minutes;
    let said = |answer, yes: &'static str, no: &'static str, silent: &'static str| match answer {
        Answer::Yes => yes,
        Answer::No => no,
        Answer::Silent => silent,
    };
    let marks = said(
        rules.sensors.paste_marks,
        "your terminal marks pastes",
        "your terminal doesn't mark pastes",
        "your terminal doesn't say whether it marks pastes",
    );
    let focus = said(
        rules.sensors.focus,
        "how long this window has no focus",
        "not how long this window has no focus: your terminal can't tell",
        "how long this window has no focus, if your terminal tells (it doesn't say)",
    );
    let seen = [
        "every key with its time, keys that are off, resizing, standing still".to_owned(),
        format!(
            "pastes: {} characters without a gap are one{}; {marks}",
            rules.thresholds.burst,
            declared(rules.declared)
        ),
        focus.to_owned(),
    ];
    let title = format!("Live: {}", rules.what);
    format!(
        "{}\n{}\n{}{}{}\n{}\n",
        heading(&title, width),
        paint(
            FAINT,
            wrap_hanging(
                &format!("{minutes} minutes · target {} · {}", rules.target, rules.who),
                width,
                0,
                0
            )
        ),
        points(
            "The rules",
            [
                "The clock starts when you press Enter and never stops. What you have typed at its end is your answer.",
                "No hint, no rubric, no second try, no pause. The interviewer has its author's words and no others.",
                "Pasting, history, completion and typing ahead are off.",
                "Leaving is for good. If you are cut off, `pushback resume` goes on, and the clock has not waited.",
            ],
            width
        ),
        points("What is recorded, as facts and never a verdict", seen, width),
        points("What no program in a terminal can see", [BLIND_SPOTS.join("; ")], width),
        wrap_hanging(&paint(STRONG, "Enter begins. Esc leaves, and nothing has happened."), width, 0, 0),
    )
}

fn declared(aids: &[Aid]) -> String {
    if aids.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = aids.iter().map(|aid| aid.name()).collect();
    format!(" (you declared {})", names.join(", "))
}

/// Who asks, before the first question.
pub fn introduction(voice: &Voice, width: usize) -> Option<String> {
    let name = voice.name.as_deref().map(one_line);
    let greeting = voice.greeting.as_deref().map(visible);
    if name.is_none() && greeting.is_none() {
        return None;
    }
    let name = paint(STRONG, name.unwrap_or_else(|| "Interviewer".into()));
    Some(format!("{name}\n{}\n", wrap_hanging(greeting.unwrap_or_default().trim(), width, 2, 2)))
}

/// What there is to do with a round that is over and sealed, beside reading it again.
pub fn sealed(id: &str, width: usize) -> String {
    let text = format!(
        "The record is sealed: `pushback verify {id}` checks it, `pushback replay {id}` plays the typing back."
    );
    wrap_hanging(&paint(FAINT, text), width, 0, 0)
}

/// What was seen in a live session, beside what could not be seen.
pub fn ledger(ledger: &Ledger, sealed: Option<Closes>, width: usize) -> String {
    let mut out = format!("{}\n\n", heading("What was seen", width));
    for fact in facts(ledger, sealed) {
        out.push_str(&wrap_hanging(&format!("· {fact}"), width, 2, 4));
        out.push('\n');
    }
    if !ledger.entries.is_empty() {
        out.push('\n');
    }
    for Entry { ms, what } in &ledger.entries {
        if let Some(what) = sight(what) {
            out.push_str(&wrap_hanging(
                &format!("{}  {what}", paint(FAINT, format!("{:>5}", words::stamp(*ms as f64 / 1000.0)))),
                width,
                2,
                9,
            ));
            out.push('\n');
        }
    }
    out.push('\n');
    out.push_str(&points("What could not be seen", BLIND_SPOTS, width));
    out
}

/// What a ledger adds up to, a sentence each.
pub fn facts(ledger: &Ledger, sealed: Option<Closes>) -> Vec<String> {
    let hand = &ledger.hand;
    let mut facts = vec![];
    let ended = match ledger.cut {
        None => "the interview was over before the time was",
        Some(Cut::Deadline) => "the time was over before the interviewer was through",
        Some(Cut::Abandoned) => "it was left for good",
    };
    facts.push(format!("{} minutes on the clock, times are from its start; {ended}", ledger.rules.minutes));
    if let Some(place) = &ledger.rules.of_loop {
        facts.push(loop_place(place));
    }
    facts.push(match sealed {
        Some(Closes::Everything) => "sealed: `pushback verify` finds any change".into(),
        Some(Closes::Words) => "what was said is sealed: `pushback verify` finds any change".into(),
        None => "not sealed".into(),
    });
    if !ledger.rules.declared.is_empty() {
        let names: Vec<&str> = ledger.rules.declared.iter().map(|aid| aid.name()).collect();
        facts.push(format!("declared before the start: {}", names.join(", ")));
    }
    if hand.typed > 0 {
        let speed = hand.speed().map_or(String::new(), |speed| format!("; {speed:.0} a minute while typing"));
        let deleted = hand
            .share_deleted()
            .map_or(String::new(), |share| format!(", of which {:.0}% were taken away again", share * 100.0));
        facts.push(format!(
            "{} characters typed{deleted}{speed}, {} in the fastest second",
            hand.typed, hand.fastest
        ));
    }
    if hand.restored > 0 {
        facts.push(format!(
            "{} characters stood there from before a restart, and are not timed",
            hand.restored
        ));
    }
    if let Some(silence) = &hand.silence {
        let unfocused = if silence.unfocused >= 1000 {
            format!(", {} of it without focus", span(silence.unfocused))
        } else {
            String::new()
        };
        facts.push(format!(
            "longest silence: {} at {}{unfocused}; then “{}…”",
            span(silence.ms),
            words::stamp(silence.since as f64 / 1000.0),
            one_line(&silence.then)
        ));
    }
    let away = ledger.unfocused();
    facts.push(match (away, ledger.rules.sensors.focus) {
        (1.., _) => format!("without focus for {} in all", span(away)),
        (0, Answer::Yes) => "the window always had the focus".into(),
        (0, Answer::No | Answer::Silent) => "no report of the focus: the terminal may send none".into(),
    });
    if ledger.help_asked > 0 {
        facts.push(format!("help was asked for {}", times(ledger.help_asked)));
    }
    facts
}

fn loop_place(place: &LoopPlace) -> String {
    let pause = match (place.break_ms, place.break_minutes) {
        (0, _) => String::new(),
        (taken, planned) => format!(", after a break of {} ({planned} min planned)", span(taken)),
    };
    format!("round {} of {} of the loop `{}`{pause}", place.round, place.of, one_line(&place.id))
}

fn times(count: usize) -> String {
    match count {
        1 => "once".into(),
        2 => "twice".into(),
        count => format!("{count} times"),
    }
}

/// What was seen, in words. `None` for what is told elsewhere.
pub fn sight(what: &Sight) -> Option<String> {
    Some(match what {
        Sight::Started { .. } | Sight::Typed(_) | Sight::FocusLost => return None,
        Sight::Paste { marked, chars, text } => {
            let how = if *marked { "marked by the terminal" } else { "too fast for a hand" };
            let begin: String = one_line(text).chars().take(40).collect();
            format!("a paste of {chars} characters was refused ({how}): “{begin}…”")
        }
        Sight::FocusBack { away } => format!("the window has the focus again, after {}", span(*away)),
        Sight::DeniedKey { key } => format!("{} was pressed; it does nothing", one_line(key)),
        Sight::DeniedCommand { command } => {
            format!("{} was typed; it doesn't exist in live mode", one_line(command))
        }
        Sight::TypeAhead { bytes } => format!("{bytes} keys before the question was there were thrown away"),
        Sight::Resized { columns, rows } => format!("the window became {columns} by {rows}"),
        Sight::StoodStill { for_ms } => {
            format!("the program had stood still for {}; the clock had not", span(*for_ms))
        }
        Sight::TimeSet { by_ms } => {
            let direction = if *by_ms > 0 { "forward" } else { "back" };
            format!("the system's time was set {direction} by {}", span(by_ms.unsigned_abs()))
        }
        Sight::Restarted { away } => format!("taken up again by a new process, after {}", span(*away)),
        Sight::Lookup { command, .. } => format!("`{}` was tried elsewhere, and refused", one_line(command)),
        Sight::Warned { minutes: 1 } => "told that one minute is left".into(),
        Sight::Warned { minutes } => format!("told that {minutes} minutes are left"),
    })
}

/// A row of the list of interview loops.
pub fn loop_row(of: &InterviewLoop, width: usize) -> String {
    let rounds = of.rounds.iter().map(|round| one_line(&round.name)).collect::<Vec<_>>().join(" · ");
    let target = of.target.map_or(String::new(), |target| format!(" · target {target}"));
    let target = if of.domain.is_any() { target } else { format!(" · {}{target}", of.domain) };
    format!(
        "{}  {}\n{}\n{}\n",
        paint(STRONG, &of.id),
        one_line(&of.title),
        wrap_hanging(&visible(&of.about), width, 4, 4),
        wrap_hanging(&paint(FAINT, format!("{rounds}{target}")), width, 4, 4)
    )
}

/// The screen between two rounds. `until` is when the break is over.
pub fn between_rounds(
    round: &LoopRound,
    (number, of): (usize, usize),
    minutes: u32,
    until: &str,
    width: usize,
) -> String {
    let pause = match round.break_before {
        0 => String::new(),
        1 => format!("A break of a minute, until {until}, if you want it. "),
        minutes => format!("A break of {minutes} minutes, until {until}, if you want it. "),
    };
    let next = format!("Round {number} of {of}: {}", one_line(&round.name));
    let text = format!("{minutes} minutes. {pause}Nothing is scored before the last round is over.");
    format!(
        "\n{}\n{}\n\n{}",
        heading(&next, width),
        wrap_hanging(&text, width, 0, 0),
        wrap_hanging(
            &paint(
                STRONG,
                "Enter begins the round. Esc stops here; `pushback resume` goes on. Q leaves the loop for good."
            ),
            width,
            0,
            0
        )
    )
}

/// What came of a loop.
pub fn debrief(debrief: &Debrief, of: Option<&InterviewLoop>, width: usize) -> String {
    let title = of.map_or("Debrief".into(), |of| format!("Debrief: {}", one_line(&of.title)));
    let mut out = format!("\n{}\n\n", heading(&title, width));
    for (number, round) in (1..).zip(&debrief.rounds) {
        let name = of
            .and_then(|of| of.rounds.get(number - 1))
            .map_or(String::new(), |round| format!("{}: ", one_line(&round.name)));
        let result = match &round.result {
            Ok((overall, read)) => {
                let reads = *read >= Some(round.target.level());
                let style = if reads { GOOD } else { WARN };
                paint(style, format!("{} {overall:.1}", words::level_name(*read)))
            }
            Err(why) => paint(WARN, format!("no score: {why}")),
        };
        let row = format!("{number}. {name}{} · {result} · target {}", one_line(&round.title), round.target);
        out.push_str(&wrap_hanging(&row, width, 2, 5));
        out.push('\n');
    }
    let scored = debrief.rounds.iter().filter(|round| round.result.is_ok()).count();
    if let Some(overall) = debrief.overall {
        let from = if scored == debrief.rounds.len() {
            "the weighted mean of all rounds".into()
        } else {
            format!("the weighted mean of {scored} of {} rounds", debrief.rounds.len())
        };
        out.push_str(&format!(
            "\n{}\n",
            paint(STRONG, format!("Together: {} {overall:.1}", words::level_name(debrief.read)))
        ));
        out.push_str(&wrap_hanging(&paint(FAINT, from), width, 2, 2));
        out.push('\n');
    }
    if let Some((index, name, level)) = &debrief.lowest {
        let row = format!("Lowest criterion: {} in round {}, {level:.1}", one_line(name), index + 1);
        out.push_str(&wrap_hanging(&row, width, 2, 4));
        out.push('\n');
    }
    if let Some(text) = of.and_then(|of| of.debrief.as_deref()) {
        out.push_str(&format!("\n{}\n", wrap_hanging(visible(text).trim(), width, 2, 2)));
    }
    out.push_str(&format!("\n{}\n", paint(FAINT, "Each round by itself:")));
    for round in &debrief.rounds {
        out.push_str(&paint(FAINT, format!("  pushback review {}\n", round.session)));
    }
    out
}

//! One live round, from the terminal's taking to the seal.

use std::{collections::BTreeMap, io, time::Duration};

use jiff::Timestamp;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::cli::{
    args::LiveArgs,
    context::Context,
    error::{self, BAD_INPUT, Failure, REFUSED},
    model::{self, Choice},
};
use crate::{
    adapters::{
        clock::{self, SystemClock},
        store::{
            journal::{self, JsonlJournal},
            open_rounds::{self, Lookups, OpenRound},
            seal::SealingKey,
        },
        terminal::{
            live::{self, LiveTerminal, RoundClock, Setup},
            output,
            practice::Terminal,
            presence::Presence,
            raw::RawTerminal,
            script::Script,
        },
    },
    app::drive::{self, Ending},
    core::{
        bank::{Bank, Case, Wanted},
        draw::Rest,
        hash::fingerprint,
        level::TargetLevel,
        live::{Aid, LoopPlace, Patience, Rules, Sensors, Sight, Sighting, Thresholds, Voice},
        record::{self, Drawn, FORMAT, Line, Mode, Opened, Record},
        session::Session,
    },
    ports::{Clock, Journal, Observer},
    render::live as screen,
};

/// Lets the model read a case while the person reads the rules: no clock runs yet.
pub fn warm_up(case: &Case, target: TargetLevel, observer: &dyn Observer) {
    drive::warm_up(&Session::new(Mode::Live, target, case.clone()), observer);
}

/// Live mode needs somebody who types and reads.
pub fn require_terminal() -> Result<(), Failure> {
    match Presence::now() {
        Presence::Screen => Ok(()),
        Presence::Plain => Err(Failure::new(REFUSED, "live mode needs a terminal that can be painted on")
            .hint("`TERM` says that this one can't; `pushback practice` reads it a line at a time")),
        Presence::Nobody => Err(Failure::new(REFUSED, "live mode needs a real terminal on both sides")
            .hint("`pushback practice` plays a script from a pipe")),
    }
}

/// When each scenario was seen last, in any mode.
fn last_seen(context: &Context) -> Result<BTreeMap<String, Timestamp>, Failure> {
    let mut seen = BTreeMap::new();
    for id in context.sessions.ids()? {
        // What can't be read can't be counted.
        let Ok(loaded) = journal::load(&context.sessions.journal(&id)) else { continue };
        if let (Some(drawn), Some(last)) = (record::drawn(&loaded.lines), loaded.lines.last()) {
            let when = seen.entry(drawn.scenario.id.clone()).or_insert(last.at);
            *when = last.at.max(*when);
        }
    }
    Ok(seen)
}

fn rest(context: &Context) -> Result<Rest, Failure> {
    Ok(Rest { days: context.config.live.rest_days, seen: last_seen(context)?, now: SystemClock.now() })
}

/// Refuses a case that the person still knows.
pub fn require_rested(context: &Context, case: &Case) -> Result<(), Failure> {
    let id = &case.scenario.id;
    let Some(again) = rest(context)?.again(id) else { return Ok(()) };
    let when = again.to_zoned(output::zone()).strftime("%-d %b %Y");
    Err(Failure::new(REFUSED, format!("you know `{id}`: it can be played live again from {when} on")).hint(
        "`pushback live` draws one that you have not seen; `rest-days` under `[live]` in the settings sets the time",
    ))
}

/// Draws a case that has rested and is none of `taken`, as near as there is to what is wanted.
pub fn draw<'a>(
    context: &Context,
    bank: &'a Bank,
    wanted: &Wanted,
    seed: u64,
    taken: &[String],
) -> Result<&'a Case, Failure> {
    let rest = rest(context)?;
    let is_free = |case: &Case| rest.is_over(&case.scenario.id) && !taken.contains(&case.scenario.id);
    let drawn = bank.draw_near(wanted, &mut ChaCha20Rng::seed_from_u64(seed), is_free)?;
    drawn.ok_or_else(|| {
        Failure::new(REFUSED, "you have seen every scenario of this kind too lately to play it live")
            .hint("another theme, or some days; `rest-days` under `[live]` in the settings sets how many")
    })
}

/// The terminal, taken, and what it can report.
pub struct Entrance {
    raw: RawTerminal,
    sensors: Sensors,
    declared: Vec<Aid>,
    patience: Patience,
    rules: Thresholds,
    who: String,
}

impl Entrance {
    /// Takes the terminal and asks it what it can report.
    pub fn new(context: &Context, args: &LiveArgs) -> Result<Self, Failure> {
        let mut declared = context.config.live.declare.clone();
        declared.extend(&args.declare);
        declared.dedup();
        let raw = take_terminal(context)?;
        let is_slow = declared.contains(&Aid::SlowLink);
        let sensors = live::ask_sensors(&raw, Duration::from_millis(if is_slow { 2000 } else { 300 }))?;
        let rules = context.config.live.thresholds.with(&declared);
        Ok(Self {
            raw,
            sensors,
            declared,
            patience: patience(context),
            rules,
            who: model::who_listens(context),
        })
    }

    /// Shows the rules and waits for the person's word.
    pub fn word(&self, what: &str, minutes: u32, target: TargetLevel) -> Result<bool, Failure> {
        let rules = screen::Rules {
            what: what.to_owned(),
            minutes,
            target,
            sensors: self.sensors,
            thresholds: self.rules,
            declared: &self.declared,
            who: &self.who,
        };
        output::print(&screen::rules(&rules, output::width()))?;
        self.wait_for_word()
    }

    /// Waits for the person's word.
    pub fn wait_for_word(&self) -> Result<bool, Failure> {
        Ok(live::wait_for_word(&self.raw)?)
    }
}

fn take_terminal(context: &Context) -> Result<RawTerminal, Failure> {
    Ok(RawTerminal::take(&live::note(context.sessions.folder()))?)
}

fn patience(context: &Context) -> Patience {
    let config = &context.config.live;
    let read = match model::choice(context) {
        Ok(Choice::Embedded) => config.embedded_read_seconds,
        _ => config.read_seconds,
    };
    Patience { route: u64::from(config.route_seconds) * 1000, read: u64::from(read) * 1000 }
}

/// A round that is about to begin.
pub struct Plan<'a> {
    /// The session's id.
    pub id: &'a str,
    /// The case.
    pub case: &'a Case,
    /// What it was drawn with.
    pub seed: Option<u64>,
    /// The level that the person interviews for.
    pub target: TargetLevel,
    /// How long it takes.
    pub minutes: u32,
    /// How the interviewer speaks.
    pub voice: Voice,
    /// Its place in a loop.
    pub of_loop: Option<LoopPlace>,
}

/// Puts down the draw, starts the clock, and plays.
pub fn begin(
    context: &Context,
    plan: &Plan<'_>,
    open: &OpenRound,
    entrance: Entrance,
    observer: &dyn Observer,
) -> Result<Ending, Failure> {
    let key = SealingKey::of(&context.home.keys())?;
    let case = plan.case;
    let opened = Opened {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").into(),
        session: plan.id.to_owned(),
        mode: Mode::Live,
    };
    let rules = Rules {
        minutes: plan.minutes,
        thresholds: entrance.rules,
        patience: entrance.patience,
        declared: entrance.declared,
        sensors: entrance.sensors,
        of_loop: plan.of_loop.clone(),
        voice: plan.voice.clone(),
    };
    let drawn = Drawn {
        target: plan.target,
        seed: plan.seed,
        scenario: case.scenario.clone(),
        artifact: case.artifact.clone(),
        rubric: case.rubric.clone(),
        scenario_hash: fingerprint(&case.scenario),
        rubric_hash: fingerprint(&case.rubric),
    };
    let mut journal = JsonlJournal::create(&context.sessions.journal(plan.id), SystemClock)?.sealed_with(key);
    open_rounds::open(&context.sessions, open)?;
    let started = Sight::Started { steady: SystemClock.steady(), boot: clock::boot() };
    let records = [
        Record::Opened(opened),
        Record::Rules(Box::new(rules.clone())),
        Record::Drawn(Box::new(drawn)),
        Record::Sighted(Sighting { ms: 0, what: started }),
    ];
    let mut lines = vec![];
    for record in &records {
        lines.push(journal.append(record).map_err(drive::DriveError::from)?);
    }
    let mut session = Session::new(Mode::Live, plan.target, case.clone());
    records.iter().for_each(|record| session.apply(record));
    if let Some(introduction) = screen::introduction(&rules.voice, output::width()) {
        output::print(&format!("\n{introduction}"))?;
    }
    play(context, &rules, open, 0, &mut session, &mut lines, &mut journal, observer, entrance.raw)
}

#[expect(clippy::too_many_arguments, reason = "everything that a round is made of comes together here once")]
fn play(
    context: &Context,
    rules: &Rules,
    open: &OpenRound,
    before: u64,
    session: &mut Session,
    lines: &mut Vec<Line>,
    journal: &mut dyn Journal,
    observer: &dyn Observer,
    raw: RawTerminal,
) -> Result<Ending, Failure> {
    let id = session_id(lines).to_owned();
    let setup = Setup {
        thresholds: rules.thresholds,
        clock: RoundClock::start(rules.minutes, before),
        draft: context.sessions.draft(&id),
        lookups: Lookups::of(&context.sessions, &open.id, known_lookups(context, open, lines)?),
        interrupted: context.cancelled.clone(),
    };
    let mut terminal = LiveTerminal::new(raw, setup);
    let ending = drive::drive(session, lines, journal, observer, &mut terminal);
    // Given back before anything is said about how it ended.
    drop(terminal);
    ending.map_err(|error| error::with_draft(error, &context.sessions.draft(&id)))
}

fn session_id(lines: &[Line]) -> &str {
    match lines.first().map(|line| &line.record) {
        Some(Record::Opened(opened)) => &opened.session,
        _ => "",
    }
}

/// How many tries of other commands are in a journal already: this one's, or another round's of the same loop.
fn known_lookups(context: &Context, open: &OpenRound, lines: &[Line]) -> Result<usize, Failure> {
    if open.of_loop.is_none() {
        return Ok(lookups(lines));
    }
    let ids = context.sessions.ids()?;
    let of_run = ids.iter().filter(|id| id.starts_with(&open.id));
    Ok(of_run
        .filter_map(|id| journal::load(&context.sessions.journal(id)).ok())
        .map(|loaded| lookups(&loaded.lines))
        .sum())
}

fn lookups(lines: &[Line]) -> usize {
    let is_lookup =
        |line: &&Line| matches!(&line.record, Record::Sighted(Sighting { what: Sight::Lookup { .. }, .. }));
    lines.iter().filter(is_lookup).count()
}

/// Goes on with a round that was cut off.
pub fn take_up(
    context: &Context,
    open: &OpenRound,
    mut session: Session,
    mut lines: Vec<Line>,
    journal: JsonlJournal<SystemClock>,
    observer: &dyn Observer,
) -> Result<Ending, Failure> {
    let mut journal = journal.sealed_with(SealingKey::of(&context.home.keys())?);
    if session.is_sealed() {
        // Only the judge is left.
        let mut console = Terminal::new(Script::new(io::empty()), context.cancelled.clone());
        return Ok(drive::drive(&mut session, &mut lines, &mut journal, observer, &mut console)?);
    }
    let rules = record::rules(&lines).cloned();
    let rules =
        rules.ok_or_else(|| Failure::new(BAD_INPUT, "the journal of this live session has no rules"))?;
    require_terminal()?;
    let before = elapsed(&lines);
    let away = before.saturating_sub(last_sighting(&lines));
    let raw = take_terminal(context)?;
    let restarted = Record::Sighted(Sighting { ms: before, what: Sight::Restarted { away } });
    lines.push(journal.append(&restarted).map_err(drive::DriveError::from)?);
    play(context, &rules, open, before, &mut session, &mut lines, &mut journal, observer, raw)
}

fn last_sighting(lines: &[Line]) -> u64 {
    let sighting = lines.iter().rev().find_map(|line| match &line.record {
        Record::Sighted(sighting) => Some(sighting.ms),
        _ => None,
    });
    sighting.unwrap_or(0)
}

/// How far wall time, or the steady clock if that is further, has brought a round.
fn elapsed(lines: &[Line]) -> u64 {
    let started = lines.iter().find_map(|line| match &line.record {
        Record::Sighted(Sighting { what: Sight::Started { steady, boot }, .. }) => {
            Some((line.at, *steady, boot))
        }
        _ => None,
    });
    // Cut off before the clock was put down: it starts now.
    let Some((at, steady, boot)) = started else { return 0 };
    let by_wall = SystemClock.now().as_millisecond() - at.as_millisecond();
    let by_wall = u64::try_from(by_wall).unwrap_or(0);
    let same_boot = boot.is_some() && *boot == clock::boot();
    let by_steady = if same_boot { SystemClock.steady().saturating_sub(steady) } else { 0 };
    by_wall.max(by_steady).max(last_sighting(lines))
}

/// Says how it ended, and lets everything be shown again if it did.
pub fn finish(context: &Context, ending: Ending, id: &str) -> Result<(), Failure> {
    match ending {
        Ending::Over | Ending::Sealed => {
            let _ = std::fs::remove_file(context.sessions.draft(id));
            open_rounds::close(&context.sessions, id)?;
            Ok(output::print(&screen::sealed(id, output::width()))?)
        }
        Ending::Left => Ok(output::print(&format!(
            "\nEverything you said is kept, and the clock runs. `pushback resume {id}` goes on."
        ))?),
    }
}

/// The level that the person interviews for.
pub fn target(context: &Context, args: &LiveArgs) -> TargetLevel {
    args.target.or(context.config.target).unwrap_or_default()
}

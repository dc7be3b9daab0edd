//! One live round, from the terminal's taking to the seal.

use std::{collections::BTreeMap, io, time::Duration};

use jiff::Timestamp;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::cli::{
    args::LiveArgs,
    context::Context,
    error::{self, BROKEN, Failure, REFUSED, of_terminal},
    model::{self, Choice},
};
use crate::{
    adapters::{
        clock::{self, SystemClock},
        files::FileError,
        paths,
        store::{
            begun::{self, Begun},
            journal::{self, JsonlJournal, OpenError},
            open_rounds::OpenRound,
            seal::SealingKey,
        },
        terminal::{
            live::{self, LiveTerminal, RoundClock, Setup, Word},
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
        level::TargetLevel,
        live::{
            Aid, LoopPlace, Patience, Rules, Sensors, Sight, Sighting, Thresholds,
            resumed::{Now, Resumed, resumed},
        },
        record::{self, Line, Mode, Record},
        session::{Session, opening::Opening},
        text::one_line,
        turn::Voice,
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

/// When each scenario was seen last, in any mode, also in sessions that were deleted.
fn last_seen(context: &Context) -> Result<BTreeMap<String, Timestamp>, Failure> {
    let mut seen = BTreeMap::new();
    for begun in begun::load(&context.home.begun()) {
        let when = seen.entry(begun.scenario).or_insert(begun.at);
        *when = begun.at.max(*when);
    }
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

/// When cases may be played live again.
pub fn rest(context: &Context) -> Result<Rest, Failure> {
    Ok(Rest { days: context.config.live.rest_days, seen: last_seen(context)?, now: SystemClock.now() })
}

/// What to do where everything was seen too lately.
pub const REST_HINT: &str =
    "another theme, or some days; `rest-days` under `[live]` in the settings sets how many";

/// Refuses a case that the person still knows.
pub fn require_rested(context: &Context, case: &Case) -> Result<(), Failure> {
    let id = &case.scenario.id;
    let Some(again) = rest(context)?.again(id) else { return Ok(()) };
    let when = again.to_zoned(output::zone()).strftime("%-d %b %Y");
    Err(Failure::new(REFUSED, format!("you know `{id}`: it can be played live again from {when} on")).hint(
        "`pushback live` draws one that you have not seen; `rest-days` under `[live]` in the settings sets the time",
    ))
}

/// Draws a case that has rested, as near as there is to what is wanted.
pub fn draw<'a>(context: &Context, bank: &'a Bank, wanted: &Wanted, seed: u64) -> Result<&'a Case, Failure> {
    let asked = Wanted { theme: wanted.theme.clone(), domain: wanted.domain, ..Wanted::default() };
    if bank.select(asked)?.next().is_none() {
        return Err(bank.nothing().into());
    }
    let rest = rest(context)?;
    let is_free = |case: &Case| rest.is_over(&case.scenario.id);
    let drawn = bank.draw_near(wanted, &mut ChaCha20Rng::seed_from_u64(seed), is_free)?;
    drawn.ok_or_else(|| {
        Failure::new(REFUSED, "you have seen every scenario of this kind too lately to play it live")
            .hint(REST_HINT)
    })
}

/// The terminal, taken, and what it can report.
pub struct Entrance {
    raw: RawTerminal,
    sensors: Sensors,
    declared: Vec<Aid>,
    patience: Patience,
    thresholds: Thresholds,
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
        let sensors = live::ask_sensors(&raw, Duration::from_millis(if is_slow { 2000 } else { 300 }))
            .map_err(of_terminal)?;
        let thresholds = context.config.live.thresholds.with(&declared);
        Ok(Self {
            raw,
            sensors,
            declared,
            patience: patience(context),
            thresholds,
            who: model::who_listens(context),
        })
    }

    /// Shows the rules and waits for the person's word.
    pub fn word(&self, what: &str, minutes: u32, target: TargetLevel) -> Result<Word, Failure> {
        let rules = screen::Rules {
            what: what.to_owned(),
            minutes,
            target,
            sensors: self.sensors,
            thresholds: self.thresholds,
            declared: &self.declared,
            who: &self.who,
        };
        output::print(&screen::rules(&rules, output::width()))?;
        live::wait_for_word(&self.raw).map_err(of_terminal)
    }

    /// Waits for the person's word between two rounds, where they may leave for good: that takes a second key.
    pub fn wait_for_word_or_leaving(&self) -> Result<Word, Failure> {
        let word = live::wait_for_word(&self.raw).map_err(of_terminal)?;
        if word != Word::Leave {
            return Ok(word);
        }
        output::print("You can't come back to this loop. Q once more leaves it; Enter begins the round.")?;
        live::wait_for_word(&self.raw).map_err(of_terminal)
    }
}

fn take_terminal(context: &Context) -> Result<RawTerminal, Failure> {
    RawTerminal::take(&live::note(context.sessions.folder())).map_err(of_terminal)
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

/// Puts down the draw in an empty journal that can be sealed, starts the clock, and plays.
pub fn begin(
    context: &Context,
    plan: &Plan<'_>,
    open: &OpenRound,
    mut journal: JsonlJournal<SystemClock>,
    entrance: Entrance,
    observer: &dyn Observer,
) -> Result<Ending, Failure> {
    let rules = Rules {
        minutes: plan.minutes,
        thresholds: entrance.thresholds,
        patience: entrance.patience,
        declared: entrance.declared,
        sensors: entrance.sensors,
        of_loop: plan.of_loop.clone(),
        voice: plan.voice.clone(),
    };
    let started = Sight::Started { steady: SystemClock.steady(), boot: clock::boot() };
    let opening = Opening {
        session: plan.id,
        target: plan.target,
        seed: plan.seed,
        case: plan.case,
        live: Some((rules.clone(), Sighting { ms: 0, what: started })),
    };
    let put_down = context.open_rounds.open(open).map_err(|cause| cannot_open(context, &cause));
    let opened = put_down.and_then(|()| Ok(drive::open(&mut journal, &opening)?));
    if opened.is_err() {
        // Nothing of the case was shown: what can't be begun leaves nothing behind.
        let _ = std::fs::remove_file(journal.path());
        let _ = context.open_rounds.close(&open.id);
    }
    let (mut session, mut lines) = opened?;
    let begun =
        Begun { session: plan.id.to_owned(), scenario: plan.case.scenario.id.clone(), at: SystemClock.now() };
    begun::remember(&context.home.begun(), &begun)
        .map_err(|cause| OpenError::io(&context.home.begun(), cause))?;
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
        lookups: context.open_rounds.lookups(&open.id, known_lookups(context, open, lines)?),
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
    let of_run = ids.iter().filter(|id| open.covers(id));
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
    let mut journal = journal.sealed_with(sealing_key(context)?);
    if session.is_sealed() {
        // Only the judge is left.
        let mut console = Terminal::new(Script::new(io::empty()), context.cancelled.clone());
        return Ok(drive::drive(&mut session, &mut lines, &mut journal, observer, &mut console)?);
    }
    let rules = record::rules(&lines).cloned();
    let rules = rules.ok_or_else(|| close(context, &open.id, "its journal doesn't say which rules hold"))?;
    require_terminal()?;
    let now = Now { wall: SystemClock.now(), steady: SystemClock.steady(), boot: clock::boot() };
    let Resumed { elapsed, away } = resumed(&lines, &now);
    let raw = take_terminal(context)?;
    let restarted = Record::Sighted(Sighting { ms: elapsed, what: Sight::Restarted { away } });
    lines.push(journal.append(&restarted).map_err(drive::DriveError::from)?);
    play(context, &rules, open, elapsed, &mut session, &mut lines, &mut journal, observer, raw)
}

/// Closes a live round, or a loop, that can't go on: it must not lock everything else.
pub fn close(context: &Context, id: &str, why: &str) -> Failure {
    let closed = context.open_rounds.close(id);
    let message = format!("the live round {} can't go on: {why}", one_line(id));
    match closed {
        Ok(()) => Failure::new(BROKEN, format!("{message}. It is closed now, without a score"))
            .hint(format!("`pushback review {id}` shows what can be read of it")),
        Err(cause) => {
            let folder = paths::display(context.sessions.folder());
            Failure::new(BROKEN, message)
                .hint(format!("and it can't be closed in {folder} ({cause}): make room there"))
        }
    }
}

/// What is said when a round can't be put down as open.
pub fn cannot_open(context: &Context, cause: &FileError) -> Failure {
    OpenError::io(context.sessions.folder(), io::Error::new(cause.cause.kind(), cause.to_string())).into()
}

/// The key that sessions are sealed with. Says so if it is a new one although others were sealed before.
pub fn sealing_key(context: &Context) -> Result<SealingKey, Failure> {
    let key = SealingKey::of(&context.home.keys())?;
    if key.replaces_lost() {
        output::print(
            "note: the key that earlier sessions were sealed with is gone, so there is a new one now. `pushback verify` still knows the old one.",
        )?;
    }
    Ok(key)
}

/// Says how it ended, and lets everything be shown again if it did.
pub fn finish(context: &Context, ending: Ending, id: &str) -> Result<(), Failure> {
    match ending {
        Ending::Over | Ending::Sealed => {
            let _ = std::fs::remove_file(context.sessions.draft(id));
            context.open_rounds.close(id)?;
            Ok(output::print(&screen::sealed(id, output::width()))?)
        }
        Ending::Left => Ok(output::print(&format!(
            "\nEverything you said is kept, and the clock runs. `pushback resume {id}` goes on."
        ))?),
    }
}

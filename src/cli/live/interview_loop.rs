//! `pushback live --loop`: several rounds in order, the debrief at the end.

use std::{collections::BTreeMap, fs};

use jiff::{Timestamp, ToSpan};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::round::{Entrance, Plan};
use crate::{
    adapters::{
        bank::loops,
        clock::SystemClock,
        store::{
            begun,
            journal::{self, Damage, Loaded, OpenError},
            open_rounds::{DrawnCase, LoopRun, OpenRound},
            sessions::id_at,
        },
        terminal::{live::Word, output, practice::Terminal, script::Script},
    },
    app::drive::{self, Ending},
    cli::{
        args::LiveArgs,
        bank,
        context::Context,
        error::{BAD_INPUT, Failure, REFUSED},
        journals,
        live::round::{self, REST_HINT},
        model, target,
    },
    core::{
        bank::{Bank, Case},
        casting::CastError,
        interview_loop::{self, Begun, InterviewLoop, Next},
        level::TargetLevel,
        live::LoopPlace,
        nearest::did_you_mean,
        record,
        review::{self, Review},
        session,
        sitting::Sitting,
        text::one_line,
    },
    ports::{Clock, Observer},
    render::{live as screen, style},
};

fn load(context: &Context, bank: &Bank) -> Vec<InterviewLoop> {
    let (loops, problems) = loops::load(&context.home, bank);
    bank::tell(context, &problems, "left out; everything else is there");
    loops
}

/// Lists the loops that there are.
pub fn list(context: &Context) -> Result<(), Failure> {
    let bank = bank::load(context)?;
    for one in load(context, &bank) {
        output::print(&screen::loop_row(&one, output::width()))?;
    }
    Ok(())
}

/// Shows the rules and plays a loop on the person's word.
pub fn begin(context: &Context, id: &str, args: &LiveArgs) -> Result<(), Failure> {
    let bank = bank::load(context)?;
    let loops = load(context, &bank);
    let Some(definition) = loops.iter().find(|one| one.id == id) else {
        let near = did_you_mean(id, loops.iter().map(|one| one.id.as_str()));
        return Err(Failure::new(BAD_INPUT, format!("there is no interview loop `{id}`{near}"))
            .hint("`pushback live --list-loops` shows those that there are"));
    };
    let seed = args.seed.unwrap_or_else(rand::random);
    let chosen = args.target;
    // A loop is for a level, as a rule; rounds that are for none are for the person's own.
    let is_open = definition.target.is_none() && definition.rounds.iter().any(|round| round.level.is_none());
    let own = match is_open && chosen.is_none() {
        true => match target::settle(context, None)? {
            Some(own) => Some(own),
            None => return super::nothing(),
        },
        false => None,
    };
    let cases = draw(context, &bank, definition, chosen.or(own), seed)?;
    let definition = &InterviewLoop { target: definition.target.or(own), ..definition.clone() };
    let run = LoopRun {
        definition: definition.clone(),
        target: chosen,
        seed,
        cases: cases.iter().map(|case| DrawnCase::from(*case)).collect(),
        declared: args.declare.clone(),
    };
    let observer = model::observer(context)?;
    let target =
        definition.rounds.first().map_or_else(Default::default, |round| definition.target(round, chosen));
    if let Some(case) = cases.first() {
        round::warm_up(case, target, &*observer);
    }
    let entrance = Entrance::new(context, args)?;
    let minutes =
        cases.iter().zip(&definition.rounds).map(|(case, round)| minutes(case, round.minutes)).sum();
    let what = format!("{}, {} rounds", one_line(&definition.title), definition.rounds.len());
    if entrance.word(&what, minutes, target)? != Word::Begin {
        drop(entrance);
        return super::nothing();
    }
    let now = SystemClock.now();
    let sitting = Sitting::new(id_at(now, &Sitting::subject(id)));
    let open = OpenRound {
        id: sitting.free(&context.sessions.ids()?).id().to_owned(),
        title: definition.title.clone(),
        of_loop: Some(Box::new(run)),
        since: now,
        elsewhere: None,
    };
    context.open_rounds.open(&open).map_err(|cause| round::cannot_open(context, &cause))?;
    go_on(context, &open, Some(entrance), &*observer)
}

fn minutes(case: &Case, given: Option<u32>) -> u32 {
    given.unwrap_or(case.scenario.minutes)
}

/// The cases of all rounds. The same seed draws the same from the same bank and the same past.
fn draw<'a>(
    context: &Context,
    bank: &'a Bank,
    definition: &InterviewLoop,
    chosen: Option<TargetLevel>,
    seed: u64,
) -> Result<Vec<&'a Case>, Failure> {
    let rest = round::rest(context)?;
    let may = |case: &Case| rest.is_over(&case.scenario.id);
    definition.cast(bank, chosen, &mut ChaCha20Rng::seed_from_u64(seed), may).map_err(|error| match error {
        CastError::Draw(error) => error.into(),
        CastError::Short { slot } => {
            let name = definition.rounds.get(slot).map(|round| one_line(&round.name)).unwrap_or_default();
            let message = format!("you have seen too much lately of what the round `{name}` is drawn from");
            Failure::new(REFUSED, message).hint(REST_HINT)
        }
    })
}

/// The rounds that were begun in a sitting: their sessions, and how they stand.
struct Played {
    sessions: BTreeMap<usize, String>,
    stand: BTreeMap<usize, Begun>,
    /// When the last one ended.
    ended: Option<Timestamp>,
}

/// How the rounds of a sitting stand, by their journals, and where one is gone, by what was put down when it was begun.
fn played(context: &Context, sitting: &Sitting) -> Result<Played, Failure> {
    let begun = begun::load(&context.home.begun()).into_iter();
    let gone = begun.filter_map(|begun| Some((sitting.round(&begun.session)?, Begun::Lost)));
    let mut played = Played { sessions: BTreeMap::new(), stand: gone.collect(), ended: None };
    for id in context.sessions.ids()? {
        let Some(number) = sitting.round(&id) else { continue };
        let path = context.sessions.journal(&id);
        let lines = match journal::load(&path) {
            Ok(Loaded { damage: Some(Damage::Line { .. }), .. }) | Err(_) => None,
            Ok(loaded) => Some(loaded.lines),
        };
        let stand = lines.as_ref().map(|lines| (session::replay(lines), record::rules(lines)));
        let stand = match stand {
            None => Begun::Lost,
            Some((Some(session), _)) if session.is_abandoned() => Begun::Left,
            Some((Some(session), _)) if session.is_sealed() => Begun::Sealed,
            Some((Some(_), Some(_))) => Begun::CutOff,
            Some((Some(_), None)) => Begun::Lost,
            // Cut off before its case was shown: it has not been begun, and nothing is in it.
            Some((None, _)) if !journal::is_busy(&path) => {
                fs::remove_file(&path).map_err(|cause| OpenError::io(&path, cause))?;
                played.stand.remove(&number);
                continue;
            }
            Some((None, _)) => return Err(OpenError::Busy(id).into()),
        };
        played.stand.insert(number, stand);
        played.sessions.insert(number, id);
        played.ended = lines.and_then(|lines| lines.last().map(|line| line.at)).or(played.ended);
    }
    Ok(played)
}

/// Goes on with a loop that was cut off, in a round or between two.
pub fn resume(context: &Context, open: &OpenRound) -> Result<(), Failure> {
    let observer = model::observer(context)?;
    let lost = played(context, &Sitting::new(&open.id))?;
    for (number, _) in lost.stand.iter().filter(|(_, begun)| **begun == Begun::Lost) {
        let what = match lost.sessions.get(number) {
            Some(id) => {
                format!("its journal is damaged; `pushback review {id}` shows what comes before that")
            }
            None => "its journal is gone".to_owned(),
        };
        let text = format!("Round {number} can't go on: {what}. It is over, without a score.");
        output::print(&style::wrap_hanging(&text, output::width(), 0, 0))?;
    }
    go_on(context, open, None, &*observer)
}

/// Plays what is left of a loop, and then lets the judge speak.
fn go_on(
    context: &Context,
    open: &OpenRound,
    mut entrance: Option<Entrance>,
    observer: &dyn Observer,
) -> Result<(), Failure> {
    let Some(run) = &open.of_loop else { return Ok(()) };
    let sitting = Sitting::new(&open.id);
    loop {
        let played = played(context, &sitting)?;
        let ending = match run.definition.next(&played.stand) {
            Next::Debrief => return debrief(context, open, observer),
            Next::GoOn { number } => match played.sessions.get(&number) {
                Some(id) => take_up(context, open, id, observer)?,
                None => return debrief(context, open, observer),
            },
            Next::Begin { number, .. } => {
                let Some(case) = run.cases.get(number - 1).cloned() else {
                    return Err(round::close(context, &open.id, "its cases were not kept when it was begun"));
                };
                let next = NextRound { number, case: case.into(), ended: played.ended };
                match begin_round(context, open, run, &next, entrance.take(), observer)? {
                    Some(ending) => ending,
                    // Left for good between two rounds.
                    None => return debrief(context, open, observer),
                }
            }
        };
        if ending == Ending::Left {
            return round::finish(context, Ending::Left, &open.id);
        }
    }
}

fn take_up(
    context: &Context,
    open: &OpenRound,
    id: &str,
    observer: &dyn Observer,
) -> Result<Ending, Failure> {
    let (journal, loaded) = journals::reopen(context, id)?;
    context.sessions.forget_if_sent(id, &loaded.lines);
    match session::replay(&loaded.lines) {
        Some(session) => round::take_up(context, open, session, loaded.lines, journal, observer),
        None => Ok(Ending::Left),
    }
}

/// A round that is about to be played.
struct NextRound {
    number: usize,
    case: Case,
    /// When the one before ended.
    ended: Option<Timestamp>,
}

/// Plays the next round on the person's word. `None` if they leave the loop for good instead.
fn begin_round(
    context: &Context,
    open: &OpenRound,
    run: &LoopRun,
    next: &NextRound,
    entrance: Option<Entrance>,
    observer: &dyn Observer,
) -> Result<Option<Ending>, Failure> {
    let NextRound { number, case, ended } = next;
    let (number, of) = (*number, run.definition.rounds.len());
    let Some(round) = run.definition.rounds.get(number - 1) else { return Ok(None) };
    let minutes = minutes(case, round.minutes);
    let target = run.definition.target(round, run.target);
    let entered = match entrance {
        Some(entrance) => entrance,
        None => {
            round::require_terminal()?;
            round::warm_up(case, target, observer);
            let args = LiveArgs { declare: run.declared.clone(), ..LiveArgs::default() };
            let entered = Entrance::new(context, &args)?;
            let until = break_ends(*ended, round.break_before);
            let screen = screen::between_rounds(round, (number, of), minutes, &until, output::width());
            output::print(&screen)?;
            match entered.wait_for_word_or_leaving()? {
                Word::Begin => entered,
                Word::NotNow => return Ok(Some(Ending::Left)),
                Word::Leave => return Ok(None),
            }
        }
    };
    let of_loop = LoopPlace {
        id: run.definition.id.clone(),
        run: open.id.clone(),
        round: number,
        of,
        weight: round.weight.unwrap_or(1),
        break_ms: ended.map_or(0, |ended| since(ended, SystemClock.now())),
        break_minutes: round.break_before,
    };
    let plan = Plan {
        id: &Sitting::new(&open.id).session(number, &case.scenario.id),
        case,
        seed: round.scenario.is_none().then_some(run.seed),
        target,
        minutes,
        voice: round.interviewer.clone().or(case.scenario.interviewer.as_ref()),
        of_loop: Some(of_loop),
    };
    let key = round::sealing_key(context)?;
    let journal = journals::create_as(context, plan.id)?.sealed_with(key);
    round::begin(context, &plan, open, journal, entered, observer).map(Some)
}

/// When the break after a round is over, as the clock on the wall shows it.
fn break_ends(ended: Option<Timestamp>, minutes: u32) -> String {
    let ended = ended.unwrap_or_else(|| SystemClock.now()).to_zoned(output::zone());
    ended.saturating_add(i64::from(minutes).minutes()).strftime("%H:%M").to_string()
}

/// Milliseconds of wall time between two times, or 0 if it was set back.
fn since(then: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.as_millisecond() - then.as_millisecond()).unwrap_or(0)
}

/// Has every round judged that was said to its end, shows what came of all of them, and opens everything again.
fn debrief(context: &Context, open: &OpenRound, observer: &dyn Observer) -> Result<(), Failure> {
    output::print("\nThe loop is over. The judge reads all rounds now.")?;
    let sitting = Sitting::new(&open.id);
    let played = played(context, &sitting)?;
    let said = played.sessions.iter().filter(|(number, _)| played.stand.get(number) == Some(&Begun::Sealed));
    for (_, id) in said {
        let (journal, loaded) = journals::reopen(context, id)?;
        let mut lines = loaded.lines;
        let Some(mut session) = session::replay(&lines).filter(|session| !session.is_over()) else {
            continue;
        };
        let mut journal = journal.sealed_with(round::sealing_key(context)?);
        let mut console = Terminal::new(Script::new(std::io::empty()), context.cancelled.clone());
        drive::drive(&mut session, &mut lines, &mut journal, observer, &mut console)?;
    }
    context.open_rounds.close(&open.id)?;
    show(context, &sitting)
}

/// Shows what came of a sitting.
pub fn show(context: &Context, sitting: &Sitting) -> Result<(), Failure> {
    let mut reviews: Vec<Review> = vec![];
    for id in context.sessions.ids()?.iter().filter(|id| sitting.holds(id)) {
        let review = journal::load(&context.sessions.journal(id)).map_err(Failure::from);
        match review.and_then(|loaded| Ok(review::fold(&loaded.lines)?)) {
            Ok(review) => reviews.push(review),
            Err(why) => eprintln!("note: {}: {}", one_line(id), one_line(&why.message)),
        }
    }
    let places: Vec<&LoopPlace> =
        reviews.iter().filter_map(|review| review.ledger.as_ref()?.rules.of_loop.as_ref()).collect();
    let weights: Vec<u32> = places.iter().map(|place| place.weight).collect();
    let bank = bank::load(context)?;
    let id = places.first().map(|place| place.id.clone()).unwrap_or_default();
    let definition = load(context, &bank).into_iter().find(|one| one.id == id);
    let debrief = interview_loop::combine(&reviews, &weights);
    Ok(output::print(&screen::debrief(&debrief, definition.as_ref(), output::width()))?)
}

/// The sitting that is meant, if one is: its id, or how it begins where no other session begins so.
pub fn find(context: &Context, given: Option<&str>) -> Result<Option<Sitting>, Failure> {
    let Some(given) = given else { return Ok(None) };
    let ids = context.sessions.ids()?;
    let exact = Sitting::new(given);
    if ids.iter().any(|id| exact.holds(id)) {
        return Ok(Some(exact));
    }
    let mut found: Vec<Option<Sitting>> =
        ids.iter().filter(|id| id.starts_with(given)).map(|id| Sitting::of(id)).collect();
    found.dedup();
    // How a session's own id begins means that session.
    match found.as_slice() {
        [Some(sitting)] if sitting.id().starts_with(given) => Ok(Some(sitting.clone())),
        _ => Ok(None),
    }
}

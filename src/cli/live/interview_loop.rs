//! `pushback live --loop`: several rounds in order, the debrief at the end.

use jiff::{Timestamp, ToSpan};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::round::{Entrance, Plan};
use crate::{
    adapters::{
        bank::library,
        clock::SystemClock,
        store::{
            journal::{self, JsonlJournal},
            open_rounds::{self, LoopRun, OpenRound},
            seal::SealingKey,
        },
        terminal::{output, practice::Terminal, script::Script},
    },
    app::drive::{self, Ending},
    cli::{
        args::LiveArgs,
        bank,
        context::Context,
        error::{BAD_INPUT, Failure},
        live::round,
        model,
    },
    core::{
        bank::{Bank, Case, Wanted},
        interview_loop::{self, InterviewLoop},
        level::TargetLevel,
        live::LoopPlace,
        nearest::did_you_mean,
        review::{self, Review},
        session,
        text::one_line,
    },
    ports::{Clock, Observer},
    render::live as screen,
};

fn load(context: &Context, bank: &Bank) -> Vec<InterviewLoop> {
    let (loops, problems) = library::load_loops(&context.home, bank);
    bank::tell(&problems, "left out; everything else is there");
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
    let chosen = args.target.or(context.config.target.filter(|_| definition.target.is_none()));
    let cases = draw(context, &bank, definition, chosen, seed)?;
    let run = LoopRun {
        definition: definition.clone(),
        target: chosen,
        seed,
        scenarios: cases.iter().map(|case| case.scenario.id.clone()).collect(),
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
    if !entrance.word(&what, minutes, target)? {
        drop(entrance);
        return Ok(output::print("Nothing has begun, and nothing is recorded.")?);
    }
    let now = SystemClock.now();
    let open = OpenRound {
        id: context.sessions.new_id(now, &format!("loop-{id}")),
        title: definition.title.clone(),
        of_loop: Some(Box::new(run)),
        since: now,
    };
    open_rounds::open(&context.sessions, &open)?;
    rounds(context, &open, &bank, Some(entrance), &*observer)
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
    let mut taken: Vec<String> =
        definition.rounds.iter().filter_map(|round| round.scenario.clone()).collect();
    let mut seeds = ChaCha20Rng::seed_from_u64(seed);
    let mut cases = vec![];
    for round in &definition.rounds {
        let seed = seeds.random();
        let case = match &round.scenario {
            Some(id) => bank.case(id)?,
            None => {
                let wanted = Wanted {
                    theme: round.theme.clone(),
                    round: round.round,
                    level: Some(definition.target(round, chosen)),
                    minutes: round.minutes,
                };
                round::draw(context, bank, &wanted, seed, &taken)?
            }
        };
        taken.push(case.scenario.id.clone());
        cases.push(case);
    }
    Ok(cases)
}

/// Ids of the sessions of a run, in order.
fn sessions(context: &Context, run: &str) -> Result<Vec<String>, Failure> {
    let mut ids = context.sessions.ids()?;
    ids.retain(|id| id.strip_prefix(run).is_some_and(|rest| rest.starts_with("-round-")));
    Ok(ids)
}

/// Goes on with a loop that was cut off, in a round or between two.
pub fn resume(context: &Context, open: &OpenRound) -> Result<(), Failure> {
    let bank = bank::load(context)?;
    let observer = model::observer(context)?;
    if let Some(id) = sessions(context, &open.id)?.pop() {
        let (journal, loaded) = JsonlJournal::reopen(&context.sessions.journal(&id), SystemClock)?;
        context.sessions.forget_if_sent(&id, &loaded.lines);
        if let Some(session) = session::replay(&loaded.lines).filter(|session| !session.is_sealed()) {
            match round::take_up(context, open, session, loaded.lines, journal, &*observer)? {
                Ending::Left => return round::finish(context, Ending::Left, &open.id),
                // Left for good.
                Ending::Over => return debrief(context, open, &*observer),
                Ending::Sealed => {}
            }
        }
    }
    rounds(context, open, &bank, None, &*observer)
}

/// Plays the rounds that have not been begun yet, and then lets the judge speak.
fn rounds(
    context: &Context,
    open: &OpenRound,
    bank: &Bank,
    mut entrance: Option<Entrance>,
    observer: &dyn Observer,
) -> Result<(), Failure> {
    let Some(run) = &open.of_loop else { return Ok(()) };
    let played = sessions(context, &open.id)?;
    let mut before = match played.last() {
        Some(id) => {
            journal::load(&context.sessions.journal(id)).map(|loaded| loaded.lines).unwrap_or_default()
        }
        None => vec![],
    };
    let of = run.definition.rounds.len();
    let rounds = (1..).zip(run.definition.rounds.iter().zip(&run.scenarios)).skip(played.len());
    for (number, (round, scenario)) in rounds {
        if session::replay(&before).is_some_and(|session| session.is_abandoned()) {
            break;
        }
        let case = bank.case(scenario)?;
        let minutes = minutes(case, round.minutes);
        let target = run.definition.target(round, run.target);
        let ended = before.last().map(|line| line.at);
        let entered = match entrance.take() {
            Some(entrance) => entrance,
            None => {
                round::require_terminal()?;
                round::warm_up(case, target, observer);
                let args = LiveArgs { declare: run.declared.clone(), ..LiveArgs::default() };
                let entered = Entrance::new(context, &args)?;
                let until = break_ends(ended, round.break_before);
                let screen = screen::between_rounds(round, (number, of), minutes, &until, output::width());
                output::print(&screen)?;
                if !entered.wait_for_word()? {
                    drop(entered);
                    return round::finish(context, Ending::Left, &open.id);
                }
                entered
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
        let id = format!("{}-round-{number:02}-{}", open.id, case.scenario.id);
        let plan = Plan {
            id: &id,
            case,
            seed: round.scenario.is_none().then_some(run.seed),
            target,
            minutes,
            voice: round.interviewer.clone(),
            of_loop: Some(of_loop),
        };
        match round::begin(context, &plan, open, entered, observer)? {
            Ending::Left => return round::finish(context, Ending::Left, &open.id),
            Ending::Over => break,
            Ending::Sealed => before = journal::load(&context.sessions.journal(&id))?.lines,
        }
    }
    debrief(context, open, observer)
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
    for id in sessions(context, &open.id)? {
        let (journal, loaded) = JsonlJournal::reopen(&context.sessions.journal(&id), SystemClock)?;
        let mut lines = loaded.lines;
        let Some(mut session) =
            session::replay(&lines).filter(|session| session.is_sealed() && !session.is_over())
        else {
            continue;
        };
        let mut journal = journal.sealed_with(SealingKey::of(&context.home.keys())?);
        let mut console = Terminal::new(Script::new(std::io::empty()), context.cancelled.clone());
        drive::drive(&mut session, &mut lines, &mut journal, observer, &mut console)?;
    }
    open_rounds::close(&context.sessions, &open.id)?;
    show(context, &open.id)
}

/// Shows what came of a run.
pub fn show(context: &Context, run: &str) -> Result<(), Failure> {
    let mut reviews: Vec<Review> = vec![];
    for id in sessions(context, run)? {
        reviews.push(review::fold(&journal::load(&context.sessions.journal(&id))?.lines)?);
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

/// The run that is meant, if one is: its id, or how it begins where no other session begins so.
pub fn find(context: &Context, given: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(given) = given else { return Ok(None) };
    let mut runs: Vec<String> = context
        .sessions
        .ids()?
        .into_iter()
        .filter(|id| id.starts_with(given))
        .map(|id| id.split_once("-round-").map_or(id.clone(), |(run, _)| run.to_owned()))
        .collect();
    runs.dedup();
    match runs.as_slice() {
        [run] if run.contains("-loop-") && run.starts_with(given) => Ok(Some(run.clone())),
        _ => Ok(None),
    }
}

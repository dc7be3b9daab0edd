//! `pushback live`: a round against the clock, without any assistance.

pub(super) mod guard;
pub(super) mod interview_loop;
pub(super) mod replay;
pub(super) mod round;
pub(super) mod verify;

use std::path::Path;

use super::{
    args::LiveArgs,
    bank,
    context::Context,
    error::{Failure, REFUSED},
    journals,
    model::{self},
    target,
};
use crate::{
    adapters::{
        clock::SystemClock,
        store::{
            journal::{self, JsonlJournal},
            open_rounds::OpenRound,
        },
        terminal::{live::Word, output},
    },
    cli::live::round::{Entrance, Plan, begin, draw, finish, require_terminal, take_up, warm_up},
    core::{
        bank::Wanted,
        record::{Line, Mode, Record},
        session::Session,
        text::one_line,
    },
    ports::Clock,
};

/// Draws a case, shows the rules, and plays it on the person's word.
pub fn live(context: &Context, args: &LiveArgs) -> Result<(), Failure> {
    if args.list_loops {
        return interview_loop::list(context);
    }
    require_terminal()?;
    if let Some(open) = context.open_rounds.current()? {
        return Err(Failure::new(
            REFUSED,
            format!("a live round is open already ({})", one_line(&open.title)),
        )
        .hint(format!("{} goes on with it; /quit in it leaves it for good", guard::resume(&open))));
    }
    if let Some(id) = &args.loop_id {
        return interview_loop::begin(context, id, args);
    }
    let bank = bank::load(context)?;
    let named = args.scenario.as_ref().map(|id| bank.case(id)).transpose()?;
    if let Some(case) = named {
        round::require_rested(context, case)?;
    }
    let Some(target) = target::settle(context, args.target)? else { return nothing() };
    let (case, seed) = match named {
        Some(case) => (case, None),
        None => {
            let seed = args.seed.unwrap_or_else(rand::random);
            let wanted = Wanted {
                theme: args.theme.clone(),
                level: Some(target),
                domain: args.domain,
                ..Wanted::default()
            };
            (draw(context, &bank, &wanted, seed)?, Some(seed))
        }
    };
    let observer = model::observer(context)?;
    warm_up(case, target, &*observer);
    let entrance = Entrance::new(context, args)?;
    let minutes = case.scenario.minutes;
    if entrance.word("a round", minutes, target)? != Word::Begin {
        drop(entrance);
        return nothing();
    }
    let key = round::sealing_key(context)?;
    let (id, journal) = journals::create(context, &case.scenario.id)?;
    let open = OpenRound {
        id: id.clone(),
        title: case.scenario.title.clone(),
        of_loop: None,
        since: SystemClock.now(),
        elsewhere: None,
    };
    let plan = Plan {
        id: &id,
        case,
        seed,
        target,
        minutes,
        voice: case.scenario.interviewer.clone().unwrap_or_default(),
        of_loop: None,
    };
    let ending = begin(context, &plan, &open, journal.sealed_with(key), entrance, &*observer)?;
    finish(context, ending, &id)
}

/// Says that nothing came of it.
fn nothing() -> Result<(), Failure> {
    Ok(output::print("Nothing has begun, and nothing is recorded.")?)
}

/// Whether a session is a live one, as far as its journal can be read.
pub fn is_live(journal: &Path) -> bool {
    let lines = journal::load(journal).map(|loaded| loaded.lines).unwrap_or_default();
    matches!(lines.first().map(|line| &line.record), Some(Record::Opened(opened)) if opened.mode == Mode::Live)
}

/// Takes up a live session where wall time has brought it.
pub fn resume(
    context: &Context,
    id: &str,
    session: Session,
    lines: Vec<Line>,
    journal: JsonlJournal<SystemClock>,
) -> Result<(), Failure> {
    let open = context.open_rounds.current()?.filter(|open| open.id == id);
    let open = open.unwrap_or_else(|| OpenRound {
        id: id.to_owned(),
        title: session.case().scenario.title.clone(),
        of_loop: None,
        since: SystemClock.now(),
        elsewhere: None,
    });
    let observer = model::observer(context)?;
    let ending = take_up(context, &open, session, lines, journal, &*observer)?;
    finish(context, ending, id)
}

//! `pushback practice` and `pushback resume`.

use std::{io, path::Path};

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::{
    args::PracticeArgs,
    bank,
    beside_live::BesideLive,
    context::Context,
    error::{self, BAD_INPUT, Failure, of_terminal},
    journals, model,
    review::progress,
    target, welcome,
};
use crate::{
    adapters::{
        clock::SystemClock,
        store::{
            begun::{self, Begun},
            journal::OpenError,
            summaries,
        },
        terminal::{
            draft::Draft,
            editor::Editor,
            output,
            practice::Terminal,
            presence::Presence,
            script::{Script, Unsent},
        },
    },
    app::drive::{self, Ending},
    core::{
        bank::{Bank, Case, Wanted},
        draw::{self, Why},
        record::Line,
        session::{Session, opening::Opening},
        text::one_line,
    },
    ports::{Clock, Journal, Observer},
    render::style,
};

/// Draws a case and plays it.
pub fn practice(context: &Context, args: &PracticeArgs) -> Result<(), Failure> {
    let bank = bank::load(context)?;
    let chosen = choose(context, &bank, args)?;
    let (case, seed) = (chosen.case, chosen.seed);
    welcome::show(context)?;
    let Some(target) = target::settle(context, args.target)? else {
        return Ok(output::print("Nothing has begun.")?);
    };
    target::show(target)?;
    if let Some(why) = chosen.why {
        let text = format!("Drawn because {}.", one_line(&why.to_string()));
        output::print(&style::wrap_hanging(&style::paint(style::FAINT, text), output::width(), 0, 0))?;
    }
    let observer = model::observer(context)?;
    let (id, mut journal) = journals::create(context, &case.scenario.id)?;
    let opening = Opening { session: &id, target, seed, case, live: None };
    let opened = drive::open(&mut journal, &opening);
    if opened.is_err() {
        // What can't be begun leaves nothing behind.
        let _ = std::fs::remove_file(journal.path());
    }
    let (session, lines) = opened?;
    let begun = Begun { session: id.clone(), scenario: case.scenario.id.clone(), at: SystemClock.now() };
    begun::remember(&context.home.begun(), &begun)
        .map_err(|cause| OpenError::io(&context.home.begun(), cause))?;
    play(context, &id, session, lines, &mut journal, &*observer)
}

/// The case that is played.
struct Chosen<'a> {
    case: &'a Case,
    /// What draws the same case again from the same bank, if anything does.
    seed: Option<u64>,
    /// Why it was drawn, if it was drawn for this person.
    why: Option<Why>,
}

/// The case that was named, or one of the theme that was; else the one that the seed draws; else one that the person needs.
fn choose<'a>(context: &Context, bank: &'a Bank, args: &PracticeArgs) -> Result<Chosen<'a>, Failure> {
    let named = args.scenario.as_deref();
    let named_theme = named.filter(|word| bank.case(word).is_err() && bank.themes().contains(word));
    if let Some(id) = named.filter(|_| named_theme.is_none()) {
        return Ok(Chosen { case: bank.case(id)?, seed: None, why: None });
    }
    let wanted = Wanted {
        theme: named_theme.or(args.theme.as_deref()).map(str::to_owned),
        level: Some(args.target.or(context.config.target).unwrap_or_default()),
        domain: args.domain,
        ..Wanted::default()
    };
    let rows = summaries::load(&context.sessions)?;
    let played = progress::readable(&rows);
    if args.seed.is_some() || played.is_empty() {
        let seed = args.seed.unwrap_or_else(rand::random);
        let case = bank.draw(&wanted, &mut ChaCha20Rng::seed_from_u64(seed))?;
        return Ok(Chosen { case, seed: Some(seed), why: None });
    }
    let drawn = draw::draw(bank, &wanted, &played, SystemClock.now(), &mut rand::rng())?;
    Ok(Chosen { case: drawn.case, seed: None, why: Some(drawn.why) })
}

pub(super) fn play(
    context: &Context,
    id: &str,
    mut session: Session,
    mut lines: Vec<Line>,
    journal: &mut dyn Journal,
    observer: &dyn Observer,
) -> Result<(), Failure> {
    let file = context.sessions.draft(id);
    let cancelled = context.cancelled.clone();
    let mut unsent = None;
    let ending = match Presence::now() {
        Presence::Screen => {
            let mut editor = Editor::for_round(&context.home.history()).map_err(of_terminal)?;
            editor.keep_draft(file.clone());
            if context.config.self_rating.unwrap_or(true) {
                session.ask_own_view();
            }
            let mut console = Terminal::new(editor, cancelled);
            let mut console = BesideLive::new(context, &mut console);
            drive::drive(&mut session, &mut lines, journal, observer, &mut console)
        }
        presence => {
            let (draft, before) = Draft::open(file.clone());
            if !before.trim().is_empty() {
                output::print("Your draft goes in front of the next message.")?;
            }
            let stdin = io::stdin().lock();
            let script = if presence.is_somebody() { Script::typed(stdin) } else { Script::new(stdin) };
            let mut console = Terminal::new(script.keep_in(draft, before), cancelled);
            let mut watched = BesideLive::new(context, &mut console);
            let ending = drive::drive(&mut session, &mut lines, journal, observer, &mut watched);
            unsent = console.input().unsent().cloned();
            ending
        }
    };
    match ending.map_err(|error| error::with_draft(error, &file))? {
        Ending::Over | Ending::Sealed => Ok(()),
        Ending::Left => left(id, &file, unsent.as_ref()),
    }
}

/// Says what is kept of a round that was left.
fn left(id: &str, draft: &Path, unsent: Option<&Unsent>) -> Result<(), Failure> {
    let is_kept = error::holds_words(draft);
    let Some(unsent) = unsent else {
        let also = if is_kept { " What you hadn't sent is kept as a draft." } else { "" };
        return Ok(output::print(&format!(
            "\nEverything you said is kept.{also} `pushback resume {id}` goes on."
        ))?);
    };
    let failure =
        Failure::new(BAD_INPUT, "the last message has no line with a dot behind it, so it wasn't sent");
    Err(match &unsent.lost {
        None if is_kept => {
            failure.hint(format!("it is kept as a draft: `pushback resume {id}` goes on with it"))
        }
        lost => {
            let why = lost.as_deref().unwrap_or("its draft is gone");
            failure.hint(format!("it is not kept ({why}); `pushback resume {id}` goes on without it"))
        }
    })
}

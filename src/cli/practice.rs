//! `pushback practice` and `pushback resume`.

use std::io;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::{
    args::PracticeArgs,
    bank,
    beside_live::BesideLive,
    context::Context,
    error::{Failure, of_terminal},
    model,
    review::progress,
    welcome,
};
use crate::{
    adapters::{
        clock::SystemClock,
        store::{
            begun::{self, Begun},
            journal::{JsonlJournal, OpenError},
            summaries,
        },
        terminal::{
            interrupts, is_interactive, line_editor::LineEditor, output, practice::Terminal, script::Script,
        },
    },
    app::drive::{self, Ending},
    core::{
        bank::{Bank, Case},
        draw::{self, Why},
        record::Line,
        session::{Session, opening::Opening},
        text::one_line,
    },
    ports::{Clock, Console, Journal, Observer},
    render::style,
};

/// Draws a case and plays it.
pub fn practice(context: &Context, args: &PracticeArgs) -> Result<(), Failure> {
    let bank = bank::load(context)?;
    let chosen = choose(context, &bank, args)?;
    let (case, seed) = (chosen.case, chosen.seed);
    welcome::show(context)?;
    if let Some(why) = chosen.why {
        let text = format!("Drawn because {}.", one_line(&why.to_string()));
        output::print(&style::wrap_hanging(&style::paint(style::FAINT, text), output::width(), 0, 0))?;
    }
    let observer = model::observer(context)?;
    let clock = SystemClock;
    let id = context.sessions.new_id(clock.now(), &case.scenario.id);
    let path = context.sessions.journal(&id);
    let mut journal = JsonlJournal::create(&path, clock)?;
    let target = args.target.or(context.config.target).unwrap_or_default();
    let opening = Opening { session: &id, target, seed, case, live: None };
    let opened = drive::open(&mut journal, &opening);
    if opened.is_err() {
        // What can't be begun leaves nothing behind.
        let _ = std::fs::remove_file(&path);
    }
    let (session, lines) = opened?;
    let begun = Begun { session: id.clone(), scenario: case.scenario.id.clone(), at: clock.now() };
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
    let theme = named_theme.or(args.theme.as_deref());
    let rows = summaries::load(&context.sessions)?;
    let played = progress::readable(&rows);
    if args.seed.is_some() || played.is_empty() {
        let seed = args.seed.unwrap_or_else(rand::random);
        let case = bank.draw(theme, &mut ChaCha20Rng::seed_from_u64(seed))?;
        return Ok(Chosen { case, seed: Some(seed), why: None });
    }
    let drawn = draw::draw(bank, theme, &played, SystemClock.now(), &mut rand::rng())?;
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
    let console: Box<dyn Console> = if is_interactive() {
        interrupts::restore_terminal_on_end().map_err(of_terminal)?;
        let mut editor = LineEditor::of_answers(&context.home.history()).map_err(of_terminal)?;
        editor.keep_draft(context.sessions.draft(id));
        if context.config.self_rating.unwrap_or(true) {
            session.ask_own_view();
        }
        Box::new(Terminal::new(editor, context.cancelled.clone()))
    } else {
        Box::new(Terminal::new(Script::new(io::stdin().lock()), context.cancelled.clone()))
    };
    let mut console = BesideLive::new(context, console);
    match drive::drive(&mut session, &mut lines, journal, observer, &mut console)? {
        Ending::Over | Ending::Sealed => Ok(()),
        Ending::Left => {
            output::print(&format!("\nEverything you said is kept. `pushback resume {id}` goes on."))?;
            Ok(())
        }
    }
}

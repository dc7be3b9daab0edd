//! `pushback practice` and `pushback resume`.

use std::io::{self, IsTerminal};

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::{
    args::PracticeArgs,
    bank,
    context::Context,
    error::{Failure, of_terminal},
    model,
    review::progress,
    welcome,
};
use crate::{
    adapters::{
        clock::SystemClock,
        store::{journal::JsonlJournal, summaries},
        terminal::{interrupts, line_editor::LineEditor, output, practice::Terminal, script::Script},
    },
    app::drive::{self, Ending},
    core::{
        bank::{Bank, Case},
        draw::{self, Why},
        hash::fingerprint,
        record::{Drawn, FORMAT, Line, Mode, Opened, Record},
        session::Session,
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
    let opened = Opened {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").into(),
        session: id.clone(),
        mode: Mode::Practice,
    };
    let drawn = Drawn {
        target,
        seed,
        scenario: case.scenario.clone(),
        artifact: case.artifact.clone(),
        rubric: case.rubric.clone(),
        scenario_hash: fingerprint(&case.scenario),
        rubric_hash: fingerprint(&case.rubric),
    };
    let mut lines = vec![];
    for record in [Record::Opened(opened), Record::Drawn(Box::new(drawn))] {
        lines.push(journal.append(&record).map_err(drive::DriveError::from)?);
    }
    let session = Session::new(Mode::Practice, target, case.clone());
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
    let mut console: Box<dyn Console> = if io::stdin().is_terminal() && io::stdout().is_terminal() {
        interrupts::restore_terminal_on_end().map_err(of_terminal)?;
        let mut editor = LineEditor::of_answers(&context.home.history()).map_err(of_terminal)?;
        editor.keep_draft(context.sessions.draft(id));
        let asks = context.config.self_rating.unwrap_or(true);
        Box::new(Terminal::new(editor, context.cancelled.clone()).asking_for_own_view(asks))
    } else {
        Box::new(Terminal::new(Script::new(io::stdin().lock()), context.cancelled.clone()))
    };
    match drive::drive(&mut session, &mut lines, journal, observer, &mut *console)? {
        Ending::Over | Ending::Sealed => Ok(()),
        Ending::Left => {
            output::print(&format!("\nEverything you said is kept. `pushback resume {id}` goes on."))?;
            Ok(())
        }
    }
}

//! `pushback practice` and `pushback resume`.

use std::{
    io::{self, IsTerminal},
    sync::{Arc, atomic::AtomicBool},
};

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::{
    args::{ModelArgs, PracticeArgs},
    bank,
    error::{BAD_INPUT, Failure},
    guard, interview_loop, live, model, progress, welcome,
};
use crate::{
    adapters::{
        bank_files::Library,
        clock::SystemClock,
        config::{self, Config},
        console::{self, Terminal},
        jsonl::{JsonlJournal, fingerprint},
        line_editor::LineEditor,
        open_rounds,
        paths::Home,
        script::Script,
        sessions::Sessions,
        signals, summaries,
    },
    app::drive::{self, Ending},
    core::{
        bank::{Bank, Case},
        command::Place,
        draw::{self, Why},
        record::{Drawn, FORMAT, Line, Mode, Opened, Record},
        review,
        session::Session,
        text::one_line,
    },
    ports::{Clock, Console, Journal, Observer},
    render::term,
};

/// What every command needs.
pub struct Context {
    /// Where things are kept.
    pub home: Home,
    /// The settings file.
    pub config: Config,
    /// What the command line says about the model.
    pub model: ModelArgs,
    /// Scenarios and rubrics.
    pub library: Library,
    /// The journals.
    pub sessions: Sessions,
    /// Set by Ctrl-C while no line is being edited.
    pub cancelled: Arc<AtomicBool>,
}

impl Context {
    /// Finds the folders and reads the settings.
    pub fn new(model: ModelArgs) -> Result<Self, Failure> {
        let home = Home::find()?;
        let config = config::load(&home.config())?;
        let sessions = Sessions::of(&home);
        let cancelled = signals::catch_interrupt()
            .map_err(|error| Failure::new(super::error::FAILED, format!("can't catch Ctrl-C: {error}")))?;
        let library = Library::default();
        Ok(Self { home, config, model, library, sessions, cancelled })
    }
}

/// Draws a case and plays it.
pub fn practice(context: &Context, args: &PracticeArgs) -> Result<(), Failure> {
    let bank = bank::load(context)?;
    let chosen = choose(context, &bank, args)?;
    let (case, seed) = (chosen.case, chosen.seed);
    welcome::show(context)?;
    if let Some(why) = chosen.why {
        let text = format!("Drawn because {}.", one_line(&why.to_string()));
        console::print(&term::wrap_hanging(&term::paint(term::FAINT, text), console::width(), 0, 0))?;
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

/// The case that was named; else the one that the seed draws; else one that the person needs.
fn choose<'a>(context: &Context, bank: &'a Bank, args: &PracticeArgs) -> Result<Chosen<'a>, Failure> {
    if let Some(id) = &args.scenario {
        return Ok(Chosen { case: bank.case(id)?, seed: None, why: None });
    }
    let theme = args.theme.as_deref();
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

/// Takes up a session that was cut off.
pub fn resume(context: &Context, given: Option<&str>) -> Result<(), Failure> {
    let open = open_rounds::current(&context.sessions)?;
    let is_meant = |open: &open_rounds::OpenRound| {
        given.is_none_or(|given| open.id.starts_with(given) || given.starts_with(&open.id))
    };
    let id = match (given, open) {
        (_, Some(open)) if open.of_loop.is_some() && is_meant(&open) => {
            return interview_loop::resume(context, &open);
        }
        (Some(_), _) => context.sessions.find(given)?,
        (None, Some(open)) => open.id,
        (None, None) => latest_unfinished(context)?,
    };
    let path = context.sessions.journal(&id);
    if !live::is_live(&path) {
        guard::check(context, "resume")?;
    }
    let (mut journal, loaded) = JsonlJournal::reopen(&path, SystemClock)?;
    if loaded.damage.is_some() {
        console::print(
            "The last line of the journal was cut off while it was being written; it is set aside beside it.",
        )?;
    }
    let Some(session) = review::replay(&loaded.lines) else {
        return Err(Failure::new(BAD_INPUT, format!("the session {id} ended before a case was drawn")));
    };
    if session.is_over() {
        return Err(Failure::new(BAD_INPUT, format!("the session {id} is finished"))
            .hint(format!("`pushback review {id}` shows it")));
    }
    context.sessions.forget_if_sent(&id, &loaded.lines);
    if session.mode() == Mode::Live {
        return live::resume(context, &id, session, loaded.lines, journal);
    }
    let observer = model::observer(context)?;
    play(context, &id, session, loaded.lines, &mut journal, &*observer)
}

/// The latest session that can be taken up.
fn latest_unfinished(context: &Context) -> Result<String, Failure> {
    let ids = context.sessions.ids()?;
    let unfinished = |id: &&String| {
        let loaded = crate::adapters::jsonl::load(&context.sessions.journal(id));
        let session = loaded.ok().and_then(|loaded| review::replay(&loaded.lines));
        session.is_some_and(|session| !session.is_over())
    };
    ids.iter().rev().find(unfinished).cloned().ok_or_else(|| {
        Failure::new(BAD_INPUT, "no session was cut off").hint("`pushback practice` begins a new one")
    })
}

fn play(
    context: &Context,
    id: &str,
    mut session: Session,
    mut lines: Vec<Line>,
    journal: &mut dyn Journal,
    observer: &dyn Observer,
) -> Result<(), Failure> {
    let mut console: Box<dyn Console> = if io::stdin().is_terminal() && io::stdout().is_terminal() {
        signals::restore_terminal_on_end()?;
        let mut editor = LineEditor::new(Place::Round, &context.home.history())?;
        editor.keep_draft(context.sessions.draft(id));
        let asks = context.config.self_rating.unwrap_or(true);
        Box::new(Terminal::new(editor, context.cancelled.clone()).asking_for_own_view(asks))
    } else {
        Box::new(Terminal::new(Script::new(io::stdin().lock()), context.cancelled.clone()))
    };
    match drive::drive(&mut session, &mut lines, journal, observer, &mut *console)? {
        Ending::Over | Ending::Sealed => Ok(()),
        Ending::Left => {
            console::print(&format!("\nEverything you said is kept. `pushback resume {id}` goes on."))?;
            Ok(())
        }
    }
}

//! `pushback scenario try`: a round as the candidate sees it, with notes for its author, of which nothing is kept.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::atomic::Ordering,
    time::Instant,
};

use crate::{
    adapters::{
        clock::SystemClock,
        terminal::{
            editor::Editor,
            input::Input,
            output,
            practice::Terminal,
            presence::{self, Presence},
            script::{self, Script},
        },
    },
    app::{
        bulk::is_final,
        drive::{self, Ending},
    },
    cli::{
        args::TryArgs,
        bank,
        beside_live::BesideLive,
        context::Context,
        error::{BAD_INPUT, Failure, of_terminal},
        model::{self, Choice},
    },
    core::{
        bank::{Case, rubric::Rubric},
        live::Closes,
        record::{Line, Purpose, Record, Route, RoutedBy},
        review::Review,
        session::{Session, Show, opening::Opening, routing},
        turn::Ask,
    },
    ports::{Clock, Console, Heard, Journal, JournalError, Message, Observer, Overheard, Rested, Watch},
    render::{card, style},
};

/// Plays a scenario dry, or says what messages on standard input are taken for.
pub fn run(context: &Context, args: &TryArgs) -> Result<(), Failure> {
    let bank = bank::load(context)?;
    let case = bank.case_or_draft(&args.scenario)?;
    let observer = model::observer(context)?;
    if args.json { routes(context, case, &*observer) } else { play(context, case, args, observer) }
}

/// One line a message, in order, each as soon as it is decided.
fn routes(context: &Context, case: &Case, observer: &dyn Observer) -> Result<(), Failure> {
    if presence::is_typed() {
        return Err(Failure::new(BAD_INPUT, "there are no messages on standard input")
            .hint("a message a line, or messages that end at a line with a dot; without --json you play it yourself"));
    }
    let input = script::read_all(io::stdin().lock())
        .map_err(|error| Failure::new(BAD_INPUT, format!("standard input can't be read: {error}")))?;
    let scenario = &case.scenario;
    let by_rule = matches!(model::choice(context)?, Choice::None);
    let watch = Cancelled(context);
    for message in script::messages(&input) {
        let question = scenario.opening.trim();
        let asked = Message { opening: &scenario.opening, question, text: &message, facts: &scenario.facts };
        let route = if routing::is_certainly_an_answer(&message) {
            Route::Answer
        } else if by_rule {
            routing::by_rule(&message, &scenario.facts)
        } else {
            match observer.route(&asked, &watch) {
                Ok(routing) => routing.route,
                Err(why) if is_final(&why) => return Err(model::failure(&why)),
                // As in a round: it goes on by fixed rules, and says so.
                Err(why) => {
                    let mut stderr = anstream::stderr().lock();
                    let _ = writeln!(stderr, "note: {why}: decided by rule");
                    routing::by_rule(&message, &scenario.facts)
                }
            }
        };
        let fact = match route {
            Route::Fact { fact } => Some(fact),
            _ => None,
        };
        let name = serde_json::to_value(route).map(|value| value["route"].clone()).unwrap_or_default();
        output::print(&serde_json::json!({"message": message, "route": name, "fact": fact}).to_string())?;
    }
    Ok(())
}

struct Cancelled<'a>(&'a Context);

impl Watch for Cancelled<'_> {
    fn step(&self, _: usize, _: usize) {}

    fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }
}

fn play(
    context: &Context,
    case: &Case,
    args: &TryArgs,
    observer: Box<dyn Observer + Send>,
) -> Result<(), Failure> {
    let target = args.target.or_else(|| context.target()).unwrap_or_default();
    output::print(&style::paint(
        style::FAINT,
        style::wrap_hanging(
            "A dry play: nothing of it is kept. What stands behind an arrow is for you and not for the candidate.",
            output::width(),
            0,
            0,
        ),
    ))?;
    let mut journal = Notes { case, lines: 0 };
    let opening = Opening { session: "dry", target, seed: None, case, live: None };
    let (mut session, mut lines) = drive::open(&mut journal, &opening)?;
    let cancelled = context.cancelled.clone();
    let began = Instant::now();
    let mut is_unsent = false;
    let ending = match Presence::now() {
        Presence::Screen => {
            let editor = Editor::for_round(&context.home.history()).map_err(of_terminal)?;
            let mut console = Dry(Terminal::new(editor, cancelled));
            let mut console = BesideLive::new(context, &mut console);
            drive::drive(&mut session, &mut lines, &mut journal, &*observer, &mut console)?
        }
        presence => {
            let stdin = io::stdin().lock();
            let script = if presence.is_somebody() { Script::typed(stdin) } else { Script::new(stdin) };
            let mut console = Dry(Terminal::new(script, cancelled));
            let mut watched = BesideLive::new(context, &mut console);
            let ending = drive::drive(&mut session, &mut lines, &mut journal, &*observer, &mut watched)?;
            is_unsent = console.0.input().unsent().is_some();
            ending
        }
    };
    let words = case.scenario.setting.split_whitespace().count();
    let reading = words as f64 / 200.0;
    let end = match ending {
        Ending::Over | Ending::Sealed => "to its end",
        Ending::Left => "left before its end",
    };
    note(&format!(
        "played {end} in {:.1} minutes; the scenario says {}, of which its setting takes about {reading:.1} to read",
        began.elapsed().as_secs_f64() / 60.0,
        case.scenario.minutes
    ));
    let untold: Vec<String> = (0..case.scenario.facts.len())
        .filter(|fact| !session.told().contains(fact))
        .map(|fact| fact_name(case, fact))
        .collect();
    if !untold.is_empty() {
        note(&format!("not asked for: {}", untold.join("; ")));
    }
    if is_unsent {
        let message = "the last message has no line with a dot behind it, so it wasn't sent";
        return Err(Failure::new(BAD_INPUT, message).hint("nothing of a dry play is kept"));
    }
    Ok(())
}

/// A line for the author. Where it can't be printed, the round itself will say so.
fn note(text: &str) {
    let text = crate::core::text::one_line(text);
    let _ = output::print(&style::paint(
        style::MARK,
        style::wrap_hanging(&format!("→ {text}"), output::width(), 2, 4),
    ));
}

fn fact_name(case: &Case, fact: usize) -> String {
    let about = case.scenario.facts.get(fact).map_or("?", |fact| fact.about.as_str());
    format!("fact {} ({about})", fact + 1)
}

/// A journal that keeps nothing and says what the interviewer would not.
struct Notes<'a> {
    case: &'a Case,
    lines: u64,
}

impl Journal for Notes<'_> {
    fn seal(&mut self, _: Closes) -> Result<Line, JournalError> {
        let cause = io::Error::other("what is played dry is not kept, so nothing is sealed");
        Err(JournalError { path: "nowhere".into(), cause })
    }

    fn append(&mut self, record: &Record) -> Result<Line, JournalError> {
        match record {
            Record::Routed { route, by } => {
                let taken = match route {
                    Route::Answer => "an answer".to_owned(),
                    Route::Fact { fact } => fact_name(self.case, *fact),
                    Route::Unknown => "a question that no fact answers".into(),
                    Route::Repeat => "a wish to hear the question again".into(),
                    Route::Help => "a request for help".into(),
                    Route::Done => "the end of an answer".into(),
                };
                let by = match by {
                    RoutedBy::Rule => "by rule".to_owned(),
                    RoutedBy::Model { p, .. } => format!("by the model, {:.0}%", 100.0 * p),
                };
                note(&format!("taken for {taken} ({by})"));
            }
            Record::Observed(observed) if observed.purpose == Purpose::Probe => {
                let seen = observed.observations.iter().map(|o| format!("{} {:.0}%", o.signal, 100.0 * o.p));
                let seen = seen.collect::<Vec<_>>().join(", ");
                if !seen.is_empty() {
                    note(&format!("of the signals with a probe it shows: {seen}"));
                }
            }
            Record::Asked(asked) => match &asked.kind {
                Ask::Probe { signal } => note(&format!("the probe for `{signal}`")),
                Ask::Twist => note("the twist: what follows is the last answer"),
                Ask::Opening | Ask::Fact { .. } | Ask::Phrase { .. } => {}
            },
            _ => {}
        }
        self.lines += 1;
        Ok(Line { seq: self.lines - 1, at: SystemClock.now(), prev: String::new(), record: record.clone() })
    }
}

/// The candidate's terminal, which offers nothing to read again at the end.
struct Dry<I>(Terminal<I>);

impl<I: Input> Console for Dry<I> {
    fn show(&mut self, show: &Show, session: &Session) -> io::Result<()> {
        self.0.show(show, session)
    }

    fn card(&mut self, review: &Review) -> io::Result<()> {
        Ok(output::print(&format!("\n{}", card::result(review, output::width())))?)
    }

    fn kept(&mut self) {
        self.0.kept();
    }

    fn listen(&mut self, overheard: Option<Overheard>) -> io::Result<Heard> {
        self.0.listen(overheard)
    }

    fn own_view(&mut self, rubric: &Rubric) -> io::Result<BTreeMap<String, u8>> {
        self.0.own_view(rubric)
    }

    fn rest(&mut self) -> io::Result<Rested> {
        self.0.rest()
    }

    fn busy(&self, what: &'static str) -> Box<dyn Watch> {
        self.0.busy(what)
    }
}

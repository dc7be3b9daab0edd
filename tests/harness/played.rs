//! Whole rounds with a score, played by the real state machine into a real journal, without any model: what the
//! judge sees is written beside the answers.

use std::{
    cell::Cell,
    path::{Path, PathBuf},
    rc::Rc,
    sync::OnceLock,
};

use jiff::{SignedDuration, Timestamp};
use pushback::{
    adapters::{
        bank::library,
        paths,
        store::{
            journal::{self, JsonlJournal, OpenError},
            seal::SealingKey,
        },
    },
    core::{
        bank::{Bank, Case},
        editing::buffer::Edit,
        judging::{Judge, Observation, Trust, Usage, questions::Exam, verdict, whole},
        level::TargetLevel,
        live::{
            Aid, Answer, Closes, LoopPlace, Patience, Rules, Sensors, Sight, Sighting, Thresholds,
            typing::{Stroke, Typing},
        },
        record::{Drawn, Mode, Observed, Opened, Purpose, Record, Route, RoutedBy},
        session::{Effect, Event, Session, Wait, policy::Action},
        turn::Voice,
    },
    ports::{Clock, Journal},
};

use crate::harness::home::{Home, SCENARIO};
use pushback::core::{record, session};

/// What the candidate does, and how many seconds after the last thing.
#[derive(Clone)]
pub enum Move {
    Say(i64, String),
    /// Asks for the fact with this index.
    Ask(i64, usize, String),
    Do(i64, Action),
    /// Says something that the model takes for this.
    SayAs(i64, String, Route),
    /// Live: is seen at something beside the words.
    See(i64, Sight),
    /// Live: has typed this when the time is over.
    RunOut(i64, String),
    /// Live: leaves for good.
    Leave(i64),
}

/// A signal, its probability, and words of the sentence that shows it.
pub type Seen = (&'static str, f64, &'static str);

#[derive(Clone)]
pub struct Round {
    pub id: String,
    pub scenario: &'static str,
    pub mode: Mode,
    /// What holds in a live round. Without it, nothing beside the words is recorded.
    pub rules: Option<Rules>,
    pub target: TargetLevel,
    pub at: Timestamp,
    pub moves: Vec<Move>,
    pub sees: Vec<Seen>,
}

#[derive(Clone)]
struct SetClock(Rc<Cell<Timestamp>>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        self.0.get()
    }

    fn steady(&self) -> u64 {
        self.0.get().as_millisecond() as u64
    }
}

impl SetClock {
    fn wait(&self, seconds: i64) {
        self.0.set(self.0.get() + SignedDuration::from_secs(seconds));
    }
}

/// A case of the bank; [`SCENARIO`] as a frozen journal has it, so that edits of the bank change no snapshot.
pub fn case(id: &str) -> Case {
    if id == SCENARIO {
        let frozen = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journals/format-1-scored.jsonl");
        let lines = journal::load(&frozen).unwrap().lines;
        let drawn = record::drawn(&lines).unwrap().clone();
        return Case { scenario: drawn.scenario, artifact: drawn.artifact, rubric: drawn.rubric };
    }
    static BANK: OnceLock<Bank> = OnceLock::new();
    let bank = BANK.get_or_init(|| library::load(&paths::Home::at("/nonexistent")).0);
    bank.case(id).unwrap().clone()
}

/// A round in which much is shown, some is missing, a fact is asked for, a hint is used and the twist is met.
pub fn round() -> Round {
    let say = |seconds, text: &str| Move::Say(seconds, text.to_owned());
    Round {
        id: "2026-03-02-0915-ga-date-on-one-database".into(),
        scenario: SCENARIO,
        mode: Mode::Practice,
        rules: None,
        target: TargetLevel::Staff,
        at: "2026-03-02T09:15:00Z".parse().unwrap(),
        moves: vec![
            Move::Ask(40, 0, "Which writes make up that load?".into()),
            say(
                170,
                "I would see the VP of Product today and tell her which part I refuse: four of six people and the pause. \
                 By 1 October growth alone takes 71 to 90 percent, and with 15 points on top we are at 105 percent on the \
                 day of the launch.\n\nSo the audit events leave the primary first, two people until the end of July, and \
                 the other tickets wait until then; the reports come a day late until August. On 1 October the five \
                 accounts get in by invitation.",
            ),
            Move::Do(5, Action::SeeHint),
            say(30, "The CEO makes the call, since both budgets meet there."),
            say(
                65,
                "Customers see their training jobs hang for two hours and nobody can tell them whether they are billed.",
            ),
            say(80, "If we slip we lose 3.5 of the 9 million, and the CEO looks foolish on a stage."),
            say(
                95,
                "Then it is 97 percent by growth alone, so the audit events get a third person tonight. I tell the VP \
                 this evening. If he decides on open sign-up all the same I staff it on Friday and write both risks into \
                 the plan under my name.",
            ),
        ],
        sees: vec![
            ("talks-to-the-asker", 0.93, "see the VP of Product today"),
            ("refuses-precisely", 0.88, "see the VP of Product today"),
            ("sizes-the-risk", 0.96, "105 percent"),
            ("keeps-part-of-gain", 0.81, "by invitation"),
            ("lets-slip", 0.64, "a day late until August"),
            ("who-is-hurt", 0.9, "jobs hang"),
            ("cost-of-no", 0.86, "3.5 of the 9 million"),
            ("names-decider", 0.91, "makes the call"),
            ("if-overruled", 0.89, "staff it on Friday"),
        ],
    }
}

/// A live round in which everything is seen that can be seen, and said that can be said.
pub fn live_round() -> Round {
    let practice = round();
    let typing = |since: u64, text: &str| {
        let strokes =
            (1..).zip(text.chars()).map(|(key, c)| Stroke { ms: since + 140 * key, edit: Edit::Insert(c) });
        Sight::Typed(Box::new(Typing::record(since, "", &strokes.collect::<Vec<_>>())))
    };
    let rules = Rules {
        minutes: 12,
        thresholds: Thresholds::default().with(&[Aid::SlowLink]),
        patience: Patience { route: 3000, read: 3000 },
        declared: vec![Aid::InputMethod, Aid::ScreenReader, Aid::SlowLink],
        sensors: Sensors { paste_marks: Answer::Yes, focus: Answer::No },
        of_loop: Some(LoopPlace {
            id: "sre-staff".into(),
            run: "2026-03-02-0915-loop-sre-staff".into(),
            round: 2,
            of: 4,
            weight: 2,
            break_ms: 300_000,
            break_minutes: 5,
        }),
        voice: Voice {
            name: Some("Dana Whitfield, director".into()),
            greeting: Some("Thanks for coming in.".into()),
            assume_and_say: Some("I don't have that. Assume something and tell me what.".into()),
            no_help: Some("That one is yours.".into()),
            again: Some("Sure, once more.".into()),
        },
    };
    let mut answers = practice.moves.iter().filter(|step| matches!(step, Move::Say(..))).cloned();
    let mut moves = vec![
        Move::See(3, Sight::FocusLost),
        Move::See(9, Sight::FocusBack { away: 9000 }),
        Move::See(2, Sight::Resized { columns: 100, rows: 30 }),
        Move::SayAs(5, "Say that again?".into(), Route::Repeat),
        Move::SayAs(5, "What would you do?".into(), Route::Help),
        Move::SayAs(5, "What is the CEO's dog called?".into(), Route::Unknown),
        Move::Ask(10, 0, "Which writes make up that load?".into()),
        Move::See(1, Sight::Paste { marked: true, chars: 24, text: "As a Staff engineer, I'd".into() }),
        Move::See(1, Sight::DeniedKey { key: "Ctrl-R".into() }),
        Move::See(1, Sight::DeniedCommand { command: "/hint".into() }),
        Move::See(1, Sight::Lookup { command: "review".into(), when: practice.at }),
        Move::See(1, Sight::StoodStill { for_ms: 61_000 }),
        Move::See(1, Sight::TimeSet { by_ms: -3_600_000 }),
        Move::See(1, Sight::Restarted { away: 12_000 }),
        Move::See(1, typing(50_000, "I would see the VP of Product today.")),
    ];
    moves.extend(answers.next());
    moves.push(Move::See(1, Sight::TypeAhead { bytes: 3 }));
    moves.push(Move::See(1, Sight::Warned { minutes: 5 }));
    moves.push(Move::SayAs(4, "That's all.".into(), Route::Done));
    moves.extend(answers);
    Round { id: "2026-03-02-0915-live".into(), mode: Mode::Live, rules: Some(rules), moves, ..practice }
}

fn observe(exam: &Exam, sees: &[Seen]) -> Vec<Observation> {
    let observation = |signal: &str| {
        let seen = sees.iter().find(|(id, _, _)| *id == signal);
        let sentence = seen.and_then(|(_, _, words)| {
            exam.sentences
                .iter()
                .find(|sentence| sentence.text.contains(words))
                .map(|sentence| sentence.number)
        });
        let p = if sentence.is_some() { seen.map_or(0.08, |seen| seen.1) } else { 0.08 };
        Observation { signal: signal.to_owned(), p, sentences: sentence.or(Some(1)).into_iter().collect() }
    };
    // The more it sees, the better it likes the whole.
    let all = whole::observations((1.0 + sees.len() as f64 / 4.0).min(5.0), 0.4);
    let of_whole = |signal: &str| all.iter().find(|seen| seen.signal == signal).cloned();
    let statements = exam.statements.iter().map(|statement| statement.signal.as_str());
    statements.map(|signal| of_whole(signal).unwrap_or_else(|| observation(signal))).collect()
}

fn observed(purpose: Purpose, exam: &Exam, sees: &[Seen], model: &str) -> Observed {
    let trust = Trust { answers: 138, kappa: 0.41, overall_r: 0.72, overall_error: 0.6 };
    Observed {
        purpose,
        judge: Judge { model: model.into(), prompt_hash: "5eed".into(), trust: Some(trust) },
        observations: observe(exam, sees),
        sentences: exam.spans(),
        usage: Usage { prompt: 1200, cached: 900, generated: 24 },
        ms: 4100,
    }
}

/// Plays a round to its end, or to the end of its moves, and returns its journal.
pub fn play(home: &Home, round: &Round) -> PathBuf {
    play_case(home, round, case(round.scenario))
}

/// Plays a round of this case.
pub fn play_case(home: &Home, round: &Round, case: Case) -> PathBuf {
    let clock = SetClock(Rc::new(Cell::new(round.at)));
    let path = home.path().join("sessions").join(format!("{}.jsonl", round.id));
    let key = SealingKey::of(&home.path().join("keys")).unwrap();
    let mut journal = JsonlJournal::create(&path, clock.clone()).unwrap().sealed_with(key);
    let opened = Opened { program: "0.1.0".into(), session: round.id.clone(), mode: round.mode };
    let drawn = Drawn {
        target: round.target,
        seed: None,
        scenario: case.scenario.clone(),
        artifact: case.artifact.clone(),
        rubric: case.rubric.clone(),
        scenario_hash: "5ce0".into(),
        rubric_hash: "0b1c".into(),
    };
    let saw = |what: &Sight| {
        let ms = clock.now().as_millisecond() - round.at.as_millisecond();
        Sighting { ms: ms.unsigned_abs(), what: what.clone() }
    };
    let mut records = vec![Record::Opened(opened)];
    records.extend(round.rules.iter().map(|rules| Record::Rules(Box::new(rules.clone()))));
    records.push(Record::Drawn(Box::new(drawn)));
    if round.rules.is_some() {
        let started = Sight::Started { steady: 90_000, boot: Some("b007".into()) };
        records.push(Record::Sighted(saw(&started)));
    }
    let mut session = Session::new(round.mode, round.target, case);
    for record in &records {
        journal.append(record).unwrap();
        session.apply(record);
    }
    let mut moves = round.moves.iter();
    let mut routed = None;
    let mut event = Event::Began;
    loop {
        let step = session.handle(event).unwrap();
        for effect in step.effects {
            if let Effect::Record(record) = effect {
                journal.append(&record).unwrap();
            }
        }
        event = match step.next {
            Wait::Listen => match moves.next() {
                None => return path,
                Some(Move::Say(seconds, text)) => {
                    clock.wait(*seconds);
                    Event::Said(text.clone())
                }
                Some(Move::Ask(seconds, index, text)) => {
                    clock.wait(*seconds);
                    routed = Some((Route::Fact { fact: *index }, RoutedBy::Rule));
                    Event::Said(text.clone())
                }
                Some(Move::SayAs(seconds, text, route)) => {
                    clock.wait(*seconds);
                    routed = Some((*route, RoutedBy::Model { model: "test judge".into(), p: 0.97 }));
                    Event::Said(text.clone())
                }
                Some(Move::See(seconds, sight)) => {
                    clock.wait(*seconds);
                    Event::Saw(saw(sight))
                }
                Some(Move::RunOut(seconds, text)) => {
                    clock.wait(*seconds);
                    Event::Deadline(text.clone())
                }
                Some(Move::Leave(seconds)) => {
                    clock.wait(*seconds);
                    Event::Abandoned
                }
                Some(Move::Do(seconds, action)) => {
                    clock.wait(*seconds);
                    Event::Wants(*action)
                }
            },
            Wait::Rest => {
                clock.wait(600);
                Event::Resumed
            }
            Wait::Route { .. } => Event::Routed(Ok(routed.take().unwrap_or((Route::Answer, RoutedBy::Rule)))),
            Wait::Observe { purpose, exam, .. } => {
                clock.wait(4);
                Event::Observed(Ok(observed(purpose, &exam, &round.sees, "test judge")))
            }
            Wait::Seal(closes) => {
                journal.seal(closes).unwrap();
                Event::Sealed(closes)
            }
            Wait::OwnView | Wait::Loop | Wait::End => return path,
        };
    }
}

/// A journal to go on with.
pub fn reopen<C: Clock + Clone>(path: &Path, clock: C) -> JsonlJournal<C> {
    loop {
        match JsonlJournal::reopen(path, clock.clone()) {
            Ok((journal, _)) => return journal,
            // A program that another test starts holds every lock of ours until it has begun.
            Err(OpenError::Busy(_)) => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Adds records behind a journal's end, a day later.
pub fn append(path: &Path, records: &[Record]) {
    let last = journal::load(path).unwrap().lines.last().unwrap().at;
    let clock = SetClock(Rc::new(Cell::new(last + SignedDuration::from_hours(24))));
    let mut journal = reopen(path, clock);
    for record in records {
        journal.append(record).unwrap();
    }
}

/// Seals a live round once more, a day after its last record.
pub fn seal_again(home: &Home, path: &Path) {
    let last = journal::load(path).unwrap().lines.last().unwrap().at;
    let clock = SetClock(Rc::new(Cell::new(last + SignedDuration::from_hours(24))));
    let key = SealingKey::of(&home.path().join("keys")).unwrap();
    reopen(path, clock).sealed_with(key).seal(Closes::Everything).unwrap();
}

/// Scores a played round once more, with a judge that sees something else.
pub fn score_again(path: &Path, model: &str, sees: &[Seen]) {
    let loaded = journal::load(path).unwrap();
    let session = session::replay(&loaded.lines).unwrap();
    let exam = session.exam();
    let observed = observed(Purpose::Card, &exam, sees, model);
    let score = verdict::score(&session.case().rubric, &exam, &observed.observations, session.target());
    append(path, &[Record::Observed(Box::new(observed)), Record::Scored(Box::new(score))]);
}

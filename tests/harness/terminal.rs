//! The program in a real pseudo-terminal, and the screen that a person would see.

use std::{
    io::{Read, Write},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::harness::home::{Home, PROGRAM, flat};

pub struct Terminal {
    pub child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    state: Arc<Mutex<State>>,
}

struct State {
    parser: vt100::Parser,
    raw: String,
    /// Nothing more will be printed.
    closed: bool,
}

/// How long anything may take on a slow machine before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);

impl Terminal {
    pub fn start(home: &Home, columns: u16, rows: u16, arguments: &[&str]) -> Self {
        Self::start_with(home, columns, rows, arguments, &[])
    }

    /// The same with more in the environment.
    pub fn start_with(
        home: &Home,
        columns: u16,
        rows: u16,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(arguments);
        Self::spawn(home, columns, rows, command, environment)
    }

    /// A shell that runs a script, in which `pushback` is the program.
    pub fn shell(home: &Home, columns: u16, rows: u16, script: &str) -> Self {
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", &format!("pushback() {{ \"{PROGRAM}\" \"$@\"; }}\n{script}")]);
        Self::spawn(home, columns, rows, command, &[])
    }

    fn spawn(
        home: &Home,
        columns: u16,
        rows: u16,
        mut command: CommandBuilder,
        environment: &[(&str, &str)],
    ) -> Self {
        home.settle_target();
        let pty = native_pty_system();
        let pair = pty.openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        command.env_clear();
        for (key, value) in [("PUSHBACK_HOME", home.path()), ("HOME", home.path())] {
            command.env(key, value);
        }
        for (key, value) in
            [("TERM", "xterm-256color"), ("TZ", "UTC"), ("LANG", "C.UTF-8"), ("PATH", "/usr/bin:/bin")]
        {
            command.env(key, value);
        }
        for (key, value) in environment {
            command.env(key, value);
        }
        command.cwd(home.path());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let parser = vt100::Parser::new(rows, columns, 10_000);
        let state = Arc::new(Mutex::new(State { parser, raw: String::new(), closed: false }));
        let shared = state.clone();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                let mut state = shared.lock().unwrap();
                state.parser.process(&buffer[..read]);
                state.raw.push_str(&String::from_utf8_lossy(&buffer[..read]));
            }
            shared.lock().unwrap().closed = true;
        });
        Self { child, master: pair.master, writer, state }
    }

    /// What is on the screen now.
    pub fn screen(&self) -> String {
        let state = self.state.lock().unwrap();
        let text = state.parser.screen().contents();
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    /// What is on the screen and what has scrolled out of it above.
    pub fn with_scrollback(&self) -> String {
        let mut state = self.state.lock().unwrap();
        let screen = state.parser.screen_mut();
        screen.set_scrollback(usize::MAX);
        let above = screen.scrollback();
        let (rows, columns) = screen.size();
        let mut lines = vec![];
        let mut left = above;
        while left > 0 {
            screen.set_scrollback(left);
            let shown = usize::from(rows).min(left);
            lines.extend(screen.rows(0, columns).take(shown));
            left -= shown;
        }
        screen.set_scrollback(0);
        lines.extend(screen.rows(0, columns));
        lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
    }

    /// Everything that was ever printed, with its escape sequences.
    pub fn raw(&self) -> String {
        self.state.lock().unwrap().raw.clone()
    }

    pub fn send(&mut self, keys: &str) {
        self.send_bytes(keys.as_bytes());
    }

    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).unwrap();
        self.writer.flush().unwrap();
    }

    /// Types a message and sends it with Ctrl-D.
    pub fn say(&mut self, text: &str) {
        self.send(&text.replace('\n', "\r"));
        // The editor breaks lines wherever the window ends.
        let solid = |text: &str| text.split_whitespace().collect::<String>();
        let end = solid(text.lines().last().unwrap_or_default());
        let end: String = end.chars().skip(end.chars().count().saturating_sub(20)).collect();
        self.wait_until(&end, |terminal| solid(&terminal.screen()).contains(&end));
        self.send("\u{4}");
    }

    /// Types as a hand does: a few keys roll over each other, then they have to be on the screen before the next ones.
    /// However slow the machine is, nothing of it can be taken for a paste.
    #[track_caller]
    pub fn type_by_hand(&mut self, text: &str) {
        let solid = |text: &str| text.split_whitespace().collect::<String>();
        let keys: Vec<char> = text.chars().collect();
        let mut typed = String::new();
        for roll in keys.chunks(5) {
            let roll: String = roll.iter().collect();
            typed.push_str(&roll);
            self.send(&roll.replace('\n', "\r"));
            let end: String = solid(&typed).chars().rev().take(24).collect();
            let end: String = end.chars().rev().collect();
            self.wait_until(&end, |terminal| {
                let screen = solid(&terminal.screen());
                screen.rsplit('›').next().is_some_and(|prompt| prompt.ends_with(&end))
            });
        }
    }

    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait_until(text, |terminal| terminal.screen().contains(text));
    }

    /// Waits for words, wherever the lines break.
    #[track_caller]
    pub fn wait_for_words(&self, words: &str) {
        self.wait_until(words, |terminal| flat(&terminal.screen()).contains(words));
    }

    #[track_caller]
    pub fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < PATIENCE, "never came: {what}\nscreen:\n{}", self.screen());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for the end of the program, and until everything that it printed is on the screen.
    #[track_caller]
    pub fn ends(&mut self) -> u32 {
        let began = Instant::now();
        loop {
            let status = self.child.try_wait().unwrap();
            if let Some(status) = status.filter(|_| self.state.lock().unwrap().closed) {
                return status.exit_code();
            }
            assert!(began.elapsed() < PATIENCE, "still running:\n{}", self.screen());
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).unwrap();
        self.state.lock().unwrap().parser.screen_mut().set_size(rows, columns);
    }

    pub fn signal(&self, name: &str) {
        Self::signal_to(self.child.process_id().unwrap().into(), name);
    }

    pub fn signal_to(process: u64, name: &str) {
        let id = process.to_string();
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

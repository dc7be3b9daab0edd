//! A real OpenAI-compatible server, llama.cpp's, on a model file. `PUSHBACK_TEST_PYTHON` names a Python with the
//! package `xllamacpp`.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

pub struct Server {
    process: Child,
    pub url: String,
}

const SCRIPT: &str = r#"
import sys, time, xllamacpp as x
p = x.CommonParams()
p.model.path = sys.argv[1]
p.n_ctx = 8192
p.n_parallel = 1
p.hostnames = ["127.0.0.1"]
p.port = int(sys.argv[2])
server = x.Server(p)
print("READY", server.listening_address, flush=True)
sys.stdin.read()
"#;

impl Server {
    pub fn start(model: &Path) -> Self {
        let python = std::env::var("PUSHBACK_TEST_PYTHON")
            .expect("PUSHBACK_TEST_PYTHON names a Python with xllamacpp");
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut process = Command::new(python)
            .args(["-c", SCRIPT])
            .arg(model)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let ready = output.lines().map_while(Result::ok).find(|line| line.starts_with("READY"));
        let ready = ready.expect("the server did not start");
        let address = ready.trim_start_matches("READY").trim().trim_end_matches('/').to_owned();
        Self { process, url: format!("{address}/v1") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

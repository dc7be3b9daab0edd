//! A scripted OpenAI-compatible server that checks every request it gets.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

/// What the server does with a request.
#[derive(Clone)]
pub enum Reaction {
    /// A chat completion with this content and no log probabilities.
    Say(String),
    /// One with log probabilities for "yes" and "no" as the first token.
    Yes { p: f64, content: String },
    /// Something to say, and then the connection is closed without a word about it.
    SayAndHangUp(String),
    /// A status with a body.
    Status(u16, &'static str, String),
    /// These bytes as the body of a 200.
    Body(String),
    /// The headers promise more than comes.
    Cut,
    /// No reply at all; of a batch's line, not even one that it is missing.
    Nothing,
    /// Silence.
    Silence(Duration),
}

/// How often a batch is looked at before it is done.
const LOOKS: usize = 1;

#[derive(Default)]
struct Batches {
    /// What was uploaded or came out, by the number in the file's id.
    files: Vec<Vec<u8>>,
    /// The input file of each batch, and how often it was looked at.
    begun: Vec<(usize, usize)>,
}

type Script = dyn Fn(usize, &Value) -> Reaction + Send + Sync;

pub struct FakeEndpoint {
    pub url: String,
    requests: Arc<Mutex<Vec<Value>>>,
    heads: Arc<Mutex<Vec<Vec<String>>>>,
    violations: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
}

/// Text that must never be sent anywhere: a part of every coach text and of every note in the tests' bank.
pub const CANARY: &str = "canary-7f3a";

pub const KEY: &str = "sk-secret-0123456789";

/// `me:pw` as a header has it.
pub const LOGIN: &str = "bWU6cHc=";

impl FakeEndpoint {
    /// `script` gets the number of the request, from 0, and its body.
    pub fn start(script: impl Fn(usize, &Value) -> Reaction + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let server = Server {
            script: Arc::new(script),
            requests: Arc::default(),
            heads: Arc::default(),
            violations: Arc::default(),
            stopped: Arc::default(),
            has_refused: Arc::default(),
            batches: Arc::default(),
        };
        let Server { requests, heads, violations, stopped, .. } = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if server.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let server = server.clone();
                thread::spawn(move || server.serve(stream));
            }
        });
        Self { url, requests, heads, violations, stopped }
    }

    /// First lines and headers of all requests.
    pub fn heads(&self) -> Vec<Vec<String>> {
        self.heads.lock().unwrap().clone()
    }

    pub fn requests(&self) -> Vec<Value> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for FakeEndpoint {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        if !thread::panicking() {
            assert_eq!(*self.violations.lock().unwrap(), Vec::<String>::new());
        }
    }
}

#[derive(Clone)]
struct Server {
    script: Arc<Script>,
    requests: Arc<Mutex<Vec<Value>>>,
    heads: Arc<Mutex<Vec<Vec<String>>>>,
    violations: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
    /// Whether a request was refused for its form: the next one may have another.
    has_refused: Arc<AtomicBool>,
    batches: Arc<Mutex<Batches>>,
}

impl Server {
    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        loop {
            let mut head = vec![];
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 {
                    return;
                }
                if line == "\r\n" {
                    break;
                }
                head.push(line.trim_end().to_owned());
            }
            let header = |name: &str| {
                head.iter().find_map(|line| {
                    let (key, value) = line.split_once(':')?;
                    key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
                })
            };
            let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
            reader.read_exact(&mut body).unwrap();
            let authorization = header("authorization");
            let mut violations = self.violations.lock().unwrap();
            let known = [format!("Bearer {KEY}"), format!("Basic {LOGIN}")];
            if authorization.as_ref().is_some_and(|it| !known.contains(it)) {
                violations.push("neither no key nor the key".into());
            }
            if head.iter().any(|line| line.to_lowercase().starts_with("openai-")) {
                violations.push("something of the environment was sent".into());
            }
            drop(violations);
            self.heads.lock().unwrap().push(head.clone());
            let reaction = match self.batch(&head[0], &body) {
                Some(reply) => Reaction::Body(reply),
                None => self.completion(&head[0], &serde_json::from_slice(&body).unwrap_or(Value::Null)),
            };
            if !react(&mut stream, reaction) {
                return;
            }
        }
    }

    fn completion(&self, first: &str, body: &Value) -> Reaction {
        self.check(first, body);
        let number = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(body.clone());
            requests.len() - 1
        };
        let reaction = (self.script)(number, body);
        if matches!(reaction, Reaction::Status(400 | 422, ..)) {
            self.has_refused.store(true, Ordering::SeqCst);
        }
        reaction
    }

    /// What the Batch API answers, if this is a request to it.
    fn batch(&self, first: &str, body: &[u8]) -> Option<String> {
        let address = first.split(' ').nth(1).unwrap().strip_prefix("/v1")?;
        let number = |text: &str| text.split_once('-').unwrap().1.parse::<usize>().unwrap();
        let mut batches = self.batches.lock().unwrap();
        let parts: Vec<&str> = address.split('/').skip(1).collect();
        Some(match parts[..] {
            ["files"] => {
                batches.files.push(part(body));
                json!({"id": format!("file-{}", batches.files.len() - 1)}).to_string()
            }
            ["files", id, "content"] => String::from_utf8(batches.files[number(id)].clone()).unwrap(),
            ["batches"] => {
                let body: Value = serde_json::from_slice(body).unwrap();
                assert_eq!(body["endpoint"], "/v1/chat/completions");
                batches.begun.push((number(body["input_file_id"].as_str().unwrap()), 0));
                json!({"id": format!("batch-{}", batches.begun.len() - 1), "status": "validating"})
                    .to_string()
            }
            ["batches", "batch-unreadable"] => "half a {".into(),
            ["batches", id] => {
                let (input, looks) = &mut batches.begun[number(id)];
                *looks += 1;
                if *looks <= LOOKS {
                    return Some(json!({"id": id, "status": "in_progress"}).to_string());
                }
                let input = *input;
                let lines = batches.files[input].clone();
                let (mut good, mut bad) = (vec![], vec![]);
                for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                    let line: Value = serde_json::from_slice(line).unwrap();
                    let first =
                        format!("{} {} ", line["method"].as_str().unwrap(), line["url"].as_str().unwrap());
                    let (status, body) = match self.completion(&first, &line["body"]) {
                        Reaction::Say(content) => (200, completion(&content, Value::Null)),
                        Reaction::Status(status, _, body) => (status, json!({"error": body}).to_string()),
                        Reaction::Body(body) => (200, body),
                        Reaction::Nothing => continue,
                        _ => panic!("batches know no such reaction"),
                    };
                    let body: Value = serde_json::from_str(&body).unwrap();
                    let response = json!({"status_code": status, "body": body});
                    let reply =
                        json!({"custom_id": line["custom_id"], "response": response}).to_string() + "\n";
                    // Replies come in any order.
                    if status == 200 { good.insert(0, reply) } else { bad.push(reply) }
                }
                // Nobody promised that every line can be read.
                let odd = "\u{feff}\n{\"custom_id\":null,\"response\":{}}\n";
                batches.files.push(format!("{odd}{}{{\"custom_id\":\"to", good.concat()).into_bytes());
                batches.files.push(bad.concat().into_bytes());
                let last = batches.files.len() - 1;
                json!({
                    "id": id, "status": "completed", "created_at": 100, "completed_at": 160,
                    "output_file_id": format!("file-{}", last - 1), "error_file_id": format!("file-{last}"),
                })
                .to_string()
            }
            _ => return None,
        })
    }

    /// What holds for every request, whatever the test is about.
    fn check(&self, first: &str, body: &Value) {
        let mut violations = self.violations.lock().unwrap();
        let mut must = |holds: bool, what: &str| {
            if !holds {
                violations.push(format!("{what}: {body}"));
            }
        };
        let path = first.split(['?', ' ']).nth(1);
        must(path == Some("/v1/chat/completions"), "wrong address");
        must(body["model"] == "tested", "wrong model");
        let has_refused = self.has_refused.load(Ordering::SeqCst);
        must(has_refused || body["stream"] == false, "streaming");
        let is_limited = body["temperature"].is_number() && body["max_tokens"].is_number();
        must(has_refused || is_limited, "no temperature or limit");
        let text = body.to_string();
        must(!text.contains(CANARY), "a coach text or a note was sent");
        must(!text.contains(KEY), "the key is in the body");
        let roles: Vec<_> = body["messages"].as_array().unwrap().iter().map(|m| m["role"].clone()).collect();
        must(has_refused || roles == ["system", "user"], "not a system and a user message");
        let user =
            body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap_or_default();
        for mark in ["answer", "message"] {
            let (open, close) = (format!("<{mark}>"), format!("</{mark}>"));
            must(user.matches(&open).count() <= 1 && user.matches(&close).count() <= 1, "forged delimiters");
        }
    }
}

/// The first part of a form that is no plain field.
fn part(body: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(body).unwrap();
    let boundary = text.lines().next().unwrap();
    let file = text.split(boundary).find(|part| part.contains("filename=")).unwrap();
    file.split_once("\r\n\r\n").unwrap().1.trim_end().as_bytes().to_vec()
}

/// The question that a request asks: what stands behind the candidate's words.
pub fn question(body: &Value) -> &str {
    let user = body["messages"][1]["content"].as_str().unwrap();
    user.rsplit("</answer>").next().unwrap()
}

fn completion(content: &str, logprobs: Value) -> String {
    json!({
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "logprobs": logprobs, "finish_reason": ""}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 60}},
    })
    .to_string()
}

/// Carries a reaction out; whether the connection can be used again.
fn react(stream: &mut TcpStream, reaction: Reaction) -> bool {
    let mut send = |status: u16, more: &str, body: &str, promised: usize| {
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{more}content-length: {promised}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).is_ok()
    };
    match reaction {
        Reaction::Say(content) => {
            let body = completion(&content, Value::Null);
            send(200, "", &body, body.len())
        }
        Reaction::SayAndHangUp(content) => {
            let body = completion(&content, Value::Null);
            send(200, "", &body, body.len());
            false
        }
        Reaction::Yes { p, content } => {
            let candidate = |token: &str, p: f64| json!({"token": token, "logprob": p.ln()});
            let top = json!([candidate("Yes", p * 0.6), candidate("yes", p * 0.4), candidate("no", 1.0 - p)]);
            let logprobs = json!({"content": [{"token": "x", "logprob": 0.0, "top_logprobs": top}]});
            let body = completion(&content, logprobs);
            send(200, "", &body, body.len())
        }
        Reaction::Status(status, more, body) => send(status, more, &body, body.len()),
        Reaction::Body(body) => send(200, "", &body, body.len()),
        Reaction::Cut => {
            send(200, "", "{\"choices\":[{\"mess", 4000);
            false
        }
        Reaction::Nothing => false,
        Reaction::Silence(time) => {
            thread::sleep(time);
            false
        }
    }
}

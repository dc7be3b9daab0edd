//! The schemas that editors use: they fit the bank, and the real language server understands them.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::harness::home::Home;

fn schema(of: &str) -> Value {
    serde_json::from_str(&Home::new().run(&["schema", of], "").ok().stdout).unwrap()
}

fn yaml(path: &Path) -> Value {
    pushback::adapters::bank::yaml::read(&fs::read_to_string(path).unwrap()).unwrap()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut files, mut links) = (vec![], vec![]);
    pushback::adapters::bank::library::collect(&root, &mut files, &mut links);
    assert!(files.len() >= 6 && links.is_empty());
    files
}

#[test]
fn the_whole_bank_is_valid_by_the_schemas() {
    for (of, folder) in [("scenario", "scenarios"), ("rubric", "rubrics")] {
        let validator = jsonschema::validator_for(&schema(of)).unwrap();
        for file in files(folder) {
            let value = yaml(&file);
            let errors: Vec<String> = validator
                .iter_errors(&value)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{}: {errors:?}", file.display());
        }
    }
}

#[test]
fn the_schemas_refuse_what_the_program_refuses() {
    let validator = jsonschema::validator_for(&schema("scenario")).unwrap();
    let good = yaml(&files("scenarios")[0]);
    let with = |key: &str, value: Value| {
        let mut changed = good.clone();
        changed[key] = value;
        changed
    };
    for bad in [
        with("minuets", json!(3)),
        with("minutes", json!(0)),
        with("minutes", json!("a dozen")),
        with("round", json!("hireing-manager")),
        with("id", json!("Not an id")),
        with("setting", json!("")),
        with("facts", json!([{"about": "x"}])),
    ] {
        assert!(!validator.is_valid(&bad), "{bad}");
    }
    assert!(validator.is_valid(&with("draft", json!(true))));
}

#[test]
#[ignore = "needs the schema of SARIF 2.1.0, which is in a package of npm"]
fn what_code_scanning_gets_is_valid_sarif() {
    let schema = std::env::var("PUSHBACK_TEST_SARIF").expect("PUSHBACK_TEST_SARIF names the schema of SARIF");
    // Its authors wrote one bracket too many into the pattern of languages, which our output doesn't name.
    let text = fs::read_to_string(schema).unwrap().replace("-[a-zA-Z]{2}]?$", "(-[a-zA-Z]{2})?$");
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let home = Home::new();
    let good = fs::read_to_string(&files("scenarios")[0]).unwrap();
    home.write("scenarios/a b/wrong.yaml", good.replace("minutes:", "minuets:"));
    home.write("scenarios/bytes.yaml", [0xff, 0xfe, 0]);
    home.write("rubrics/ümläut.yaml", "id: Not an id\n");
    for (paths, findings) in [(vec![], true), (vec!["scenarios/a b"], true), (vec!["sub"], false)] {
        fs::create_dir_all(home.path().join("sub")).unwrap();
        let arguments = [vec!["scenario", "lint", "--format", "sarif"], paths].concat();
        let sarif: Value = serde_json::from_str(&home.run(&arguments, "").stdout).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&sarif)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:?}: {sarif}");
        assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().is_empty(), !findings);
    }
}

#[test]
fn an_editor_gets_a_description_of_every_key() {
    for of in ["scenario", "rubric"] {
        let schema = schema(of);
        let objects = schema["$defs"].as_object().unwrap().values().chain([&schema]);
        for (key, property) in objects.filter_map(|object| object["properties"].as_object()).flatten() {
            let level = ["mid", "senior", "staff", "senior-staff", "principal"].contains(&key.as_str());
            assert!(level || property["description"].is_string(), "{of}: {key} has no description");
        }
    }
}

/// A language server on its standard input and output.
struct Server {
    child: std::process::Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Server {
    fn start(program: &str) -> Self {
        let mut child = Command::new(program)
            .arg("--stdio")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    fn send(&mut self, message: Value) {
        let body = message.to_string();
        let stdin = self.child.stdin.as_mut().unwrap();
        write!(stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        stdin.flush().unwrap();
    }

    /// Reads until there is a message that `wanted` takes. Requests of the server's get an empty answer.
    fn wait<T>(&mut self, wanted: impl Fn(&Value) -> Option<T>) -> T {
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                assert!(self.output.read_line(&mut line).unwrap() > 0, "the server has ended");
                match line.trim_end().split_once(": ") {
                    Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                        length = value.parse().unwrap();
                    }
                    Some(_) => {}
                    None => break,
                }
            }
            let mut body = vec![0; length];
            self.output.read_exact(&mut body).unwrap();
            let message: Value = serde_json::from_slice(&body).unwrap();
            if let Some(found) = wanted(&message) {
                return found;
            }
            if message.get("method").is_some() && message.get("id").is_some() {
                let result = if message["method"] == "workspace/configuration" {
                    let count = message["params"]["items"].as_array().map_or(0, Vec::len);
                    json!(vec![Value::Null; count])
                } else {
                    Value::Null
                };
                self.send(json!({"jsonrpc": "2.0", "id": message["id"], "result": result}));
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `npm install yaml-language-server`, then
/// `PUSHBACK_TEST_YAML_SERVER=…/node_modules/.bin/yaml-language-server cargo test --test suite language_server -- --ignored`.
#[test]
#[ignore = "needs the yaml-language-server from npm"]
fn the_language_server_completes_and_diagnoses_a_new_scenario() {
    let program =
        std::env::var("PUSHBACK_TEST_YAML_SERVER").expect("PUSHBACK_TEST_YAML_SERVER names the program");
    let home = Home::new();
    home.run(&["scenario", "new", "mine", "--theme", "mentoring"], "").ok();
    let path = home.path().join("scenarios/mentoring/mine.yaml");
    let text = fs::read_to_string(&path).unwrap();
    // Two mistakes, and a place at which a value is to be completed.
    let text = text.replace("minutes: 12", "minuets: 12").replace("round: panel", "round: ");
    let line = text.lines().position(|line| line.starts_with("round:")).unwrap();
    let uri = format!("file://{}", path.display());
    let mut server = Server::start(&program);
    let root = format!("file://{}", home.path().display());
    server.send(json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "processId": null, "rootUri": root, "capabilities": {"textDocument": {"completion": {}}},
    }}));
    server.wait(|message| (message["id"] == 1 && message.get("result").is_some()).then_some(()));
    server.send(json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}));
    server.send(json!({"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": {
        "settings": {"yaml": {"validate": true, "completion": true, "hover": true, "schemaStore": {"enable": false}}},
    }}));
    server.send(json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {
        "textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text},
    }}));
    let diagnostics = server.wait(|message| {
        let diagnostics = message["params"]["diagnostics"].as_array()?;
        (message["method"] == "textDocument/publishDiagnostics" && !diagnostics.is_empty())
            .then(|| diagnostics.clone())
    });
    let told = diagnostics.iter().map(|d| d["message"].as_str().unwrap()).collect::<Vec<_>>().join("\n");
    assert!(told.contains("Property minuets is not allowed"), "{told}");
    assert!(told.contains("minutes"), "{told}");
    server.send(json!({"jsonrpc": "2.0", "id": 2, "method": "textDocument/completion", "params": {
        "textDocument": {"uri": uri}, "position": {"line": line, "character": 7},
    }}));
    let items = server.wait(|message| (message["id"] == 2).then(|| message["result"].clone()));
    let items = items["items"].as_array().or_else(|| items.as_array()).unwrap();
    let labels: Vec<&str> = items.iter().filter_map(|item| item["label"].as_str()).collect();
    for round in ["recruiter-screen", "hiring-manager", "panel", "executive"] {
        assert!(labels.contains(&round), "{round} is not in {labels:?}");
    }
}

//! What the compiler does not check: which layer may know which, and what lies at the top.

mod imports;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use imports::Imports;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut files = vec![];
    collect(&root().join(folder), &mut files);
    assert!(!files.is_empty(), "{folder} has no sources");
    files
}

/// The part of a source that is no test.
fn shipped(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap()
}

/// The layers, the lowest first, and which of them each may import.
const LAYERS: [(&str, &[&str]); 6] = [
    ("core", &["core"]),
    ("ports", &["core"]),
    ("render", &["core", "render"]),
    ("app", &["core", "ports", "app"]),
    ("adapters", &["core", "ports", "render", "adapters"]),
    ("cli", &["core", "ports", "render", "app", "adapters", "cli"]),
];

#[test]
fn imports_go_downwards_only() {
    for (from, targets) in Imports::read(&root().join("src")).of {
        let Some((_, allowed)) =
            LAYERS.iter().find(|(layer, _)| from.first().is_some_and(|first| first == layer))
        else {
            continue;
        };
        for to in targets {
            assert!(allowed.contains(&to[0].as_str()), "{} imports {}", from.join("::"), to.join("::"));
        }
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let circles = Imports::read(&root().join("src")).circles();
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("lib.rs", "mod a; mod b; mod c;");
    write("a.rs", "use crate::{b::{self, One}, c as other};");
    write("b.rs", "fn f() { let _ = format!(\"{}\", super::c::TWO); }");
    write("c.rs", "#[cfg(test)] mod tests { use crate::a; }");
    assert_eq!(Imports::read(folder.path()).circles(), Vec::<Vec<String>>::new());
    write("c.rs", "fn f(it: crate::a::Three) {}");
    assert_eq!(Imports::read(folder.path()).circles(), [["a", "b", "c"]]);
}

#[test]
fn the_core_touches_nothing_outside() {
    let outside = [
        "std::fs",
        "std::net",
        "std::thread",
        "std::env",
        "std::process",
        "std::io",
        "Instant",
        "SystemTime",
        "Timestamp::now",
        "tokio",
        "async fn",
        "println!",
        "eprintln!",
        "rand::rng",
        "rand::random",
    ];
    for (file, text) in sources("src/core") {
        for word in outside {
            assert!(!shipped(&text).contains(word), "{} uses {word}", file.display());
        }
    }
}

#[test]
fn one_file_knows_the_yaml_library() {
    for (file, text) in sources("src") {
        let knows = text.contains("serde_saphyr");
        assert_eq!(knows, file.ends_with("adapters/bank/yaml.rs"), "{}", file.display());
    }
}

#[test]
fn one_file_knows_whether_somebody_is_there_and_one_where_a_message_ends() {
    for (words, home) in [
        (&["is_terminal()", "isatty", "var(\"TERM\")"][..], "adapters/terminal/presence.rs"),
        (&["\"\\n.\"", "== \".\""], "core/editing/sending.rs"),
    ] {
        for (file, text) in sources("src") {
            let knows = words.iter().any(|word| shipped(&text).contains(word));
            assert_eq!(knows, file.ends_with(home), "{}: {words:?}", file.display());
        }
    }
}

#[test]
fn a_file_is_about_one_thing() {
    for (file, text) in sources("src") {
        let lines = shipped(&text).lines().count();
        assert!(lines <= 520, "{} has {lines} lines", file.display());
        assert!(text.starts_with("//!"), "{} doesn't say what it is about", file.display());
        for word in ["Manager", "Helper ", "Utils"] {
            let declared = ["struct", "enum", "trait", "type"].map(|kind| format!("{kind} {word}"));
            assert!(declared.iter().all(|d| !text.contains(d)), "{} has a {word}", file.display());
        }
    }
}

#[test]
fn nothing_panics_on_purpose_in_what_ships() {
    for (file, text) in sources("src").into_iter().filter(|(file, _)| !file.ends_with("tests.rs")) {
        for word in [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("] {
            assert!(!shipped(&text).contains(word), "{} has {word}", file.display());
        }
    }
}

#[test]
fn the_top_level_holds_what_belongs_there() {
    let allowed: BTreeSet<&str> = [
        ".ci",
        ".git",
        ".gitignore",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "benches",
        "build.rs",
        "rubrics",
        "rustfmt.toml",
        "scenarios",
        "src",
        "target",
        "tests",
    ]
    .into();
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(allowed.contains(name.to_str().unwrap()), "{name:?} is at the top");
    }
}

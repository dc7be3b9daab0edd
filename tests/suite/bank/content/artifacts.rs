//! The files beside the cases: they parse, have a length that can be read in a round, and hold the planted faults.

use pushback::core::bank::Case;
use tree_sitter::{Language, Parser};

use super::bank;

/// The grammar for a file name's extension, if it is code.
fn grammar(extension: &str) -> Option<Language> {
    Some(match extension {
        "go" => tree_sitter_go::LANGUAGE.into(),
        "rs" => tree_sitter_rust::LANGUAGE.into(),
        "py" => tree_sitter_python::LANGUAGE.into(),
        "tf" => tree_sitter_hcl::LANGUAGE.into(),
        "yaml" => tree_sitter_yaml::LANGUAGE.into(),
        "diff" => tree_sitter_diff::LANGUAGE.into(),
        _ => return None,
    })
}

/// Where a text breaks the rules of its grammar.
fn syntax_errors(extension: &str, text: &str) -> Vec<String> {
    let mut parser = Parser::new();
    parser.set_language(&grammar(extension).unwrap()).unwrap();
    let tree = parser.parse(text, None).unwrap();
    let mut errors = vec![];
    let mut open = vec![tree.root_node()];
    while let Some(node) = open.pop() {
        if node.is_error() || node.is_missing() {
            errors.push(format!("line {}: {}", node.start_position().row + 1, node.to_sexp()));
        }
        open.extend((0..node.child_count() as u32).filter_map(|n| node.child(n)));
    }
    errors
}

/// The artifact's text for reading: a table without its commas, which would join its numbers.
pub fn text(case: &Case) -> String {
    let table = case.scenario.artifact.as_ref().is_some_and(|name| name.ends_with(".csv"));
    let text = case.artifact.clone().unwrap_or_default();
    if table { text.replace(',', " ") } else { text }
}

fn with_artifacts() -> Vec<(Case, String, String)> {
    let bank = bank();
    let named = bank.cases().filter_map(|case| {
        let name = case.scenario.artifact.as_ref()?;
        let extension = name.rsplit('.').next().unwrap().to_owned();
        Some((case.clone(), extension, case.artifact.clone().unwrap()))
    });
    named.collect()
}

/// Rows of a table by column; `Err` where a row has more or fewer columns than the head.
fn table(text: &str) -> Result<Vec<Vec<(String, String)>>, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| error.to_string())?.clone();
    let rows = reader.records().map(|row| {
        let row = row.map_err(|error| error.to_string())?;
        Ok(head.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect())
    });
    rows.collect()
}

/// Adds up a column of the case's table: `jobs`, or `jobs, kind=new` for some rows only.
pub fn sum(case: &Case, column: &str) -> Result<f64, String> {
    let text = case.artifact.as_deref().ok_or("the case has no artifact")?;
    let (column, condition) = match column.split_once(", ") {
        Some((column, condition)) => (column, condition.split_once('=')),
        None => (column, None),
    };
    let cell = |row: &[(String, String)], name: &str| {
        row.iter().find(|(head, _)| head == name).map(|(_, cell)| cell.clone())
    };
    let mut total = 0.0;
    for row in table(text)? {
        if let Some((name, value)) = condition
            && cell(&row, name).ok_or(format!("there is no column `{name}`"))? != value
        {
            continue;
        }
        let number = cell(&row, column).ok_or(format!("there is no column `{column}`"))?;
        total += number.parse::<f64>().map_err(|_| format!("`{number}` is no number"))?;
    }
    Ok(total)
}

#[test]
fn code_parses_and_tables_are_rectangular() {
    let mut languages = std::collections::BTreeSet::new();
    for (case, extension, text) in with_artifacts() {
        let id = &case.scenario.id;
        match extension.as_str() {
            "csv" => assert!(table(&text).unwrap().len() >= 10, "{id}"),
            "txt" => {}
            code => {
                assert_eq!(syntax_errors(code, &text), Vec::<String>::new(), "{id}");
                languages.insert(extension);
            }
        }
    }
    assert_eq!(languages.into_iter().collect::<Vec<_>>(), ["diff", "go", "py", "rs", "tf"]);
}

#[test]
fn the_grammars_find_what_is_broken() {
    for (extension, broken) in [
        ("go", "func main() { if }"),
        ("rs", "fn main( {}"),
        ("py", "def f(:\n    pass\n"),
        ("tf", "resource \"a\" \"b\" {"),
        ("yaml", "a: [1, 2\nb: }"),
        ("diff", "--- a/f\n+++ b/f\n@@ -1 +1 @\nnothing of the kind\n"),
    ] {
        assert!(!syntax_errors(extension, broken).is_empty(), "{extension}");
    }
}

#[test]
fn a_diff_counts_its_lines_rightly_and_makes_code_that_parses() {
    for (case, _, text) in with_artifacts().into_iter().filter(|(_, extension, _)| extension == "diff") {
        let mut file = String::new();
        let mut after = String::new();
        let (mut old, mut new) = (0, 0);
        let mut hunks = 0;
        let check = |file: &str, after: &str| {
            if let Some(extension) = file.rsplit('.').next().filter(|extension| grammar(extension).is_some())
            {
                assert_eq!(syntax_errors(extension, after), Vec::<String>::new(), "{file}");
            }
        };
        for line in text.lines().chain(["diff --git a/end b/end"]) {
            let counted = old + new > 0;
            match line.chars().next() {
                Some('+') if counted => {
                    new -= 1;
                    after.push_str(&line[1..]);
                }
                Some('-') if counted => old -= 1,
                Some(' ') | None if counted => {
                    (old, new) = (old - 1, new - 1);
                    after.push_str(line.get(1..).unwrap_or_default());
                }
                _ if line.starts_with("diff --git") => {
                    assert_eq!((old, new), (0, 0), "{}: {file}", case.scenario.id);
                    check(&file, &after);
                    after.clear();
                    file = line.rsplit(" b/").next().unwrap().to_owned();
                }
                _ if line.starts_with("@@ ") => {
                    assert_eq!((old, new), (0, 0), "{}: {file}", case.scenario.id);
                    let counts: Vec<i32> = line
                        .split(' ')
                        .skip(1)
                        .take(2)
                        .map(|range| range.split_once(',').map_or(1, |(_, count)| count.parse().unwrap()))
                        .collect();
                    (old, new) = (counts[0], counts[1]);
                    hunks += 1;
                    continue;
                }
                _ => continue,
            }
            after.push('\n');
        }
        assert!(hunks >= 2, "{}", case.scenario.id);
    }
}

/// What one would have on the screen: read in two minutes, and no line is broken.
#[test]
fn an_artifact_can_be_read_in_a_round() {
    for (case, _, text) in with_artifacts() {
        let (id, lines) = (&case.scenario.id, text.lines().count());
        assert!((10..=60).contains(&lines), "{id}: {lines} lines");
        for line in text.lines() {
            let columns = line.replace('\t', "    ").chars().count();
            assert!(columns <= 78, "{id}: `{line}` has {columns} columns");
        }
    }
}

/// Line numbers that the authors' notes give, with words that have to stand on them.
const PLANTED: [(&str, usize, &str); 29] = [
    ("one-change-with-a-model", 10, "x-api-key"),
    ("one-change-with-a-model", 12, "503"),
    ("one-change-with-a-model", 18, "limits.done(key)"),
    ("one-change-with-a-model", 29, "DEFAULT_RATE = 10.0"),
    ("one-change-with-a-model", 30, "MAX_OPEN"),
    ("one-change-with-a-model", 31, "_buckets: dict"),
    ("one-change-with-a-model", 35, "or DEFAULT_RATE"),
    ("one-change-with-a-model", 41, "time.time()"),
    ("one-change-with-a-model", 42, "now - b[\"at\"]"),
    ("one-change-with-a-model", 43, "min(b[\"tokens\"], b[\"rate\"])"),
    ("one-change-with-a-model", 45, "MAX_OPEN"),
    ("operator-nobody-wrote", 16, "63: true"),
    ("operator-nobody-wrote", 21, "staleAfter"),
    ("operator-nobody-wrote", 25, "window"),
    ("operator-nobody-wrote", 29, "< 18"),
    ("operator-nobody-wrote", 42, "Unschedulable"),
    ("operator-nobody-wrote", 47, "maxParallel"),
    ("operator-nobody-wrote", 58, "reboot"),
    ("two-hundred-patterns", 15, "first_name"),
    ("two-hundred-patterns", 21, "sha1"),
    ("two-hundred-patterns", 29, "f.write"),
    ("two-hundred-patterns", 54, "except Exception"),
    ("what-the-sweeper-may-delete", 10, "40"),
    ("what-the-sweeper-may-delete", 11, "SWEEP_DRY_RUN"),
    ("what-the-sweeper-may-delete", 28, "Err(error)"),
    ("what-the-sweeper-may-delete", 44, "recorded_at"),
    ("what-the-sweeper-may-delete", 47, "/ all.len().max(1) * 100"),
    ("what-the-sweeper-may-delete", 55, "store.delete"),
    ("zero-to-change", 26, "preshared_key"),
];

#[test]
fn planted_faults_are_on_the_lines_that_the_notes_name() {
    let bank = bank();
    let mut wrong = vec![];
    for (id, line, words) in PLANTED {
        let case = bank.case(id).unwrap();
        let artifact = case.artifact.as_deref().unwrap();
        let text = artifact.lines().nth(line - 1).unwrap_or_default();
        if !text.contains(words) {
            wrong.push(format!("{id}: line {line} is `{text}`"));
        }
        let notes = case.scenario.notes.as_deref().unwrap();
        let named = notes.lines().any(|note| {
            let head = note.trim().split(['(', ':']).next().unwrap_or_default();
            head.split([',', ' ']).any(|range| {
                let (from, to) = range.split_once('-').unwrap_or((range, range));
                matches!((from.parse::<usize>(), to.parse::<usize>()), (Ok(a), Ok(b)) if (a..=b).contains(&line))
            })
        });
        let in_running_text =
            notes.contains(&format!("line {line}")) || notes.contains(&format!("lines {line}-"));
        if !named && !in_running_text {
            wrong.push(format!("{id}: the notes don't name line {line}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

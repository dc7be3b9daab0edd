//! What the linter found: for a person, and in the three formats that other programs read.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::{
    style::{FAINT, MARK, STRONG, WARN, paint, wrap_hanging},
    words::count,
};
use crate::core::{
    lint::{Finding, Rule, Severity, tree::lines},
    text::{one_line, visible},
};

/// Most columns of a source line that are shown, and how many of them before the place where the line is cut.
const SHOWN: usize = 96;
const BEFORE: usize = 30;
/// A mistake.
const BAD: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();

/// Each finding with its place, its line, its reason and what to do; then how many there are.
pub fn text(findings: &[Finding], texts: &BTreeMap<String, String>, files: usize, width: usize) -> String {
    let mut out = String::new();
    let mut explained = std::collections::BTreeSet::new();
    // A file that was just begun has dozens of places to write in: one of them with its line, the others as a list.
    let mut begun = std::collections::BTreeSet::new();
    for finding in findings {
        if finding.rule == Rule::Todo && !begun.insert(&finding.file) {
            continue;
        }
        let (word, style) = match finding.rule.severity() {
            Severity::Error => ("error", BAD),
            Severity::Warning => ("warning", WARN),
            Severity::Note => ("note", STRONG),
        };
        let head = format!(
            "{} {}",
            paint(style, format!("{word}[{}]:", finding.rule.code())),
            paint(STRONG, one_line(&finding.message))
        );
        out.push_str(&wrap_hanging(&head, width, 0, 2));
        out.push_str(&format!("\n  {} {}\n", paint(MARK, "-->"), one_line(&finding.place())));
        if let Some(line) = source_line(finding, texts, width) {
            out.push_str(&line);
        }
        if let Some(suggestion) = &finding.suggestion {
            let help = format!("{} {}", paint(MARK, "= do:"), one_line(suggestion));
            out.push_str(&(wrap_hanging(&help, width, 2, 8) + "\n"));
        }
        if finding.rule == Rule::Todo {
            out.push_str(&others(finding, findings, width));
        }
        // The reason of a rule is told once.
        if explained.insert(finding.rule) {
            let why = paint(FAINT, format!("= why: {}", finding.rule.reason()));
            out.push_str(&(wrap_hanging(&why, width, 2, 9) + "\n"));
        }
        out.push('\n');
    }
    out.push_str(&summary(findings, files));
    out
}

/// Where else in its file something is still to be written.
fn others(first: &Finding, findings: &[Finding], width: usize) -> String {
    let same = |finding: &&Finding| finding.rule == first.rule && finding.file == first.file;
    let lines: Vec<String> =
        findings.iter().filter(same).skip(1).map(|finding| finding.span.line.to_string()).collect();
    match lines.as_slice() {
        [] => String::new(),
        [line] => format!("  {} line {line}\n", paint(MARK, "= also:")),
        lines => {
            let text =
                format!("{} {} more, in the lines {}", paint(MARK, "= also:"), lines.len(), lines.join(", "));
            wrap_hanging(&text, width, 2, 10) + "\n"
        }
    }
}

/// How many findings of each kind there are.
fn summary(findings: &[Finding], files: usize) -> String {
    let number = |severity| findings.iter().filter(|finding| finding.rule.severity() == severity).count();
    let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(number);
    let files = count(files, "file");
    if findings.is_empty() {
        return format!("{files} checked, no problems found");
    }
    let fixable = findings.iter().filter(|finding| finding.fix.is_some()).count();
    let fix = if fixable > 0 { format!("; --fix fixes {fixable}") } else { String::new() };
    let notes = if notes > 0 { format!(", {}", count(notes, "note")) } else { String::new() };
    format!("{files} checked: {}, {}{notes}{fix}", count(errors, "error"), count(warnings, "warning"))
}

/// The line of a finding with a mark under its place, cut around it where it is long.
fn source_line(finding: &Finding, texts: &BTreeMap<String, String>, width: usize) -> Option<String> {
    let number = usize::try_from(finding.span.line).ok()?.checked_sub(1)?;
    let line = lines(texts.get(&finding.file)?).nth(number)?.trim_start_matches('\u{feff}');
    let column = usize::try_from(finding.span.column).ok()?.saturating_sub(1);
    let gutter = finding.span.line.to_string();
    let room = width.saturating_sub(gutter.len() + 8).clamp(40, SHOWN);
    let from = if column + BEFORE > room { column.saturating_sub(BEFORE) } else { 0 };
    let part = |from: usize, to: usize| {
        visible(&line.chars().skip(from).take(to.saturating_sub(from)).collect::<String>())
    };
    let (before, behind) = (part(from, column), part(column, from + room));
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    let (start, end) = (cut(from > 0), cut(line.chars().count() > from + room));
    let range = finding.span.range();
    let marked =
        texts.get(&finding.file)?.get(range).and_then(|text| text.lines().next()).unwrap_or_default();
    let marks = visible(marked).width().clamp(1, behind.width().max(1));
    let pad = " ".repeat(gutter.len());
    Some(format!(
        "  {pad} {bar}\n  {} {bar} {start}{before}{behind}{end}\n  {pad} {bar} {}{}\n",
        paint(MARK, &gutter),
        " ".repeat(before.width() + start.width()),
        paint(WARN, "^".repeat(marks)),
        bar = paint(MARK, "|"),
    ))
}

/// One array of objects.
pub fn json(findings: &[Finding]) -> Value {
    let rows = findings.iter().map(|finding| {
        json!({
            "file": finding.file, "line": finding.span.line, "column": finding.span.column,
            "severity": finding.rule.severity(), "rule": finding.rule.code(), "message": finding.message,
            "suggestion": finding.suggestion, "reason": finding.rule.reason(), "fixable": finding.fix.is_some(),
        })
    });
    rows.collect()
}

/// SARIF 2.1.0, for code scanning and editors.
pub fn sarif(findings: &[Finding]) -> Value {
    let level = |rule: Rule| match rule.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let rules = Rule::ALL.iter().map(|rule| {
        json!({
            "id": rule.code(), "shortDescription": {"text": rule.reason()},
            "defaultConfiguration": {"level": level(*rule)},
        })
    });
    let results = findings.iter().map(|finding| {
        let mut place = json!({"artifactLocation": {"uri": uri(&finding.file)}});
        if finding.span.line > 0 {
            place["region"] =
                json!({"startLine": finding.span.line, "startColumn": finding.span.column.max(1)});
        }
        json!({
            "ruleId": finding.rule.code(),
            "ruleIndex": Rule::ALL.iter().position(|rule| *rule == finding.rule),
            "level": level(finding.rule),
            "message": {"text": finding.line()},
            "locations": [{"physicalLocation": place}],
        })
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "pushback", "version": env!("CARGO_PKG_VERSION"), "rules": rules.collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

/// Workflow commands by which GitHub shows findings beside the changed lines.
pub fn github(findings: &[Finding]) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let lines = findings.iter().map(|finding| {
        let command = match finding.rule.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        format!(
            "::{command} file={},line={},col={},title={}::{}",
            property(&finding.file),
            finding.span.line.max(1),
            finding.span.column.max(1),
            property(finding.rule.code()),
            data(&visible(&finding.line()))
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A file name as a relative or `file:` address.
fn uri(file: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let path: String = file
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    if path.starts_with('/') { format!("file://{path}") } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::lint::tree::Span;

    #[test]
    fn a_long_line_is_cut_around_the_place_and_fits_the_window() {
        let line = format!("{}needle{}", "a ".repeat(300), " b".repeat(300));
        let texts = BTreeMap::from([("f.yaml".to_owned(), format!("x\n{line}\n"))]);
        let span = Span { line: 2, column: 601, bytes: (602, 608) };
        let mut finding = Finding::new(Rule::Todo, &span, "is here");
        finding.file = "f.yaml".into();
        for width in [60, 80, 120] {
            let page = anstream::adapter::strip_str(&text(&[finding.clone()], &texts, 1, width)).to_string();
            assert!(page.lines().all(|line| line.width() <= width), "{page}");
            let lines: Vec<&str> = page.lines().collect();
            let at = lines.iter().position(|line| line.contains("needle")).unwrap();
            let column = |line: &str, part: &str| line[..line.find(part).unwrap()].width();
            assert_eq!(column(lines[at], "needle"), column(lines[at + 1], "^^^^^^"), "{page}");
        }
    }
}

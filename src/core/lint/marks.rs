//! Marks of an unfinished draft.

use super::{Span, tree};

/// A text that its author still has to write begins with this.
pub const TODO: &str = "TODO";

/// The comment behind every line that a model has drafted.
pub const DRAFTED: &str = "# draft";

/// Lines that carry [`DRAFTED`].
pub fn drafted(text: &str) -> Vec<Span> {
    let marked = (1..).zip(tree::lines(text)).filter(|(_, line)| line.trim_end().ends_with(DRAFTED));
    marked
        .map(|(line, text)| {
            let column = text.trim_end().chars().count() - DRAFTED.chars().count();
            Span { line, column: column as u64 + 1, bytes: (0, 0) }
        })
        .collect()
}

/// The file without the key and the marks of a draft; `None` where the key is not on a line of its own.
pub fn accepted(text: &str) -> Option<String> {
    let mut found = false;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let plain = line.trim_end();
        let key = plain.strip_prefix("draft:").map(|rest| rest.split('#').next().unwrap_or_default().trim());
        if key == Some("true") {
            found = true;
            continue;
        }
        match plain.strip_suffix(DRAFTED) {
            Some(before) => {
                out.push_str(before.trim_end());
                out.push_str(&line[plain.len()..]);
            }
            None => out.push_str(line),
        }
    }
    found.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepting_takes_the_key_and_the_marks_and_nothing_else() {
        let text = "draft: true  # until you have read it\nid: x\ntitle: \"a # draft\"  # draft\r\nsetting: |\n  draft: true\n";
        assert_eq!(accepted(text).unwrap(), "id: x\ntitle: \"a # draft\"\r\nsetting: |\n  draft: true\n");
        assert_eq!(accepted("id: x\n"), None);
    }
}

//! Making scenarios and rubrics: templates that teach the format, drafts from a person's own note, and taking the
//! marks of a draft away when its author has read it through.

pub mod check;
pub mod draft;
mod template;

pub use template::{note_as_comments, rubric, scenario};

use super::lint::DRAFTED;

/// What a template is filled with before a word of it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The id, which is the file's name too.
    pub id: String,
    /// For people.
    pub title: String,
    /// The theme of a scenario.
    pub theme: String,
    /// What the editor's schema line names: a path from the file's folder.
    pub schema: String,
}

/// A text that its author still has to write begins with this.
pub const TODO: &str = "TODO";

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

//! Making scenarios and rubrics: templates that teach the format, and drafts from a person's own note.

pub mod draft;
mod template;

pub use template::{note_as_comments, rubric, scenario};

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

//! The templates. What is to be written stands as `TODO`, which the linter tells until it is gone.

use super::Outline;
use crate::core::{bank::rubric::Rubric, level::Level};

/// Probes that a template begins, for signals at staff or below.
const PROBES: usize = 4;

/// A scenario to be written, with probes begun for the signals of its rubric.
pub fn scenario(outline: &Outline, rubric: &Rubric) -> String {
    let Outline { id, title, theme, schema } = outline;
    let title = quoted(title);
    let rubric_id = &rubric.id;
    let mut text = format!(
        r#"# yaml-language-server: $schema={schema}
# A scenario is a case that somebody has to decide. `pushback scenario lint` tells what is missing,
# `pushback scenario try {id}` plays it dry, `pushback scenario accept {id}` puts it to use.
draft: true
id: {id}
title: {title}
theme: {theme}
# What answers are scored against: `pushback rubric list` shows the rubrics, `pushback rubric show {rubric_id}` this one.
rubric: {rubric_id}
# recruiter-screen, hiring-manager, panel or executive
round: panel
# Reading, the opening, three follow-ups and the twist: 12 is usual.
minutes: 12
# The level of the role that the setting puts the candidate in: staff, senior-staff or principal; any, without it.
# level: staff
# 120 to 220 words: the company, the system, the people, the numbers. Give enough figures to work something out,
# let somebody want something that can't be had, and leave the answer out. You are in it: "you lead …".
setting: |
  TODO
# The interviewer's first question, in the words of a person who needs an answer today. One question.
opening: |
  TODO
# Told word for word, and only when the candidate asks. Each should change what a good answer says.
facts:
  - about: TODO what it is about, in a few words
    tell: TODO
    # How a candidate might ask for it, in two to four different ways.
    ask:
      - TODO
# A follow-up comes when its signal is missing from what was said so far. Ask about the situation: a question that
# says what is wanted finds out nothing. Three of them at staff or below are needed.
probes:
"#
    );
    for signal in rubric.signals().filter(|signal| signal.level <= Level::Staff).take(PROBES) {
        for line in wrapped(&signal.statement) {
            text.push_str(&format!("  # {line}\n"));
        }
        text.push_str(&format!("  - missing: {}\n    ask: TODO\n", signal.id));
    }
    text.push_str(
        "# Late news that a good answer takes into account, said after the follow-ups, with a question.\n\
         twist: |\n  TODO\n\
         # For yourself: what you think of it, and what really happened. Shown to nobody, sent to no model.\n\
         notes: |\n  TODO\n",
    );
    text
}

/// A rubric to be written.
pub fn rubric(outline: &Outline) -> String {
    let Outline { id, title, schema, .. } = outline;
    let title = quoted(title);
    let mut text = format!(
        r#"# yaml-language-server: $schema={schema}
# A rubric says what a good answer shows. A judge decides on each statement by itself, and has to point at a sentence
# of the candidate's that shows it. So a statement names one thing that is said or proposed, and no quality of it:
#   good: Names the person who makes the final call.
#   no sentence can be pointed at: Communicates well.     two at once: Names an owner and sets a date.
# `pushback rubric lint` tells what is missing, `pushback rubric check {id} --answers FILE` whether the judge in use
# can see the signals, `pushback rubric accept {id}` lets scenarios with it be drawn.
draft: true
id: {id}
title: {title}
# Three to six. The level of a criterion follows from the signals that were seen.
criteria:
"#
    );
    for number in ["one", "two", "three"] {
        text.push_str(&format!(
            r#"  - id: {number}
    name: TODO a few words
    question: TODO what an interviewer asks themselves about the answer
    # Its share in the overall level, 1 to 10.
    weight: 1
    # How this criterion reads at each level, one sentence each.
    levels:
      mid: TODO
      senior: TODO
      staff: TODO
      senior-staff: TODO
      principal: TODO
    # Each is expected from its level on; spread them over the levels. `coach` says what would have shown it, by an
    # example about another case; it is shown in practice only.
    signals:
      - id: {number}-senior
        level: senior
        statement: TODO
        coach: TODO
      - id: {number}-staff
        level: staff
        statement: TODO
        coach: TODO
      - id: {number}-principal
        level: principal
        statement: TODO
        coach: TODO
    # Where one is seen, the criterion reads no higher than its cap.
    red-flags:
      - id: {number}-flag
        cap: mid
        statement: TODO
"#
        ));
    }
    text
}

/// A note as comments, to be read beside the template.
pub fn note_as_comments(note: &str) -> String {
    let lines = note.trim_end().lines().map(|line| format!("# > {}", crate::core::text::visible(line)));
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// A JSON string is a YAML string in double quotation marks.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text.trim()).to_string()
}

fn wrapped(text: &str) -> Vec<String> {
    textwrap::wrap(&crate::core::text::one_line(text), 100)
        .into_iter()
        .map(|line| line.into_owned())
        .collect()
}

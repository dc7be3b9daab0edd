//! One filter for text from outside: answers, scenario files, names. Nothing else reaches a terminal, a page
//! or a model.

/// The text as a reader sees it: without control characters, escape sequences, marks that turn the direction
/// of writing, and characters that show nothing. Line ends stay, tabs become spaces.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => out.push('\n'),
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\t' => out.push_str("    "),
            '\u{1b}' => skip_escape(&mut chars),
            // The one-character forms of what begins with ESC.
            '\u{9b}' => skip_until(&mut chars, |c| ('\u{40}'..='\u{7e}').contains(&c)),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut chars),
            c if is_invisible(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// The text on one line, for names and headings.
pub fn one_line(text: &str) -> String {
    visible(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of fewer characters was ended on purpose; a longer one by an editor that wraps.
const WRAPPED: usize = 60;

/// An author's prose with the lines of a paragraph joined that only the editor's width had broken. Blank lines, lists,
/// tables, indented lines and short lines stay as they are.
pub fn paragraphs_joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = "";
    for line in text.lines() {
        let stands_alone = line.trim().is_empty()
            || line.starts_with(|c: char| c.is_whitespace() || "-*•#|>+".contains(c))
            || line.split_once(['.', ')']).is_some_and(|(number, _)| number.parse::<u32>().is_ok());
        let was_wrapped = before.chars().count() >= WRAPPED && !before.starts_with([' ', '|']);
        if !out.is_empty() {
            out.push(if was_wrapped && !stands_alone { ' ' } else { '\n' });
        }
        out.push_str(line.trim_end());
        before = line.trim_end();
    }
    out
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_escape(chars: &mut Chars<'_>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            skip_until(chars, |c| ('\u{40}'..='\u{7e}').contains(&c));
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            chars.next();
            skip_string(chars);
        }
        Some('(' | ')' | '#' | '%') => {
            chars.next();
            chars.next();
        }
        Some('\u{30}'..='\u{7e}') => {
            chars.next();
        }
        _ => {}
    }
}

/// Skips to the end of a control sequence, but not past the line: a forged one must not swallow an answer.
fn skip_until(chars: &mut Chars<'_>, ends: impl Fn(char) -> bool) {
    while let Some(&c) = chars.peek() {
        if c.is_control() || !c.is_ascii() {
            return;
        }
        chars.next();
        if ends(c) {
            return;
        }
    }
}

/// Skips a control string up to its terminator, if it has one on its line.
fn skip_string(chars: &mut Chars<'_>) {
    let mut ahead = chars.clone();
    let mut length = 0;
    while let Some(c) = ahead.next() {
        length += 1;
        match c {
            '\n' => return,
            '\u{7}' | '\u{9c}' => break,
            '\u{1b}' if ahead.peek() == Some(&'\\') => {
                length += 1;
                break;
            }
            _ => {}
        }
        if ahead.peek().is_none() {
            return;
        }
    }
    for _ in 0..length {
        chars.next();
    }
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_an_editor_has_wrapped_are_joined_and_no_others() {
        let text = "A hospital group pages its doctors over a system from 2003. It runs on\ntwo servers.\n\nShort line.\nAnother one.\n\
                    The sites are, in the order in which the COO wants them to be moved:\n- one\n- two\n  of them\n1. first of a list\n";
        let joined = "A hospital group pages its doctors over a system from 2003. It runs on two servers.\n\nShort line.\nAnother one.\n\
                      The sites are, in the order in which the COO wants them to be moved:\n- one\n- two\n  of them\n1. first of a list";
        assert_eq!(paragraphs_joined(text), joined);
    }

    #[test]
    fn escape_sequences_and_their_one_character_forms_go() {
        assert_eq!(visible("a\u{1b}[31mred\u{1b}[0m b"), "ared b");
        assert_eq!(visible("a\u{9b}31mred"), "ared");
        assert_eq!(visible("a\u{1b}]0;title\u{7}b\u{1b}]8;;http://x\u{1b}\\c"), "abc");
    }

    #[test]
    fn an_unfinished_sequence_swallows_no_answer() {
        assert_eq!(visible("a\u{1b}]0;no end\nthe answer"), "a0;no end\nthe answer");
        assert_eq!(visible("a\u{90}no end at all"), "ano end at all");
    }

    #[test]
    fn direction_marks_and_hidden_characters_go_and_tabs_become_spaces() {
        assert_eq!(visible("a\u{202e}b\u{2066}c\u{200b}d\u{e0041}e\tf"), "abcde    f");
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_steers_a_terminal_is_left(text in "\\PC{0,40}[\u{0}-\u{9f}\u{202a}-\u{202e}]{0,40}\\PC{0,40}") {
            let text = visible(&text);
            proptest::prop_assert!(text.chars().all(|c| c == '\n' || !is_invisible(c)));
            proptest::prop_assert_eq!(visible(&text), text);
        }

        #[test]
        fn plain_text_stays_as_it_is(text in "[a-zA-Z0-9 .,;äöüß漢字🙂\n]{0,80}") {
            proptest::prop_assert_eq!(visible(&text), text);
        }
    }
}

//! Pages that open offline and do nothing but show: one file each, without scripts, fonts or images from
//! elsewhere, and with a policy that forbids them all.

pub mod charts;
pub mod compare;
pub mod index;
pub mod progress;
pub mod review;

use base64::{Engine, prelude::BASE64_STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::core::text::{one_line, visible};

const STYLE: &str = include_str!("style.css");

/// Where a page lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a file of its own.
    Alone,
    /// Among the pages of all sessions, so many folders below their list.
    Among(usize),
}

/// The way back to the list, where there is one.
fn nav(place: Place) -> Markup {
    html! {
        @if let Place::Among(depth) = place {
            @let up = "../".repeat(depth);
            nav aria-label="Pages" {
                a href={ (up) "index.html" } { "All sessions" } " · " a href={ (up) "progress.html" } { "Progress" }
            }
        }
    }
}

/// A whole page. `style` is what this page needs beyond the common style.
fn page(title: &str, style: &str, body: &Markup) -> String {
    let style = format!("{STYLE}{style}");
    let hash = BASE64_STANDARD.encode(Sha256::digest(&style));
    let policy =
        format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (line(title)) " · Pushback" }
                style { (PreEscaped(&style)) }
            }
            body { (body) }
        }
    }
    .into_string()
}

/// Text from outside on one line.
fn line(text: &str) -> String {
    one_line(text)
}

/// Text from outside in paragraphs.
fn paragraphs(text: &str) -> Markup {
    let text = visible(text);
    html! {
        @for paragraph in text.trim().split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            p { (paragraph.trim()) }
        }
    }
}

//! A session as Markdown: for notes, a wiki, or somebody who is to read along.

use jiff::tz::TimeZone;

use super::{live, words};
use crate::core::{
    interval::Interval,
    live::BLIND_SPOTS,
    review::{Card, CriterionView, Entry, Item, Outcome, Piece, Review, SignalView},
    text::{one_line, visible},
};

/// The same content as in the terminal.
pub fn review(review: &Review, zone: &TimeZone) -> String {
    let mut out = format!(
        "# {}\n\n{}\n\n",
        plain(&review.drawn.scenario.title),
        plain(&words::circumstances(review, zone))
    );
    match &review.outcome {
        Outcome::Scored(scored) => out.push_str(&card(scored, review)),
        Outcome::Unscored(why) => {
            out.push_str(&format!("**Unscored:** {}\n\n", plain(&words::unscored(why, &review.session))));
        }
        Outcome::Abandoned => out.push_str(&format!("{}\n\n", words::ABANDONED)),
        Outcome::Unjudged => out.push_str(&format!("{}\n\n", plain(&words::unjudged(&review.session)))),
        Outcome::Unfinished => out.push_str(&format!("{}\n\n", plain(&words::unfinished(&review.session)))),
    }
    if !review.facts.is_empty() {
        let asked = review.facts.iter().filter(|fact| fact.asked).count();
        out.push_str(&format!("## Facts: {asked} of {} asked for\n\n", review.facts.len()));
        for fact in review.facts.iter().filter(|fact| fact.asked) {
            out.push_str(&format!("- {}: {}\n", plain(&fact.about), plain(&fact.tell)));
        }
        for fact in review.facts.iter().filter(|fact| !fact.asked) {
            out.push_str(&format!("- *not asked:* {}\n", plain(&fact.about)));
        }
        out.push('\n');
    }
    if let (Some(twist), Some(what)) = (&review.twist, words::twist(review)) {
        out.push_str(&format!("## The twist\n\n{}\n\n{}\n\n", quote(&twist.text), plain(&what)));
    }
    out.push_str(&format!("## Time\n\n{}\n\n## What was said\n\n", plain(&words::time(review))));
    out.push_str(&format!("{}\n\n", quote(&review.drawn.scenario.setting)));
    for entry in &review.transcript {
        out.push_str(&item(&review.interviewer, entry));
    }
    if let Some(ledger) = &review.ledger {
        out.push_str("## What was seen\n\n");
        for fact in live::facts(ledger, review.sealed) {
            out.push_str(&format!("- {}\n", plain(&fact)));
        }
        for entry in &ledger.entries {
            if let Some(what) = live::sight(&entry.what) {
                let at = words::stamp(entry.ms as f64 / 1000.0);
                out.push_str(&format!("- {at} {}\n", plain(&what)));
            }
        }
        out.push_str("\n## What could not be seen\n\n");
        for spot in BLIND_SPOTS {
            out.push_str(&format!("- {spot}\n"));
        }
    }
    out.trim_end().to_owned()
}

fn card(card: &Card, review: &Review) -> String {
    let score = &card.score;
    let Interval { low, high } = score.interval;
    let mut out = format!(
        "**{}** ({:.1} of 5, likely {low:.1} to {high:.1}). {} ({}).\n\n",
        words::level_name(score.read),
        score.overall,
        words::verdict(&score.verdict),
        words::chances(&score.verdict)
    );
    if let Some(whole) = words::whole(score) {
        out.push_str(&format!("{whole}\n\n"));
    }
    let own = !review.own.is_empty();
    out.push_str(if own {
        "| criterion | reads | likely | you said |\n| --- | --- | --- | --- |\n"
    } else {
        "| criterion | reads | likely |\n| --- | --- | --- |\n"
    });
    for criterion in &card.criteria {
        let Interval { low, high } = criterion.interval;
        out.push_str(&format!(
            "| {} | {} | {low:.1} to {high:.1} |",
            plain(&criterion.name),
            words::reading(criterion)
        ));
        if own {
            let said = review.own.get(&criterion.id).map_or("", |own| words::place_name(*own));
            out.push_str(&format!(" {said} |"));
        }
        out.push('\n');
    }
    out.push('\n');
    for criterion in &card.criteria {
        out.push_str(&criterion_block(criterion));
    }
    for (discount, text) in &card.discounted {
        out.push_str(&format!("- *{}:* {}\n", words::discounted(*discount), plain(text)));
    }
    out + &format!("\n{}\n\n", plain(&words::trust(&card.judge)))
}

fn criterion_block(criterion: &CriterionView) -> String {
    let mut out = format!("## {}\n\n", plain(&criterion.name));
    if let Some(descriptor) = words::descriptor(criterion) {
        out.push_str(&format!("{}\n\n", plain(descriptor)));
    }
    let flags = criterion.red_flags.iter().filter(|flag| flag.present || flag.dispute.is_some());
    for flag in flags {
        out.push_str(&signal("red flag", flag));
    }
    for shown in criterion.signals.iter().filter(|signal| signal.present) {
        out.push_str(&signal("shown", shown));
    }
    for missing in criterion.signals.iter().filter(|signal| !signal.present) {
        out.push_str(&signal("not seen", missing));
    }
    out + "\n"
}

fn signal(label: &str, signal: &SignalView) -> String {
    let mut out = format!(
        "- **{label}:** {} (`{}`, {}, {})\n",
        plain(&signal.statement),
        one_line(&signal.id).replace('`', ""),
        signal.level,
        words::chance(signal.p)
    );
    for (number, sentence) in &signal.evidence {
        out.push_str(&format!("  - sentence {number}: “{}”\n", plain(sentence)));
    }
    if let (false, Some(coach)) = (signal.present, &signal.coach) {
        out.push_str(&format!("  - *{}*\n", plain(coach)));
    }
    if let Some(dispute) = &signal.dispute {
        out.push_str(&format!("  - **{}:** {}\n", words::dispute(dispute), plain(&dispute.reason)));
    }
    out
}

fn item(interviewer: &str, entry: &Entry) -> String {
    match &entry.item {
        Item::Interviewer(asked) => {
            format!(
                "**{}**\n\n{}\n\n",
                words::interviewer(&plain(interviewer), &asked.kind),
                quote(&asked.text)
            )
        }
        Item::Answer { pieces, retried } => {
            format!("**{}**\n\n{}\n\n", words::answer(*retried), pieces.iter().map(piece).collect::<String>())
        }
        Item::Aside { text, route } => format!("**{}**\n\n{}\n\n", words::aside(*route), paragraphs(text)),
        Item::Used(what) => format!("*({})*\n\n", plain(&words::used(what))),
        Item::Ended(why) => format!("*({})*\n\n", words::cut(*why)),
    }
}

fn piece(piece: &Piece) -> String {
    let text = paragraphs(&piece.text);
    match (piece.number, piece.discount) {
        (Some(number), None) if !piece.shows.is_empty() => {
            format!("**{}** \\[{number} {}\\]", text.trim(), plain(&piece.shows.join(", ")))
        }
        (_, Some(discount)) => format!("{text} \\[{}\\]", words::discounted(discount)),
        (None, None) => between(&piece.text),
        _ => text,
    }
}

/// Text from outside as running text on one line, with nothing in it that Markdown or HTML would act on.
fn plain(text: &str) -> String {
    escape(&one_line(text))
}

/// The same with its line ends.
fn paragraphs(text: &str) -> String {
    let text = visible(text);
    let lines: Vec<String> = text.split('\n').map(escape).collect();
    lines.join("\n")
}

/// What lies between two sentences: a space, or the end of a paragraph.
fn between(text: &str) -> String {
    if text.trim().is_empty() {
        let ends = text.matches('\n').count();
        if ends == 0 { " ".into() } else { "\n".repeat(ends) }
    } else {
        paragraphs(text)
    }
}

fn quote(text: &str) -> String {
    let text = visible(text);
    text.trim().lines().map(|line| format!("> {}", escape(line.trim()))).collect::<Vec<_>>().join("\n")
}

/// Every character that Markdown gives a meaning gets a backslash, those of lists and underlines only where a line
/// begins. Spaces around a line go: four would make it code, two behind it a line break.
fn escape(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut begins = true; // digits so far: "1." begins a list
    for c in line.trim().chars() {
        let always = matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '$' | '^' | '{' | '}' | '&'
        );
        if always || begins && matches!(c, '-' | '+' | '=' | '.' | ')' | ':') {
            out.push('\\');
        }
        begins &= c.is_ascii_digit();
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str) -> Vec<pulldown_cmark::Event<'_>> {
        pulldown_cmark::Parser::new_ext(text, pulldown_cmark::Options::all()).collect()
    }

    #[track_caller]
    fn is_inert(text: &str) {
        use pulldown_cmark::{Event, Tag, TagEnd};
        for event in events(text) {
            assert!(
                matches!(
                    event,
                    Event::Text(_)
                        | Event::SoftBreak
                        | Event::Start(Tag::Paragraph)
                        | Event::End(TagEnd::Paragraph)
                ),
                "{text:?} has {event:?}"
            );
        }
    }

    #[test]
    fn what_somebody_wrote_is_text_and_nothing_else() {
        for hostile in [
            "<script>alert(1)</script>",
            "[link](http://x) ![](y) <http://x> http://x",
            "# no heading\n- no list\n1. no list\n2) none\n> no quote\n| a | b |\n| --- | --- |",
            "    no code\n\tno code\n```\nnone\n```",
            "**bold** _em_ ~~gone~~ `code` $math$ [^1] :smile:",
            "a\n===\nb\n---\n[x]: http://x\n[^1]: note",
        ] {
            is_inert(&paragraphs(hostile));
            is_inert(&plain(hostile));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_markup(text in "[-<>*_#`\\[\\]()!|~=+:.0-9a-z \n$^{}&\\\\@]{0,60}") {
            is_inert(&plain(&text));
        }
    }
}

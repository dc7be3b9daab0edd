//! Pages: complete, small, and inert whatever is written into them.

use std::collections::BTreeSet;

use pushback::{
    adapters::store::journal,
    core::{
        record::{Disputed, Record},
        review::{self, Review},
    },
    render::html::Place,
};
use scraper::{Html, Selector};

use crate::harness::{
    home::{Home, flat},
    played::{self, Move, Seen, append, play, round},
};

fn all<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(page: &Html) -> String {
    flat(&page.root_element().text().collect::<Vec<_>>().join(" "))
}

/// Elements, attributes and addresses that a page of ours may have, and no others.
#[track_caller]
pub fn is_inert(page: &str) {
    let html = Html::parse_document(page);
    assert!(html.errors.is_empty(), "{:?}", html.errors);
    let elements: BTreeSet<&str> = [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "a",
        "header",
        "main",
        "footer",
        "section",
        "div",
        "nav",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "ol",
        "li",
        "strong",
        "em",
        "span",
        "code",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "blockquote",
        "svg",
        "line",
        "rect",
        "circle",
        "path",
        "polyline",
        "text",
        "fieldset",
        "legend",
        "label",
        "input",
    ]
    .into();
    for element in all(&html, "*") {
        let name = element.value().name();
        assert!(elements.contains(name), "<{name}>");
        for (attribute, value) in element.value().attrs() {
            assert!(
                !attribute.starts_with("on") && attribute != "style" && attribute != "src",
                "{attribute}"
            );
            if attribute == "href" {
                let ours = value.starts_with('#') || value.ends_with(".html") && !value.contains(':');
                assert!(ours, "{value}");
            }
        }
    }
    let policies = all(&html, "meta[http-equiv='Content-Security-Policy']");
    let policy = policies[0].attr("content").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert_eq!(all(&html, "style").len(), 1);
    let steers = |c: char| {
        c.is_control() && c != '\n'
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    assert!(!page.contains(steers), "a character that steers the reader is left");
}

/// The page of a round that has everything.
pub fn rich(home: &Home) -> String {
    for day in 1..=3 {
        let mut earlier = round();
        earlier.id = format!("2026-02-0{day}-0900-ga-date-on-one-database");
        earlier.at = format!("2026-02-0{day}T09:00:00Z").parse().unwrap();
        earlier.sees.truncate(2 * day + 1);
        play(home, &earlier);
    }
    let path = play(home, &round());
    let disputed =
        Disputed { signal: "lets-slip".into(), present: false, reason: "Not mine.".into(), withdrawn: false };
    let levels = [("stakes".to_owned(), 3), ("decision".to_owned(), 4)].into();
    append(&path, &[Record::SelfRated { levels }, Record::Disputed(disputed)]);
    home.run(&["review", &round().id, "--html", "-"], "").ok().stdout
}

#[test]
fn the_page_has_what_the_terminal_has() {
    let home = Home::new();
    let page = rich(&home);
    is_inert(&page);
    assert!(page.len() < 300_000, "{} bytes", page.len());
    let html = Html::parse_document(&page);
    let text = text(&html);
    for words in [
        "A launch date on a database that runs out",
        "Most likely at the bar for staff",
        "What the business stands to win and lose",
        "105 percent on the day of the launch.",
        "Lay two ways side by side",
        "you say that this doesn't show it: Not mine.",
        "Facts: 1 of 5 asked for",
        "Only your answer to it showed if-overruled.",
        "The first answer came 3 min 30 s after the question.",
        "Your tries at this case",
        "Observed by test judge.",
    ] {
        assert!(text.contains(words), "missing {words:?}");
    }
    assert!(!text.contains("The author's verdict"), "the author's notes are not for the candidate");
    assert_eq!(all(&html, ".levels circle").len(), 4);
    assert_eq!(all(&html, "tbody .gauge").len(), 4);
}

#[test]
fn every_signal_and_its_sentences_lead_to_each_other() {
    let home = Home::new();
    let page = rich(&home);
    let html = Html::parse_document(&page);
    let ids: Vec<&str> = all(&html, "[id]").iter().map(|element| element.attr("id").unwrap()).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "an id stands twice");
    for link in all(&html, "a[href]") {
        let target = link.attr("href").unwrap();
        assert!(unique.contains(&target[1..]), "{target} leads nowhere");
    }
    let shown = all(&html, "li.shown");
    assert_eq!(shown.len(), round().sees.len());
    for signal in shown {
        let group = signal.value().classes().find(|class| class.starts_with('g')).unwrap();
        let sentences = all(&html, &format!(".evidence.{group}"));
        assert!(!sentences.is_empty(), "{group}");
        assert!(page.contains(&format!("main:has(.{group}:is(")), "{group} lights nothing");
    }
}

/// A review in which every word from outside tries to be more than a word, and to run `code`.
pub fn hostile(home: &Home, code: &str) -> Review {
    let hostile = "</p><script>CODE</script><img src=x onerror=CODE> \u{202e}turned\u{2066} \u{1b}[31mred \u{9b}31m \
                   <svg/onload=CODE> javascript:CODE \"' onmouseover=CODE <style>*{display:none}</style> &lt;b&gt; \
                   ]]> <!-- --> {{7*7}} \u{0}end of it all.";
    let hostile = &hostile.replace("CODE", code);
    let mut round = round();
    round.sees.push(("standing-guard", 0.9, "end of it all"));
    round.moves[1] = Move::Say(10, format!("I refuse this part of the plan today. {hostile}"));
    let path = play(home, &round);
    let disputed =
        Disputed { signal: "lets-slip".into(), present: true, reason: hostile.clone(), withdrawn: false };
    append(&path, &[Record::Disputed(disputed)]);
    let mut review: Review = review::fold(&journal::load(&path).unwrap().lines).unwrap();
    review.drawn.scenario.title = hostile.clone();
    review.drawn.scenario.setting = hostile.clone();
    review.session = hostile.clone();
    for fact in &mut review.facts {
        fact.about = hostile.clone();
    }
    let long = format!("{hostile}{}", "<\u{202e}x".repeat(250_000));
    review.transcript.push(review::Entry {
        at: review.ended,
        item: review::Item::Aside { text: long, route: pushback::core::record::Route::Help },
    });
    if let review::Outcome::Scored(card) = &mut review.outcome {
        card.judge.model = hostile.clone();
        for criterion in &mut card.criteria {
            (criterion.name, criterion.id) = (hostile.clone(), hostile.clone());
            for (n, signal) in criterion.signals.iter_mut().enumerate() {
                signal.id = format!("{hostile}{n}");
                signal.coach = Some(hostile.clone());
            }
        }
    }
    review
}

#[test]
fn hostile_words_are_only_words() {
    let home = Home::new();
    let review = hostile(&home, "alert(1)");
    is_inert(&pushback::render::html::review::review(&review, &[], Place::Alone, &jiff::tz::TimeZone::UTC));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    #[test]
    fn no_answer_makes_markup(answer in "[<>&\"'/=a-z \\-!\\[\\]{}\u{0}-\u{9f}\u{202a}-\u{202e}\u{2066}-\u{2069}\n]{0,200}") {
        let home = Home::new();
        let mut round = round();
        let sees: Vec<Seen> = vec![("names-decider", 0.9, "the director decides")];
        round.sees = sees;
        round.moves = vec![Move::Say(5, format!("I say that the director decides on all of this today {answer}"))];
        let path = play(&home, &round);
        let review = review::fold(&journal::load(&path).unwrap().lines).unwrap();
        is_inert(&pushback::render::html::review::review(&review, &[], Place::Alone, &jiff::tz::TimeZone::UTC));
        let _ = played::case(round.scenario);
    }
}

#[test]
fn a_page_is_written_where_it_is_wanted_and_a_bad_place_is_told() {
    let home = Home::new();
    play(&home, &round());
    let run = home.run(&["review", "--html", "page.html"], "").ok();
    assert!(run.stdout.contains("written to page.html"), "{}", run.stdout);
    is_inert(&std::fs::read_to_string(home.path().join("page.html")).unwrap());
    home.run(&["review", "--html", "no/such/folder/page.html"], "")
        .fails(1, "can't write no/such/folder/page.html");
    home.run(&["review", "--html", "x", "--json"], "").fails(2, "cannot be used with");
}

//! What words give away: statements that can't be pointed at, two behaviours in one, questions that hold their answer.

use std::{
    collections::{BTreeSet, HashSet},
    sync::LazyLock,
};

use crate::core::judging::sentences::words;

/// Main verbs of what goes on inside somebody, or of how well something is done: no sentence can be pointed at.
static UNSEEN: Words = Words::new(|| {
    set("\
    appreciates believes cares collaborates communicates considers cultivates demonstrates drives \
    embraces embodies empathizes empathises engages exhibits feels fosters has influences inspires \
    is knows leads listens possesses recognises recognizes shows thinks understands values wants")
});

/// Words that judge instead of describing.
static JUDGING: Words = Words::new(|| {
    set("\
    adequate adequately appropriate appropriately clearly effective effectively efficiently \
    excellent holistic holistically impactful meaningful proactively properly reasonable robustly \
    strategically strong thoughtfully")
});

/// Qualities of a person.
static QUALITIES: Words = Words::new(|| {
    set(
        "acumen attitude awareness charisma empathy leadership maturity mindset ownership professionalism sensitivity",
    )
});

/// Third-person verbs with which a second behaviour begins. A closed list: a plural noun ("dates") looks the same.
static VERBS: Words = Words::new(|| {
    set("\
    accepts admits agrees allocates analyses analyzes announces argues arranges assesses assigns \
    balances brings buys chooses cites clarifies closes commits communicates compares confirms \
    considers consults convinces coordinates creates decides declines defends defines delegates \
    deletes delivers demands describes ensures escalates establishes evaluates expects explains \
    finds follows gathers gives goes highlights identifies insists investigates invites involves \
    isolates justifies leads lets makes meets mentions migrates mitigates monitors negotiates \
    notifies outlines pauses prepares prevents prioritises prioritizes produces proposes protects \
    provides publishes pushes quantifies raises recommends reduces refuses rejects removes replaces \
    requires rewrites says secures seeks sells sends separates speaks suggests validates verifies \
    warns weighs withdraws writes")
});

/// Of those, the ones that are plural nouns as well: verbs only where an object follows.
static NOUNS_TOO: Words = Words::new(|| {
    set("\
    adds aligns asks breaks builds calls challenges changes checks coaches cuts delays designs \
    documents drafts draws drops ends estimates forces frames grants hands hires holds keeps limits \
    links lists looks measures mentors moves names notes offers phases picks plans points puts \
    questions ranks records reports reserves reviews rolls runs schedules sets shares shifts ships \
    shows sizes splits spreads starts states stops supports takes talks tells tests traces tracks \
    trains treats turns uses works")
});

/// Words with which an object begins.
static OBJECTS: Words = Words::new(|| {
    set(
        "a an the what who whom whose which how why when where whether that this to at in on for one two no every each any all somebody up out",
    )
});

/// Words by which a second clause speaks of the first: then the two are one behaviour ("… and says why").
static REFERRING: Words = Words::new(|| {
    set("\
    it its this these them their they one other another both each nothing none why reason reasons \
    his her instead")
});

/// Words that carry no subject.
static COMMON: Words = Words::new(|| {
    set("\
    a about after all also an and another any anybody anything are as at away be been before being \
    both but by can could did do does doing done down each else for from get give had has have he \
    her here him his how i if in into is it its just me more most my no not now of off on one or \
    other our out own says say she should so some somebody something than that the their them then \
    there they this to under up us was we were what when where which who will with would you your \
    names candidate candidate's until whom why while without shall states those")
});

type Words = LazyLock<HashSet<&'static str>>;

fn set(words: &'static str) -> HashSet<&'static str> {
    words.split_whitespace().collect()
}

fn is_in(words: &Words, word: &str) -> bool {
    words.contains(word)
}

/// The words of a text that carry its subject, with endings cut.
pub fn telling(text: &str) -> BTreeSet<String> {
    let words = words(text).into_iter();
    words
        .filter(|word| !is_in(&COMMON, word))
        .map(|word| {
            let ending = ["ing", "ed", "es", "s"].iter().find_map(|ending| word.strip_suffix(ending));
            ending.filter(|stem| stem.len() > 3).map_or(word.clone(), str::to_owned)
        })
        .collect()
}

/// What in a statement can't be pointed at in an answer.
pub fn vague(statement: &str) -> Option<String> {
    // What stands in quotation marks or brackets is an example or a limit, not the behaviour.
    let words = words(&unquoted(statement));
    if let Some(first) = words.first().filter(|word| is_in(&UNSEEN, word)) {
        let noun =
            words.get(1).is_some_and(|next| ["the", "a", "an", "several", "two"].contains(&next.as_str()));
        // "Has the junior state …" lets somebody do something, which can be seen.
        if !(first == "has" && noun) {
            return Some(first.clone());
        }
    }
    words.iter().enumerate().find_map(|(place, word)| {
        let before = place.checked_sub(1).and_then(|before| words.get(before)).map_or("", String::as_str);
        let well = word == "well" && before != "as" && place + 1 == words.len();
        let good = before == "good"
            && ["judgment", "judgement", "communication", "leadership"].contains(&word.as_str());
        (is_in(&JUDGING, word) || is_in(&QUALITIES, word) || well || good).then(|| word.clone())
    })
}

/// Where a second behaviour begins, if a statement has two.
pub fn second_behaviour(statement: &str) -> Option<String> {
    let statement = unquoted(statement);
    let words = words(&statement);
    let starts = (1..words.len()).filter(|place| {
        let before = words[place - 1].as_str();
        let joined = matches!(before, "and" | "then" | "also") || ends_sentence(&statement, &words, *place);
        let object = words.get(place + 1).is_some_and(|next| is_in(&OBJECTS, next));
        let verb = is_in(&VERBS, &words[*place]) || (object && is_in(&NOUNS_TOO, &words[*place]));
        joined && verb
    });
    starts.into_iter().find_map(|place| {
        let (first, second) = (&words[..place], &words[place..]);
        let refers = second.iter().any(|word| is_in(&REFERRING, word))
            // "accepts that price": pointing back, where "a test that …" is not.
            || second.get(1).is_some_and(|word| word == "that");
        let first = telling(&first.join(" "));
        let repeats = telling(&second[1..].join(" ")).iter().any(|word| first.contains(word));
        (!refers && !repeats).then(|| second[..second.len().min(4)].join(" "))
    })
}

/// Whether a sentence or a part of one ends before the word at `place`.
fn ends_sentence(statement: &str, words: &[String], place: usize) -> bool {
    let lower = statement.to_lowercase();
    let mut from = 0;
    for word in &words[..place] {
        match lower[from..].find(word.as_str()) {
            Some(at) => from += at + word.len(),
            None => return false,
        }
    }
    lower[from..].trim_start().starts_with(['.', ';', ','])
}

fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let mut closing = None;
    let mut before = ' ';
    for c in text.chars() {
        match (closing, c) {
            (Some(end), c) if c == end => closing = None,
            (Some(_), _) => {}
            (None, '(') => closing = Some(')'),
            (None, '"') => closing = Some('"'),
            (None, '“') => closing = Some('”'),
            (None, '\'') if before == ' ' => closing = Some('\''),
            (None, c) => out.push(c),
        }
        before = c;
    }
    out
}

/// Whether a question says the signal that it is there to bring out: most of the statement's telling words, or a run of them.
pub fn gives_away(question: &str, statement: &str) -> bool {
    let (asked, stated) = (telling(question), telling(&unquoted(statement)));
    let shared = asked.intersection(&stated).count();
    if shared >= 3 && shared * 2 > stated.len() {
        return true;
    }
    let (asked, stated) = (words(question), words(statement));
    let run = 5;
    stated.windows(run).any(|window| asked.windows(run).any(|other| other == window))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_that_no_sentence_shows_is_vague() {
        for statement in [
            "Communicates well.",
            "Understands the business.",
            "Clearly explains the plan to the VP.",
            "Shows good judgment.",
            "Is a strong leader.",
            "Takes ownership.",
        ] {
            assert!(vague(statement).is_some(), "{statement}");
        }
        for statement in [
            "Names the person who makes the final call (not 'strong leadership').",
            "Has the junior state a prediction.",
            "Demands of experienced engineers as well that they state their reasons.",
        ] {
            assert_eq!(vague(statement), None, "{statement}");
        }
    }

    #[test]
    fn two_behaviours_are_two_unless_the_second_speaks_of_the_first() {
        assert!(second_behaviour("Names an owner and proposes a budget.").is_some());
        assert!(second_behaviour("Works out the cost; tells the VP.").is_some());
        assert!(second_behaviour("Explains the risk and then escalates to the VP.").is_some());
        assert!(second_behaviour("Names an owner, sets a date.").is_some());
        assert_eq!(second_behaviour("Names the risks, tests and plans of the team."), None);
        assert_eq!(second_behaviour("Picks a course and says why."), None);
        assert_eq!(second_behaviour("Names a price and accepts that price."), None);
        assert_eq!(second_behaviour("Names owners and dates."), None);
    }

    #[test]
    fn a_question_that_holds_the_statement_gives_it_away() {
        let statement = "Names the person or role that makes the final call.";
        assert!(gives_away("Which person or role makes the final call?", statement));
        assert!(!gives_away("Whose decision is that?", statement));
    }
}

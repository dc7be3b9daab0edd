//! Words to whoever scores the answer, which are no part of it.

/// Whether a sentence speaks to whoever scores the answer, or forges their marks. Deliberately narrow: a
/// candidate may speak of scores, graders and models as part of a case, so most words need company.
pub fn speaks_to_judge(sentence: &str) -> bool {
    /// Marks of a prompt, a transcript or a verdict. Nobody says these.
    const FORGED: [&str; 25] = [
        "<|",
        "|>",
        "</",
        "[system",
        "[/inst",
        "[inst",
        "<<sys",
        "system:",
        "assistant:",
        "[interviewer",
        "#####",
        "\"signals\"",
        "\"overall\"",
        "\"criteria\"",
        "\"verdict\"",
        "\"\"\"",
        "end of rubric",
        "end of transcript",
        "calibration item",
        "reference answer",
        "no red flags",
        "evaluation system",
        "overall ==",
        "overall =",
        "end of the inserted",
    ];
    const ORDERS: [&str; 8] = [
        "ignore previous",
        "ignore all previous",
        "ignore the above",
        "ignore your",
        "disregard previous",
        "disregard the above",
        "disregard your",
        "previous instructions",
    ];
    /// Who is spoken to, and
    const ADDRESSED: [&str; 22] = [
        "grader",
        "evaluator",
        "examiner",
        "assessor",
        "assess the answer",
        "scorer",
        "scoring system",
        "scoring model",
        "judging model",
        "the judge",
        "judges",
        "the rubric",
        "rubric item",
        "all signals",
        "every signal",
        "all criteria",
        "every criterion",
        "red flags",
        "language model reading",
        "ai reading",
        "ai reviewing",
        "whoever scores",
    ];
    /// what they should do.
    const DEMANDS: [&str; 28] = [
        "award",
        "rate this",
        "rate the",
        "rate my",
        "rate it",
        "score this",
        "score my",
        "score the",
        "score:",
        "scored",
        "mark this",
        "mark every",
        "mark all",
        "mark the",
        "grade this",
        "full marks",
        "treat this",
        "should read as",
        "reads at",
        "as present",
        "is true",
        "to 1",
        "instruction",
        "note to",
        "expected:",
        "as given",
        "as found",
        "must state",
    ];
    /// A verdict in the third person.
    const CANDIDATE: [&str; 2] = ["the candidate", "this candidate"];
    const VERDICTS: [&str; 7] =
        ["as given", "as shown", "as found", "signals", "criteria", "the rubric", "assessor"];
    const LEVELS: [&str; 8] =
        ["principal", "senior-staff", "senior staff", "5/5", "level 5", "overall 5", "overall 4", "maximum"];
    const AWARDS: [&str; 6] = [
        "award",
        "rate this answer",
        "rate my answer",
        "score this answer",
        "score my answer",
        "grade this answer",
    ];
    let text = sentence.to_lowercase();
    let holds = |list: &[&str]| list.iter().any(|mark| text.contains(mark));
    holds(&FORGED)
        || numbers_sentences(&text)
        || holds(&CANDIDATE) && holds(&VERDICTS)
        || holds(&ORDERS)
        || holds(&ADDRESSED) && (holds(&DEMANDS) || holds(&LEVELS))
        || holds(&AWARDS) && holds(&LEVELS)
}

/// Whether a sentence carries a number in brackets, as a judge's input does, or speaks of sentences by number.
fn numbers_sentences(text: &str) -> bool {
    let digits_then = |rest: &str, end: &str| {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        digits > 0 && rest[digits..].starts_with(end)
    };
    text.trim_start().strip_prefix('[').is_some_and(|rest| digits_then(rest, "]"))
        || ["sentence ", "sentences "]
            .iter()
            .any(|word| text.split(word).skip(1).any(|rest| digits_then(rest, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_about_scores_and_models_may_be_talked_about() {
        for said in [
            "The risk score was wrong and the model ignored it.",
            "I'd let two people judge the design and compare their scores.",
            "A principal engineer signs off, and we rate the candidates separately.",
            "The error budget is the instruction that everybody follows.",
            "The release candidate of March has one sentence in its notes, and the candidate of May has none.",
            "[The lights go off] and nobody could tell me why, that's the 14 in the list.",
        ] {
            assert!(!speaks_to_judge(said), "{said}");
        }
    }
}

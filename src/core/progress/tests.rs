//! Progress over hand-made summaries.

use super::*;
use crate::core::{
    level::TargetLevel,
    review::summary::{CriterionSummary, ScoreSummary},
};

/// A scored session on a day, with one criterion.
fn session(day: i64, level: f64, shown: &[&str], missing: &[&str]) -> Summary {
    let words = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    let at = Timestamp::from_second(day * 86_400).unwrap();
    Summary {
        session: format!("day-{day}"),
        mode: Mode::Practice,
        began: at,
        ended: at,
        seconds: 600.0,
        scenario: "s".into(),
        title: "S".into(),
        theme: "t".into(),
        rubric: "r".into(),
        target: TargetLevel::Staff,
        state: State::Scored,
        score: Some(ScoreSummary {
            overall: level,
            interval: (level - 0.5, level + 0.5).into(),
            read: None,
            at_bar: 0.5,
            model: "judge".into(),
            criteria: vec![CriterionSummary {
                id: "c".into(),
                name: "C".into(),
                level,
                interval: (2.0, 3.0).into(),
                own: None,
                shown: words(shown),
                missing: words(missing),
                red_flags: vec![],
            }],
        }),
        probes: 3,
        hints: 0,
        facts: (1, 5),
        first_answer: Some(100.0),
        disputed: vec![],
    }
}

fn fold_all(sessions: &[Summary]) -> Progress {
    fold(&sessions.iter().collect::<Vec<_>>())
}

#[test]
fn nothing_is_nothing() {
    assert_eq!(fold(&[]), Progress::default());
}

#[test]
fn too_little_is_said_and_no_trend_is_made_of_it() {
    let progress = fold_all(&[session(1, 1.0, &[], &["a"]), session(2, 5.0, &["a"], &[])]);
    let overall = progress.overall.unwrap();
    assert_eq!(overall.trend, Trend::TooFew { have: 2, need: 6 });
    assert_eq!(overall.lately, 3.0);
    assert_eq!(progress.probes.unwrap().before, None);
    assert!(progress.never.is_empty() && progress.won.is_empty() && progress.modes.is_none());
}

#[test]
fn signals_are_never_shown_won_or_lost_by_their_ids() {
    let row = |day, won: bool| {
        let (mut shown, mut missing) = (vec![], vec!["never"]);
        if won {
            shown.push("won")
        } else {
            missing.push("won")
        }
        if won {
            missing.push("lost")
        } else {
            shown.push("lost")
        }
        session(day, 2.0, &shown, &missing)
    };
    let progress = fold_all(&[row(1, false), row(2, false), row(3, true), row(4, true)]);
    let ids = |courses: &[SignalCourse]| courses.iter().map(|c| c.signal.clone()).collect::<Vec<_>>();
    assert_eq!(
        (ids(&progress.never), ids(&progress.won), ids(&progress.lost)),
        (vec!["never".into()], vec!["won".into()], vec!["lost".into()])
    );
}

#[test]
fn the_same_id_in_two_rubrics_is_two_signals() {
    let mut other = session(2, 2.0, &[], &["a"]);
    other.rubric = "q".into();
    let sessions = [session(1, 2.0, &["a"], &[]), other];
    let courses = signal_courses(&sessions.iter().collect::<Vec<_>>());
    assert_eq!(courses.len(), 2);
    assert_eq!(
        fold_all(&sessions).criteria.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(),
        ["q/c", "r/c"]
    );
}

#[test]
fn own_ratings_give_bias_and_calibration() {
    let rated = |day, level, own| {
        let mut session = session(day, level, &[], &[]);
        session.score.as_mut().unwrap().criteria[0].own = Some(own);
        session
    };
    let own = fold_all(&[rated(1, 2.5, 4), rated(2, 2.5, 3), rated(3, 2.5, 4)]).own.unwrap();
    assert_eq!((own.ratings, own.course.clone()), (3, vec![1.5, 0.5, 1.5]));
    assert!((own.bias - 3.5 / 3.0).abs() < 1e-9 && (own.inside - 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(own.calibration, [(3, 1, 2.5), (4, 2, 2.5)]);
}

#[test]
fn practice_and_live_are_set_side_by_side_when_there_are_both() {
    let mut live = session(3, 2.0, &[], &[]);
    live.mode = Mode::Live;
    let modes = fold_all(&[session(1, 3.0, &[], &[]), session(2, 4.0, &[], &[]), live]).modes.unwrap();
    assert_eq!((modes.practice, modes.live), ((3.5, 2), (2.0, 1)));
}

#[test]
fn what_was_cut_off_says_nothing_about_habits() {
    let mut cut = session(1, 2.0, &[], &[]);
    (cut.state, cut.score, cut.probes) = (State::CutOff, None, 0);
    let progress = fold_all(&[cut, session(2, 2.0, &[], &[])]);
    assert_eq!((progress.sessions, progress.scored, progress.probes.unwrap().lately), (2, 1, 3.0));
}

//! From labelled answers to a readout: runs the model over them once and fits.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{
    EngineError,
    engine::{Engine, Taps},
    judge::{self, Memory},
    prompt,
    readings::{Readings, SENTENCE_LAYER},
    readout::{Calibration, FORMAT, Readout, Weights, name, pointer_features},
};
use crate::core::{
    judging::Observation,
    lab::{
        fit::{self, Example, Moments, Scale, WeightedSum, sigmoid},
        labelled::Labelled,
    },
};

/// A readout with what it promises.
pub struct FittedJudge {
    /// The readout.
    pub readout: Readout,
    /// What it would have observed in each answer had its scenario not been there.
    pub scenario_left_out: Vec<Vec<Observation>>,
    /// What it would have observed in each answer had its whole rubric not been there.
    pub rubric_left_out: Vec<Vec<Observation>>,
}

/// Layers whose states are read, counted from 1.
pub(super) const LAYERS: [usize; 2] = [14, 18];
/// Layers whose attention is read, counted from 0.
const ATTENTION: std::ops::Range<usize> = 4..18;
/// How much the state's weights may lean on the data.
const TRUST: f64 = 1e-3;
/// Penalties of the pointer and of what familiar sentences are like.
const POINTER_PENALTY: f64 = 0.03;
const SENTENCE_PENALTY: f64 = 0.3;
/// What a familiar statement's sentence score weighs beside the pointer's, both in units of their spread.
const FAMILIAR: f64 = 2.0;
/// Keeps the scores of statements that are rarely shown in bounds.
const RARE: f64 = 0.02;

/// Runs the model over all exams and fits a readout.
///
/// # Errors
///
/// When the model can't be run, or the labels are all the same.
pub fn fit(
    model: &Path,
    labelled: &[Labelled<'_>],
    data_hash: String,
    progress: &dyn Fn(usize),
) -> Result<FittedJudge, EngineError> {
    let engine = Engine::load(model)?;
    let taps = Taps { hidden: LAYERS.to_vec(), attention: ATTENTION.collect() };
    let mut memory = Memory::default();
    let index = |of: &dyn Fn(&Labelled<'_>) -> String| -> Vec<usize> {
        let names: Vec<String> = labelled.iter().map(of).collect();
        let known: BTreeSet<&String> = names.iter().collect();
        names.iter().map(|name| known.iter().take_while(|known| **known < name).count()).collect()
    };
    let scenarios = index(&|labelled| labelled.case.scenario.id.clone());
    let rubrics = index(&|labelled| labelled.case.rubric.id.clone());
    let mut answers = vec![];
    for (done, labelled) in labelled.iter().enumerate() {
        let mut exam = labelled.exam.clone();
        // What is asked about the whole is fitted to a panel's order, and not to labels.
        exam.statements.truncate(labelled.shown.len());
        let readings = judge::read(&engine, &mut memory, &exam, &taps, &|_, _| true)?;
        answers.push(Answer::new(labelled, readings, scenarios[done], rubrics[done]));
        progress(done + 1);
    }
    let mut readout = Readout {
        format: FORMAT,
        data_hash,
        labels: labelled.iter().map(|labelled| labelled.shown.len()).sum(),
        prompt_hash: prompt::hash(),
        layers: taps.hidden,
        attention: taps.attention,
        sentence_layer: SENTENCE_LAYER,
        state: Weights::default(),
        pointer: Weights::default(),
        familiar: BTreeMap::new(),
        familiar_calibration: Calibration::default(),
        new_calibration: Calibration::default(),
        whole: Readout::built_in()?.whole,
    };
    let fitted = Fit { answers: &answers }.run(&mut readout).ok_or(EngineError::Labels)?;
    Ok(FittedJudge { readout, scenario_left_out: fitted.0, rubric_left_out: fitted.1 })
}

/// An answer as the fit sees it.
struct Answer<'a> {
    labelled: &'a Labelled<'a>,
    /// Which scenario, counted from 0: answers to one scenario are left out together.
    scenario: usize,
    /// Which rubric, counted from 0.
    rubric: usize,
    readings: Readings,
    /// For each statement and sentence what the pointer reads.
    pointing: Vec<Vec<Vec<f32>>>,
    /// For each statement which sentences the labeller quoted.
    quoted: Vec<Vec<bool>>,
}

impl<'a> Answer<'a> {
    fn new(labelled: &'a Labelled<'a>, mut readings: Readings, scenario: usize, rubric: usize) -> Self {
        let pointing =
            readings.statements.iter().map(|r| pointer_features(r, &readings.sentence_words)).collect();
        for statement in &mut readings.statements {
            statement.looks = vec![];
        }
        let quoted = labelled
            .evidence
            .iter()
            .map(|quoted| readings.sentences.iter().map(|number| quoted.contains(number)).collect())
            .collect();
        Self { labelled, scenario, rubric, readings, pointing, quoted }
    }

    fn statements(&self) -> usize {
        self.labelled.shown.len()
    }
}

/// Observations for each answer and statement, each by a fit that had not seen the answer.
type LeftOut = Vec<Vec<Observation>>;

/// Scores for each answer, statement and sentence.
type Pointed = Vec<Vec<Vec<f64>>>;

struct Fit<'a> {
    answers: &'a [Answer<'a>],
}

impl Fit<'_> {
    fn run(&self, readout: &mut Readout) -> Option<(LeftOut, LeftOut)> {
        let by_scenario = |answer: &Answer<'_>| answer.scenario;
        let by_rubric = |answer: &Answer<'_>| answer.rubric;

        let examples = self.states();
        let group = |of: &dyn Fn(&Answer<'_>) -> usize| -> Vec<usize> {
            self.answers.iter().flat_map(|a| std::iter::repeat_n(of(a), a.statements())).collect()
        };
        let state_fit = |seen: &[Example<'_>]| fit::logistic(seen, TRUST, true);
        let state_scenario = fit::left_out(&examples, &group(&by_scenario), state_fit)?;
        let state_rubric = fit::left_out(&examples, &group(&by_rubric), state_fit);
        readout.state = Weights::of(&state_fit(&examples)?);

        let (pointer, pointed_scenario, pointed_rubric) = self.pointer(&by_scenario, &by_rubric)?;
        readout.pointer = Weights::of(&pointer);

        let (familiar, mut sentences) = self.familiar()?;
        // Both scores in units of their spread, so that one factor says what they weigh.
        let ratio = FAMILIAR * spread(pointed_scenario.iter().flatten().flatten())
            / spread(sentences.iter().flatten().flatten());
        readout.familiar = familiar
            .into_iter()
            .map(|(name, mut line)| {
                line.bias *= ratio;
                line.weights.iter_mut().for_each(|weight| *weight *= ratio as f32);
                (name, Weights::of(&line))
            })
            .collect();
        for (score, pointed) in
            sentences.iter_mut().flatten().flatten().zip(pointed_scenario.iter().flatten().flatten())
        {
            *score = *score * ratio + pointed;
        }
        let (calibration, scenario_left_out) = self.calibrate(&state_scenario, &sentences)?;
        readout.familiar_calibration = calibration;
        // With one rubric alone nothing is known about others, and the scenarios have to stand in for them.
        let (state, pointed) = match (&state_rubric, &pointed_rubric) {
            (Some(state), Some(pointed)) => (state, pointed),
            _ => (&state_scenario, &pointed_scenario),
        };
        let (calibration, rubric_left_out) = self.calibrate(state, pointed)?;
        readout.new_calibration = calibration;
        Some((scenario_left_out, rubric_left_out))
    }

    fn states(&self) -> Vec<Example<'_>> {
        self.answers
            .iter()
            .flat_map(|answer| {
                let states = answer.readings.statements.iter().map(|reading| reading.state.as_slice());
                states.zip(answer.labelled.shown.iter().copied())
            })
            .collect()
    }

    /// The pointer, and its scores with each scenario and each rubric left out.
    fn pointer(
        &self,
        by_scenario: &dyn Fn(&Answer<'_>) -> usize,
        by_rubric: &dyn Fn(&Answer<'_>) -> usize,
    ) -> Option<(WeightedSum, Pointed, Option<Pointed>)> {
        let features: Vec<&[f32]> =
            self.answers.iter().flat_map(|a| a.pointing.iter().flatten()).map(Vec::as_slice).collect();
        let scale = Scale::of(&features);
        // Sentences of statements that are true without being quoted are neither: they are left out.
        let usable = |answer: &Answer<'_>, statement: usize| {
            !answer.labelled.shown[statement] || answer.quoted[statement].contains(&true)
        };
        let (mut yes, mut all) = (0usize, 0usize);
        for answer in self.answers {
            for statement in (0..answer.statements()).filter(|s| usable(answer, *s)) {
                yes += answer.quoted[statement].iter().filter(|quoted| **quoted).count();
                all += answer.quoted[statement].len();
            }
        }
        if yes == 0 || yes == all {
            return None;
        }
        let share = yes as f64 / all as f64;
        let mut scenarios: BTreeMap<(usize, usize), Moments> = BTreeMap::new();
        for answer in self.answers {
            let (mut rows, mut quoted) = (vec![], vec![]);
            for statement in (0..answer.statements()).filter(|s| usable(answer, *s)) {
                rows.extend(answer.pointing[statement].iter().map(|features| scale.apply(features)));
                quoted.extend(&answer.quoted[statement]);
            }
            let moments = Moments::of(&rows, &quoted, 0.5 / share, 0.5 / (1.0 - share));
            let key = (by_rubric(answer), by_scenario(answer));
            match scenarios.entry(key) {
                std::collections::btree_map::Entry::Occupied(mut entry) => {
                    let sum = entry.get().plus(&moments);
                    entry.insert(sum);
                }
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(moments);
                }
            }
        }
        let total = scenarios.values().cloned().reduce(|a, b| a.plus(&b))?;
        let line = |moments: &Moments| -> Option<WeightedSum> {
            let solution = moments.solve(POINTER_PENALTY)?;
            let (bias, weights) = solution.split_last()?;
            Some(scale.undo(weights, *bias))
        };
        let without = |group: &dyn Fn(&(usize, usize)) -> usize| -> Option<BTreeMap<usize, WeightedSum>> {
            let mut groups: BTreeMap<usize, Moments> = BTreeMap::new();
            for (key, moments) in &scenarios {
                let sum = groups.get(&group(key)).map_or_else(|| moments.clone(), |sum| sum.plus(moments));
                groups.insert(group(key), sum);
            }
            if groups.len() < 2 {
                return None;
            }
            groups.iter().map(|(group, moments)| Some((*group, line(&total.minus(moments))?))).collect()
        };
        let scored = |lines: &BTreeMap<usize, WeightedSum>, of: &dyn Fn(&Answer<'_>) -> usize| -> Pointed {
            self.answers
                .iter()
                .map(|answer| {
                    let line = &lines[&of(answer)];
                    let row = |sentences: &Vec<Vec<f32>>| sentences.iter().map(|f| line.score(f)).collect();
                    answer.pointing.iter().map(row).collect()
                })
                .collect()
        };
        let scenario = scored(&without(&|key| key.1)?, by_scenario);
        let rubric = without(&|key| key.0).map(|lines| scored(&lines, by_rubric));
        Some((line(&total)?, scenario, rubric))
    }

    /// For each statement a line over sentence states, and the scores of all sentences with their scenario left out.
    fn familiar(&self) -> Option<(BTreeMap<String, WeightedSum>, Pointed)> {
        let states: Vec<&[f32]> =
            self.answers.iter().flat_map(|a| &a.readings.sentence_states).map(Vec::as_slice).collect();
        let scale = Scale::of(&states);
        let mut lines = BTreeMap::new();
        let mut scores: Pointed = self
            .answers
            .iter()
            .map(|answer| vec![vec![0.0; answer.readings.sentences.len()]; answer.statements()])
            .collect();
        let rubrics = self.answers.iter().map(|answer| answer.rubric).max()? + 1;
        for rubric in 0..rubrics {
            let of: Vec<usize> =
                (0..self.answers.len()).filter(|at| self.answers[*at].rubric == rubric).collect();
            let Some(first) = of.first() else { continue };
            let mut scenarios: Vec<usize> = of.iter().map(|at| self.answers[*at].scenario).collect();
            scenarios.sort_unstable();
            scenarios.dedup();
            for scenario in &scenarios {
                let (inside, rest): (Vec<usize>, Vec<usize>) =
                    of.iter().partition(|at| self.answers[**at].scenario == *scenario);
                // What was seen in one scenario alone can't be told from the scenario.
                let Some(fitted) = self.like_the_quoted(&rest, &scale) else { continue };
                for at in inside {
                    let answer = &self.answers[at];
                    for (statement, line) in fitted.iter().enumerate() {
                        for (sentence, state) in answer.readings.sentence_states.iter().enumerate() {
                            scores[at][statement][sentence] = line.score(state);
                        }
                    }
                }
            }
            if scenarios.len() > 1 {
                let statements = &self.answers[*first].labelled.exam.statements;
                let names = statements.iter().map(|statement| name(&statement.text));
                lines.extend(names.zip(self.like_the_quoted(&of, &scale)?));
            }
        }
        Some((lines, scores))
    }

    /// For each statement of a rubric a line that tells the sentences that were quoted for it from all others.
    fn like_the_quoted(&self, answers: &[usize], scale: &Scale) -> Option<Vec<WeightedSum>> {
        let rows: Vec<Vec<f32>> = answers
            .iter()
            .flat_map(|at| &self.answers[*at].readings.sentence_states)
            .map(|state| scale.apply(state))
            .collect();
        let statements = self.answers[*answers.first()?].statements();
        let targets: Vec<Vec<f64>> = (0..statements)
            .map(|statement| {
                let quoted = answers.iter().flat_map(|at| &self.answers[*at].quoted[statement]);
                quoted.map(|quoted| f64::from(u8::from(*quoted))).collect()
            })
            .collect();
        let lines = fit::ridge(&rows, &targets, SENTENCE_PENALTY)?;
        let scaled = lines.into_iter().map(|line| {
            // Statements that are rarely shown have small scores: this makes them comparable.
            let unit = (line.bias + RARE).sqrt();
            let weights: Vec<f64> = line.weights.iter().map(|weight| f64::from(*weight) / unit).collect();
            scale.undo(&weights, line.bias / unit)
        });
        Some(scaled.collect())
    }

    /// Log-odds from a state's score and the best sentence's, and what that observes in each answer.
    fn calibrate(&self, state: &[f64], sentences: &Pointed) -> Option<(Calibration, Vec<Vec<Observation>>)> {
        let best = |scores: &Vec<f64>| scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let features: Vec<[f32; 2]> = state
            .iter()
            .zip(sentences.iter().flatten())
            .map(|(state, scores)| [*state as f32, if scores.is_empty() { 0.0 } else { best(scores) as f32 }])
            .collect();
        let shown = self.answers.iter().flat_map(|answer| answer.labelled.shown.iter().copied());
        let examples: Vec<Example<'_>> = features.iter().map(|f| f.as_slice()).zip(shown).collect();
        let line = fit::logistic(&examples, 1.0, false)?;
        let calibration = Calibration {
            state: f64::from(line.weights[0]),
            sentence: f64::from(line.weights[1]),
            bias: line.bias,
        };
        let mut log_odds = features.iter().map(|features| line.score(features));
        let observed = self
            .answers
            .iter()
            .zip(sentences)
            .map(|(answer, sentences)| {
                let statements = answer.labelled.exam.statements.iter().zip(sentences);
                statements
                    .map(|(statement, scores)| Observation {
                        signal: statement.signal.clone(),
                        p: sigmoid(log_odds.next().unwrap_or(f64::NAN)),
                        sentences: super::readout::strongest(scores, &answer.readings.sentences),
                    })
                    .collect()
            })
            .collect();
        Some((calibration, observed))
    }
}

/// The spread of scores around their mean.
fn spread<'a>(scores: impl Iterator<Item = &'a f64> + Clone) -> f64 {
    let count = scores.clone().count().max(1) as f64;
    let mean = scores.clone().sum::<f64>() / count;
    (scores.map(|score| (score - mean).powi(2)).sum::<f64>() / count).sqrt().max(f64::MIN_POSITIVE)
}

//! Any OpenAI-compatible endpoint as the observer: Ollama, llama-server, vLLM, LM Studio, or a hosted one.

mod batch;
mod draft;
mod prompt;
pub mod recalibrated;
mod wire;

use std::{cell::Cell, collections::BTreeMap, fmt, future::Future, time::Duration};

use secrecy::SecretString;
use serde::Deserialize;

use crate::{
    core::{
        hash::hash,
        judging::{Judge, Observation, Unscored, Usage, questions::Exam},
        lab::recalibration::Recalibration,
        record::Route,
    },
    ports::{self, Observations, Observer, Routing, Watch},
};
pub use batch::{Ended, Observed, Progress};
pub use draft::Drafter;
use recalibrated::Recalibrated;
use wire::{Answer, Candidate, Message, Request, Wire, not_an_answer};

/// An endpoint that a person chose.
#[derive(Clone)]
pub struct Endpoint {
    /// Base address, up to and with `/v1`.
    pub url: String,
    /// The model's name there.
    pub model: String,
    /// The key, if it wants one. Never printed, logged or stored.
    pub key: Option<SecretString>,
    /// How long a connection may take to come about.
    pub connect: Duration,
    /// How long the endpoint may stay silent.
    pub read: Duration,
    /// How often a request is sent again when the endpoint asks for patience or failed by itself.
    pub retries: u32,
}

impl Endpoint {
    /// An endpoint with the usual time-outs.
    pub fn new(url: String, model: String, key: Option<SecretString>) -> Self {
        Self { url, model, key, connect: Duration::from_secs(10), read: Duration::from_secs(120), retries: 2 }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = if self.key.is_some() { "set" } else { "none" };
        f.debug_struct("Endpoint")
            .field("url", &self.url)
            .field("model", &self.model)
            .field("key", &key)
            .finish()
    }
}

/// The address is none.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not the address of an endpoint")]
pub struct BadAddress(String);

/// An endpoint behind the port.
pub struct EndpointObserver {
    endpoint: Endpoint,
    wire: Wire,
    runtime: tokio::runtime::Runtime,
    /// Whether the endpoint gives log probabilities; unknown until it was asked once.
    gives_logprobs: Cell<Option<bool>>,
    /// What the model's probabilities mean, if that was learnt.
    recalibrated: Option<Recalibrated>,
}

/// Replies to the same question where there are no log probabilities: their spread is the probability.
const REPEATS: u64 = 3;
/// Sentences that are kept as evidence for one statement.
const MOST_EVIDENCE: usize = 3;
/// How long recognising a message may take: somebody is waiting.
const ROUTING: Duration = Duration::from_secs(3);
const TICK: Duration = Duration::from_millis(50);

impl EndpointObserver {
    /// Makes ready to ask; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When the address can't be one.
    pub fn new(endpoint: Endpoint) -> Result<Self, BadAddress> {
        let bad = || BadAddress(endpoint.url.clone());
        let address = reqwest::Url::parse(&endpoint.url).map_err(|_| bad())?;
        if !matches!(address.scheme(), "http" | "https") || address.host_str().is_none() {
            return Err(bad());
        }
        let times = (endpoint.connect, endpoint.read);
        let wire =
            Wire::new(&endpoint.url, endpoint.key.as_ref(), times, endpoint.retries).map_err(|_| bad())?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|_| bad())?;
        Ok(Self { endpoint, wire, runtime, gives_logprobs: Cell::new(None), recalibrated: None })
    }

    /// The same, with what was learnt about its model.
    pub fn recalibrated(self, recalibrated: Option<Recalibrated>) -> Self {
        Self { recalibrated, ..self }
    }

    /// Observations as they are to be understood.
    fn understood(&self, mut observations: Observations) -> Observations {
        if let Some(recalibrated) = &self.recalibrated {
            for observation in &mut observations.observations {
                observation.p = recalibrated.recalibration.of(observation.p);
            }
        }
        observations
    }

    fn request(&self, system: &str, user: String, max_tokens: u32) -> Request {
        let messages = vec![
            Message { role: "system", content: system.to_owned() },
            Message { role: "user", content: user },
        ];
        Request {
            model: self.endpoint.model.clone(),
            messages,
            temperature: 0.0,
            seed: 1,
            max_tokens,
            stream: false,
            logprobs: None,
            top_logprobs: None,
        }
    }

    /// Waits for an answer, or for the person to stop waiting.
    fn wait<T>(
        &self,
        watch: &dyn Watch,
        work: impl Future<Output = Result<T, Unscored>>,
    ) -> Result<T, Unscored> {
        self.runtime.block_on(async {
            tokio::pin!(work);
            loop {
                tokio::select! {
                    result = &mut work => return result,
                    () = tokio::time::sleep(TICK) => if watch.is_cancelled() { return Err(Unscored::Interrupted) },
                }
            }
        })
    }

    /// One small question a statement: the probability is that of the reply's first word.
    fn one_by_one(&self, exam: &Exam, watch: &dyn Watch) -> Result<Option<Observations>, Unscored> {
        let shared = prompt::answer(exam);
        let mut all = Observations::default();
        for (done, statement) in exam.statements.iter().enumerate() {
            watch.step(done, exam.statements.len());
            let user = format!("{shared}{}", prompt::one(statement));
            let mut request = self.request(prompt::EXAMINER, user, 16);
            (request.logprobs, request.top_logprobs) = (Some(true), Some(10));
            let answer = match self.wait(watch, self.wire.ask(&request)) {
                // An endpoint that doesn't know log probabilities may refuse to hear of them.
                Err(Unscored::EndpointFailed { status: 400 | 422 }) if done == 0 => return Ok(None),
                answer => answer?,
            };
            let Some(p) = answer.tokens.as_deref().and_then(probability_of_yes) else {
                return if done == 0 { Ok(None) } else { Err(not_an_answer("it is neither yes nor no")) };
            };
            all.usage += answer.usage;
            let sentences = numbers(&answer.text, exam);
            all.observations.push(Observation { signal: statement.signal.clone(), p, sentences });
        }
        watch.step(exam.statements.len(), exam.statements.len());
        Ok(Some(all))
    }

    /// All statements in one reply, several times.
    fn all_at_once(&self, exam: &Exam, watch: &dyn Watch) -> Result<Observations, Unscored> {
        let count = exam.statements.len();
        let mut replies = vec![];
        for repeat in 0..REPEATS {
            watch.step(count * repeat as usize / REPEATS as usize, count);
            replies.push(self.wait(watch, self.wire.ask(&self.all(exam, repeat)))?);
        }
        watch.step(count, count);
        spread(exam, &replies)
    }

    /// The request for all decisions in one reply.
    fn all(&self, exam: &Exam, repeat: u64) -> Request {
        let user = format!("{}{}", prompt::answer(exam), prompt::all(&exam.statements));
        Request { temperature: 0.7, seed: repeat + 1, ..self.request(prompt::EXAMINER, user, 4096) }
    }
}

/// The spread of several replies to the same question is the probability.
fn spread(exam: &Exam, replies: &[Answer]) -> Result<Observations, Unscored> {
    let count = exam.statements.len();
    let mut shown = vec![0u32; count];
    let mut named: Vec<BTreeMap<u32, u32>> = vec![BTreeMap::new(); count];
    let mut usage = Usage::default();
    for reply in replies {
        usage += reply.usage;
        for (index, (is_shown, sentences)) in decisions(&reply.text, exam)?.into_iter().enumerate() {
            if is_shown {
                shown[index] += 1;
                for number in sentences {
                    *named[index].entry(number).or_default() += 1;
                }
            }
        }
    }
    let observations = exam.statements.iter().enumerate().map(|(index, statement)| {
        let mut ranked: Vec<(u32, u32)> =
            named[index].iter().map(|(number, times)| (*number, *times)).collect();
        ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        // Three replies that agree are no certainty.
        let p = (f64::from(shown[index]) + 0.5) / (replies.len() as f64 + 1.0);
        let sentences = ranked.into_iter().take(MOST_EVIDENCE).map(|(number, _)| number).collect();
        Observation { signal: statement.signal.clone(), p, sentences }
    });
    Ok(Observations { observations: observations.collect(), usage })
}

impl Observer for EndpointObserver {
    fn judge(&self) -> Judge {
        let learnt = self.recalibrated.as_ref().map(|recalibrated| {
            let Recalibration { slope, bias } = recalibrated.recalibration;
            format!("-{}", &hash(format!("{slope} {bias}").as_bytes())[..8])
        });
        let prompt_hash = prompt::hash() + &learnt.unwrap_or_default();
        Judge { model: self.endpoint.model.clone(), prompt_hash, trust: None }
    }

    fn observe(&self, exam: &Exam, watch: &dyn Watch) -> Result<Observations, Unscored> {
        if self.gives_logprobs.get() != Some(false) {
            let observed = self.one_by_one(exam, watch)?;
            self.gives_logprobs.set(Some(observed.is_some()));
            if let Some(observed) = observed {
                return Ok(self.understood(observed));
            }
        }
        Ok(self.understood(self.all_at_once(exam, watch)?))
    }

    fn grade(&self, exam: &Exam, watch: &dyn Watch) -> Result<f64, Unscored> {
        let user = format!("{}{}", prompt::answer(exam), prompt::GRADE);
        let answer = self.wait(watch, self.wire.ask(&self.request(prompt::EXAMINER, user, 8)))?;
        let digit = answer.text.chars().find_map(|c| c.to_digit(10)).filter(|digit| (1..=5).contains(digit));
        digit.map(f64::from).ok_or_else(|| not_an_answer("it is no level"))
    }

    fn route(&self, message: &ports::Message<'_>, watch: &dyn Watch) -> Result<Routing, Unscored> {
        let request = self.request(prompt::ROUTER, prompt::menu(message), 4);
        let answer = self.wait(watch, async {
            tokio::time::timeout(ROUTING, self.wire.ask(&request)).await.unwrap_or(Err(Unscored::TimedOut))
        })?;
        let word = answer.text.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
        let letter = word.filter(|word| word.chars().count() == 1).and_then(|word| word.chars().next());
        let letter = letter.map(|letter| letter.to_ascii_uppercase());
        let route = match letter {
            Some('A') => Route::Answer,
            Some('B') => Route::Repeat,
            Some('C') => Route::Help,
            Some('D') => Route::Done,
            Some('E') => Route::Unknown,
            Some(letter) => {
                let fact = prompt::FACT_LETTERS.find(letter).filter(|fact| *fact < message.facts.len());
                Route::Fact { fact: fact.ok_or_else(|| not_an_answer("it is no letter of the menu"))? }
            }
            None => return Err(not_an_answer("it is no letter of the menu")),
        };
        // A menu gives a choice, not how sure it is.
        Ok(Routing { route, p: 1.0 })
    }
}

/// Probability of "yes" against "no" among the candidates for the first token that is either.
fn probability_of_yes(tokens: &[Vec<Candidate>]) -> Option<f64> {
    tokens.iter().take(3).find_map(|candidates| {
        let mass = |word: &str| -> f64 {
            let says = |candidate: &&Candidate| {
                candidate.token.trim_matches(|c: char| !c.is_alphabetic()).eq_ignore_ascii_case(word)
            };
            candidates.iter().filter(says).map(|candidate| candidate.logprob.exp()).sum()
        };
        let (yes, no) = (mass("yes"), mass("no"));
        (yes + no > 0.1).then(|| yes / (yes + no))
    })
}

/// The sentence numbers that a reply names, as far as there are such sentences.
fn numbers(text: &str, exam: &Exam) -> Vec<u32> {
    let countable: Vec<u32> = exam.countable().collect();
    let mut numbers: Vec<u32> = vec![];
    for number in text.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()) {
        if countable.contains(&number) && !numbers.contains(&number) && numbers.len() < MOST_EVIDENCE {
            numbers.push(number);
        }
    }
    numbers
}

#[derive(Deserialize)]
struct Decisions {
    statements: Vec<Decision>,
}

#[derive(Deserialize)]
struct Decision {
    id: usize,
    shown: bool,
    #[serde(default)]
    sentences: Vec<u32>,
}

/// The decisions of one reply, one a statement, in order.
fn decisions(text: &str, exam: &Exam) -> Result<Vec<(bool, Vec<u32>)>, Unscored> {
    // Some models think aloud before the JSON, and some fence it.
    let (Some(start), Some(end)) = (text.find("{\"statements\"").or_else(|| text.find('{')), text.rfind('}'))
    else {
        return Err(not_an_answer("it holds no JSON"));
    };
    let json = text.get(start..=end).unwrap_or_default();
    let decisions: Decisions =
        serde_json::from_str(json).map_err(|_| not_an_answer("its JSON is not what was asked for"))?;
    let countable: Vec<u32> = exam.countable().collect();
    (1..=exam.statements.len())
        .map(|id| {
            let decision = decisions.statements.iter().find(|decision| decision.id == id);
            let decision = decision.ok_or_else(|| not_an_answer("it leaves out a statement"))?;
            let known = decision.sentences.iter().copied().filter(|number| countable.contains(number));
            Ok((decision.shown, known.collect()))
        })
        .collect()
}

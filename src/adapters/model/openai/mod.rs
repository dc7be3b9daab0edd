//! Any OpenAI-compatible endpoint as the observer: Ollama, llama-server, vLLM, LM Studio, or a hosted one.

mod address;
mod batch;
mod draft;
mod pace;
mod prompt;
pub mod recalibrated;
mod reply;
mod shape;
mod trouble;
mod wire;

use std::{cell::Cell, collections::BTreeMap, fmt, future::Future, time::Duration};

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    core::{
        hash::hash,
        json,
        judging::{Judge, Observation, Unscored, Usage, questions::Exam},
        lab::recalibration::Recalibration,
    },
    ports::{self, Observations, Observer, Routing, Watch},
};
pub use address::{Address, BadEndpoint};
pub use batch::{Collected, Ended, Observed, Progress};
pub use draft::Drafter;
pub use pace::{Pace, Patience};
use recalibrated::Recalibrated;
use reply::{Answer, Candidate};
use shape::{Message, Request};
use trouble::not_an_answer;
use wire::Wire;

/// An endpoint that a person chose.
#[derive(Clone)]
pub struct Endpoint {
    /// Where it is.
    pub address: Address,
    /// The model's name there.
    pub model: String,
    /// The key, if it wants one. Never printed, logged or stored.
    pub key: Option<SecretString>,
    /// How long a connection may take to come about.
    pub connect: Duration,
    /// How long the endpoint may stay silent.
    pub read: Duration,
    /// How often a request is sent again when the endpoint failed by itself.
    pub retries: u32,
    /// Who waits when the endpoint asks for patience.
    pub patience: Patience,
}

impl Endpoint {
    /// An endpoint with the usual time-outs.
    pub fn new(address: Address, model: String, key: Option<SecretString>) -> Self {
        let (connect, read) = (Duration::from_secs(10), Duration::from_secs(120));
        Self { address, model, key, connect, read, retries: 2, patience: Patience::Person }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = if self.key.is_some() { "set" } else { "none" };
        f.debug_struct("Endpoint")
            .field("address", &self.address)
            .field("model", &self.model)
            .field("key", &key)
            .finish()
    }
}

/// An endpoint behind the port.
pub struct EndpointObserver {
    endpoint: Endpoint,
    wire: Wire,
    runtime: tokio::runtime::Runtime,
    /// Whether the endpoint gives log probabilities; unknown until it was asked once.
    gives_logprobs: Cell<Option<bool>>,
    /// Whether its model thinks before it speaks, so that a short limit leaves no room for a word.
    thinks: Cell<bool>,
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
/// Most tokens of a reply to one small question, and of one with all decisions.
const SMALL: u32 = 16;
const LARGE: u32 = 8192;
/// Room for a model that thinks first.
const ROOM_TO_THINK: u32 = 32_768;

impl EndpointObserver {
    /// Makes ready to ask; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When it can't be used as it was named.
    pub fn new(endpoint: Endpoint) -> Result<Self, BadEndpoint> {
        Self::paced(endpoint, Pace::default())
    }

    /// The same, waiting together with all others of this pace.
    ///
    /// # Errors
    ///
    /// When it can't be used as it was named.
    pub fn paced(endpoint: Endpoint, pace: Pace) -> Result<Self, BadEndpoint> {
        let wire = Wire::new(endpoint.clone(), pace)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| BadEndpoint::Client(error.to_string()))?;
        let (gives_logprobs, thinks) = (Cell::new(None), Cell::new(false));
        Ok(Self { endpoint, wire, runtime, gives_logprobs, thinks, recalibrated: None })
    }

    /// The same, with what was learnt about its model.
    pub fn recalibrated(self, recalibrated: Option<Recalibrated>) -> Self {
        Self { recalibrated, ..self }
    }

    /// Finds out whether the endpoint answers at all, with a question that holds nobody's words.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub fn check(&self, watch: &dyn Watch) -> Result<(), Unscored> {
        let request = self.request("You are being tested.", "Reply with: A".into(), SMALL);
        self.wait(watch, self.wire.ask(&request)).map(drop)
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

    fn request(&self, system: &str, user: String, limit: u32) -> Request {
        let messages =
            [Message { role: "system", content: system.to_owned() }, Message { role: "user", content: user }];
        let model = self.endpoint.model.clone();
        Request { model, messages, temperature: 0.0, seed: 1, limit, logprobs: false }
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
                    () = tokio::time::sleep(TICK) => {
                        if watch.is_cancelled() {
                            return Err(Unscored::Interrupted);
                        }
                        if let Some(left) = self.wire.pace.left() {
                            watch.held(left);
                        }
                    }
                }
            }
        })
    }

    /// Asks, and once more with another seed where the reply is none or nothing that `read` can read: one odd reply among
    /// many is no reason to give the rest up.
    fn twice<T>(
        &self,
        request: &Request,
        watch: &dyn Watch,
        read: impl Fn(&Answer) -> Result<T, Unscored>,
    ) -> Result<(T, Answer), Unscored> {
        let mut request = request.clone();
        let mut is_second = false;
        loop {
            let reply = self.wait(watch, self.wire.ask(&request));
            let cut = reply.as_ref().is_ok_and(|answer| answer.cut);
            match reply.and_then(|answer| read(&answer).map(|it| (it, answer))) {
                Err(Unscored::NotAnAnswer { .. }) if !is_second => {
                    is_second = true;
                    request.seed += SECOND_SEED;
                    request.limit = if cut { request.limit.max(ROOM_TO_THINK) } else { request.limit };
                }
                done => return done,
            }
        }
    }

    /// One small question a statement: the probability is that of the reply's first word. `None` where the endpoint doesn't
    /// answer small questions in a way that can be read: then all are asked at once.
    fn one_by_one(&self, exam: &Exam, watch: &dyn Watch) -> Result<Option<Observations>, Unscored> {
        let shared = prompt::answer(exam);
        let mut all = Observations::default();
        for (done, statement) in exam.statements.iter().enumerate() {
            watch.step(done, exam.statements.len());
            let user = format!("{shared}{}", prompt::one(statement));
            let request = Request { logprobs: true, ..self.request(prompt::EXAMINER, user, SMALL) };
            let mut first = None;
            if done == 0 && self.gives_logprobs.get().is_none() {
                match self.wait(watch, self.wire.ask(&request)) {
                    // An endpoint that doesn't know log probabilities may refuse to hear of them, and a model that thinks
                    // first has said nothing yet.
                    Err(Unscored::EndpointFailed { status: 400 | 422 }) => {
                        self.gives_logprobs.set(Some(false));
                        return Ok(None);
                    }
                    Ok(answer) if answer.tokens.is_none() || answer.is_silent() => {
                        self.gives_logprobs.set(Some(false));
                        self.thinks.set(answer.is_silent());
                        return Ok(None);
                    }
                    Ok(answer) => {
                        self.gives_logprobs.set(Some(true));
                        first = Some(answer);
                    }
                    Err(Unscored::NotAnAnswer { .. }) => {}
                    Err(why) => return Err(why),
                }
            }
            let yes = |answer: &Answer| {
                let p = answer.tokens.as_deref().and_then(probability_of_yes);
                p.ok_or_else(|| not_an_answer("it is neither yes nor no"))
            };
            let first = first.and_then(|answer| yes(&answer).ok().map(|p| (p, answer)));
            let seen = first.map_or_else(|| self.twice(&request, watch, yes), Ok);
            let (p, answer) = match seen {
                Ok(seen) => seen,
                // Twice something else: perhaps in the other form.
                Err(Unscored::NotAnAnswer { .. }) => return Ok(None),
                Err(why) => return Err(why),
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
            let request = self.all(exam, repeat);
            let (_, reply) = self.twice(&request, watch, |answer| decisions(&answer.text, exam))?;
            replies.push(reply);
        }
        watch.step(count, count);
        spread(exam, &replies)
    }

    /// The request for all decisions in one reply.
    fn all(&self, exam: &Exam, repeat: u64) -> Request {
        let user = format!("{}{}", prompt::answer(exam), prompt::all(&exam.statements));
        Request { temperature: 0.7, seed: repeat + 1, ..self.request(prompt::EXAMINER, user, LARGE) }
    }

    /// A small question to a model that may think first: once it has come to nothing within a few tokens, there is room.
    async fn small(&self, request: &Request) -> Result<Answer, Unscored> {
        if !self.thinks.get() {
            let answer = self.wire.ask(request).await?;
            if !answer.is_silent() {
                return Ok(answer);
            }
            self.thinks.set(true);
        }
        self.wire.ask(&Request { limit: ROOM_TO_THINK, ..request.clone() }).await
    }
}

/// Added to a seed that led to nothing; no first try has it.
const SECOND_SEED: u64 = 1000;

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
        if self.gives_logprobs.get() != Some(false)
            && let Some(observed) = self.one_by_one(exam, watch)?
        {
            return Ok(self.understood(observed));
        }
        Ok(self.understood(self.all_at_once(exam, watch)?))
    }

    fn grade(&self, exam: &Exam, watch: &dyn Watch) -> Result<f64, Unscored> {
        let user = format!("{}{}", prompt::answer(exam), prompt::GRADE);
        let answer = self.wait(watch, self.small(&self.request(prompt::EXAMINER, user, 8)))?;
        let digit = answer.text.chars().find_map(|c| c.to_digit(10)).filter(|digit| (1..=5).contains(digit));
        digit.map(f64::from).ok_or_else(|| not_an_answer("it is no level"))
    }

    fn route(&self, message: &ports::Message<'_>, watch: &dyn Watch) -> Result<Routing, Unscored> {
        let request = self.request(prompt::ROUTER, prompt::menu(message), 4);
        let answer = self.wait(watch, async {
            tokio::time::timeout(ROUTING, self.small(&request)).await.unwrap_or(Err(Unscored::TimedOut))
        })?;
        let route = prompt::chosen(&answer.text, message.facts.len());
        // A menu gives a choice, not how sure it is.
        let route = route.ok_or_else(|| not_an_answer("it is no letter of the menu"))?;
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

/// One decision, as far as it can be read: numbers come as text, and a list of nothing as nothing.
#[derive(Deserialize)]
struct Decision {
    id: Value,
    shown: Value,
    #[serde(default)]
    sentences: Value,
}

impl Decision {
    fn shown(&self) -> Option<bool> {
        match &self.shown {
            Value::Bool(shown) => Some(*shown),
            Value::String(word) if ["true", "yes"].contains(&word.trim().to_lowercase().as_str()) => {
                Some(true)
            }
            Value::String(word) if ["false", "no"].contains(&word.trim().to_lowercase().as_str()) => {
                Some(false)
            }
            _ => None,
        }
    }

    fn sentences(&self) -> impl Iterator<Item = u64> {
        let list = self.sentences.as_array().map_or(std::slice::from_ref(&self.sentences), Vec::as_slice);
        list.iter().map(reply::number)
    }
}

/// The decisions of one reply, one a statement, in order.
fn decisions(text: &str, exam: &Exam) -> Result<Vec<(bool, Vec<u32>)>, Unscored> {
    let decisions: Decisions = json::last(text).map_err(|_| {
        not_an_answer(if text.contains('{') {
            "its JSON is not what was asked for"
        } else {
            "it holds no JSON"
        })
    })?;
    let countable: Vec<u32> = exam.countable().collect();
    (1..=exam.statements.len() as u64)
        .map(|id| {
            let decision = decisions.statements.iter().find(|decision| reply::number(&decision.id) == id);
            let decision = decision.ok_or_else(|| not_an_answer("it leaves out a statement"))?;
            let shown = decision.shown().ok_or_else(|| not_an_answer("it leaves a statement open"))?;
            let known = countable
                .iter()
                .copied()
                .filter(|known| decision.sentences().any(|n| n == u64::from(*known)));
            Ok((shown, known.collect()))
        })
        .collect()
}

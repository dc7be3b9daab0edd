//! Servers that people really run: each has its own idea of what a request may hold and what a reply must.

use pushback::{
    adapters::model::openai::{Address, Endpoint, EndpointObserver},
    core::{judging::Unscored, record::Route},
    ports::{Message, Observer},
};
use serde_json::{Value, json};

use super::openai::{ANSWER, Patient, exam, observe, observer};
use crate::harness::{
    fake_endpoint::{FakeEndpoint, KEY, LOGIN, Reaction, question},
    home::{Home, SCENARIO, finish, whole_round},
};

/// What a model that thinks first says within a few tokens.
fn still_thinking() -> Reaction {
    let message = json!({"role": "assistant", "content": "", "reasoning_content": "Let me see"});
    Reaction::Body(json!({"choices": [{"message": message, "finish_reason": "length"}]}).to_string())
}

fn all_shown(count: usize) -> String {
    let shown: Vec<Value> =
        (1..=count).map(|id| json!({"id": id, "shown": true, "sentences": [1]})).collect();
    json!({"statements": shown}).to_string()
}

fn refusal(parameter: &str, message: &str) -> Reaction {
    Reaction::Status(400, "", json!({"error": {"message": message, "param": parameter}}).to_string())
}

/// The newest kind: other names for the limit, no temperature, no log probabilities, and thoughts first.
fn newest(body: &Value) -> Reaction {
    if !body["max_tokens"].is_null() {
        let message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
        return refusal("max_tokens", message);
    }
    if !body["temperature"].is_null() {
        return refusal(
            "temperature",
            "Unsupported value: 'temperature' does not support 0 with this model.",
        );
    }
    if !body["logprobs"].is_null() {
        return refusal("logprobs", "logprobs are not supported with reasoning models");
    }
    match body["max_completion_tokens"].as_u64() {
        Some(limit) if limit < 1000 => still_thinking(),
        _ if question(body).contains("Reply with the letter") => Reaction::Say("B".into()),
        _ => Reaction::Say(format!("<think>Is it {{shown}}?</think>{}", all_shown(28))),
    }
}

#[test]
fn a_model_that_takes_no_temperature_and_thinks_first_is_asked_as_it_wants_to_be() {
    let server = FakeEndpoint::start(|_, body| newest(body));
    let observer = observer(&server.url);
    let seen = observer.observe(&exam(ANSWER), &Patient).unwrap();
    assert_eq!(seen.observations.len(), 28);
    assert!(seen.observations.iter().all(|seen| seen.p > 0.8 && seen.sentences == [1]));
    assert_eq!(server.requests().len(), 3 + 1 + 3, "three refusals, one silence, three replies");
    observer.observe(&exam(ANSWER), &Patient).unwrap();
    assert_eq!(server.requests().len(), 7 + 3, "what was learnt is remembered");
    let message = Message { opening: "", question: "What do you do?", text: "Say again?", facts: &[] };
    assert_eq!(observer.route(&message, &Patient).unwrap().route, Route::Repeat);
    assert_eq!(server.requests().len(), 11, "and that it needs room");
}

#[test]
fn a_message_is_recognised_by_a_model_that_thinks_first() {
    let server = FakeEndpoint::start(|_, body| newest(body));
    let message = Message { opening: "", question: "What do you do?", text: "Say again?", facts: &[] };
    let route = observer(&server.url).route(&message, &Patient);
    assert_eq!(route.unwrap().route, Route::Repeat);
}

#[test]
fn one_odd_reply_costs_one_more_try_and_never_the_card() {
    let server = FakeEndpoint::start(|number, _| match number {
        7 => Reaction::Yes { p: 0.0, content: String::new() },
        12 => Reaction::Body("{\"choices\": [{\"mess".into()),
        20 => Reaction::Cut,
        _ => Reaction::Yes { p: 0.9, content: "yes 1".into() },
    });
    // No yes and no no: a probability of neither.
    let seen = observer(&server.url).observe(&exam(ANSWER), &Patient).unwrap();
    assert_eq!(seen.observations.len(), 28);
    let requests = server.requests();
    assert_eq!(requests.len(), 30);
    assert_eq!(requests[12]["messages"], requests[13]["messages"]);
    assert_ne!(requests[12]["seed"], requests[13]["seed"]);

    let seen = observe(|number, body| match number {
        0 => Reaction::Say("yes".into()),
        2 => Reaction::Say("{\"statements\":[{\"id\":1,\"shown\":true}]}".into()),
        _ => {
            assert!(body["logprobs"].is_null());
            Reaction::Say(all_shown(28))
        }
    });
    assert_eq!(seen.unwrap().observations[27].p, 0.875);
}

#[test]
fn a_question_that_stays_odd_is_asked_in_the_other_form() {
    let seen = observe(|number, body| {
        match number {
        _ if body["logprobs"].is_null() => Reaction::Say(all_shown(28)),
        5.. => Reaction::Body(
            json!({"choices": [{"message": {"content": "perhaps"}, "logprobs": {"content": [{"top_logprobs": [{"token": "perhaps", "logprob": 0.0}]}]}}]}).to_string(),
        ),
        _ => Reaction::Yes { p: 0.9, content: "yes 1".into() },
    }
    });
    assert!(seen.unwrap().observations.iter().all(|seen| seen.p == 0.875));
}

#[test]
fn the_json_that_counts_is_the_last_one_that_is_an_answer() {
    for before in
        ["<think>{maybe}</think>", "First {\"statements\": []} and then ", "{\"a\":{\"b\":1}}\n```json\n"]
    {
        let seen = observe(move |number, _| match number {
            0 => Reaction::Say("yes".into()),
            _ => Reaction::Say(format!("{before}{}\n``` {{that's it}}", all_shown(28))),
        });
        assert_eq!(seen.unwrap().observations[0].p, 0.875, "{before}");
    }
    // Numbers as text, yes for true, no list where there is nothing to list.
    let seen = observe(|number, _| match number {
        0 => Reaction::Say("yes".into()),
        _ => {
            let all: Vec<Value> = (1..=28)
                .map(|id| match id {
                    1 => json!({"id": "1", "shown": "yes", "sentences": ["2", 1]}),
                    _ => json!({"id": id, "shown": false, "sentences": null}),
                })
                .collect();
            Reaction::Say(json!({"statements": all}).to_string())
        }
    });
    let seen = seen.unwrap();
    assert_eq!((seen.observations[0].p, &seen.observations[0].sentences), (0.875, &vec![1, 2]));
}

#[test]
fn a_chatty_reply_is_no_choice() {
    for chatty in ["I think A", "I", "A question about I", "Based on the text: B", "It is an answer."] {
        let server = FakeEndpoint::start(move |_, _| Reaction::Say(chatty.into()));
        let facts = super::openai::case().scenario.facts;
        let message = Message { opening: "", question: "What?", text: "hm", facts: &facts };
        let route = observer(&server.url).route(&message, &Patient);
        assert!(matches!(route, Err(Unscored::NotAnAnswer { .. })), "{chatty}: {route:?}");
        assert!(!server.requests()[0].to_string().contains("\\nI. "), "a menu with an I");
    }
}

#[test]
fn answers_go_to_the_address_that_was_given_and_nowhere_else() {
    let other = FakeEndpoint::start(|_, _| panic!("an answer was sent to somebody else"));
    let location: &'static str = Box::leak(format!("location: {}/chat/completions\r\n", other.url).into());
    for status in [301, 302, 307, 308] {
        let seen = observe(move |_, _| Reaction::Status(status, location, String::new()));
        let to = other.url.trim_end_matches("/v1").to_owned();
        assert_eq!(seen, Err(Unscored::Redirected { to }), "{status}");
    }
    // Another path of the same server is the same server; round and round is not.
    let server = FakeEndpoint::start(|number, _| match number {
        0 => Reaction::Status(307, "location: /v1/chat/completions?again\r\n", String::new()),
        _ => Reaction::Yes { p: 0.9, content: "yes 1".into() },
    });
    assert!(observer(&server.url).observe(&exam(ANSWER), &Patient).is_ok());
    let round = observe(|_, _| Reaction::Status(307, "location: /v1/chat/completions\r\n", String::new()));
    assert_eq!(round, Err(Unscored::Redirected { to: "/v1/chat/completions".into() }));
}

#[test]
fn what_is_wrong_comes_with_what_to_do() {
    let server = FakeEndpoint::start(|_, _| Reaction::Status(401, "", String::new()));
    let endpoint = Endpoint::new(Address::parse(&server.url).unwrap(), "tested".into(), None);
    let seen = EndpointObserver::new(endpoint).unwrap().observe(&exam(ANSWER), &Patient);
    assert_eq!(seen, Err(Unscored::NoKey));
    assert!(Unscored::NoKey.to_string().contains("PUSHBACK_API_KEY"));
    let gone = Unscored::EndpointFailed { status: 404 }.to_string();
    assert!(gone.contains("/v1") && gone.contains("model"), "{gone}");
}

fn doctor(home: &Home, endpoint: &str, environment: &[(&str, &str)]) -> crate::harness::home::Run {
    let mut command = home.command(&["doctor", "--endpoint", endpoint, "--model", "tested"]);
    command.envs(environment.iter().copied());
    finish(command, "")
}

#[test]
fn doctor_tries_the_endpoint() {
    let home = Home::new();
    let server = FakeEndpoint::start(|_, _| Reaction::Say("A".into()));
    let run = doctor(&home, &server.url, &[]).ok();
    assert!(run.says(&format!("{} (model tested) answers", server.url)), "{}", run.stdout);
    let server = FakeEndpoint::start(|_, _| Reaction::Status(404, "", String::new()));
    let run = doctor(&home, &server.url, &[]);
    assert!(run.says("doesn't answer: the endpoint found nothing there (status 404)"), "{}", run.stdout);
    assert_eq!(run.code, 1);
}

#[test]
fn nothing_of_the_environment_reaches_an_endpoint_and_nothing_in_it_is_a_crash() {
    let home = Home::new();
    let server = FakeEndpoint::start(|_, _| Reaction::Say("A".into()));
    // The fake endpoint fails on any header of the library's own.
    doctor(&home, &server.url, &[("OPENAI_ORG_ID", "org-1"), ("OPENAI_PROJECT_ID", "p")]).ok();
    doctor(&home, &server.url, &[("OPENAI_ORG_ID", "odd\none"), ("OPENAI_API_KEY", "x\ny")]).ok();
    let run = doctor(&home, &server.url, &[("PUSHBACK_API_KEY", "sk-two\nlines")]);
    assert!(run.says("the key holds a line break"), "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains("sk-two"));
    let mut command = home.command(&["practice", SCENARIO, "--endpoint", &server.url, "--model", "tested"]);
    command.env("PUSHBACK_API_KEY", "sk-two\nlines");
    finish(command, &whole_round()).fails(2, "the key holds a line break");
    assert!(home.journals().is_empty(), "it is told before the round");
}

#[test]
fn no_proxy_has_any_business_with_this_machine() {
    let home = Home::new();
    let server = FakeEndpoint::start(|_, _| Reaction::Say("A".into()));
    let proxy = "http://127.0.0.1:9";
    doctor(&home, &server.url, &[("http_proxy", proxy), ("HTTP_PROXY", proxy), ("ALL_PROXY", proxy)]).ok();
}

#[test]
fn an_address_is_used_whole_and_shown_without_its_secrets() {
    let home = Home::new();
    let server = FakeEndpoint::start(|_, _| Reaction::Say("A".into()));
    let url = server.url.replace("http://", "http://me:pw@") + "?api-version=1#top ";
    let run = doctor(&home, &url, &[]).ok();
    assert!(run.says(&format!("{} (model tested) answers", server.url)), "{}", run.stdout);
    assert!(!run.stdout.contains("pw@") && !run.stdout.contains("api-version"), "{}", run.stdout);
    let head = &server.heads()[0];
    assert_eq!(head[0], "POST /v1/chat/completions?api-version=1 HTTP/1.1");
    assert!(head.iter().any(|line| line.ends_with(&format!("Basic {LOGIN}"))), "{head:?}");
    let run = doctor(&home, &url, &[("PUSHBACK_API_KEY", KEY)]);
    assert!(run.says("only one of them can be sent"), "{}", run.stdout);
    doctor(&home, "me:pw@host", &[]).fails(1, "");
}

#[test]
fn a_flag_beats_the_environment_and_the_environment_beats_the_settings() {
    let home = Home::new();
    let server = FakeEndpoint::start(|_, _| Reaction::Say("A".into()));
    let settings = "model = \"endpoint\"\n[endpoint]\nurl = \"http://127.0.0.1:1/v1\"\nmodel = \"tested\"\nkey-env = \"OTHER_KEY\"\n";
    home.write("config.toml", settings);
    let status = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = home.command(&[&["model", "status"], arguments].concat());
        command.envs(environment.iter().copied());
        finish(command, "").ok().stdout
    };
    let environment = [("PUSHBACK_ENDPOINT", "http://env/v1"), ("PUSHBACK_MODEL", "m")];
    assert!(status(&[], &[]).contains("http://127.0.0.1:1/v1"));
    assert!(status(&[], &environment).contains("http://env/v1 (model m)"));
    assert!(status(&["--endpoint", "http://flag/v1"], &environment).contains("http://flag/v1"));
    assert!(status(&["--no-model"], &environment).contains("No model is in use"));
    for empty in ["", "  "] {
        assert!(status(&[], &[("PUSHBACK_ENDPOINT", empty)]).contains("http://127.0.0.1:1/v1"));
        assert!(status(&[], &[("PUSHBACK_API_KEY", empty), ("OTHER_KEY", empty)]).contains("no key is set"));
    }
    let mut practice = home.command(&["practice", SCENARIO, "--no-model"]);
    practice.envs(environment);
    finish(practice, &whole_round()).ok();
    // The key of the settings' endpoint goes there and nowhere else.
    assert!(status(&[], &[("OTHER_KEY", KEY)]).contains("a key is set"));
    assert!(status(&["--endpoint", &server.url], &[("OTHER_KEY", KEY)]).contains("no key is set"));
}

#[test]
fn a_tilde_that_no_shell_has_replaced_is_the_home_folder() {
    let home = Home::new();
    let user = tempfile::TempDir::new().unwrap();
    for quoted in ["~/quoted", "~"] {
        let mut command = home.command(&["practice", SCENARIO, "--no-model"]);
        command.env("PUSHBACK_HOME", quoted).env("HOME", user.path());
        finish(command, &whole_round()).ok();
        assert!(
            user.path().join(quoted.trim_start_matches(['~', '/'])).join("sessions").is_dir(),
            "{quoted}"
        );
    }
    assert!(!home.path().join("~").exists());
}

//! A session that is scored by a real OpenAI-compatible server on the same model file.

use std::time::{Duration, Instant};

use crate::{
    harness::home::{Home, SCENARIO, whole_round},
    server::Server,
};

#[test]
#[ignore = "needs the model and xllamacpp"]
fn a_session_is_scored_by_a_real_server() {
    let server = Server::start(&crate::model());
    let home = Home::new();
    home.run(&["practice", SCENARIO, "--no-model"], &whole_round()).ok();
    let began = Instant::now();
    let run = home.run(&["score", "--endpoint", &server.url, "--model", "local"], "").ok();
    println!("scored by a real endpoint in {:.1} s", began.elapsed().as_secs_f64());
    assert!(run.says("Score card") && run.says("Observed by local"), "{}", run.stdout);
    let records = home.records();
    let observed = records.iter().rev().find(|record| record["record"] == "observed").unwrap();
    assert_eq!(observed["observations"].as_array().unwrap().len(), 28);
    assert!(observed["usage"]["prompt"].as_u64().unwrap() > 1000);
    assert!(began.elapsed() < Duration::from_secs(300));
}

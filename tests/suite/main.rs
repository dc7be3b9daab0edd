//! Everything that needs neither the model nor a network.

mod authoring;
mod bad_input;
mod bank;
mod bulk;
mod check;
mod content;
mod dry;
mod fake_endpoint;
mod faults;
mod home;
mod journey;
mod judge_fit;
mod labels;
mod lint;
mod model_file;
mod openai;
mod packs;
mod practice;
mod pty;
mod schema;
mod terminal;
mod tidy;

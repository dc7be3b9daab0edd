//! Everything that needs neither the model nor a network.

mod bank;
mod bulk;
mod content;
mod fake_endpoint;
mod faults;
mod home;
mod judge_fit;
mod labels;
mod live;
mod live_faults;
mod live_loop;
mod live_sealed;
mod model_file;
mod openai;
mod practice;
mod pty;
mod terminal;
mod tidy;

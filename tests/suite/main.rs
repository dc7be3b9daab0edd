//! Everything that needs neither the model nor a network.

mod bank;
mod browser;
mod bulk;
mod content;
mod disputes;
mod fake_endpoint;
mod faults;
mod home;
mod journals;
mod judge_fit;
mod keeping;
mod labels;
mod live;
mod live_faults;
mod live_loop;
mod live_sealed;
mod model_file;
mod openai;
mod pages;
mod played;
mod practice;
mod progress;
mod pty;
mod review;
mod terminal;
mod tidy;

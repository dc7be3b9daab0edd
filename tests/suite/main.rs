//! Everything that needs neither the model nor a network: the specification, a folder a subject.

#[path = "../harness/mod.rs"]
mod harness;

mod authoring;
mod bank;
mod endpoint;
mod faults;
mod judging;
mod live;
mod practice;
mod review;
mod tidy;

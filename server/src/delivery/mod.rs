//! Delivery: claimed rows become messages. The queue is the store's; `policy` decides what follows an answer;
//! the worker claims; `sending` asks the channel and records.

mod flight;
pub mod policy;
pub mod replays;
mod round;
mod sending;
mod test_send;
mod worker;

pub use test_send::{TestMessage, Tested};
pub use worker::{Dependencies, Worker};

//! Delivery: sends the messages of due deliveries. The store keeps the queue, `worker` claims deliveries, `sending`
//! calls the channel and records the outcome, and `policy` decides what follows a response.

mod flight;
pub mod policy;
pub mod replays;
mod round;
mod sending;
mod test_send;
mod worker;

pub use test_send::{TestMessage, Tested};
pub use worker::{Dependencies, Worker};

//! Delivery: claimed rows become messages. The queue is the store's; `policy` decides what follows an answer;
//! the worker asks Telegram and records.

pub mod policy;
mod worker;

pub use worker::{Cast, Worker};

//! Texts of deliveries: the log, replays, and recipients.

mod log;
mod people;

pub use self::{
    log::{ActWords, LogWords, TraceWords},
    people::{EraseWords, UnreachableWords},
};

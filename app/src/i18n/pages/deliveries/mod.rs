//! Deliveries: the log, replays, and the people whom messages go to.

mod log;
mod people;

pub use self::{
    log::{ActWords, LogWords, TraceWords},
    people::{EraseWords, UnreachableWords},
};

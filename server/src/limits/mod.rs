//! Rates, byte budgets and per-item locks.

pub(crate) mod memory;
pub(crate) mod rate;
pub(crate) mod turns;

//! Rates, byte budgets and turns.

pub(crate) mod memory;
pub(crate) mod rate;
pub(crate) mod turns;

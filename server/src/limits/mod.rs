//! Rates and byte budgets.

pub(crate) mod memory;
pub(crate) mod rate;

//! What whoever runs the server sees of it: health, metrics, the log of the process.

pub mod health_mark;
pub mod logging;
pub mod metrics;

//! Observability for operators: health mark, metrics, log; and the rest of the process's output.

pub mod health_mark;
pub mod logging;
pub mod metrics;
pub mod output;

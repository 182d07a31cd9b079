//! Observability: health mark, metrics and log. Also the process's output other than the log.

pub mod health_mark;
pub mod logging;
pub mod metrics;
pub mod output;

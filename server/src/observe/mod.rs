//! Observability for operators: health mark, metrics, log.

pub mod health_mark;
pub mod logging;
pub mod metrics;

//! The clock. All stored times are in whole milliseconds since 1970-01-01T00:00:00Z.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A time in milliseconds since 1970-01-01T00:00:00Z, or a span in milliseconds.
pub type Millis = i64;

/// The current time.
#[must_use]
pub fn now() -> Millis {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis)
}

/// Converts a span to milliseconds.
#[must_use]
pub fn millis(span: Duration) -> Millis {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

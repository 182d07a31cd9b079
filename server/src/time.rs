//! The clock. All stored times are whole milliseconds since 1970-01-01T00:00:00Z.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A time in milliseconds since 1970-01-01T00:00:00Z, or a duration in milliseconds.
pub type Millis = i64;

/// The current time.
#[must_use]
pub fn now() -> Millis {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis)
}

/// Converts a duration to milliseconds.
#[must_use]
pub fn millis(span: Duration) -> Millis {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

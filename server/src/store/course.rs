//! How long the steps of an event's acceptance took.

use std::time::{Duration, Instant};

use app::views::Course;
use sqlx::FromRow;

use super::{Store, StoreError};

/// The course of an event's acceptance so far.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    /// When it came.
    pub came: Instant,
    /// How long after it its recipients were found; `None`: nobody was looked for.
    pub found: Option<Duration>,
    /// How long after it its messages were made.
    pub made: Option<Duration>,
}

impl Steps {
    /// An event that comes now.
    #[must_use]
    pub fn begin() -> Self {
        Self { came: Instant::now(), found: None, made: None }
    }
}

/// Whole microseconds.
pub(super) fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[derive(FromRow)]
struct Row {
    found_us: Option<i64>,
    made_us: Option<i64>,
    queued_us: Option<i64>,
}

impl Store {
    /// The course of an event's acceptance.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn course(&self, event: i64) -> Result<Course, StoreError> {
        let row: Option<Row> = sqlx::query_as("SELECT found_us, made_us, queued_us FROM events WHERE id = ?1")
            .bind(event)
            .fetch_optional(&self.read)
            .await?;
        Ok(row.map_or_else(Course::default, |row| Course {
            found: row.found_us,
            made: row.made_us,
            queued: row.queued_us,
        }))
    }
}

//! Outcomes over time, from the hourly counts, and the latencies of messages.

use hookgram::profile_list::Day;
use sqlx::FromRow;

use crate::{
    store::{Log, StoreError, names::quoted},
    time::Millis,
};

/// The number of the newest messages from which the latencies are taken.
const LATEST: i64 = 500;

#[derive(FromRow)]
struct Row {
    hour: i64,
    delivered: i64,
    failed: i64,
    skipped: i64,
}

const OF_ALL: &str = "SELECT hour, delivered, failed, skipped FROM outcome_totals
    WHERE hour >= ?2 AND hour < ?3 AND ?1 IS NULL ORDER BY hour";
const OF_ONE: &str = "SELECT hour, delivered, failed, skipped FROM outcome_hours
    WHERE profile_id = ?1 AND hour >= ?2 AND hour < ?3 ORDER BY hour";

impl Log {
    /// The outcomes of the messages of a profile, or of all, for each hour from `from` until before `to` that has any.
    /// Hours are counted since 1970-01-01T00:00:00Z.
    pub async fn outcomes(&self, profile: Option<i64>, from: i64, to: i64) -> Result<Vec<(i64, Day)>, StoreError> {
        let statement = if profile.is_some() { OF_ONE } else { OF_ALL };
        let rows: Vec<Row> = sqlx::query_as(statement).bind(profile).bind(from).bind(to).fetch_all(&self.read).await?;
        let whole = |count: i64| u32::try_from(count.max(0)).unwrap_or(u32::MAX);
        let day =
            |row: &Row| Day { delivered: whole(row.delivered), failed: whole(row.failed), skipped: whole(row.skipped) };
        Ok(rows.iter().map(|row| (row.hour, day(row))).collect())
    }

    /// The latencies in milliseconds, from the event to Telegram's response, of the latest messages for events received
    /// within the span, shortest first.
    pub async fn latencies(&self, profile: Option<i64>, from: Millis, to: Millis) -> Result<Vec<Millis>, StoreError> {
        let statement = if profile.is_some() { LATENCIES_OF_ONE } else { LATENCIES_OF_ALL };
        let latencies = sqlx::query_scalar(statement).bind(profile).bind(from).bind(to).bind(LATEST);
        let mut latencies: Vec<Millis> = latencies.fetch_all(&self.read).await?;
        latencies.sort_unstable();
        Ok(latencies)
    }
}

const LATENCIES_OF_ALL: &str = concat!(
    "SELECT d.finished_at - e.received_at FROM events e
    CROSS JOIN deliveries d ON d.event_id = e.id
    WHERE ?1 IS NULL AND e.received_at >= ?2 AND e.received_at < ?3 AND d.state = ",
    quoted!(DeliveryState::Delivered),
    " AND d.replay_of IS NULL
    ORDER BY e.received_at DESC LIMIT ?4"
);
const LATENCIES_OF_ONE: &str = concat!(
    "SELECT d.finished_at - e.received_at FROM events e
    CROSS JOIN deliveries d ON d.event_id = e.id
    WHERE e.profile_id = ?1 AND e.received_at >= ?2 AND e.received_at < ?3 AND d.state = ",
    quoted!(DeliveryState::Delivered),
    "
    AND d.replay_of IS NULL ORDER BY e.received_at DESC LIMIT ?4"
);

//! The log: every delivery with its event, and every event that came to none, newest first, a page at a time. Each kind
//! of outcome is found through an index of its own, so that a page costs the same however much is stored.

use app::views::{LogPlace, Outcome};
use sqlx::{FromRow, QueryBuilder, Sqlite};

use super::{Store, StoreError};
use crate::time::Millis;

/// Which rows of the log.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogFilter {
    /// Of this profile only.
    pub profile: Option<i64>,
    /// With this outcome only. [`Outcome::Waiting`] is what has not been tried, or is being sent; [`Outcome::Skipped`]
    /// an event that its profile does not want, or a participant who cannot be written to.
    pub outcome: Option<Outcome>,
    /// Behind this place only.
    pub behind: Option<LogPlace>,
    /// No more than this.
    pub limit: i64,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Logged {
    /// The event's id.
    pub event: i64,
    /// Its public id.
    pub public_id: String,
    /// When it came.
    pub received_at: Millis,
    /// The booking's number.
    pub order_number: Option<String>,
    /// Its type.
    pub event_type: Option<i64>,
    /// Its profile.
    pub profile_id: Option<i64>,
    /// The profile's name.
    pub profile: Option<String>,
    /// The bot's number.
    pub bot_id: Option<i64>,
    /// `accepted`, `skipped`, `duplicate`, `rejected`.
    pub outcome: String,
    /// What the door answered.
    pub http_status: i64,
    /// Why, as JSON of a [`super::Reason`].
    pub reason: Option<String>,
    /// The first copy.
    pub duplicate_of: Option<i64>,
    /// Its public id.
    pub first_public_id: Option<String>,
    /// The delivery; `None`: the event came to none.
    pub delivery: Option<i64>,
    /// Its state's name.
    pub state: Option<String>,
    /// The chat.
    pub chat: Option<String>,
    /// Telegram's HTML of its parts, JSON.
    pub parts: Option<String>,
    /// How many of them have arrived.
    pub parts_sent: Option<i64>,
    /// How many attempts there were.
    pub attempts: Option<i64>,
    /// The name of what it failed for.
    pub cause: Option<String>,
    /// Telegram's last words.
    pub last_error: Option<String>,
    /// Whether an answer never came.
    pub unsure: Option<bool>,
    /// When it is tried next.
    pub next_attempt_at: Option<Millis>,
    /// When it came to its end.
    pub finished_at: Option<Millis>,
    /// The delivery that it replays.
    pub replay_of: Option<i64>,
    /// The delivery that replays it.
    pub replaced_by: Option<i64>,
}

const COLUMNS: &str = "SELECT e.id AS event, e.public_id, e.received_at, e.order_number, e.event_type, e.profile_id,
    p.name AS profile, iif(d.id IS NULL, e.bot_id, d.bot_id) AS bot_id, e.outcome, e.http_status, e.reason, e.duplicate_of,
    f.public_id AS first_public_id, d.id AS delivery, d.state, d.chat, d.parts, d.parts_sent, d.attempts, d.cause,
    d.last_error, d.unsure, d.next_attempt_at, d.finished_at, d.replay_of,
    (SELECT r.id FROM deliveries r WHERE r.replay_of = d.id) AS replaced_by FROM ";
const NAMES: &str = " LEFT JOIN profiles p ON p.id = e.profile_id LEFT JOIN events f ON f.id = e.duplicate_of WHERE ";

/// Where the rows of a page are looked for.
#[derive(Clone, Copy)]
enum From {
    /// Along the events: all, or those with a delivery that has arrived.
    Events { delivered: bool },
    /// Along the deliveries of this state that have come to their end unsent.
    Undelivered(&'static str),
    /// Along those with something still to do.
    Open { retrying: bool },
    /// Along those that wait for a token.
    Parked,
    /// Along the events with this outcome that were not accepted.
    NotAccepted(&'static str),
}

impl From {
    fn of(outcome: Option<Outcome>) -> Vec<Self> {
        match outcome {
            None => vec![Self::Events { delivered: false }],
            Some(Outcome::Delivered) => vec![Self::Events { delivered: true }],
            Some(Outcome::Waiting) => vec![Self::Open { retrying: false }],
            Some(Outcome::Retrying) => vec![Self::Open { retrying: true }],
            Some(Outcome::Parked) => vec![Self::Parked],
            Some(Outcome::Failed) => vec![Self::Undelivered("failed")],
            Some(Outcome::Uncertain) => vec![Self::Undelivered("uncertain")],
            Some(Outcome::Cancelled) => vec![Self::Undelivered("cancelled")],
            Some(Outcome::Rejected) => vec![Self::NotAccepted("rejected")],
            Some(Outcome::Duplicate) => vec![Self::NotAccepted("duplicate")],
            Some(Outcome::Skipped) => vec![Self::NotAccepted("skipped"), Self::Undelivered("skipped")],
        }
    }
}

fn statement(from: From, filter: LogFilter) -> QueryBuilder<Sqlite> {
    let place = filter.behind.unwrap_or(LogPlace { at: Millis::MAX, event: i64::MAX, delivery: i64::MAX });
    let mut query = QueryBuilder::new(COLUMNS);
    let along_events = matches!(from, From::Events { .. } | From::NotAccepted(_));
    match from {
        From::Events { delivered } => {
            // CROSS keeps the order of the loops: the other way round, all that have arrived would be sorted.
            query.push("events e ").push(if delivered { "CROSS" } else { "LEFT" });
            query.push(" JOIN deliveries d ON d.event_id = e.id").push(NAMES);
            query.push("(e.received_at, e.id) <= (").push_bind(place.at).push(", ").push_bind(place.event);
            query.push(") AND ((e.received_at, e.id) < (").push_bind(place.at).push(", ").push_bind(place.event);
            query.push(") OR coalesce(d.id, 0) < ").push_bind(place.delivery).push(")");
            if delivered {
                query.push(" AND d.state = 'delivered'");
            }
        }
        From::NotAccepted(outcome) => {
            // A delivery that was made of it later is a row of its own.
            query.push("events e LEFT JOIN deliveries d ON d.id = 0").push(NAMES);
            query.push("e.outcome <> 'accepted' AND e.outcome = ").push_bind(outcome);
            query.push(" AND e.id < ").push_bind(place.event);
        }
        From::Undelivered(state) => {
            query.push("deliveries d CROSS JOIN events e ON e.id = d.event_id").push(NAMES);
            query.push("d.state IN ('failed', 'uncertain', 'cancelled', 'skipped') AND d.state = ").push_bind(state);
            if state == "skipped" {
                // Among events without one; such deliveries are made with their event, in the same order.
                query.push(" AND d.event_id <= ").push_bind(place.event);
                query.push(" AND (d.event_id < ").push_bind(place.event);
                query.push(" OR d.id < ").push_bind(place.delivery).push(")");
            } else {
                query.push(" AND d.id < ").push_bind(place.delivery);
            }
        }
        From::Open { retrying } => {
            query.push("deliveries d INDEXED BY deliveries_lane CROSS JOIN events e ON e.id = d.event_id").push(NAMES);
            query.push("d.finished_at IS NULL AND d.state <> 'parked' AND d.state IN ");
            query.push(if retrying { "('retrying')" } else { "('waiting', 'sending')" });
            query.push(" AND d.id < ").push_bind(place.delivery);
        }
        From::Parked => {
            query
                .push("deliveries d INDEXED BY deliveries_parked CROSS JOIN events e ON e.id = d.event_id")
                .push(NAMES);
            query.push("d.state = 'parked' AND d.id < ").push_bind(place.delivery);
        }
    }
    if let Some(profile) = filter.profile {
        query.push(if along_events { " AND e.profile_id = " } else { " AND d.profile_id = " }).push_bind(profile);
    }
    query.push(match from {
        From::Events { .. } => " ORDER BY e.received_at DESC, e.id DESC, d.id DESC",
        From::NotAccepted(_) => " ORDER BY e.id DESC",
        From::Undelivered(_) | From::Open { .. } | From::Parked => " ORDER BY d.id DESC",
    });
    query.push(" LIMIT ").push_bind(filter.limit);
    query
}

impl Store {
    /// A page of the log, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn log(&self, filter: LogFilter) -> Result<Vec<Logged>, StoreError> {
        let mut rows: Vec<Logged> = Vec::new();
        for from in From::of(filter.outcome) {
            rows.extend(statement(from, filter).build_query_as::<Logged>().fetch_all(&self.read).await?);
        }
        if filter.outcome == Some(Outcome::Skipped) {
            rows.sort_by_key(|row| std::cmp::Reverse((row.event, row.delivery)));
            rows.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
        }
        Ok(rows)
    }

    /// The row of one delivery.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn logged(&self, delivery: i64) -> Result<Option<Logged>, StoreError> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push("deliveries d JOIN events e ON e.id = d.event_id").push(NAMES).push("d.id = ").push_bind(delivery);
        Ok(query.build_query_as().fetch_optional(&self.read).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_is_found_along_an_index_and_nothing_that_is_stored_is_sorted() {
        let store = Store::in_memory().await.unwrap();
        let outcomes = [
            Outcome::Delivered,
            Outcome::Waiting,
            Outcome::Retrying,
            Outcome::Parked,
            Outcome::Failed,
            Outcome::Uncertain,
            Outcome::Cancelled,
            Outcome::Rejected,
            Outcome::Duplicate,
            Outcome::Skipped,
        ];
        for outcome in outcomes.map(Some).into_iter().chain([None]) {
            for profile in [None, Some(1)] {
                for from in From::of(outcome) {
                    let behind = Some(LogPlace { at: 9, event: 9, delivery: 9 });
                    let statement = statement(from, LogFilter { profile, outcome, behind, limit: 9 });
                    let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sql().as_str()));
                    let plan: Vec<(i64, i64, i64, String)> =
                        sqlx::query_as(explain).fetch_all(&store.read).await.unwrap();
                    let steps: Vec<&str> = plan.iter().map(|(_, _, _, step)| step.as_str()).collect();
                    // What has something still to do is little, and is sorted.
                    let open = matches!(from, From::Open { .. } | From::Parked);
                    for step in &steps {
                        let whole = step.starts_with("SCAN") && !(open && step.contains("INDEX deliveries_"));
                        let sorted = step.contains("TEMP B-TREE FOR ORDER BY") && !open;
                        assert!(!whole && !sorted, "{outcome:?} {profile:?}: {steps:?}");
                    }
                }
            }
        }
    }
}

//! Replays of events that have no deliveries: those that were rejected, or for which the profile sends no message. Such
//! an event is replayed by a new event, at most once.

use std::collections::HashSet;

use hookgram::{audit::AuditAction, webhook::EventOutcome};
use sqlx::{FromRow, SqliteConnection};

use crate::{
    store::{
        Events, StoreError,
        audit::{self, By, Change, Entry},
        events::AcceptedEvent,
        names::{Named, quoted},
        queue::heads::json,
    },
    time::Millis,
};

/// The event that a new one replays, and the person who requested it.
#[derive(Clone, Debug)]
pub struct EventReplay {
    /// The id of the replayed event.
    pub of: i64,
    /// The person; `None` in a step of a bulk action, whose start is in the audit log.
    pub by: Option<By>,
}

/// The data from which an event's replay is made.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RefusedEvent {
    /// The profile's id; `None` if it came to the stateless endpoint.
    pub profile_id: Option<i64>,
    /// When the event was received.
    pub received_at: Millis,
    /// The overrides in the query of that request.
    pub overrides: String,
    /// The outcome.
    #[sqlx(try_from = "Named<EventOutcome>")]
    pub outcome: EventOutcome,
    /// Whether the event has been replayed.
    pub replaced: bool,
}

impl Events {
    /// The data from which an event's replay is made; `None` if there is no such event.
    pub async fn refused(&self, id: i64) -> Result<Option<RefusedEvent>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT profile_id, received_at, overrides, outcome,
             EXISTS (SELECT 1 FROM events r WHERE r.replay_of = e.id) AS replaced FROM events e WHERE id = ?1",
        )
        .bind(id)
        .fetch_optional(&self.read)
        .await?)
    }
}

/// The events that the batch replays and that may be replayed.
pub(in crate::store) async fn replayable(
    tx: &mut SqliteConnection,
    events: &[AcceptedEvent],
) -> Result<HashSet<i64>, StoreError> {
    let wanted: Vec<i64> = events.iter().filter_map(|event| Some(event.replay.as_ref()?.of)).collect();
    if wanted.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: Vec<i64> = sqlx::query_scalar(concat!(
        "SELECT id FROM events e WHERE id IN (SELECT value FROM json_each(?1)) AND outcome IN (",
        quoted!(EventOutcome::Rejected),
        ", ",
        quoted!(EventOutcome::Skipped),
        ") AND NOT EXISTS (SELECT 1 FROM events r WHERE r.replay_of = e.id)"
    ))
    .bind(json(&wanted))
    .fetch_all(tx)
    .await?;
    Ok(ids.into_iter().collect())
}

/// Records in the audit log that a person has replayed an event.
pub(in crate::store) async fn record(tx: &mut SqliteConnection, event: &AcceptedEvent) -> Result<(), StoreError> {
    let Some(by) = event.replay.as_ref().and_then(|replay| replay.by.as_ref()) else { return Ok(()) };
    let change = Change::new("event", "", &event.public_id);
    audit::record(tx, &Entry::new(by, AuditAction::Replayed).with(vec![change])).await
}

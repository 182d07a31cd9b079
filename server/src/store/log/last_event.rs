//! One event of a profile, the newest or a given one, with its deliveries.

use hookgram::{
    delivery::{DeliveryState, FailureCause},
    webhook::EventOutcome,
};
use sqlx::FromRow;

use crate::{
    store::{
        Log, Reason, StoreError,
        names::{MaybeNamed, Named},
    },
    time::Millis,
};

/// An event of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastEvent {
    /// When the event was received.
    pub at: Millis,
    /// The outcome when it was received.
    pub outcome: EventOutcome,
    /// The HTTP status of the response.
    pub http_status: i64,
    /// The number of the event type.
    pub event_type: Option<i64>,
    /// The order number of the booking.
    pub order_number: Option<String>,
    /// Why the event was rejected.
    pub reason: Option<Reason>,
    /// The event's deliveries, except those that were replaced; for a duplicate, those of the first copy.
    pub deliveries: Vec<DeliverySummary>,
}

impl LastEvent {
    /// The states of the deliveries.
    #[must_use]
    pub fn states(&self) -> Vec<DeliveryState> {
        self.deliveries.iter().map(|fate| fate.state).collect()
    }
}

/// The state of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct DeliverySummary {
    /// The delivery's state.
    #[sqlx(try_from = "Named<DeliveryState>")]
    pub state: DeliveryState,
    /// The last error, from Telegram or another source.
    pub last_error: Option<String>,
    /// The cause of the failure or suspension, if it is recorded.
    #[sqlx(try_from = "MaybeNamed<FailureCause>")]
    pub cause: Option<FailureCause>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    received_at: Millis,
    #[sqlx(try_from = "Named<EventOutcome>")]
    outcome: EventOutcome,
    http_status: i64,
    event_type: Option<i64>,
    order_number: Option<String>,
    reason: Option<String>,
}

const COUNTED: i64 = 1_000;

impl Log {
    /// The number of events that a profile has received at this time or later; a thousand at most.
    pub async fn events_since(&self, profile: i64, since: Millis) -> Result<u64, StoreError> {
        let count = "SELECT count(*) FROM (SELECT 1 FROM events WHERE profile_id = ?1 AND received_at >= ?2 LIMIT ?3)";
        let count: i64 =
            sqlx::query_scalar(count).bind(profile).bind(since).bind(COUNTED).fetch_one(&self.read).await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The newest event of a profile.
    pub async fn newest_event(&self, profile: i64) -> Result<Option<LastEvent>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT coalesce(duplicate_of, id) AS id, received_at, outcome, http_status, event_type, order_number, reason
             FROM events WHERE profile_id = ?1 ORDER BY received_at DESC, id DESC LIMIT 1",
        )
        .bind(profile)
        .fetch_optional(&self.read)
        .await?;
        self.with_deliveries(row).await
    }

    /// The event of a profile with this public id, in the same form as [`Self::newest_event`].
    pub async fn event_of(&self, profile: i64, public_id: &str) -> Result<Option<LastEvent>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT coalesce(duplicate_of, id) AS id, received_at, outcome, http_status, event_type, order_number, reason
             FROM events WHERE public_id = ?2 AND profile_id = ?1",
        )
        .bind(profile)
        .bind(public_id)
        .fetch_optional(&self.read)
        .await?;
        self.with_deliveries(row).await
    }

    async fn with_deliveries(&self, row: Option<Row>) -> Result<Option<LastEvent>, StoreError> {
        let Some(row) = row else { return Ok(None) };
        let deliveries = sqlx::query_as(
            "SELECT d.state, d.last_error, d.cause FROM deliveries d WHERE d.event_id = ?1
             AND NOT EXISTS (SELECT 1 FROM deliveries r WHERE r.replay_of = d.id) ORDER BY d.id",
        )
        .bind(row.id)
        .fetch_all(&self.read)
        .await?;
        let reason = row.reason.as_deref().map(serde_json::from_str).transpose();
        Ok(Some(LastEvent {
            at: row.received_at,
            outcome: row.outcome,
            http_status: row.http_status,
            event_type: row.event_type,
            order_number: row.order_number,
            reason: reason.map_err(|_| StoreError::corrupt("events.reason"))?,
            deliveries,
        }))
    }
}

//! A profile's last events, which the builder uses to preview a change before it is saved.

use sqlx::FromRow;

use crate::{
    store::{Events, StoreError},
    time::Millis,
};

/// The number of the newest events that are searched for those with a body. Many may be rejected events without one.
const SOUGHT: i64 = 500;

/// An event of a profile whose body is still stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PastEvent {
    /// The event's id.
    pub id: i64,
    /// When the event was received.
    pub received_at: Millis,
    /// The number of the event type.
    pub event_type: Option<i64>,
    /// The order number of the booking.
    pub order_number: Option<String>,
}

impl Events {
    /// The newest events of a profile that have a stored body, newest first, without duplicates.
    pub async fn past_events(&self, profile_id: i64, limit: i64) -> Result<Vec<PastEvent>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, received_at, event_type, order_number FROM (
                 SELECT id, received_at, event_type, order_number FROM events
                 WHERE profile_id = ?1 ORDER BY received_at DESC, id DESC LIMIT ?3)
             WHERE EXISTS (SELECT 1 FROM payloads WHERE event_id = id)
             ORDER BY received_at DESC, id DESC LIMIT ?2",
        )
        .bind(profile_id)
        .bind(limit)
        .bind(SOUGHT)
        .fetch_all(&self.read)
        .await?)
    }

    /// The body of an event of this profile; `None` if the profile has no such event, or the body was deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] if the stored body cannot be read.
    pub async fn payload_of(&self, profile_id: i64, event_id: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let is_theirs: Option<i64> = sqlx::query_scalar("SELECT 1 FROM events WHERE id = ?1 AND profile_id = ?2")
            .bind(event_id)
            .bind(profile_id)
            .fetch_optional(&self.read)
            .await?;
        match is_theirs {
            Some(_) => self.payload(event_id).await,
            None => Ok(None),
        }
    }
}

//! Stored messages. Recipients of an event who get the same text share one row. A text for a single recipient is stored
//! in its delivery, so that an ordinary event needs no extra row.

use hookgram::message::{Part, StoredMessage};
use sqlx::SqliteConnection;

use crate::store::{Claimed, Events, StoreError};

/// The largest message in bytes that a claim loads. The parts of a longer message are read one by one when they are
/// sent, because up to 256 deliveries are in flight and a message may have 4 MiB.
pub(in crate::store) const BROUGHT_ALONG: i64 = 64 * 1024;

/// SQL: the stored message of the delivery in table `$table`.
macro_rules! parts_of {
    ($table:literal) => {
        concat!("coalesce((SELECT t.parts FROM texts t WHERE t.id = ", $table, ".text_id), ", $table, ".parts)")
    };
}
pub(in crate::store) use parts_of;

/// SQL: the number of parts of the stored message `$parts`, in the current form or an earlier one.
macro_rules! part_count {
    ($($parts:tt)+) => {
        concat!("coalesce(json_array_length(", $($parts)+, ", '$.p'), json_array_length(", $($parts)+, "))")
    };
}
pub(in crate::store) use part_count;

/// SQL: deletes the texts of these events (`?1`, JSON) that no delivery refers to.
pub(in crate::store) const UNUSED: &str = "DELETE FROM texts WHERE event_id IN (SELECT value FROM json_each(?1))
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = texts.event_id AND d.text_id = texts.id)";

/// Returns the id of this text among those of an event. Inserts it if it is missing.
pub(in crate::store) async fn shared(tx: &mut SqliteConnection, event_id: i64, parts: &str) -> Result<i64, StoreError> {
    let known: Option<i64> = sqlx::query_scalar("SELECT id FROM texts WHERE event_id = ?1 AND parts = ?2")
        .bind(event_id)
        .bind(parts)
        .fetch_optional(&mut *tx)
        .await?;
    if let Some(id) = known {
        return Ok(id);
    }
    let added = sqlx::query_scalar("INSERT INTO texts (event_id, parts) VALUES (?1, ?2) RETURNING id");
    Ok(added.bind(event_id).bind(parts).fetch_one(tx).await?)
}

impl Events {
    /// The parts of a delivery's message; empty if it cannot be read.
    pub async fn parts(&self, delivery: i64) -> Result<Vec<Part>, StoreError> {
        let stored: Option<String> =
            sqlx::query_scalar(concat!("SELECT ", parts_of!("d"), " FROM deliveries d WHERE d.id = ?1"))
                .bind(delivery)
                .fetch_optional(&self.read)
                .await?;
        Ok(stored.and_then(|stored| StoredMessage::from_stored(stored).parts().ok()).unwrap_or_default())
    }

    /// A part of a claimed delivery's message.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] if there is no such part.
    pub async fn part(&self, claimed: &Claimed, index: usize) -> Result<Part, StoreError> {
        if let Some(part) = claimed.parts.get(index) {
            return Ok(part.clone());
        }
        let part: Option<Option<String>> = sqlx::query_scalar(concat!(
            "SELECT coalesce(",
            parts_of!("d"),
            " -> ('$.p[' || ?2 || ']'), ",
            parts_of!("d"),
            " -> ('$[' || ?2 || ']')) FROM deliveries d WHERE d.id = ?1"
        ))
        .bind(claimed.id)
        .bind(i64::try_from(index).unwrap_or(i64::MAX))
        .fetch_optional(&self.read)
        .await?;
        let part = part.flatten().and_then(|part| Part::from_stored(&part).ok());
        part.ok_or(StoreError::corrupt("deliveries.parts"))
    }
}

//! Texts of messages. Recipients of an event that are told the same share one row; a text for a single recipient stays in
//! its delivery, so that an ordinary event writes no row more.

use sqlx::SqliteConnection;

use super::{Claimed, Store, StoreError};

/// Bytes of a text that a claim brings along. Of a longer one each part is read when it is sent: 256 deliveries are under
/// way at once, and a text may have 4 MiB.
pub(super) const BROUGHT_ALONG: i64 = 64 * 1024;

/// SQL: the parts of the delivery in `$table`, JSON.
macro_rules! parts_of {
    ($table:literal) => {
        concat!("coalesce((SELECT t.parts FROM texts t WHERE t.id = ", $table, ".text_id), ", $table, ".parts)")
    };
}
pub(super) use parts_of;

/// Deletes the texts of these events (JSON) that no delivery refers to any more.
pub(super) const UNUSED: &str = "DELETE FROM texts WHERE event_id IN (SELECT value FROM json_each(?1))
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = texts.event_id AND d.text_id = texts.id)";

/// The id of this text among those of an event; it is added where there is none.
pub(super) async fn shared(tx: &mut SqliteConnection, event_id: i64, parts: &str) -> Result<i64, StoreError> {
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

impl Store {
    /// Telegram's HTML of each part of a delivery; none where that cannot be read.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn parts(&self, delivery: i64) -> Result<Vec<String>, StoreError> {
        let json: Option<String> =
            sqlx::query_scalar(concat!("SELECT ", parts_of!("d"), " FROM deliveries d WHERE d.id = ?1"))
                .bind(delivery)
                .fetch_optional(&self.read)
                .await?;
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
    }

    /// Telegram's HTML of a part of a claimed delivery.
    ///
    /// # Errors
    /// If the database fails, or there is no such part.
    pub async fn part(&self, claimed: &Claimed, index: usize) -> Result<String, StoreError> {
        if let Some(part) = claimed.parts.get(index) {
            return Ok(part.clone());
        }
        let part: Option<Option<String>> = sqlx::query_scalar(concat!(
            "SELECT json_extract(",
            parts_of!("d"),
            ", '$[' || ?2 || ']') FROM deliveries d WHERE d.id = ?1"
        ))
        .bind(claimed.id)
        .bind(i64::try_from(index).unwrap_or(i64::MAX))
        .fetch_optional(&self.read)
        .await?;
        part.flatten().ok_or(StoreError::corrupt("deliveries.parts"))
    }
}

//! Attempts: the calls to Telegram for the parts of a delivery, as the log shows them.

use hookgram::delivery::AttemptClass;
use sqlx::{FromRow, SqliteConnection};

use crate::{
    store::{Claimed, Queue, StoreError, bots::answers::message_accepted, events::strangers::now_known, names::Named},
    time::Millis,
};

/// An attempt to send one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The index of the part, starting at 0.
    pub part: usize,
    /// When the attempt began.
    pub started_at: Millis,
    /// The time until the response, in milliseconds.
    pub latency: Millis,
    /// The response's HTTP status, if there was a response.
    pub http_status: Option<u16>,
    /// The result.
    pub class: AttemptClass,
    /// The error description in Telegram's response.
    pub description: Option<String>,
}

#[derive(FromRow)]
struct Row {
    part: i64,
    started_at: i64,
    latency_ms: i64,
    http_status: Option<i64>,
    #[sqlx(try_from = "Named<AttemptClass>")]
    class: AttemptClass,
    description: Option<String>,
}

impl From<Row> for Attempt {
    fn from(row: Row) -> Self {
        Self {
            part: usize::try_from(row.part).unwrap_or_default(),
            started_at: row.started_at,
            latency: row.latency_ms,
            http_status: row.http_status.and_then(|status| u16::try_from(status).ok()),
            class: row.class,
            description: row.description,
        }
    }
}

impl Queue {
    /// All attempts of a delivery, in chronological order.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] if a stored value cannot be read.
    pub async fn attempts(&self, delivery_id: i64) -> Result<Vec<Attempt>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT part, started_at, latency_ms, http_status, class, description FROM attempts
             WHERE delivery_id = ?1 ORDER BY id",
        )
        .bind(delivery_id)
        .fetch_all(&self.read)
        .await?;
        Ok(rows.into_iter().map(Attempt::from).collect())
    }
}

/// Inserts an attempt. The last error is also stored in the delivery.
pub(in crate::store) async fn insert_attempt(
    tx: &mut SqliteConnection,
    claimed: &Claimed,
    attempt: &Attempt,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO attempts (delivery_id, part, started_at, latency_ms, http_status, class, description)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(claimed.id)
    .bind(i64::try_from(attempt.part).unwrap_or(i64::MAX))
    .bind(attempt.started_at)
    .bind(attempt.latency)
    .bind(attempt.http_status.map(i64::from))
    .bind(attempt.class.name())
    .bind(&attempt.description)
    .execute(&mut *tx)
    .await?;
    if attempt.class == AttemptClass::Sent {
        message_accepted(tx, &claimed.sender).await?;
        if claimed.stranger {
            now_known(tx, &claimed.sender).await?;
        }
    } else {
        sqlx::query("UPDATE deliveries SET last_status = ?2, last_error = ?3 WHERE id = ?1")
            .bind(claimed.id)
            .bind(attempt.http_status.map(i64::from))
            .bind(&attempt.description)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

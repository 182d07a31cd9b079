//! Converts messages that an earlier version stored as Telegram's HTML into the domain's own form. The progress is
//! stored, so that the conversion continues after a restart. Until it is finished, both forms are read.

use hookgram::message::StoredMessage;
use sqlx::FromRow;

use crate::store::{Maintenance, StoreError};

/// The maximum number of rows in one step, and of bytes of their messages. A single larger message is still converted.
const ROWS: i64 = 200;
const BYTES: i64 = 1 << 20;

#[derive(FromRow)]
struct Progress {
    name: String,
    reached: i64,
    last: i64,
}

/// The statements for a table that contains messages.
struct Table {
    select: &'static str,
    update: &'static str,
}

macro_rules! table {
    ($name:literal) => {
        Table {
            select: concat!(
                "SELECT id, parts FROM (SELECT id, parts, octet_length(parts) AS own,
                 sum(octet_length(parts)) OVER (ORDER BY id) AS total FROM (
                 SELECT id, parts FROM ",
                $name,
                " WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3)) WHERE total - own < ?4 ORDER BY id"
            ),
            update: concat!("UPDATE ", $name, " SET parts = ?2 WHERE id = ?1"),
        }
    };
}

const DELIVERIES: Table = table!("deliveries");
const TEXTS: Table = table!("texts");

impl Maintenance {
    /// Converts some messages. Returns whether there may be more.
    pub async fn convert_messages(&self) -> Result<bool, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let progress: Option<Progress> =
            sqlx::query_as("SELECT name, reached, last FROM message_conversions ORDER BY name LIMIT 1")
                .fetch_optional(&mut *tx)
                .await?;
        let Some(Progress { name, reached, last }) = progress else { return Ok(false) };
        let table = match name.as_str() {
            "deliveries" => DELIVERIES,
            "texts" => TEXTS,
            _ => return Err(StoreError::corrupt("message_conversions.name")),
        };
        let rows: Vec<(i64, String)> =
            sqlx::query_as(table.select).bind(reached).bind(last).bind(ROWS).bind(BYTES).fetch_all(&mut *tx).await?;
        for (id, parts) in &rows {
            let message = StoredMessage::from_stored(parts.as_str());
            if message.is_empty() || message.is_current() {
                continue;
            }
            // A message that cannot be read is left unchanged. Its delivery will fail as unreadable.
            let Ok(parts) = message.parts() else { continue };
            sqlx::query(table.update).bind(id).bind(StoredMessage::of(&parts).as_str()).execute(&mut *tx).await?;
        }
        match rows.last() {
            Some((id, _)) => {
                sqlx::query("UPDATE message_conversions SET reached = ?2 WHERE name = ?1").bind(&name).bind(id)
            }
            None => sqlx::query("DELETE FROM message_conversions WHERE name = ?1").bind(&name),
        }
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }
}

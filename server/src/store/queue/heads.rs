//! The heads of the queue. The head of a chat is the earliest delivery of one sender to the chat that is neither
//! finished nor suspended. Only a head has a due time. Each statement that ends, suspends or moves a head sets the due
//! time of the next delivery.

use sqlx::{FromRow, SqliteConnection};

use crate::{
    store::{Queue, SenderKey, StoreError, names::quoted},
    time::Millis,
};

/// SQL: whether another delivery to the same chat precedes this one.
macro_rules! behind {
    () => {
        concat!(
            "EXISTS (SELECT 1 FROM deliveries earlier WHERE earlier.finished_at IS NULL AND earlier.state <> ",
            quoted!(DeliveryState::Suspended),
            "
         AND earlier.lane = deliveries.lane AND earlier.chat = deliveries.chat AND earlier.id < deliveries.id)"
        )
    };
}
pub(in crate::store) use behind;

/// The number of senders that are settled in one commit.
const LANES: usize = 64;

/// A delivery that may be claimed when it is due.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Head {
    /// Its id.
    pub id: i64,
    /// The chat to send to. After a migration, it is the new one.
    pub chat: String,
}

/// A list as JSON, for SQLite's `json_each`.
pub(in crate::store) fn json<T: serde::Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

impl Queue {
    /// The senders with unfinished deliveries, except strangers, each with the due time of its earliest head.
    pub async fn open_senders(&self) -> Result<Vec<(SenderKey, Millis)>, StoreError> {
        // Jumps from sender to sender along the index, so that the deliveries of a sender are not scanned.
        let rows: Vec<(Vec<u8>, Millis)> = sqlx::query_as(
            "WITH RECURSIVE lanes (lane) AS (
                 SELECT min(lane) FROM deliveries
                 WHERE finished_at IS NULL AND next_attempt_at IS NOT NULL AND stranger = 0
                 UNION ALL
                 SELECT (SELECT min(d.lane) FROM deliveries d WHERE d.lane > lanes.lane
                         AND d.finished_at IS NULL AND d.next_attempt_at IS NOT NULL AND d.stranger = 0)
                 FROM lanes WHERE lanes.lane IS NOT NULL)
             SELECT lanes.lane, (SELECT min(d.next_attempt_at) FROM deliveries d WHERE d.lane = lanes.lane
                 AND d.finished_at IS NULL AND d.next_attempt_at IS NOT NULL AND d.stranger = 0)
             FROM lanes WHERE lanes.lane IS NOT NULL",
        )
        .fetch_all(&self.read)
        .await?;
        Ok(rows.into_iter().map(|(sender, at)| (SenderKey::of_bytes(sender), at)).collect())
    }

    /// Up to `limit` due heads of a sender, longest due first, except those `in_flight` and those to a chat in `held`.
    pub async fn due_heads(
        &self,
        sender: &SenderKey,
        now: Millis,
        limit: usize,
        in_flight: &[i64],
        held: &[String],
    ) -> Result<Vec<Head>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, coalesce(migrated_to, chat) AS chat FROM deliveries
             WHERE lane = ?1 AND finished_at IS NULL AND next_attempt_at IS NOT NULL AND stranger = 0
             AND next_attempt_at <= ?2 AND id NOT IN (SELECT value FROM json_each(?3))
             AND coalesce(migrated_to, chat) NOT IN (SELECT value FROM json_each(?4))
             ORDER BY next_attempt_at, id LIMIT ?5",
        )
        .bind(sender.as_bytes())
        .bind(now)
        .bind(json(in_flight))
        .bind(json(held))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.read)
        .await?)
    }

    /// Up to `limit` heads of strangers, longest due first, each with its sender and its due time, except those
    /// `in_flight`. Some may not be due yet.
    pub async fn strangers_heads(
        &self,
        limit: usize,
        in_flight: &[i64],
    ) -> Result<Vec<(Head, SenderKey, Millis)>, StoreError> {
        let rows: Vec<(i64, String, Vec<u8>, Millis)> = sqlx::query_as(
            "SELECT id, coalesce(migrated_to, chat), lane, next_attempt_at FROM deliveries
             WHERE finished_at IS NULL AND next_attempt_at IS NOT NULL AND stranger = 1
             AND id NOT IN (SELECT value FROM json_each(?1)) ORDER BY next_attempt_at LIMIT ?2",
        )
        .bind(json(in_flight))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.read)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id, chat, sender, at)| (Head { id, chat }, SenderKey::of_bytes(sender), at))
            .collect())
    }

    /// Makes deliveries due whose due time is farther off than the delay that was set, which means that the clock was
    /// set back. Returns their number.
    pub async fn due_again(&self, now: Millis) -> Result<u64, StoreError> {
        let mut count = 0;
        // One statement for each partial index.
        for statement in [
            "UPDATE deliveries SET next_attempt_at = ?1 WHERE finished_at IS NULL AND next_attempt_at > ?1 + due_within
             AND next_attempt_at IS NOT NULL AND stranger = 0",
            "UPDATE deliveries SET next_attempt_at = ?1 WHERE finished_at IS NULL AND next_attempt_at > ?1 + due_within
             AND next_attempt_at IS NOT NULL AND stranger = 1",
        ] {
            count += sqlx::query(statement).bind(now).execute(&self.write).await?.rows_affected();
        }
        Ok(count)
    }

    /// Settles all senders. This is done at the start, and when a claim has found a sender whose heads were wrong.
    pub async fn settle_all(&self, now: Millis) -> Result<(), StoreError> {
        let senders: Vec<Vec<u8>> = sqlx::query_scalar(concat!(
            "SELECT DISTINCT lane FROM deliveries WHERE finished_at IS NULL AND state <> ",
            quoted!(DeliveryState::Suspended)
        ))
        .fetch_all(&self.read)
        .await?;
        for senders in senders.chunks(LANES) {
            let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
            for sender in senders {
                settle(&mut tx, &SenderKey::of_bytes(sender.as_slice()), now).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Sets the due time of a chat's head if it has none, after the previous head was finished, suspended or moved.
pub(in crate::store) async fn wake_head(
    tx: &mut SqliteConnection,
    sender: &SenderKey,
    chat: &str,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query(concat!(
        "UPDATE deliveries SET next_attempt_at = ?3, due_within = 0 WHERE next_attempt_at IS NULL AND id = (
             SELECT id FROM deliveries WHERE finished_at IS NULL AND state <> ",
        quoted!(DeliveryState::Suspended),
        " AND lane = ?1 AND chat = ?2
             ORDER BY id LIMIT 1)"
    ))
    .bind(sender.as_bytes())
    .bind(chat)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Restores the order of a sender: the head of each chat has a due time, and no delivery behind a head has one, unless
/// it is being sent.
pub(in crate::store) async fn settle(
    tx: &mut SqliteConnection,
    sender: &SenderKey,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query(concat!(
        "UPDATE deliveries SET next_attempt_at = NULL
         WHERE lane = ?1 AND finished_at IS NULL AND state IN (",
        quoted!(DeliveryState::Waiting),
        ", ",
        quoted!(DeliveryState::Retrying),
        ") AND next_attempt_at IS NOT NULL
         AND ",
        behind!()
    ))
    .bind(sender.as_bytes())
    .execute(&mut *tx)
    .await?;
    sqlx::query(concat!(
        "UPDATE deliveries SET next_attempt_at = ?2, due_within = 0
         WHERE next_attempt_at IS NULL AND id IN (
             SELECT min(id) FROM deliveries WHERE lane = ?1 AND finished_at IS NULL AND state <> ",
        quoted!(DeliveryState::Suspended),
        " GROUP BY chat)"
    ))
    .bind(sender.as_bytes())
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Inserts a delivery into the order of a chat to which it was added or returned. Deliveries behind it lose their due
/// time. It gets a due time if no other precedes it. If a delivery to the chat is being sent, it is due only when the
/// lease of that one expires.
pub(in crate::store) async fn take_place(
    tx: &mut SqliteConnection,
    id: i64,
    sender: &SenderKey,
    chat: &str,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query(concat!(
        "UPDATE deliveries SET next_attempt_at = NULL WHERE lane = ?1 AND chat = ?2 AND id > ?3
         AND finished_at IS NULL AND state <> ",
        quoted!(DeliveryState::Suspended),
        " AND state IN (",
        quoted!(DeliveryState::Waiting),
        ", ",
        quoted!(DeliveryState::Retrying),
        ")
         AND next_attempt_at IS NOT NULL"
    ))
    .bind(sender.as_bytes())
    .bind(chat)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    let lease: Option<Millis> = sqlx::query_scalar(concat!(
        "SELECT max(next_attempt_at) FROM deliveries WHERE lane = ?1 AND chat = ?2
         AND finished_at IS NULL AND state <> ",
        quoted!(DeliveryState::Suspended),
        " AND state = ",
        quoted!(DeliveryState::Sending)
    ))
    .bind(sender.as_bytes())
    .bind(chat)
    .fetch_one(&mut *tx)
    .await?;
    let due = lease.map_or(now, |lease| lease.max(now));
    sqlx::query(concat!(
        "UPDATE deliveries SET next_attempt_at = ?2, due_within = ?2 - ?3 WHERE id = ?1 AND NOT ",
        behind!()
    ))
    .bind(id)
    .bind(due)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

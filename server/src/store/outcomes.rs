//! What becomes of a claimed delivery: the attempt and its consequence, always in one commit.

use sqlx::SqliteConnection;

use super::{Claimed, Store, StoreError};
use crate::time::Millis;

/// What an attempt came to, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptClass {
    /// Telegram took it.
    Sent,
    /// Telegram refused it.
    Refused,
    /// Nothing was written to Telegram.
    Unreachable,
    /// The answer never came.
    BrokenOff,
}

impl AttemptClass {
    fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::BrokenOff => "broken_off",
        }
    }
}

/// An attempt to send one part.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Which part, from 0.
    pub part: usize,
    /// When it began.
    pub started_at: Millis,
    /// How long the answer took.
    pub latency: Millis,
    /// The answer's HTTP status.
    pub http_status: Option<u16>,
    /// What it came to.
    pub class: AttemptClass,
    /// Telegram's own words.
    pub description: Option<String>,
}

/// What becomes of a delivery after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The part arrived and more are to come: the lease goes on until then.
    PartSent {
        /// Until when.
        lease_until: Millis,
    },
    /// The last part arrived.
    Delivered,
    /// It is tried again.
    Retry {
        /// When.
        at: Millis,
        /// The answer never came: what follows may be a duplicate.
        unsure: bool,
    },
    /// It is tried again at once in another way.
    Again {
        /// As plain text.
        plain: bool,
        /// To this chat.
        migrated_to: Option<String>,
        /// Until when it stays claimed.
        lease_until: Millis,
    },
    /// It waits for the profile's next token.
    Parked,
    /// It is given up.
    Failed,
    /// It is given up, and may have arrived.
    Uncertain,
}

impl Store {
    /// Records an attempt and what becomes of the delivery, in one commit.
    ///
    /// # Errors
    /// If the database fails; the delivery is then due again when its lease ends.
    pub async fn record(
        &self,
        claimed: &Claimed,
        attempt: Option<&Attempt>,
        change: &Change,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut tx = self.write.begin().await?;
        if let Some(attempt) = attempt {
            insert_attempt(&mut tx, claimed.id, attempt).await?;
        }
        apply(&mut tx, claimed, change, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Delivers to the sandbox: every remaining part and the delivery's end in one commit. The last message's id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn deliver_to_sandbox(&self, claimed: &Claimed, now: Millis) -> Result<Option<i64>, StoreError> {
        let mut tx = self.write.begin().await?;
        let mut last = None;
        for (part, html) in claimed.parts.iter().enumerate().skip(claimed.parts_sent) {
            let part = i64::try_from(part).unwrap_or(i64::MAX);
            last = sqlx::query_scalar(
                "INSERT INTO sandbox_messages (profile_id, delivery_id, part, chat, html, at)
                 SELECT id, ?2, ?3, ?4, ?5, ?6 FROM profiles WHERE id = ?1
                 ON CONFLICT (delivery_id, part) DO NOTHING RETURNING id",
            )
            .bind(claimed.profile_id)
            .bind(claimed.id)
            .bind(part)
            .bind(&claimed.chat)
            .bind(html)
            .bind(now)
            .fetch_optional(&mut *tx)
            .await?
            .or(last);
        }
        sqlx::query("UPDATE deliveries SET parts_sent = ?2 WHERE id = ?1")
            .bind(claimed.id)
            .bind(i64::try_from(claimed.parts.len()).unwrap_or(i64::MAX))
            .execute(&mut *tx)
            .await?;
        finish(&mut tx, claimed, "delivered", now).await?;
        tx.commit().await?;
        Ok(last)
    }
}

async fn insert_attempt(tx: &mut SqliteConnection, delivery: i64, attempt: &Attempt) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO attempts (delivery_id, part, started_at, latency_ms, http_status, class, description)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(delivery)
    .bind(i64::try_from(attempt.part).unwrap_or(i64::MAX))
    .bind(attempt.started_at)
    .bind(attempt.latency)
    .bind(attempt.http_status.map(i64::from))
    .bind(attempt.class.name())
    .bind(&attempt.description)
    .execute(&mut *tx)
    .await?;
    if attempt.class != AttemptClass::Sent {
        sqlx::query("UPDATE deliveries SET last_status = ?2, last_error = ?3 WHERE id = ?1")
            .bind(delivery)
            .bind(attempt.http_status.map(i64::from))
            .bind(&attempt.description)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

async fn apply(tx: &mut SqliteConnection, claimed: &Claimed, change: &Change, now: Millis) -> Result<(), StoreError> {
    match change {
        Change::PartSent { lease_until } => {
            sqlx::query("UPDATE deliveries SET parts_sent = parts_sent + 1, next_attempt_at = ?2 WHERE id = ?1")
                .bind(claimed.id)
                .bind(lease_until)
                .execute(tx)
                .await?;
        }
        Change::Retry { at, unsure } => {
            sqlx::query(
                "UPDATE deliveries SET state = 'retrying', next_attempt_at = ?2, unsure = unsure OR ?3, lease_owner = NULL
                 WHERE id = ?1",
            )
            .bind(claimed.id)
            .bind(at)
            .bind(unsure)
            .execute(tx)
            .await?;
        }
        Change::Again { plain, migrated_to, lease_until } => {
            sqlx::query(
                "UPDATE deliveries SET plain = plain OR ?2, migrated_to = coalesce(?3, migrated_to), next_attempt_at = ?4
                 WHERE id = ?1",
            )
            .bind(claimed.id)
            .bind(plain)
            .bind(migrated_to)
            .bind(lease_until)
            .execute(tx)
            .await?;
        }
        Change::Parked => park(tx, claimed, now).await?,
        Change::Delivered => {
            sqlx::query("UPDATE deliveries SET parts_sent = parts_sent + 1 WHERE id = ?1")
                .bind(claimed.id)
                .execute(&mut *tx)
                .await?;
            finish(tx, claimed, "delivered", now).await?;
        }
        Change::Failed => finish(tx, claimed, "failed", now).await?,
        Change::Uncertain => finish(tx, claimed, "uncertain", now).await?,
    }
    Ok(())
}

/// Parks whatever the profile has still to send, this one included.
async fn park(tx: &mut SqliteConnection, claimed: &Claimed, now: Millis) -> Result<(), StoreError> {
    sqlx::query("UPDATE profiles SET parked_since = coalesce(parked_since, ?2) WHERE id = ?1")
        .bind(claimed.profile_id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "UPDATE bots SET parked_since = coalesce(parked_since, ?2),
         parked_reason = (SELECT last_error FROM deliveries WHERE id = ?3)
         WHERE id = (SELECT bot_id FROM profiles WHERE id = ?1)",
    )
    .bind(claimed.profile_id)
    .bind(now)
    .bind(claimed.id)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "UPDATE deliveries SET state = 'parked', next_attempt_at = NULL, lease_owner = NULL
         WHERE finished_at IS NULL AND sandbox = 0
         AND (id = ?2 OR (profile_id = ?1 AND state IN ('waiting', 'retrying')))",
    )
    .bind(claimed.profile_id)
    .bind(claimed.id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Ends a delivery. A stateless event's token goes once every message of it has arrived: a failed one may be replayed.
async fn finish(tx: &mut SqliteConnection, claimed: &Claimed, state: &str, now: Millis) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE deliveries SET state = ?2, finished_at = ?3, next_attempt_at = NULL, lease_owner = NULL WHERE id = ?1",
    )
    .bind(claimed.id)
    .bind(state)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if claimed.profile_id.is_none() {
        sqlx::query(
            "UPDATE events SET token = NULL WHERE id = ?1 AND token IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM deliveries WHERE event_id = ?1 AND state NOT IN ('delivered', 'skipped'))",
        )
        .bind(claimed.event_id)
        .execute(tx)
        .await?;
    }
    Ok(())
}

//! Messages in the sandbox.

use hookgram::{audit::AuditAction, delivery::DeliveryState};
use sqlx::FromRow;

use super::{
    Claimed, Store, StoreError, audit,
    outcomes::{arrived, finish, is_held},
    texts::parts_of,
};
use crate::{
    store::audit::{By, Entry},
    time::Millis,
};

/// A message in the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SandboxRow {
    /// Its id; grows.
    pub id: i64,
    /// Whose.
    pub profile_id: i64,
    /// The profile's name.
    pub profile: String,
    /// The chat it would have gone to.
    pub chat: String,
    /// Telegram's HTML.
    pub html: String,
    /// When it arrived.
    pub at: Millis,
}

impl Store {
    /// Delivers to the sandbox: every remaining part and the delivery's end in one commit. The last message's id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn deliver_to_sandbox(&self, claimed: &Claimed, now: Millis) -> Result<Option<i64>, StoreError> {
        let mut tx = self.write.begin().await?;
        if !is_held(&mut tx, claimed).await? {
            tracing::warn!(delivery = claimed.id, "a delivery to the sandbox was no longer this worker's");
            return Ok(None);
        }
        // By the database alone: a message may have more parts than are to be held at once.
        let ids: Vec<i64> = sqlx::query_scalar(concat!(
            "INSERT INTO sandbox_messages (profile_id, delivery_id, part, chat, html, at)
             SELECT p.id, d.id, part.key, ?3, part.value, ?4 FROM deliveries d JOIN profiles p ON p.id = ?2
             JOIN json_each(",
            parts_of!("d"),
            ") part WHERE d.id = ?1 AND part.key >= ?5 ORDER BY part.key
             ON CONFLICT (delivery_id, part) DO NOTHING RETURNING id"
        ))
        .bind(claimed.id)
        .bind(claimed.profile_id)
        .bind(&claimed.chat)
        .bind(now)
        .bind(i64::try_from(claimed.parts_sent).unwrap_or(i64::MAX))
        .fetch_all(&mut *tx)
        .await?;
        let last = ids.into_iter().max();
        arrived(&mut tx, claimed.id, claimed.part_count).await?;
        finish(&mut tx, claimed, DeliveryState::Delivered, None, now).await?;
        tx.commit().await?;
        Ok(last)
    }

    /// Puts a message that belongs to no delivery (a test) into the sandbox; answers with its id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn add_sandbox_message(
        &self,
        profile_id: i64,
        chat: &str,
        html: &str,
        at: Millis,
    ) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar(
            "INSERT INTO sandbox_messages (profile_id, part, chat, html, at) VALUES (?1, 0, ?2, ?3, ?4) RETURNING id",
        )
        .bind(profile_id)
        .bind(chat)
        .bind(html)
        .bind(at)
        .fetch_one(&self.write)
        .await?)
    }

    /// The last `limit` messages, oldest first; of one profile, or of all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sandbox_messages(&self, profile: Option<i64>, limit: i64) -> Result<Vec<SandboxRow>, StoreError> {
        let mut rows: Vec<SandboxRow> = sqlx::query_as(
            "SELECT m.id, m.profile_id, p.name AS profile, m.chat, m.html, m.at
             FROM sandbox_messages m JOIN profiles p ON p.id = m.profile_id
             WHERE p.deleted_at IS NULL AND (?1 IS NULL OR m.profile_id = ?1) ORDER BY m.id DESC LIMIT ?2",
        )
        .bind(profile)
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        rows.reverse();
        Ok(rows)
    }

    /// The profiles that send to the sandbox, or have messages in it: id and name, by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sandbox_profiles(&self) -> Result<Vec<(i64, String)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, name FROM profiles p WHERE deleted_at IS NULL
             AND (sandbox = 1 OR EXISTS (SELECT 1 FROM sandbox_messages m WHERE m.profile_id = p.id))
             ORDER BY folded, id",
        )
        .fetch_all(&self.read)
        .await?)
    }

    /// Deletes the messages of a profile, or all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn clear_sandbox(&self, profile: Option<i64>, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM sandbox_messages WHERE ?1 IS NULL OR profile_id = ?1")
            .bind(profile)
            .execute(&mut *tx)
            .await?;
        let name: Option<String> = sqlx::query_scalar("SELECT name FROM profiles WHERE id = ?1")
            .bind(profile)
            .fetch_optional(&mut *tx)
            .await?;
        let entry = Entry::new(by, AuditAction::SandboxCleared).to(&name.unwrap_or_default(), profile);
        audit::record(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(())
    }
}

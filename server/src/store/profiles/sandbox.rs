//! Messages in the sandbox.

use hookgram::audit::AuditAction;
use sqlx::FromRow;

use crate::{
    store::{
        Profiles, StoreError,
        audit::{self, By, Entry},
    },
    time::Millis,
};

/// A message in the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SandboxRow {
    /// The message's id. Ids increase.
    pub id: i64,
    /// The profile's id.
    pub profile_id: i64,
    /// The profile's name.
    pub profile: String,
    /// The chat id of the recipient.
    pub chat: String,
    /// The message as Telegram's HTML.
    pub html: String,
    /// When the message arrived.
    pub at: Millis,
}

/// A message to store in the sandbox.
#[derive(Clone, Copy, Debug)]
pub struct SandboxMessage<'a> {
    /// The profile's id.
    pub profile_id: i64,
    /// The delivery to which the message belongs; `None` for a test.
    pub delivery: Option<i64>,
    /// The index of the part in the delivery's message, starting at 0.
    pub part: usize,
    /// The chat id of the recipient.
    pub chat: &'a str,
    /// The message as Telegram's HTML.
    pub html: &'a str,
    /// When the message arrived.
    pub at: Millis,
}

impl Profiles {
    /// Stores a message. Returns its id, or `None` if this part of the delivery is already stored.
    pub async fn add_sandbox_message(&self, message: &SandboxMessage<'_>) -> Result<Option<i64>, StoreError> {
        Ok(sqlx::query_scalar(
            "INSERT INTO sandbox_messages (profile_id, delivery_id, part, chat, html, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (delivery_id, part) DO NOTHING RETURNING id",
        )
        .bind(message.profile_id)
        .bind(message.delivery)
        .bind(i64::try_from(message.part).unwrap_or(i64::MAX))
        .bind(message.chat)
        .bind(message.html)
        .bind(message.at)
        .fetch_optional(&self.write)
        .await?)
    }

    /// The last `limit` messages of one profile or of all, oldest first.
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

    /// The ids and names of the profiles that send to the sandbox or have messages in it, by name.
    pub async fn sandbox_profiles(&self) -> Result<Vec<(i64, String)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, name FROM profiles p WHERE deleted_at IS NULL
             AND (sandbox = 1 OR EXISTS (SELECT 1 FROM sandbox_messages m WHERE m.profile_id = p.id))
             ORDER BY folded, id",
        )
        .fetch_all(&self.read)
        .await?)
    }

    /// Deletes the messages of one profile, or all messages and the dialogue with the sandbox's booking bot.
    pub async fn clear_sandbox(&self, profile: Option<i64>, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM sandbox_messages WHERE ?1 IS NULL OR profile_id = ?1")
            .bind(profile)
            .execute(&mut *tx)
            .await?;
        if profile.is_none() {
            sqlx::query("DELETE FROM sandbox_talk").execute(&mut *tx).await?;
        }
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

//! Messages in the sandbox.

use sqlx::FromRow;

use super::{Store, StoreError};
use crate::time::Millis;

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
}

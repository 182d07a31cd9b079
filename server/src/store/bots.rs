//! Bots, as Telegram introduced them.

use sqlx::FromRow;

use super::{Store, StoreError};
use crate::time::{Millis, now};

/// What Telegram said of a bot when last asked.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Bot {
    /// Telegram's own id of it.
    pub id: i64,
    /// Its name for people.
    pub name: String,
    /// Its `@name`, without the `@`.
    pub username: String,
    /// When Telegram was asked.
    pub checked_at: Millis,
}

impl Store {
    /// Keeps what Telegram said of a bot; it works, so it is parked no longer.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn put_bot(&self, id: i64, name: &str, username: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO bots (id, name, username, checked_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE
             SET name = ?2, username = ?3, checked_at = ?4, parked_since = NULL, parked_reason = NULL",
        )
        .bind(id)
        .bind(name)
        .bind(username)
        .bind(now())
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// What is known of a bot.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn bot(&self, id: i64) -> Result<Option<Bot>, StoreError> {
        Ok(sqlx::query_as("SELECT id, name, username, checked_at FROM bots WHERE id = ?1")
            .bind(id)
            .fetch_optional(&self.read)
            .await?)
    }
}

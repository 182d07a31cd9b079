//! Chats that a bot cannot reach. Triggers keep an entry from the failure that showed it until a message arrives.

use sqlx::FromRow;

use crate::{
    store::{Log, StoreError},
    time::Millis,
};

/// How many entries a page shows, the newest first.
const SHOWN: i64 = 200;

/// A chat that a bot cannot reach.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Unreachable {
    /// The chat.
    pub chat: String,
    /// The first and the last name of the customer whose chat it is; may be blank.
    pub customer: Option<String>,
    /// Telegram's id of the bot.
    pub bot_id: i64,
    /// Its `@name` without the `@`, where it is known.
    pub username: Option<String>,
    /// The stable name of the failure's cause.
    pub cause: String,
    /// When the first of these failures happened.
    pub since: Millis,
    /// When the newest failure happened.
    pub last_at: Millis,
    /// How many messages have failed.
    pub failures: i64,
    /// The profile of the newest failure, if it is still there.
    pub profile_id: Option<i64>,
    /// Its name.
    pub profile: Option<String>,
}

impl Log {
    /// The unreachable chats, the newest failures first, and how many there are in all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn unreachable(&self) -> Result<(Vec<Unreachable>, u64), StoreError> {
        let rows = sqlx::query_as(
            "SELECT u.chat, c.first_name || ' ' || c.last_name AS customer, u.bot_id, b.username, u.cause, u.since, u.last_at, u.failures, p.id AS profile_id,
             p.name AS profile FROM unreachable u LEFT JOIN bots b ON b.id = u.bot_id
             LEFT JOIN customers c ON c.id = u.chat
             LEFT JOIN profiles p ON p.id = u.profile_id AND p.deleted_at IS NULL
             ORDER BY u.last_at DESC LIMIT ?1",
        )
        .bind(SHOWN)
        .fetch_all(&self.read)
        .await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM unreachable").fetch_one(&self.read).await?;
        Ok((rows, u64::try_from(count).unwrap_or_default()))
    }
}

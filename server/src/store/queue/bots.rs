//! Telegram's descriptions of bots (Bot API: getMe).

use hookgram::secret::BotToken;
use sqlx::FromRow;

use crate::{
    store::{Queue, StoreError, mails::accepted, profiles::resume},
    time::{Millis, now},
};

/// A bot, as Telegram described it when it was last asked.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Bot {
    /// Telegram's id of the bot.
    pub id: i64,
    /// Its display name.
    pub name: String,
    /// Its `@name`, without the `@`.
    pub username: String,
    /// When Telegram was last asked.
    pub checked_at: Millis,
}

impl Queue {
    /// Stores what Telegram said about a token's bot. The token works, so all suspended profiles of the bot are resumed
    /// and their suspended deliveries are due. A profile whose own token is refused is suspended again at its first
    /// attempt.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn put_bot(&self, token: &BotToken, name: &str, username: &str) -> Result<(), StoreError> {
        let id = token.bot_id();
        let mut tx = self.write.begin().await?;
        accepted(&mut tx, token).await?;
        sqlx::query(
            "INSERT INTO bots (id, name, username, checked_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE
             SET name = ?2, username = ?3, checked_at = ?4, parked_since = NULL, parked_reason = NULL",
        )
        .bind(id)
        .bind(name)
        .bind(username)
        .bind(now())
        .execute(&mut *tx)
        .await?;
        let suspended: Vec<i64> =
            sqlx::query_scalar("SELECT id FROM profiles WHERE bot_id = ?1 AND parked_since IS NOT NULL")
                .bind(id)
                .fetch_all(&mut *tx)
                .await?;
        for profile in suspended {
            resume(&mut tx, profile).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The stored description of a bot.
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

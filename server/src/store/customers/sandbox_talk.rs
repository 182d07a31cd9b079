//! The dialogue of operators, playing a customer, with the booking bot of the sandbox.

use hookgram::{booking::Button, message::StoredMessage};
use sqlx::FromRow;

use crate::{
    store::{Customers, StoreError},
    time::Millis,
};

/// The maximum number of stored lines per chat.
const KEPT: i64 = 40;
/// How long a line is stored: 30 days, in milliseconds.
const LIFE: Millis = 30 * 24 * 60 * 60 * 1000;

/// A text of the customer and the bot's answer.
#[derive(Clone, Debug)]
pub struct SandboxTalk {
    /// The time of the exchange.
    pub at: Millis,
    /// The customer's text.
    pub said: String,
    /// The answer.
    pub reply: StoredMessage,
    /// The buttons below the answer.
    pub keyboard: Vec<Button>,
}

#[derive(FromRow)]
struct Row {
    at: Millis,
    said: String,
    reply: String,
    keyboard: String,
}

impl Customers {
    /// The dialogue of a chat, oldest first.
    pub async fn sandbox_talk(&self, chat: i64) -> Result<Vec<SandboxTalk>, StoreError> {
        let mut rows: Vec<Row> = sqlx::query_as(
            "SELECT at, said, reply, keyboard FROM sandbox_talk WHERE chat = ?1 ORDER BY id DESC LIMIT ?2",
        )
        .bind(chat)
        .bind(KEPT)
        .fetch_all(&self.read)
        .await?;
        rows.reverse();
        rows.into_iter()
            .map(|row| {
                Ok(SandboxTalk {
                    at: row.at,
                    said: row.said,
                    reply: StoredMessage::from_stored(row.reply),
                    keyboard: serde_json::from_str(&row.keyboard)
                        .map_err(|_| StoreError::corrupt("sandbox_talk.keyboard"))?,
                })
            })
            .collect()
    }

    /// Stores an exchange in a chat, and deletes old ones.
    pub async fn put_sandbox_talk(&self, chat: i64, talk: &SandboxTalk) -> Result<(), StoreError> {
        let keyboard =
            serde_json::to_string(&talk.keyboard).map_err(|_| StoreError::corrupt("sandbox_talk.keyboard"))?;
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("INSERT INTO sandbox_talk (chat, at, said, reply, keyboard) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(chat)
            .bind(talk.at)
            .bind(&talk.said)
            .bind(talk.reply.as_str())
            .bind(keyboard)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "DELETE FROM sandbox_talk WHERE at < ?2 OR chat = ?1 AND id <=
             (SELECT id FROM sandbox_talk WHERE chat = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?3)",
        )
        .bind(chat)
        .bind(talk.at.saturating_sub(LIFE))
        .bind(KEPT)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

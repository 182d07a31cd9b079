//! Telegram's responses about bots.

use hookgram::{delivery::FailureCause, secret::BotToken};
use sqlx::SqliteConnection;

use crate::{
    store::{
        Bots, SenderKey, StoreError,
        bots::suspended::{resume, suspend_bot},
        events::strangers::now_known,
        names::quoted,
        queue::heads::json,
    },
    time::{Millis, now},
};

/// A newer acceptance of a token is recorded only after this many milliseconds.
const DAY: Millis = 24 * 60 * 60 * 1000;

impl Bots {
    /// Records that Telegram accepts a token, and the name of its bot (Bot API: getMe). If the token belongs to a
    /// suspended bot, its messages become due immediately.
    pub async fn accepted(&self, token: &BotToken, name: &str, username: &str) -> Result<(), StoreError> {
        let (sender, now) = (SenderKey::of(token), now());
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(concat!(
            "INSERT INTO bots (id, name, username, state, state_since, answered_at, created_at)
             VALUES (?1, ?2, ?3, ",
            quoted!(BotState::Unknown),
            ", ?4, ?4, ?4) ON CONFLICT (id) DO UPDATE SET name = ?2, username = ?3, answered_at = ?4"
        ))
        .bind(token.bot_id())
        .bind(name)
        .bind(username)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        // With two tokens of one bot, the times decide which token is kept, so they must be exact.
        let has_another: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM bots WHERE id = ?1 AND sender IS NOT NULL AND sender <> ?2)",
        )
        .bind(token.bot_id())
        .bind(sender.as_bytes())
        .fetch_one(&mut *tx)
        .await?;
        record_acceptance(&mut tx, &sender, if has_another { 0 } else { DAY }, now).await?;
        now_known(&mut tx, &sender).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records that Telegram refuses a token. If a bot has this token, the bot's messages are suspended.
    pub async fn refused(&self, token: &BotToken) -> Result<(), StoreError> {
        let sender = SenderKey::of(token);
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let bot: Option<i64> = sqlx::query_scalar("SELECT id FROM bots WHERE sender = ?1")
            .bind(sender.as_bytes())
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(bot) = bot {
            suspend_bot(&mut tx, bot, &sender, (FailureCause::TokenRefused, None), None, now()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Stores when Telegram last answered for each sender.
    pub async fn put_answers(&self, answers: &[(SenderKey, Millis)]) -> Result<(), StoreError> {
        let answers: Vec<(String, Millis)> = answers.iter().map(|(sender, at)| (sender.hex(), *at)).collect();
        sqlx::query(
            "UPDATE bots SET answered_at = a.value ->> 1 FROM json_each(?1) a
             WHERE bots.sender = unhex(a.value ->> 0) AND coalesce(bots.answered_at, 0) < a.value ->> 1",
        )
        .bind(json(&answers))
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// The senders of bots for which Telegram has answered since `since`, each with the time of the last answer.
    pub async fn answered_since(&self, since: Millis) -> Result<Vec<(SenderKey, Millis)>, StoreError> {
        let rows: Vec<(Vec<u8>, Millis)> =
            sqlx::query_as("SELECT sender, answered_at FROM bots WHERE sender IS NOT NULL AND answered_at >= ?1")
                .bind(since)
                .fetch_all(&self.read)
                .await?;
        Ok(rows.into_iter().map(|(sender, at)| (SenderKey::of_bytes(sender), at)).collect())
    }
}

/// Records that Telegram has accepted a message with the token of a sender.
pub(in crate::store) async fn message_accepted(
    tx: &mut SqliteConnection,
    sender: &SenderKey,
) -> Result<(), StoreError> {
    record_acceptance(tx, sender, DAY, now()).await
}

/// Records that Telegram has accepted the token of a sender. The time of the last acceptance is accurate to `within`
/// milliseconds. If a bot has this token, its state becomes working, unless the stored token cannot be decrypted.
async fn record_acceptance(
    tx: &mut SqliteConnection,
    sender: &SenderKey,
    within: Millis,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO accepted_tokens (lane, accepted_at) VALUES (?1, ?2) ON CONFLICT (lane)
         DO UPDATE SET accepted_at = excluded.accepted_at WHERE accepted_at < excluded.accepted_at - ?3",
    )
    .bind(sender.as_bytes())
    .bind(now)
    .bind(within)
    .execute(&mut *tx)
    .await?;
    let bot: Option<i64> = sqlx::query_scalar(concat!(
        "SELECT id FROM bots WHERE sender = ?1 AND state IN (",
        quoted!(BotState::Unknown),
        ", ",
        quoted!(BotState::Refused),
        ")"
    ))
    .bind(sender.as_bytes())
    .fetch_optional(&mut *tx)
    .await?;
    let Some(bot) = bot else { return Ok(()) };
    resume(tx, bot, now).await?;
    sqlx::query(concat!(
        "UPDATE bots SET state = ",
        quoted!(BotState::Working),
        ", state_since = ?2, answered_at = ?2 WHERE id = ?1"
    ))
    .bind(bot)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

//! Suspended deliveries. Their bot's token was refused by Telegram or cannot be decrypted, so they wait for a working
//! token.

use hookgram::{bot::BotState, delivery::FailureCause, secret::BotToken};
use sqlx::SqliteConnection;

use crate::{
    store::{
        Bots, Claimed, SenderKey, StoreError,
        bots::open_token,
        mails::failures::{Failure, add_deliveries},
        names::quoted,
        queue::heads::settle,
    },
    time::{Millis, now},
};

/// SQL: whether bot `b` is suspended. This is the condition of the index `bots_suspended`.
macro_rules! is_suspended {
    () => {
        concat!("b.state IN (", quoted!(BotState::Refused), ", ", quoted!(BotState::Locked), ")")
    };
}
pub(in crate::store) use is_suspended;

/// SQL: the cause that is stored with a suspended delivery of bot `b`. Only [`FailureCause::TokenLocked`] is stored,
/// the one cause that can end without a new token.
macro_rules! mark {
    () => {
        concat!("iif(b.state = ", quoted!(BotState::Locked), ", ", quoted!(FailureCause::TokenLocked), ", NULL)")
    };
}
pub(in crate::store) use mark;

pub(in crate::store) fn cause_of(mark: Option<FailureCause>) -> FailureCause {
    mark.unwrap_or(FailureCause::TokenRefused)
}

/// Suspends the bot of the claimed delivery's profile and all of its unfinished deliveries. If the profile has another
/// token by now, only makes this delivery due immediately.
pub(in crate::store) async fn suspend(
    tx: &mut SqliteConnection,
    claimed: &Claimed,
    refused: Option<&BotToken>,
    cause: FailureCause,
    now: Millis,
) -> Result<(), StoreError> {
    let sender = refused.map_or_else(|| claimed.sender.clone(), SenderKey::of);
    let bot: Option<i64> = sqlx::query_scalar(
        "SELECT b.id FROM profiles p JOIN bots b ON b.id = p.bot_id AND b.sender = ?2 WHERE p.id = ?1",
    )
    .bind(claimed.profile_id)
    .bind(sender.as_bytes())
    .fetch_optional(&mut *tx)
    .await?;
    let Some(bot) = bot else { return due_with_the_new_token(tx, claimed, now).await };
    let why: Option<String> = sqlx::query_scalar("SELECT last_error FROM deliveries WHERE id = ?1")
        .bind(claimed.id)
        .fetch_one(&mut *tx)
        .await?;
    suspend_bot(tx, bot, &sender, (cause, why.as_deref()), Some(claimed.id), now).await
}

/// Suspends a bot. This affects the delivery `claimed` and all unfinished deliveries of the bot's profiles that are not
/// being sent.
pub(in crate::store) async fn suspend_bot(
    tx: &mut SqliteConnection,
    bot: i64,
    sender: &SenderKey,
    (cause, why): (FailureCause, Option<&str>),
    claimed: Option<i64>,
    now: Millis,
) -> Result<(), StoreError> {
    let is_locked = cause == FailureCause::TokenLocked;
    let state = if is_locked { BotState::Locked } else { BotState::Refused };
    sqlx::query(
        "UPDATE bots SET state_since = iif(state = ?2, state_since, ?3), state = ?2, refusal = ?4,
         answered_at = iif(?5, answered_at, ?3) WHERE id = ?1",
    )
    .bind(bot)
    .bind(state.name())
    .bind(now)
    .bind(why.filter(|_| !is_locked))
    .bind(is_locked)
    .execute(&mut *tx)
    .await?;
    let suspended: Vec<(i64, i64, i64)> = sqlx::query_as(concat!(
        "UPDATE deliveries SET state = ",
        quoted!(DeliveryState::Suspended),
        ", cause = ?3, next_attempt_at = NULL, lease_owner = NULL WHERE id IN (
             SELECT d.id FROM profiles p CROSS JOIN deliveries d INDEXED BY deliveries_unfinished
             ON d.profile_id = p.id AND d.finished_at IS NULL AND d.sandbox = 0
             WHERE p.bot_id = ?1 AND (d.id IS ?2 OR d.state IN (",
        quoted!(DeliveryState::Waiting),
        ", ",
        quoted!(DeliveryState::Retrying),
        "))) RETURNING profile_id, event_id, id"
    ))
    .bind(bot)
    .bind(claimed)
    .bind(is_locked.then_some(FailureCause::TokenLocked.name()))
    .fetch_all(&mut *tx)
    .await?;
    let mut suspended = suspended;
    suspended.sort_unstable();
    for of_profile in suspended.chunk_by(|a, b| a.0 == b.0) {
        let Some((profile_id, event_id, _)) = of_profile.first().copied() else { continue };
        let failure = Failure { profile_id: Some(profile_id), sender, event_id, cause, at: now };
        let ids: Vec<i64> = of_profile.iter().map(|(.., id)| *id).collect();
        add_deliveries(tx, failure, &ids).await?;
    }
    // Stateless deliveries with the same token to the same chats, which were behind the suspended ones, become heads.
    settle(tx, sender, now).await
}

/// Moves the unfinished deliveries of a profile to a bot and its sender, in order. Suspended deliveries stay suspended.
pub(in crate::store) async fn move_deliveries(
    tx: &mut SqliteConnection,
    profile: i64,
    bot: i64,
    sender: &SenderKey,
    now: Millis,
) -> Result<(), StoreError> {
    let senders: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT DISTINCT lane FROM deliveries INDEXED BY deliveries_unfinished
         WHERE profile_id = ?1 AND finished_at IS NULL AND sandbox = 0",
    )
    .bind(profile)
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query(
        "UPDATE deliveries INDEXED BY deliveries_unfinished SET bot_id = ?2, lane = ?3
         WHERE profile_id = ?1 AND finished_at IS NULL AND sandbox = 0",
    )
    .bind(profile)
    .bind(bot)
    .bind(sender.as_bytes())
    .execute(&mut *tx)
    .await?;
    for left in senders {
        settle(tx, &SenderKey::of_bytes(left), now).await?;
    }
    settle(tx, sender, now).await
}

/// Ends the suspension of a bot. Its suspended deliveries become due immediately, and their age counts from now.
pub(in crate::store) async fn resume(tx: &mut SqliteConnection, bot: i64, now: Millis) -> Result<(), StoreError> {
    sqlx::query(concat!(
        "UPDATE bots AS b SET state = ",
        quoted!(BotState::Unknown),
        ", state_since = ?2, refusal = NULL WHERE id = ?1 AND ",
        is_suspended!()
    ))
    .bind(bot)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    resume_deliveries(tx, bot, None, now).await
}

/// Makes the suspended deliveries of a bot, or of one of its profiles, due immediately.
pub(in crate::store) async fn resume_deliveries(
    tx: &mut SqliteConnection,
    bot: i64,
    profile: Option<i64>,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query(concat!(
        "UPDATE deliveries SET state = ",
        quoted!(DeliveryState::Retrying),
        ", cause = NULL, next_attempt_at = ?2, due_within = 0, age_from = ?2 WHERE id IN (
             SELECT d.id FROM profiles p CROSS JOIN deliveries d INDEXED BY deliveries_parked
             ON d.profile_id = p.id AND d.state = ",
        quoted!(DeliveryState::Suspended),
        " WHERE p.bot_id = ?1 AND (?3 IS NULL OR p.id = ?3)) AND finished_at IS NULL"
    ))
    .bind(bot)
    .bind(now)
    .bind(profile)
    .execute(&mut *tx)
    .await?;
    let sender: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("SELECT sender FROM bots WHERE id = ?1").bind(bot).fetch_optional(&mut *tx).await?;
    match sender.flatten() {
        Some(sender) => settle(tx, &SenderKey::of_bytes(sender), now).await,
        None => Ok(()),
    }
}

impl Bots {
    /// Resumes the bots that were suspended because their token could not be decrypted and now can be, for example
    /// after the encryption key was restored. Returns their number.
    pub async fn resume_opened(&self) -> Result<usize, StoreError> {
        let locked: Vec<(i64, Vec<u8>)> = sqlx::query_as(concat!(
            "SELECT id, token FROM bots b WHERE token IS NOT NULL AND ",
            is_suspended!(),
            " AND state = ",
            quoted!(BotState::Locked)
        ))
        .fetch_all(&self.read)
        .await?;
        let opened = locked.into_iter().filter(|(id, sealed)| open_token(&self.sealer, *id, sealed).is_ok());
        let opened: Vec<i64> = opened.map(|(id, _)| id).collect();
        for id in &opened {
            let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
            resume(&mut tx, *id, now()).await?;
            tx.commit().await?;
        }
        Ok(opened.len())
    }
}

async fn due_with_the_new_token(tx: &mut SqliteConnection, claimed: &Claimed, now: Millis) -> Result<(), StoreError> {
    let sender: Vec<u8> = sqlx::query_scalar(concat!(
        "UPDATE deliveries SET state = ",
        quoted!(DeliveryState::Retrying),
        ", next_attempt_at = ?2, due_within = 0, age_from = ?2, lease_owner = NULL, lane = coalesce(
             (SELECT b.sender FROM profiles p JOIN bots b ON b.id = p.bot_id WHERE p.id = ?3), lane)
         WHERE id = ?1 RETURNING lane"
    ))
    .bind(claimed.id)
    .bind(now)
    .bind(claimed.profile_id)
    .fetch_one(&mut *tx)
    .await?;
    settle(tx, &claimed.sender, now).await?;
    settle(tx, &SenderKey::of_bytes(sender), now).await
}

//! Suspended deliveries: their token was refused by Telegram or cannot be decrypted, so they wait for a token that
//! works.

use hookgram::{delivery::FailureCause, secret::BotToken};
use sqlx::SqliteConnection;

use crate::{
    store::{
        Claimed, Queue, SenderKey, StoreError,
        mails::failures::{Failure, add_deliveries},
        names::quoted,
        profiles::{open_token, resume},
        queue::heads::settle,
    },
    time::Millis,
};

/// Suspends all unfinished deliveries of the claimed delivery's profile, this one included. If the profile has another
/// token by now, only this delivery is made due at once instead.
pub(in crate::store) async fn suspend(
    tx: &mut SqliteConnection,
    claimed: &Claimed,
    refused: Option<&BotToken>,
    cause: FailureCause,
    now: Millis,
) -> Result<(), StoreError> {
    let refused = refused.map_or_else(|| claimed.sender.clone(), SenderKey::of);
    let suspended =
        sqlx::query("UPDATE profiles SET parked_since = coalesce(parked_since, ?2) WHERE id = ?1 AND lane IS ?3")
            .bind(claimed.profile_id)
            .bind(now)
            .bind(refused.as_bytes())
            .execute(&mut *tx)
            .await?;
    if suspended.rows_affected() == 0 {
        return due_with_the_new_token(tx, claimed, now).await;
    }
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
    let suspended: Vec<i64> = sqlx::query_scalar(concat!(
        "UPDATE deliveries SET state = ",
        quoted!(DeliveryState::Suspended),
        ", cause = ?3, next_attempt_at = NULL, lease_owner = NULL
         WHERE finished_at IS NULL AND sandbox = 0
         AND (id = ?2 OR (profile_id = ?1 AND state IN (",
        quoted!(DeliveryState::Waiting),
        ", ",
        quoted!(DeliveryState::Retrying),
        "))) RETURNING id"
    ))
    .bind(claimed.profile_id)
    .bind(claimed.id)
    .bind(marked(cause).map(FailureCause::name))
    .fetch_all(&mut *tx)
    .await?;
    let failure =
        Failure { profile_id: claimed.profile_id, sender: &claimed.sender, event_id: claimed.event_id, cause, at: now };
    add_deliveries(tx, failure, &suspended).await?;
    // Deliveries with the same token to the same chats, behind the suspended ones, become heads.
    settle(tx, &refused, now).await
}

/// The mark on a suspended delivery: only [`FailureCause::TokenLocked`], the one cause that may pass without a new
/// token.
pub(in crate::store) fn marked(cause: FailureCause) -> Option<FailureCause> {
    Some(cause).filter(|cause| *cause == FailureCause::TokenLocked)
}

/// SQL: the mark on the newest suspended delivery of profile `p`. NULL means that its token was refused.
macro_rules! suspended_for {
    () => {
        concat!(
            "(SELECT d.cause FROM deliveries d INDEXED BY deliveries_unfinished WHERE d.profile_id = p.id
          AND d.finished_at IS NULL AND d.state = ",
            quoted!(DeliveryState::Suspended),
            " ORDER BY d.id DESC LIMIT 1)"
        )
    };
}
pub(in crate::store) use suspended_for;

/// The cause that a mark stands for.
pub(in crate::store) fn cause_of(mark: Option<FailureCause>) -> FailureCause {
    mark.unwrap_or(FailureCause::TokenRefused)
}

impl Queue {
    /// Resumes the profiles that were suspended because their token could not be decrypted and now can be, for example
    /// because the right encryption key is back. Returns how many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn resume_opened(&self) -> Result<usize, StoreError> {
        let suspended: Vec<(i64, Vec<u8>)> = sqlx::query_as(concat!(
            "SELECT p.id, p.token FROM profiles p WHERE p.parked_since IS NOT NULL AND p.token IS NOT NULL
             AND p.deleted_at IS NULL AND ",
            suspended_for!(),
            " IS ",
            quoted!(FailureCause::TokenLocked)
        ))
        .fetch_all(&self.read)
        .await?;
        let opened: Vec<i64> = suspended
            .into_iter()
            .filter(|(id, sealed)| open_token(&self.sealer, *id, sealed).is_ok())
            .map(|(id, _)| id)
            .collect();
        for id in &opened {
            let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
            resume(&mut tx, *id).await?;
            tx.commit().await?;
        }
        Ok(opened.len())
    }
}

async fn due_with_the_new_token(tx: &mut SqliteConnection, claimed: &Claimed, now: Millis) -> Result<(), StoreError> {
    let sender: Vec<u8> = sqlx::query_scalar(concat!(
        "UPDATE deliveries SET state = ",
        quoted!(DeliveryState::Retrying),
        ", next_attempt_at = ?2, due_within = 0, age_from = ?2,
         lease_owner = NULL, lane = coalesce((SELECT lane FROM profiles WHERE id = ?3), lane) WHERE id = ?1
         RETURNING lane"
    ))
    .bind(claimed.id)
    .bind(now)
    .bind(claimed.profile_id)
    .fetch_one(&mut *tx)
    .await?;
    settle(tx, &claimed.sender, now).await?;
    settle(tx, &SenderKey::of_bytes(sender), now).await
}

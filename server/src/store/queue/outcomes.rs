//! The outcomes of claimed deliveries. An attempt and its effect are always recorded in one commit.

use hookgram::{
    delivery::{DeliveryState, FailureCause},
    secret::BotToken,
};
use sqlx::SqliteConnection;

use crate::{
    store::{
        Claimed, Queue, SenderKey, StoreError,
        bots::suspended::suspend,
        mails::failures::{Failure, add_deliveries},
        names::quoted,
        queue::{
            attempts::{Attempt, insert_attempt},
            heads::{behind, wake_head},
        },
    },
    time::Millis,
};

/// The latest due time of a retry, counted from now or from the time that Telegram asked for. It limits the effect of a
/// wrong clock.
const FARTHEST_RETRY: Millis = 15 * 60 * 1000;

/// The effect of an attempt on its delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryChange {
    /// The part arrived and more follow. The lease is extended.
    PartSent {
        /// The new end of the lease.
        lease_until: Millis,
    },
    /// The last part arrived.
    Delivered,
    /// The delivery will be retried.
    Retry {
        /// When the retry is due.
        at: Millis,
        /// Whether there was no response, so that the retry may send a duplicate.
        unsure: bool,
    },
    /// The delivery is sent again immediately, in another form or to another chat.
    Again {
        /// Whether to send plain text.
        plain: bool,
        /// The chat's new id, if it was migrated.
        migrated_to: Option<String>,
        /// The new end of the lease.
        lease_until: Millis,
    },
    /// The delivery is suspended until the profile has a new token. If it already has one, the delivery is due
    /// immediately.
    Suspended {
        /// The refused token, or `None` if the stored one could not be used.
        refused: Option<BotToken>,
        /// The cause: the token was refused, or it cannot be decrypted.
        cause: FailureCause,
    },
    /// The delivery is not sent, for this cause.
    Skipped(FailureCause),
    /// The delivery failed permanently, for this cause.
    Failed(FailureCause),
    /// The delivery is given up, but may have arrived.
    Uncertain,
}

/// Whether the change was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// The change is recorded.
    Done,
    /// The claim was lost to another owner. Only parts that arrived were recorded.
    Lost,
}

impl Queue {
    /// Records an attempt and its effect in one commit, if the claim is still held. A part that arrived is recorded in
    /// any case, because it must not be sent again.
    ///
    /// # Errors
    ///
    /// The delivery is then due again when its lease expires.
    pub async fn record(
        &self,
        claimed: &Claimed,
        attempt: Option<&Attempt>,
        change: &DeliveryChange,
        now: Millis,
    ) -> Result<Recorded, StoreError> {
        let mut tx = self.write.begin().await?;
        let held = is_held(&mut tx, claimed).await?;
        if !held && !keep_arrived(&mut tx, claimed, change, now).await? {
            return Ok(Recorded::Lost);
        }
        if let Some(attempt) = attempt {
            insert_attempt(&mut tx, claimed, attempt).await?;
        }
        if held {
            let cause = failure(change);
            apply(&mut tx, claimed, change, cause, now).await?;
            if let Some(cause) = cause {
                let (profile_id, event_id) = (claimed.profile_id, claimed.event_id);
                let failure = Failure { profile_id, sender: &claimed.sender, event_id, cause, at: now };
                add_deliveries(&mut tx, failure, &[claimed.id]).await?;
            }
        }
        tx.commit().await?;
        Ok(if held { Recorded::Done } else { Recorded::Lost })
    }
}

/// The cause, if the delivery has failed. Suspended deliveries are not included, because [`suspend`] adds them to a
/// mail.
fn failure(change: &DeliveryChange) -> Option<FailureCause> {
    match change {
        DeliveryChange::Uncertain => Some(FailureCause::Uncertain),
        DeliveryChange::Failed(cause) => Some(*cause),
        _ => None,
    }
}

/// Whether the claim is still held. This is an UPDATE, so that no other owner can take the claim before the commit.
pub(in crate::store) async fn is_held(tx: &mut SqliteConnection, claimed: &Claimed) -> Result<bool, StoreError> {
    let done = sqlx::query(concat!(
        "UPDATE deliveries SET lease_owner = lease_owner
         WHERE id = ?1 AND state = ",
        quoted!(DeliveryState::Sending),
        " AND lease_owner = ?2 AND attempts = ?3"
    ))
    .bind(claimed.id)
    .bind(&claimed.owner)
    .bind(i64::from(claimed.attempt))
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Records that a part arrived although the claim was lost. Returns whether there was anything to record.
async fn keep_arrived(
    tx: &mut SqliteConnection,
    claimed: &Claimed,
    change: &DeliveryChange,
    now: Millis,
) -> Result<bool, StoreError> {
    match change {
        DeliveryChange::PartSent { .. } => arrived(tx, claimed.id, claimed.parts_sent + 1).await,
        DeliveryChange::Delivered => {
            let there = arrived(tx, claimed.id, claimed.part_count).await?;
            finish(tx, claimed, DeliveryState::Delivered, None, now).await?;
            Ok(there)
        }
        _ => Ok(false),
    }
}

/// Records that at least this many parts have arrived. Returns whether the delivery exists.
pub(in crate::store) async fn arrived(
    tx: &mut SqliteConnection,
    delivery: i64,
    parts: usize,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE deliveries SET parts_sent = max(parts_sent, ?2) WHERE id = ?1")
        .bind(delivery)
        .bind(i64::try_from(parts).unwrap_or(i64::MAX))
        .execute(tx)
        .await?;
    Ok(done.rows_affected() > 0)
}

async fn apply(
    tx: &mut SqliteConnection,
    claimed: &Claimed,
    change: &DeliveryChange,
    cause: Option<FailureCause>,
    now: Millis,
) -> Result<(), StoreError> {
    match change {
        DeliveryChange::PartSent { lease_until } => {
            arrived(tx, claimed.id, claimed.parts_sent + 1).await?;
            sqlx::query("UPDATE deliveries SET unsure = 0, next_attempt_at = ?2, due_within = ?2 - ?3 WHERE id = ?1")
                .bind(claimed.id)
                .bind(lease_until)
                .bind(now)
                .execute(tx)
                .await?;
        }
        DeliveryChange::Retry { at, unsure } => {
            // If a new token has moved the delivery to another sender in the meantime, it may no longer be the head of
            // its chat.
            sqlx::query(concat!(
                "UPDATE deliveries SET state = ",
                quoted!(DeliveryState::Retrying),
                ", due_within = max(?2 - ?4, ?5), unsure = unsure OR ?3,
                 lease_owner = NULL, next_attempt_at = CASE WHEN NOT ",
                behind!(),
                " THEN ?2 END WHERE id = ?1"
            ))
            .bind(claimed.id)
            .bind(at)
            .bind(unsure)
            .bind(now)
            .bind(FARTHEST_RETRY)
            .execute(tx)
            .await?;
        }
        DeliveryChange::Again { plain, migrated_to, lease_until } => {
            if let Some(moved_to) = migrated_to {
                remember_move(tx, &claimed.chat, moved_to, now).await?;
            }
            sqlx::query(
                "UPDATE deliveries SET plain = plain OR ?2, migrated_to = coalesce(?3, migrated_to),
                 next_attempt_at = ?4, due_within = ?4 - ?5 WHERE id = ?1",
            )
            .bind(claimed.id)
            .bind(plain)
            .bind(migrated_to)
            .bind(lease_until)
            .bind(now)
            .execute(tx)
            .await?;
        }
        DeliveryChange::Suspended { refused, cause } => suspend(tx, claimed, refused.as_ref(), *cause, now).await?,
        DeliveryChange::Delivered => {
            arrived(tx, claimed.id, claimed.part_count).await?;
            finish(tx, claimed, DeliveryState::Delivered, None, now).await?;
        }
        DeliveryChange::Skipped(cause) => finish(tx, claimed, DeliveryState::Skipped, Some(*cause), now).await?,
        DeliveryChange::Failed(_) => finish(tx, claimed, DeliveryState::Failed, cause, now).await?,
        DeliveryChange::Uncertain => finish(tx, claimed, DeliveryState::Uncertain, cause, now).await?,
    }
    Ok(())
}

/// Stores the new id that Telegram has returned for a chat. Later messages are sent there directly.
async fn remember_move(tx: &mut SqliteConnection, chat: &str, moved_to: &str, now: Millis) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO moved_chats (chat, moved_to, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (chat) DO UPDATE SET moved_to = ?2, at = ?3",
    )
    .bind(chat)
    .bind(moved_to)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "UPDATE deliveries SET migrated_to = ?2 WHERE finished_at IS NULL AND coalesce(migrated_to, chat) = ?1",
    )
    .bind(chat)
    .bind(moved_to)
    .execute(tx)
    .await?;
    Ok(())
}

/// Ends a delivery. A stateless event's token is deleted only after all its messages have arrived, because a replay of
/// a failed one needs it.
pub(in crate::store) async fn finish(
    tx: &mut SqliteConnection,
    claimed: &Claimed,
    state: DeliveryState,
    cause: Option<FailureCause>,
    now: Millis,
) -> Result<(), StoreError> {
    // A new token may have changed the sender since the claim.
    let sender: Option<Vec<u8>> = sqlx::query_scalar(
        "UPDATE deliveries SET state = ?2, cause = ?4, finished_at = ?3, next_attempt_at = NULL, lease_owner = NULL
         WHERE id = ?1 RETURNING lane",
    )
    .bind(claimed.id)
    .bind(state.name())
    .bind(now)
    .bind(cause.map(FailureCause::name))
    .fetch_optional(&mut *tx)
    .await?;
    if claimed.profile_id.is_none() {
        sqlx::query(concat!(
            "UPDATE events SET token = NULL WHERE id = ?1 AND token IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM deliveries WHERE event_id = ?1 AND state NOT IN (",
            quoted!(DeliveryState::Delivered),
            ", ",
            quoted!(DeliveryState::Skipped),
            "))"
        ))
        .bind(claimed.event_id)
        .execute(&mut *tx)
        .await?;
    }
    match sender {
        Some(sender) => wake_head(tx, &SenderKey::of_bytes(sender), &claimed.named_chat, now).await,
        None => Ok(()),
    }
}

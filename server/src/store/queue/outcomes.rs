//! What becomes of a claimed delivery: the attempt and its consequence, always in one commit.

use hookgram::{
    delivery::{DeliveryState, FailureCause},
    secret::BotToken,
};
use sqlx::SqliteConnection;

use crate::{
    store::{
        Claimed, Queue, SenderKey, StoreError,
        mails::failures::{Failure, add_deliveries},
        names::quoted,
        queue::{
            attempts::{Attempt, insert_attempt},
            heads::{behind, wake_head},
            suspended::suspend,
        },
    },
    time::Millis,
};

/// However wrong the clock, a retry is never farther off than this, or than Telegram asked for.
const FARTHEST_RETRY: Millis = 15 * 60 * 1000;

/// What becomes of a delivery after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The part arrived and more are to come: the lease goes on until then.
    PartSent {
        /// Until when.
        lease_until: Millis,
    },
    /// The last part arrived.
    Delivered,
    /// It is tried again.
    Retry {
        /// When.
        at: Millis,
        /// The answer never came: what follows may be a duplicate.
        unsure: bool,
    },
    /// It is tried again at once in another way.
    Again {
        /// As plain text.
        plain: bool,
        /// To this chat.
        migrated_to: Option<String>,
        /// Until when it stays claimed.
        lease_until: Millis,
    },
    /// It waits for the profile's next token, unless there is one already: then it is due at once.
    Suspended {
        /// The token that was refused; `None`: the one stored could not be used.
        refused: Option<BotToken>,
        /// Why: it is refused, or it cannot be opened.
        cause: FailureCause,
    },
    /// It is given up, for this reason.
    Failed(FailureCause),
    /// It is given up, and may have arrived.
    Uncertain,
}

/// Whether a change could be recorded as it was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is recorded.
    Done,
    /// The claim was gone: somebody else has the delivery. Only what has arrived was kept.
    Lost,
}

impl Queue {
    /// Records an attempt and what becomes of the delivery, in one commit, while the claim holds. That a part has
    /// arrived is kept in any case: it must not be sent again.
    ///
    /// # Errors
    /// If the database fails; the delivery is then due again when its lease ends.
    pub async fn record(
        &self,
        claimed: &Claimed,
        attempt: Option<&Attempt>,
        change: &Change,
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

/// Why a delivery has failed, if it has. What is suspended is told of by [`park`].
fn failure(change: &Change) -> Option<FailureCause> {
    match change {
        Change::Uncertain => Some(FailureCause::Uncertain),
        Change::Failed(cause) => Some(*cause),
        _ => None,
    }
}

/// Whether the claim still holds. A write, so that it goes on holding until the commit.
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

/// Keeps that a part has arrived although the claim is gone; whether there was such a thing to keep.
async fn keep_arrived(
    tx: &mut SqliteConnection,
    claimed: &Claimed,
    change: &Change,
    now: Millis,
) -> Result<bool, StoreError> {
    match change {
        Change::PartSent { .. } => arrived(tx, claimed.id, claimed.parts_sent + 1).await,
        Change::Delivered => {
            let there = arrived(tx, claimed.id, claimed.part_count).await?;
            finish(tx, claimed, DeliveryState::Delivered, None, now).await?;
            Ok(there)
        }
        _ => Ok(false),
    }
}

/// So many parts have arrived, or more; whether there is such a delivery.
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

/// `cause` is why it has failed, if this is a failure.
async fn apply(
    tx: &mut SqliteConnection,
    claimed: &Claimed,
    change: &Change,
    cause: Option<FailureCause>,
    now: Millis,
) -> Result<(), StoreError> {
    match change {
        Change::PartSent { lease_until } => {
            arrived(tx, claimed.id, claimed.parts_sent + 1).await?;
            sqlx::query("UPDATE deliveries SET unsure = 0, next_attempt_at = ?2, due_within = ?2 - ?3 WHERE id = ?1")
                .bind(claimed.id)
                .bind(lease_until)
                .bind(now)
                .execute(tx)
                .await?;
        }
        Change::Retry { at, unsure } => {
            // A new token may have put it behind another one meanwhile.
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
        Change::Again { plain, migrated_to, lease_until } => {
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
        Change::Suspended { refused, cause } => suspend(tx, claimed, refused.as_ref(), *cause, now).await?,
        Change::Delivered => {
            arrived(tx, claimed.id, claimed.part_count).await?;
            finish(tx, claimed, DeliveryState::Delivered, None, now).await?;
        }
        Change::Failed(_) => finish(tx, claimed, DeliveryState::Failed, cause, now).await?,
        Change::Uncertain => finish(tx, claimed, DeliveryState::Uncertain, cause, now).await?,
    }
    Ok(())
}

/// Telegram has named a chat's new id: later messages go there at once.
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

/// Ends a delivery. A stateless event's token goes once every message of it has arrived: a failed one may be replayed.
pub(in crate::store) async fn finish(
    tx: &mut SqliteConnection,
    claimed: &Claimed,
    state: DeliveryState,
    cause: Option<FailureCause>,
    now: Millis,
) -> Result<(), StoreError> {
    // The sender as it is now: a new token may have moved it since the claim.
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

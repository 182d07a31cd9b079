//! Cancels deliveries: a waiting delivery ends without being sent. If some parts of a message were already sent, only
//! the rest is cancelled.

use hookgram::{
    audit::AuditAction,
    replay::{Handled, ReplayError},
};
use sqlx::SqliteConnection;

use crate::{
    store::{
        Queue, SenderKey, StoreError,
        audit::{By, record_handled},
        names::quoted,
        queue::{
            bulk::{Bulk, advance},
            heads::wake_head,
        },
    },
    time::Millis,
};

impl Queue {
    /// Cancels those of these deliveries that are waiting, in one commit. Callers pass few at a time.
    pub async fn cancel(&self, ids: &[i64], by: &By, now: Millis) -> Result<Vec<Handled>, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let handled = cancel(&mut tx, ids, now).await?;
        record_handled(&mut tx, by, AuditAction::Cancelled, &handled).await?;
        tx.commit().await?;
        Ok(handled)
    }

    /// Cancels these deliveries as a step of a bulk action, whose start is in the audit log. Returns `None` if the
    /// action was stopped or another process has executed this step.
    pub async fn cancel_step(&self, ids: &[i64], bulk: &Bulk, now: Millis) -> Result<Option<Vec<Handled>>, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let handled = cancel(&mut tx, ids, now).await?;
        if !advance(&mut tx, bulk, &handled).await? {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(handled))
    }
}

async fn cancel(tx: &mut SqliteConnection, ids: &[i64], now: Millis) -> Result<Vec<Handled>, StoreError> {
    let (mut handled, mut places) = (Vec::with_capacity(ids.len()), Vec::new());
    for id in ids {
        let place: Option<(Vec<u8>, String)> = sqlx::query_as(concat!(
            "UPDATE deliveries SET state = ",
            quoted!(DeliveryState::Cancelled),
            ", finished_at = ?2, next_attempt_at = NULL, lease_owner = NULL
             WHERE id = ?1 AND finished_at IS NULL AND state IN (",
            quoted!(DeliveryState::Waiting),
            ", ",
            quoted!(DeliveryState::Retrying),
            ", ",
            quoted!(DeliveryState::Suspended),
            ")
             RETURNING lane, chat"
        ))
        .bind(id)
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        let done = match place {
            Some(place) => {
                places.push(place);
                Ok(*id)
            }
            None => Err(why_not(tx, *id).await?),
        };
        handled.push(Handled { id: *id, done });
    }
    // After the loop, so that none of the deliveries to be cancelled becomes a head.
    places.sort_unstable();
    places.dedup();
    for (sender, chat) in places {
        wake_head(tx, &SenderKey::of_bytes(sender), &chat, now).await?;
    }
    Ok(handled)
}

async fn why_not(tx: &mut SqliteConnection, id: i64) -> Result<ReplayError, StoreError> {
    let finished: Option<bool> = sqlx::query_scalar("SELECT finished_at IS NOT NULL FROM deliveries WHERE id = ?1")
        .bind(id)
        .fetch_optional(tx)
        .await?;
    Ok(match finished {
        None => ReplayError::Unknown,
        Some(true) => ReplayError::Finished,
        Some(false) => ReplayError::UnderWay,
    })
}

//! Deliveries that are called off: what waits comes to its end, unsent. Of a split message that has begun, the rest.

use app::{views::Handled, words::replays::Refusal};
use sqlx::SqliteConnection;

use super::{
    Lane, Store, StoreError,
    bulk::{Bulk, advance},
    heads::wake_head,
};
use crate::time::Millis;

impl Store {
    /// Calls off these deliveries in one commit, few at a time, as far as they wait; `None` if `bulk` has been stopped.
    ///
    /// # Errors
    /// If the database fails: then nothing is called off.
    pub async fn cancel(
        &self,
        ids: &[i64],
        bulk: Option<&Bulk>,
        now: Millis,
    ) -> Result<Option<Vec<Handled>>, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let (mut handled, mut places) = (Vec::with_capacity(ids.len()), Vec::new());
        for id in ids {
            let place: Option<(Vec<u8>, String)> = sqlx::query_as(
                "UPDATE deliveries SET state = 'cancelled', finished_at = ?2, next_attempt_at = NULL, lease_owner = NULL
                 WHERE id = ?1 AND finished_at IS NULL AND state IN ('waiting', 'retrying', 'parked')
                 RETURNING lane, chat",
            )
            .bind(id)
            .bind(now)
            .fetch_optional(&mut *tx)
            .await?;
            let done = match place {
                Some(place) => {
                    places.push(place);
                    Ok(*id)
                }
                None => Err(why_not(&mut tx, *id).await?),
            };
            handled.push(Handled { id: *id, done });
        }
        // Only now: none of those called off may become a head.
        places.sort_unstable();
        places.dedup();
        for (lane, chat) in places {
            wake_head(&mut tx, &Lane::of_bytes(lane), &chat, now).await?;
        }
        if let Some(bulk) = bulk
            && !advance(&mut tx, bulk, &handled).await?
        {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(handled))
    }
}

async fn why_not(tx: &mut SqliteConnection, id: i64) -> Result<Refusal, StoreError> {
    let finished: Option<bool> = sqlx::query_scalar("SELECT finished_at IS NOT NULL FROM deliveries WHERE id = ?1")
        .bind(id)
        .fetch_optional(tx)
        .await?;
    Ok(match finished {
        None => Refusal::Unknown,
        Some(true) => Refusal::Finished,
        Some(false) => Refusal::UnderWay,
    })
}

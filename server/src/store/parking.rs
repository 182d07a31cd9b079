//! A token that Telegram refuses: whatever would be sent with it waits for the next one.

use app::words::causes::Cause;
use hookgram::secret::BotToken;
use sqlx::SqliteConnection;

use super::{
    Claimed, Lane, StoreError,
    failures::{Failure, add_deliveries},
    heads::settle,
};
use crate::time::Millis;

/// Parks whatever the profile has still to send, this one included; where the profile has another token by now, this
/// one is due at once.
pub(super) async fn park(
    tx: &mut SqliteConnection,
    claimed: &Claimed,
    refused: Option<&BotToken>,
    now: Millis,
) -> Result<(), StoreError> {
    let refused = refused.map_or_else(|| claimed.lane.clone(), Lane::of);
    let parked =
        sqlx::query("UPDATE profiles SET parked_since = coalesce(parked_since, ?2) WHERE id = ?1 AND lane IS ?3")
            .bind(claimed.profile_id)
            .bind(now)
            .bind(refused.as_bytes())
            .execute(&mut *tx)
            .await?;
    if parked.rows_affected() == 0 {
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
    let parked: Vec<i64> = sqlx::query_scalar(
        "UPDATE deliveries SET state = 'parked', next_attempt_at = NULL, lease_owner = NULL
         WHERE finished_at IS NULL AND sandbox = 0
         AND (id = ?2 OR (profile_id = ?1 AND state IN ('waiting', 'retrying'))) RETURNING id",
    )
    .bind(claimed.profile_id)
    .bind(claimed.id)
    .fetch_all(&mut *tx)
    .await?;
    let failure = Failure {
        profile_id: claimed.profile_id,
        lane: &claimed.lane,
        event_id: claimed.event_id,
        cause: Cause::TokenRefused,
        at: now,
    };
    add_deliveries(tx, failure, &parked).await?;
    // Others may send with the same token to the same chats, from behind what is parked now.
    settle(tx, &refused, now).await
}

async fn due_with_the_new_token(tx: &mut SqliteConnection, claimed: &Claimed, now: Millis) -> Result<(), StoreError> {
    let lane: Vec<u8> = sqlx::query_scalar(
        "UPDATE deliveries SET state = 'retrying', next_attempt_at = ?2, due_within = 0, age_from = ?2,
         lease_owner = NULL, lane = coalesce((SELECT lane FROM profiles WHERE id = ?3), lane) WHERE id = ?1
         RETURNING lane",
    )
    .bind(claimed.id)
    .bind(now)
    .bind(claimed.profile_id)
    .fetch_one(&mut *tx)
    .await?;
    settle(tx, &claimed.lane, now).await?;
    settle(tx, &Lane::of_bytes(lane), now).await
}

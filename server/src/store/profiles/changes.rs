//! Changes of a profile other than saving it: copying, rotating the webhook key, deleting.

use hookgram::{
    audit::AuditAction,
    profile::{EditedProfile, Profile},
};
use sqlx::SqliteConnection;

use crate::{
    secrets::codes,
    store::{
        Profiles, SenderKey, StoreError,
        audit::{self, By, Change, Entry},
        names::quoted,
        profiles::put,
        queue::heads::settle,
    },
    time::{Millis, now},
};

/// The effect of a rotation on the old webhook key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldKey {
    /// The old key works until this time.
    Until(Millis),
    /// The old key stops working immediately, and so do earlier keys that still worked.
    Stops,
}

impl Profiles {
    /// Stores a copy of a profile with a webhook key of its own. Returns its id. Its name is the first of `names` that
    /// is free.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if there is no such profile, [`StoreError::Taken`] if no name is free.
    pub async fn duplicate(&self, id: i64, names: impl Fn(&str) -> Vec<String>, by: &By) -> Result<i64, StoreError> {
        let stored = self.get(id).await?.ok_or(StoreError::NotFound)?;
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let mut free = None;
        for name in names(&stored.name) {
            let taken: Option<i64> = sqlx::query_scalar("SELECT id FROM profiles WHERE name = ?1")
                .bind(&name)
                .fetch_optional(&mut *tx)
                .await?;
            if taken.is_none() {
                free = Some(name);
                break;
            }
        }
        let draft = EditedProfile {
            name: free.ok_or(StoreError::Taken)?,
            enabled: Some(stored.enabled),
            channel: stored.channel,
            bare_ids: Some(stored.bare_ids),
            bot: stored.bot,
            events: stored.events,
            profile: Profile { token: None, ..stored.profile },
            key: None,
        };
        let copy = put(&mut tx, &self.sealer, None, &draft, (by, AuditAction::ProfileCopied)).await?;
        tx.commit().await?;
        Ok(copy)
    }

    /// Stores new profiles, all or none, and returns their ids.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if a name is taken.
    pub async fn add_all(&self, drafts: &[EditedProfile], by: &By) -> Result<Vec<i64>, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let mut ids = Vec::with_capacity(drafts.len());
        for draft in drafts {
            ids.push(put(&mut tx, &self.sealer, None, draft, (by, AuditAction::ProfileMade)).await?);
        }
        tx.commit().await?;
        Ok(ids)
    }

    /// Gives a profile a new webhook key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such profile.
    pub async fn rotate_key(&self, id: i64, old: OldKey, by: &By) -> Result<(), StoreError> {
        let now = now();
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let until = match old {
            OldKey::Until(until) => until,
            OldKey::Stops => {
                sqlx::query("UPDATE webhook_keys SET retired_at = ?2 WHERE profile_id = ?1 AND retired_at > ?2")
                    .bind(id)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                now
            }
        };
        let retired =
            sqlx::query("UPDATE webhook_keys SET retired_at = ?2 WHERE profile_id = ?1 AND retired_at IS NULL")
                .bind(id)
                .bind(until)
                .execute(&mut *tx)
                .await?;
        if retired.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        sqlx::query("INSERT INTO webhook_keys (key, profile_id, created_at) VALUES (?1, ?2, ?3)")
            .bind(codes::webhook_key())
            .bind(id)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        let name: String =
            sqlx::query_scalar("SELECT name FROM profiles WHERE id = ?1").bind(id).fetch_one(&mut *tx).await?;
        let what = if matches!(old, OldKey::Stops) { "stops" } else { "day" };
        let changes = vec![Change::new("old_key", "", what)];
        audit::record(&mut tx, &Entry::new(by, AuditAction::ProfileKey).to(&name, id).with(changes)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The number of a profile's unfinished deliveries.
    pub async fn waiting_messages(&self, id: i64) -> Result<u64, StoreError> {
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM deliveries INDEXED BY deliveries_unfinished WHERE profile_id = ?1 AND finished_at IS NULL")
                .bind(id)
                .fetch_one(&self.read)
                .await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Deletes a profile. Its endpoint stops working, its webhook keys and parameters are deleted, and its unfinished
    /// deliveries are cancelled. Its events stay in the log until their retention ends; see
    /// [`Profiles::delete_remains`].
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if there is no such profile.
    pub async fn delete(&self, id: i64, by: &By) -> Result<(), StoreError> {
        let now = now();
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let found: Option<(String, Option<Vec<u8>>)> = sqlx::query_as(
            "SELECT p.name, b.sender FROM profiles p LEFT JOIN bots b ON b.id = p.bot_id
             WHERE p.id = ?1 AND p.deleted_at IS NULL",
        )
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
        let (name, sender) = found.ok_or(StoreError::NotFound)?;
        let sender = sender.map_or_else(SenderKey::default, SenderKey::of_bytes);
        audit::record(&mut tx, &Entry::new(by, AuditAction::ProfileDeleted).to(&name, id)).await?;
        sqlx::query(
            "UPDATE profiles SET deleted_at = ?2, deleted_name = name, name = 'deleted ' || hex(randomblob(16)),
             enabled = 0, bot_id = NULL, parameters = '', folded = ''
             WHERE id = ?1",
        )
        .bind(id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        for statement in [
            "DELETE FROM webhook_keys WHERE profile_id = ?1",
            "DELETE FROM mails WHERE profile_id = ?1",
            "DELETE FROM profile_tokens WHERE profile_id = ?1",
        ] {
            sqlx::query(statement).bind(id).execute(&mut *tx).await?;
        }
        drop_unsent(&mut tx, now).await?;
        settle(&mut tx, &sender, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Cancels deliveries that were accepted for a profile while it was being deleted, and deletes the rows of deleted
    /// profiles that have no events or deliveries left. Also deletes some of the hourly outcomes from before `before`,
    /// which no page shows. Returns whether there were any.
    pub async fn delete_remains(&self, now: Millis, before: Millis) -> Result<bool, StoreError> {
        // The search uses a reading connection, so that no other writer waits for it.
        let deleted: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM profiles WHERE deleted_at IS NOT NULL)")
            .fetch_one(&self.read)
            .await?;
        let old: Vec<(i64, i64)> =
            sqlx::query_as("SELECT profile_id, hour FROM outcome_hours WHERE hour < ?1 LIMIT 64")
                .bind(before / (60 * 60 * 1000))
                .fetch_all(&self.read)
                .await?;
        if !deleted && old.is_empty() {
            return Ok(false);
        }
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if deleted {
            drop_unsent(&mut tx, now).await?;
            sqlx::query(
                "DELETE FROM profiles WHERE deleted_at IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM events WHERE profile_id = profiles.id)
                 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE profile_id = profiles.id)",
            )
            .execute(&mut *tx)
            .await?;
        }
        for (profile, hour) in &old {
            sqlx::query("DELETE FROM outcome_hours WHERE profile_id = ?1 AND hour = ?2")
                .bind(profile)
                .bind(hour)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(!old.is_empty())
    }
}

/// Cancels the unfinished deliveries of deleted profiles, except those that are being sent, whose attempt ends first.
async fn drop_unsent(tx: &mut SqliteConnection, now: Millis) -> Result<(), StoreError> {
    sqlx::query(concat!(
        "UPDATE deliveries INDEXED BY deliveries_unfinished SET state = ",
        quoted!(DeliveryState::Cancelled),
        ", finished_at = ?1, next_attempt_at = NULL, last_error = ?2
         WHERE finished_at IS NULL AND state <> ",
        quoted!(DeliveryState::Sending),
        "
         AND profile_id IN (SELECT id FROM profiles WHERE deleted_at IS NOT NULL)"
    ))
    .bind(now)
    .bind("the profile was deleted before it was sent")
    .execute(tx)
    .await?;
    Ok(())
}

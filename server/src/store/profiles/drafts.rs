//! Drafts of the builder: unsaved input.

use hookgram::secret::BotToken;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::FromRow;

use crate::{
    secrets::{
        codes,
        seal::{Place, Sealer},
    },
    store::{Profiles, StoreError, secrets::sealing_key},
    time::Millis,
};

/// The maximum number of drafts of one account. When it is exceeded, the oldest are deleted.
const MOST: i64 = 20;

/// A draft of the builder.
#[derive(Clone, Debug)]
pub struct DraftRecord {
    /// The edited profile, or `None` for a new one.
    pub profile_id: Option<i64>,
    /// The content as the interface serializes it: JSON without secrets.
    pub content: String,
    /// The token that was entered or that the old URL contained.
    pub token: Option<BotToken>,
    /// The old URL from which the profile was imported.
    pub old_url: Option<SecretString>,
}

#[derive(FromRow)]
struct Row {
    profile_id: Option<i64>,
    content: String,
    token: Option<Vec<u8>>,
    old_url: Option<Vec<u8>>,
}

impl Row {
    fn open(self, sealer: &Sealer, id: &str) -> Result<DraftRecord, StoreError> {
        let token = self.token.map(|sealed| sealer.open(Place::DraftToken(id), &sealed)).transpose()?;
        let token =
            token.map(|text| BotToken::parse(text.expose_secret()).map_err(|_| StoreError::corrupt("drafts.token")));
        Ok(DraftRecord {
            profile_id: self.profile_id,
            content: self.content,
            token: token.transpose()?,
            old_url: self.old_url.map(|sealed| sealer.open(Place::DraftUrl(id), &sealed)).transpose()?,
        })
    }
}

impl Profiles {
    /// Stores a draft until `expires_at`, for this account only. Returns its id.
    ///
    /// # Errors
    ///
    /// If there is no such account or profile.
    pub async fn add_draft(&self, user_id: i64, draft: &DraftRecord, expires_at: Millis) -> Result<String, StoreError> {
        let id = codes::draft_id();
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let key = sealing_key(&mut tx, &self.sealer).await?;
        let token = draft.token.as_ref().map(|token| key.seal(Place::DraftToken(&id), token.expose()));
        let old_url = draft.old_url.as_ref().map(|url| key.seal(Place::DraftUrl(&id), url.expose_secret()));
        sqlx::query(
            "INSERT INTO drafts (id, user_id, profile_id, content, token, old_url, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(&id)
        .bind(user_id)
        .bind(draft.profile_id)
        .bind(&draft.content)
        .bind(token.transpose()?)
        .bind(old_url.transpose()?)
        .bind(expires_at)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "DELETE FROM drafts WHERE user_id = ?1 AND id NOT IN
             (SELECT id FROM drafts WHERE user_id = ?1 ORDER BY expires_at DESC, id = ?2 DESC LIMIT ?3)",
        )
        .bind(user_id)
        .bind(&id)
        .bind(MOST)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// A draft of this account, unless it has expired.
    ///
    /// # Errors
    ///
    /// If a secret cannot be decrypted.
    pub async fn draft(&self, user_id: i64, id: &str, now: Millis) -> Result<Option<DraftRecord>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT profile_id, content, token, old_url FROM drafts WHERE id = ?1 AND user_id = ?2 AND expires_at > ?3",
        )
        .bind(id)
        .bind(user_id)
        .bind(now)
        .fetch_optional(&self.read)
        .await?;
        row.map(|row| row.open(&self.sealer, id)).transpose()
    }

    /// Deletes a draft of this account.
    pub async fn delete_draft(&self, user_id: i64, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM drafts WHERE id = ?1 AND user_id = ?2")
            .bind(id)
            .bind(user_id)
            .execute(&self.write)
            .await?;
        Ok(())
    }
}

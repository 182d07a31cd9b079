//! The customers who said `/stop`. Only a keyed hash of bot and chat is stored, because it remains after the person's
//! data was erased. The key is a row in `settings`, which is created with the first `/stop`.

use std::collections::HashSet;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use hookgram::audit::AuditAction;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use sqlx::SqliteConnection;

use crate::{
    secrets::{
        codes,
        seal::{Place, Sealer},
    },
    store::{
        Customers, StoreError,
        audit::{self, By, Change, Entry},
        customers::reading::masked,
        queue::heads::json,
        secrets::sealing_key,
    },
    time::Millis,
};

/// The name of the key's row in `settings`. It is not a [`hookgram::setting::Setting`].
const KEY: &str = "stops_key";

/// A bot, and a customer who may have said `/stop` to it.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Stop {
    pub(in crate::store) bot: i64,
    pub(in crate::store) customer: i64,
}

impl Customers {
    /// Records that a person wants no more messages from a bot.
    ///
    /// # Errors
    ///
    /// If the key of the hashes cannot be decrypted.
    pub async fn stop(&self, bot: i64, customer: i64, at: Millis) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        self.put_stop(&mut tx, Stop { bot, customer }, at).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records the same on behalf of an operator.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if the person has never written to the bot. An error if the key of the hashes cannot be
    /// decrypted.
    pub async fn stop_by(&self, bot: i64, customer: i64, at: Millis, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let username: Option<String> = sqlx::query_scalar(
            "SELECT coalesce(b.username, '') FROM subscriptions s LEFT JOIN bots b ON b.id = s.bot_id
             WHERE s.customer_id = ?1 AND s.bot_id = ?2",
        )
        .bind(customer)
        .bind(bot)
        .fetch_optional(&mut *tx)
        .await?;
        let name = match username.ok_or(StoreError::NotFound)? {
            username if username.is_empty() => bot.to_string(),
            username => format!("@{username}"),
        };
        if self.put_stop(&mut tx, Stop { bot, customer }, at).await? {
            let entry = Entry::new(by, AuditAction::CustomerStopped).to(&masked(customer), None);
            audit::record(&mut tx, &entry.with(vec![Change::new("bot", "", name)])).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Stores the hash. Returns whether it is new.
    async fn put_stop(&self, tx: &mut SqliteConnection, stop: Stop, at: Millis) -> Result<bool, StoreError> {
        let stored: Option<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM settings WHERE name = ?1")
            .bind(KEY)
            .fetch_optional(&mut *tx)
            .await?;
        let key = match stored {
            Some(sealed) => self.sealer.open(Place::Setting(KEY), &sealed)?,
            None => {
                let key = codes::secret();
                let sealed = sealing_key(tx, &self.sealer).await?.seal(Place::Setting(KEY), &key)?;
                sqlx::query("INSERT INTO settings (name, sealed) VALUES (?1, ?2)")
                    .bind(KEY)
                    .bind(sealed)
                    .execute(&mut *tx)
                    .await?;
                key.into()
            }
        };
        let done = sqlx::query("INSERT INTO stops (hash, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
            .bind(hash(&key, stop))
            .bind(at)
            .execute(tx)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Records that a person wants messages from a bot again.
    ///
    /// # Errors
    ///
    /// If the key of the hashes cannot be decrypted.
    pub async fn start_again(&self, bot: i64, customer: i64) -> Result<(), StoreError> {
        let Some(hash) = self.stop_hash(bot, customer).await? else { return Ok(()) };
        sqlx::query("DELETE FROM stops WHERE hash = ?1").bind(hash).execute(&self.write).await?;
        Ok(())
    }

    /// Whether a person wants no messages from a bot.
    ///
    /// # Errors
    ///
    /// If the key of the hashes cannot be decrypted.
    pub async fn has_stopped(&self, bot: i64, customer: i64) -> Result<bool, StoreError> {
        let Some(hash) = self.stop_hash(bot, customer).await? else { return Ok(false) };
        exists(&mut *self.read.acquire().await?, &hash).await
    }

    /// Whether each of these is stored; `None` for all if the key of the hashes cannot be decrypted.
    pub(super) async fn stopped(&self, stops: &[Stop]) -> Result<Vec<Option<bool>>, StoreError> {
        let key = match self.stops_key().await {
            Ok(Some(key)) => key,
            Ok(None) => return Ok(vec![Some(false); stops.len()]),
            Err(StoreError::Seal(_)) => return Ok(vec![None; stops.len()]),
            Err(error) => return Err(error),
        };
        let hashes: Vec<Vec<u8>> = stops.iter().map(|stop| hash(&key, *stop)).collect();
        let list: Vec<String> = hashes.iter().map(|hash| HEXLOWER.encode(hash)).collect();
        let found: HashSet<Vec<u8>> =
            sqlx::query_scalar("SELECT hash FROM stops WHERE hash IN (SELECT unhex(value) FROM json_each(?1))")
                .bind(json(&list))
                .fetch_all(&self.read)
                .await?
                .into_iter()
                .collect();
        Ok(hashes.iter().map(|hash| Some(found.contains(hash))).collect())
    }

    /// The hash of a bot and a chat; `None` as long as nobody has said `/stop`.
    pub(super) async fn stop_hash(&self, bot: i64, customer: i64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.stops_key().await?.map(|key| hash(&key, Stop { bot, customer })))
    }

    /// The key of the hashes; `None` as long as nobody has said `/stop`.
    async fn stops_key(&self) -> Result<Option<SecretString>, StoreError> {
        let stored: Option<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM settings WHERE name = ?1")
            .bind(KEY)
            .fetch_optional(&self.read)
            .await?;
        Ok(stored.map(|sealed| self.sealer.open(Place::Setting(KEY), &sealed)).transpose()?)
    }
}

/// Deletes all hashes and their key if the key cannot be decrypted, because the hashes can no longer be matched to
/// anyone.
pub(in crate::store) async fn forget_locked(tx: &mut SqliteConnection, sealer: &Sealer) -> Result<(), StoreError> {
    let stored: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT sealed FROM settings WHERE name = ?1").bind(KEY).fetch_optional(&mut *tx).await?;
    if stored.is_some_and(|sealed| sealer.open(Place::Setting(KEY), &sealed).is_err()) {
        sqlx::query("DELETE FROM settings WHERE name = ?1").bind(KEY).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM stops").execute(tx).await?;
    }
    Ok(())
}

pub(super) async fn exists(connection: &mut SqliteConnection, hash: &[u8]) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM stops WHERE hash = ?1)")
        .bind(hash)
        .fetch_one(connection)
        .await?)
}

fn hash(key: &SecretString, stop: Stop) -> Vec<u8> {
    // HMAC accepts a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()) else { return Vec::new() };
    mac.update(format!("{} {}", stop.bot, stop.customer).as_bytes());
    mac.finalize().into_bytes().to_vec()
}

//! Who has said `/stop`. Only a keyed hash of bot and chat is stored, because it survives the erasure of the person's
//! data. The key is a row in `settings`, made with the first stop.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use sqlx::SqliteConnection;

use crate::{
    secrets::{
        codes,
        seal::{Place, Sealer},
    },
    store::{Customers, StoreError, secrets::sealing_key},
    time::Millis,
};

/// The name of the key's row in `settings`. No setting has this name.
const KEY: &str = "stops_key";

impl Customers {
    /// Stores that a person wants no more messages from a bot.
    ///
    /// # Errors
    /// If the database fails, or the key of the hashes cannot be decrypted.
    pub async fn stop(&self, bot: i64, customer: i64, at: Millis) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let stored: Option<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM settings WHERE name = ?1")
            .bind(KEY)
            .fetch_optional(&mut *tx)
            .await?;
        let key = match stored {
            Some(sealed) => self.sealer.open(Place::Setting(KEY), &sealed)?,
            None => {
                let key = codes::secret();
                let sealed = sealing_key(&mut tx, &self.sealer).await?.seal(Place::Setting(KEY), &key)?;
                sqlx::query("INSERT INTO settings (name, sealed) VALUES (?1, ?2)")
                    .bind(KEY)
                    .bind(sealed)
                    .execute(&mut *tx)
                    .await?;
                key.into()
            }
        };
        sqlx::query("INSERT INTO stops (hash, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
            .bind(hash(&key, bot, customer))
            .bind(at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Stores that a person wants messages from a bot again.
    ///
    /// # Errors
    /// If the database fails, or the key of the hashes cannot be decrypted.
    pub async fn start_again(&self, bot: i64, customer: i64) -> Result<(), StoreError> {
        let Some(hash) = self.stop_hash(bot, customer).await? else { return Ok(()) };
        sqlx::query("DELETE FROM stops WHERE hash = ?1").bind(hash).execute(&self.write).await?;
        Ok(())
    }

    /// Whether a person wants no messages from a bot.
    ///
    /// # Errors
    /// If the database fails, or the key of the hashes cannot be decrypted.
    pub async fn has_stopped(&self, bot: i64, customer: i64) -> Result<bool, StoreError> {
        let Some(hash) = self.stop_hash(bot, customer).await? else { return Ok(false) };
        exists(&mut *self.read.acquire().await?, &hash).await
    }

    /// The hash of a bot and a chat; `None` while nobody has said `/stop`.
    pub(super) async fn stop_hash(&self, bot: i64, customer: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let stored: Option<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM settings WHERE name = ?1")
            .bind(KEY)
            .fetch_optional(&self.read)
            .await?;
        let Some(sealed) = stored else { return Ok(None) };
        let key = self.sealer.open(Place::Setting(KEY), &sealed)?;
        Ok(Some(hash(&key, bot, customer)))
    }
}

/// Deletes the key of the hashes and all hashes if the key cannot be decrypted: nobody can tell any more whose they are.
pub(in crate::store) async fn forget_locked(tx: &mut SqliteConnection, sealer: &Sealer) -> Result<(), StoreError> {
    let stored: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT sealed FROM settings WHERE name = ?1").bind(KEY).fetch_optional(&mut *tx).await?;
    if stored.is_some_and(|sealed| sealer.open(Place::Setting(KEY), &sealed).is_err()) {
        sqlx::query("DELETE FROM settings WHERE name = ?1").bind(KEY).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM stops").execute(tx).await?;
    }
    Ok(())
}

/// Whether this hash is stored.
pub(super) async fn exists(connection: &mut SqliteConnection, hash: &[u8]) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM stops WHERE hash = ?1)")
        .bind(hash)
        .fetch_one(connection)
        .await?)
}

fn hash(key: &SecretString, bot: i64, customer: i64) -> Vec<u8> {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()) else { return Vec::new() };
    mac.update(format!("{bot} {customer}").as_bytes());
    mac.finalize().into_bytes().to_vec()
}

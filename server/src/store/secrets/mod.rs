//! The sealing key: the encryption key for new secrets. The database records it in a row that is encrypted with it.
//! Every write of a secret reads this row in its own transaction, so that after the commit that changes the sealing
//! key, no process encrypts with the old one. The row also shows whether the available keys belong to the database.

pub(in crate::store) mod locked;
pub(in crate::store) mod resealing;

use hookgram::audit::AuditAction;
use secrecy::ExposeSecret as _;
use sqlx::{SqliteConnection, SqlitePool};

use crate::{
    secrets::seal::{Key, Place, Sealer, number_of},
    store::{
        Secrets, StoreError,
        audit::{self, By, Change, Entry},
        customers::stops,
    },
};

/// The name of the row in `settings`. No setting has this name.
const ROW: &str = "sealing_key";
const TEXT: &str = "hookgram";

/// Whether the available keys belong to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// They do. The key with this number is the sealing key.
    Right(u8),
    /// They do not. The database names a key with this number, which is not available.
    Wrong(u8),
    /// Unknown. The database was written before the sealing key was recorded, and none of its secrets can be decrypted.
    Unknown,
}

/// The sealing key that the database names in this transaction, or the first key if that one is not available.
pub(in crate::store) async fn sealing_key(tx: &mut SqliteConnection, sealer: &Sealer) -> Result<Key, StoreError> {
    let named = proof(tx).await?.as_deref().and_then(number_of).and_then(|number| sealer.key(number));
    let key = match named {
        Some(key) => key,
        None => sealer.first()?,
    };
    sealer.seals_with(key.number());
    Ok(key)
}

async fn proof(connection: &mut SqliteConnection) -> Result<Option<Vec<u8>>, StoreError> {
    let row = "SELECT sealed FROM settings WHERE name = ?1 AND sealed IS NOT NULL";
    Ok(sqlx::query_scalar(row).bind(ROW).fetch_optional(connection).await?)
}

async fn put_proof(tx: &mut SqliteConnection, key: &Key) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO settings (name, sealed) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
    )
    .bind(ROW)
    .bind(key.seal(Place::Setting(ROW), TEXT)?)
    .execute(tx)
    .await?;
    Ok(())
}

fn judge(sealer: &Sealer, proof: Option<&[u8]>) -> KeyState {
    let Some((proof, number)) = proof.and_then(|proof| Some((proof, number_of(proof)?))) else {
        return KeyState::Unknown;
    };
    match sealer.open(Place::Setting(ROW), proof) {
        Ok(text) if text.expose_secret() == TEXT => KeyState::Right(number),
        _ => KeyState::Wrong(number),
    }
}

/// Records the sealing key in a database that is new or was written by an earlier version. A database whose secrets
/// cannot be decrypted is left unchanged.
pub(in crate::store) async fn begin(write: &SqlitePool, sealer: &Sealer) -> Result<(), StoreError> {
    let known = proof(&mut *write.acquire().await?).await?;
    if let KeyState::Right(number) = judge(sealer, known.as_deref()) {
        sealer.seals_with(number);
    }
    if known.is_some() {
        return Ok(());
    }
    let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
    if proof(&mut tx).await?.is_some() {
        return Ok(());
    }
    if let Some(key) = own_key(&mut tx, sealer).await? {
        put_proof(&mut tx, &key).await?;
        sealer.seals_with(key.number());
        tx.commit().await?;
    }
    Ok(())
}

/// The key that decrypts some of the stored secrets, or the first key if there are no secrets. `None` if no key
/// decrypts any.
async fn own_key(tx: &mut SqliteConnection, sealer: &Sealer) -> Result<Option<Key>, StoreError> {
    let rows: Vec<(String, i64, String, Vec<u8>)> = sqlx::query_as(
        "SELECT * FROM (SELECT 'bot', id, '', token FROM bots WHERE token IS NOT NULL LIMIT 50)
         UNION ALL SELECT * FROM (SELECT 'profile', profile_id, '', token FROM profile_tokens LIMIT 50)
         UNION ALL SELECT * FROM (SELECT 'links', bot_id, '', secret FROM booking_bots LIMIT 50)
         UNION ALL SELECT * FROM (SELECT 'user', id, '', totp FROM users WHERE totp IS NOT NULL LIMIT 50)
         UNION ALL SELECT 'setting', 0, name, sealed FROM settings WHERE sealed IS NOT NULL
         UNION ALL SELECT * FROM (SELECT 'event', 0, public_id, token FROM events WHERE token IS NOT NULL LIMIT 50)",
    )
    .fetch_all(tx)
    .await?;
    if rows.is_empty() {
        return Ok(Some(sealer.first()?));
    }
    let opens = |(kind, id, name, sealed): &(String, i64, String, Vec<u8>)| {
        let place = match kind.as_str() {
            "bot" => Place::BotToken(*id),
            "profile" => Place::ProfileToken(*id),
            "links" => Place::LinkSecret(*id),
            "user" => Place::UserTotp(*id),
            "setting" => Place::Setting(name),
            _ => Place::EventToken(name),
        };
        sealer.open(place, sealed).is_ok()
    };
    Ok(rows.iter().find(|row| opens(row)).and_then(|row| number_of(&row.3)).and_then(|number| sealer.key(number)))
}

impl Secrets {
    /// The sealer, for secrets outside the database, in forms and cookies.
    pub(crate) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Whether the available keys belong to the database.
    pub async fn key_state(&self) -> Result<KeyState, StoreError> {
        let proof = proof(&mut *self.read.acquire().await?).await?;
        Ok(judge(&self.sealer, proof.as_deref()))
    }

    /// Makes the first key the sealing key and records this in the audit log. Returns the numbers of the old and the
    /// new key, or `None` if the first key already was the sealing key.
    ///
    /// # Errors
    ///
    /// [`StoreError::Seal`] if the current sealing key is not available.
    pub async fn change_key(&self, by: &By) -> Result<Option<(u8, u8)>, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let KeyState::Right(old) = judge(&self.sealer, proof(&mut tx).await?.as_deref()) else {
            return Err(crate::secrets::seal::SealError::CannotOpen.into());
        };
        let new = self.sealer.first()?;
        if new.number() == old {
            return Ok(None);
        }
        put_proof(&mut tx, &new).await?;
        let changes = vec![Change::new("key", old.to_string(), new.number().to_string())];
        audit::record(&mut tx, &Entry::new(by, AuditAction::KeyChanged).with(changes)).await?;
        tx.commit().await?;
        self.sealer.seals_with(new.number());
        Ok(Some((old, new.number())))
    }

    /// Makes the first key the sealing key, after the old one was lost and no secret is encrypted with it any more.
    pub async fn adopt_key(&self) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let key = sealing_key(&mut tx, &self.sealer).await?;
        put_proof(&mut tx, &key).await?;
        stops::forget_locked(&mut tx, &self.sealer).await?;
        tx.commit().await?;
        Ok(())
    }
}

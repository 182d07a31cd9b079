//! Which key seals. The database itself says so, by a row that is sealed with it: whoever writes a secret asks in the
//! transaction that writes, so that from the commit on that names another key nothing is sealed with the old one any
//! more, by any process. The row also tells whether the key is the database's own.

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
    },
};

/// The row of `settings`. No setting has this name.
const ROW: &str = "sealing_key";
/// What it holds, sealed.
const TEXT: &str = "hookgram";

/// Whether the keys are those that the database was sealed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// The key of this number seals.
    Right(u8),
    /// It was sealed with a key of this number that is not at hand.
    Wrong(u8),
    /// Nothing tells: whatever is sealed cannot be opened, and was before the database said with which key.
    Unknown,
}

/// The key that seals, as the database says in this transaction. Where it is not at hand, the first that is.
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

/// Has the database say which key seals, where it does not yet: it is new, or an earlier version's. One whose secrets
/// cannot be opened is left alone.
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

/// The key that opens some of what is sealed; the first where nothing is sealed; `None`: none opens any.
async fn own_key(tx: &mut SqliteConnection, sealer: &Sealer) -> Result<Option<Key>, StoreError> {
    let rows: Vec<(String, i64, String, Vec<u8>)> = sqlx::query_as(
        "SELECT * FROM (SELECT 'profile', id, '', token FROM profiles WHERE token IS NOT NULL LIMIT 50)
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
            "profile" => Place::ProfileToken(*id),
            "user" => Place::UserTotp(*id),
            "setting" => Place::Setting(name),
            _ => Place::EventToken(name),
        };
        sealer.open(place, sealed).is_ok()
    };
    Ok(rows.iter().find(|row| opens(row)).and_then(|row| number_of(&row.3)).and_then(|number| sealer.key(number)))
}

impl Secrets {
    /// What seals secrets that stand elsewhere than in the store: in a form, in a cookie.
    pub(crate) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Whether the keys are those that the database was sealed with.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn key_state(&self) -> Result<KeyState, StoreError> {
        let proof = proof(&mut *self.read.acquire().await?).await?;
        Ok(judge(&self.sealer, proof.as_deref()))
    }

    /// Names the first key as the one that seals, and notes who did; the numbers of the old one and the new one, or
    /// `None` where it seals already.
    ///
    /// # Errors
    /// [`StoreError::Seal`] if the present one is not at hand.
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

    /// Takes the first key for the database's own, where the old one is lost and nothing is sealed with it any more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn adopt_key(&self) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let key = sealing_key(&mut tx, &self.sealer).await?;
        put_proof(&mut tx, &key).await?;
        tx.commit().await?;
        Ok(())
    }
}

//! Sealing anew: whatever is sealed with another key than the one that seals now, a little at a time.

use secrecy::ExposeSecret as _;
use sqlx::FromRow;

use crate::{
    secrets::seal::{Place, number_of},
    store::{Secrets, StoreError, secrets::sealing_key},
};

/// Secrets sealed anew in one write: others who write wait for no longer than that.
const STEP: usize = 64;
/// Events looked through at once.
const EVENTS: i64 = 5_000;

/// Where secrets stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// `profiles.token`
    ProfileToken,
    /// `users.totp`
    UserTotp,
    /// `settings.sealed`
    Setting,
    /// `drafts.token`
    DraftToken,
    /// `drafts.old_url`
    DraftUrl,
    /// `events.token`
    EventToken,
}

/// A secret as it stands in its row.
#[derive(Clone, Debug, FromRow)]
struct Sealed {
    /// The row's id, where that is a number.
    id: i64,
    /// The row's name: of a profile, an account, a setting; the id of a draft or an event.
    name: String,
    sealed: Vec<u8>,
}

/// A secret that no key at hand opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Where it stands.
    pub column: Column,
    /// The row's id, where that is a number.
    pub id: i64,
    /// The row's name: of a profile, an account, a setting; the id of a draft or an event.
    pub name: String,
}

/// What sealing anew came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// How many secrets were sealed anew.
    pub done: u64,
    /// Those that could not be, for no key opens them.
    pub locked: Vec<Locked>,
}

impl Column {
    /// Every place.
    pub const ALL: [Self; 6] =
        [Self::ProfileToken, Self::UserTotp, Self::Setting, Self::DraftToken, Self::DraftUrl, Self::EventToken];

    /// SQL: id, name and secret of those not sealed with the key of number `?1`; of events those behind `?2`, up to `?3`.
    fn select(self) -> &'static str {
        match self {
            Self::ProfileToken => {
                "SELECT id, name, token AS sealed FROM profiles WHERE substr(token, 2, 1) <> ?1 ORDER BY id"
            }
            Self::UserTotp => {
                "SELECT id, email AS name, totp AS sealed FROM users WHERE substr(totp, 2, 1) <> ?1 ORDER BY id"
            }
            Self::Setting => "SELECT 0 AS id, name, sealed FROM settings WHERE substr(sealed, 2, 1) <> ?1",
            Self::DraftToken => {
                "SELECT 0 AS id, id AS name, token AS sealed FROM drafts WHERE substr(token, 2, 1) <> ?1"
            }
            Self::DraftUrl => {
                "SELECT 0 AS id, id AS name, old_url AS sealed FROM drafts WHERE substr(old_url, 2, 1) <> ?1"
            }
            Self::EventToken => {
                "SELECT id, public_id AS name, token AS sealed FROM events
                 WHERE id > ?2 AND id <= ?3 AND substr(token, 2, 1) <> ?1 ORDER BY id"
            }
        }
    }

    /// SQL: `?4` in the place of what it was (`?3`), unless that has changed meanwhile.
    fn update(self) -> &'static str {
        match self {
            Self::ProfileToken => "UPDATE profiles SET token = ?4 WHERE id = ?1 AND token = ?3",
            Self::UserTotp => "UPDATE users SET totp = ?4 WHERE id = ?1 AND totp = ?3",
            Self::Setting => "UPDATE settings SET sealed = ?4 WHERE name = ?2 AND sealed = ?3",
            Self::DraftToken => "UPDATE drafts SET token = ?4 WHERE id = ?2 AND token = ?3",
            Self::DraftUrl => "UPDATE drafts SET old_url = ?4 WHERE id = ?2 AND old_url = ?3",
            Self::EventToken => "UPDATE events SET token = ?4 WHERE id = ?1 AND token = ?3",
        }
    }

    fn place(self, row: &Sealed) -> Place<'_> {
        match self {
            Self::ProfileToken => Place::ProfileToken(row.id),
            Self::UserTotp => Place::UserTotp(row.id),
            Self::Setting => Place::Setting(&row.name),
            Self::DraftToken => Place::DraftToken(&row.name),
            Self::DraftUrl => Place::DraftUrl(&row.name),
            Self::EventToken => Place::EventToken(&row.name),
        }
    }
}

impl Secrets {
    /// Seals anew whatever is sealed with another key than the one that seals, in writes of a few.
    ///
    /// # Errors
    /// If the database fails; what was sealed anew until then stays so.
    pub async fn reseal(&self) -> Result<Resealed, StoreError> {
        let present = self.sealer.present()?.number();
        let mut all = Resealed::default();
        for column in Column::ALL {
            let last = if column == Column::EventToken { self.last_event().await? } else { 0 };
            let mut from: i64 = 0;
            loop {
                let rows: Vec<Sealed> = sqlx::query_as(column.select())
                    .bind(vec![present])
                    .bind(from)
                    .bind(from.saturating_add(EVENTS))
                    .fetch_all(&self.read)
                    .await?;
                for some in rows.chunks(STEP) {
                    self.reseal_some(column, some, &mut all).await?;
                }
                from = from.saturating_add(EVENTS);
                if from >= last {
                    break;
                }
            }
        }
        Ok(all)
    }

    async fn reseal_some(&self, column: Column, rows: &[Sealed], all: &mut Resealed) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let key = sealing_key(&mut tx, &self.sealer).await?;
        for row in rows.iter().filter(|row| number_of(&row.sealed) != Some(key.number())) {
            let place = column.place(row);
            let Ok(text) = self.sealer.open(place, &row.sealed) else {
                all.locked.push(Locked { column, id: row.id, name: row.name.clone() });
                continue;
            };
            let done = sqlx::query(column.update())
                .bind(row.id)
                .bind(&row.name)
                .bind(&row.sealed)
                .bind(key.seal(place, text.expose_secret())?)
                .execute(&mut *tx)
                .await?;
            all.done += done.rows_affected();
        }
        tx.commit().await?;
        Ok(())
    }

    async fn last_event(&self) -> Result<i64, StoreError> {
        let last: Option<i64> = sqlx::query_scalar("SELECT max(id) FROM events").fetch_one(&self.read).await?;
        Ok(last.unwrap_or_default())
    }
}

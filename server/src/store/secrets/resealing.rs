//! Resealing: encrypts secrets that are encrypted with an older key with the sealing key, a few at a time.

use secrecy::ExposeSecret as _;
use sqlx::FromRow;

use crate::{
    secrets::seal::{Place, number_of},
    store::{Secrets, StoreError, secrets::sealing_key},
};

/// The number of secrets resealed in one commit. Other writers wait for the commit.
const STEP: usize = 64;
const EVENTS: i64 = 5_000;

/// The columns that hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// `bots.token`
    BotToken,
    /// `profile_tokens.token`
    ProfileToken,
    /// `booking_bots.secret`
    LinkSecret,
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

#[derive(Clone, Debug, FromRow)]
struct Sealed {
    /// The row's id, if it is a number.
    id: i64,
    /// The name of the bot, profile, account or setting, or the id of the draft or event.
    name: String,
    sealed: Vec<u8>,
}

/// A secret that none of the available keys decrypts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// The secret's column.
    pub column: Column,
    /// The row's id, if it is a number.
    pub id: i64,
    /// The name of the bot, profile, account or setting, or the id of the draft or event.
    pub name: String,
}

/// The result of resealing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// The number of resealed secrets.
    pub done: u64,
    /// Secrets that were not resealed, because no key decrypts them.
    pub locked: Vec<Locked>,
}

impl Column {
    /// All columns.
    pub const ALL: [Self; 8] = [
        Self::BotToken,
        Self::ProfileToken,
        Self::LinkSecret,
        Self::UserTotp,
        Self::Setting,
        Self::DraftToken,
        Self::DraftUrl,
        Self::EventToken,
    ];

    /// SQL: id, name and secret of the rows not encrypted with key number `?1`; for events, only ids above `?2` up to
    /// `?3`.
    fn select(self) -> &'static str {
        match self {
            Self::BotToken => {
                "SELECT id, iif(username = '', CAST(id AS TEXT), '@' || username) AS name, token AS sealed FROM bots
                 WHERE substr(token, 2, 1) <> ?1 ORDER BY id"
            }
            Self::ProfileToken => {
                "SELECT t.profile_id AS id, p.name, t.token AS sealed FROM profile_tokens t
                 JOIN profiles p ON p.id = t.profile_id WHERE substr(t.token, 2, 1) <> ?1 ORDER BY p.id"
            }
            Self::LinkSecret => {
                "SELECT s.bot_id AS id, iif(b.username = '', CAST(b.id AS TEXT), '@' || b.username) AS name,
                 s.secret AS sealed FROM booking_bots s JOIN bots b ON b.id = s.bot_id
                 WHERE substr(s.secret, 2, 1) <> ?1 ORDER BY s.bot_id"
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

    /// SQL: replaces the secret `?3` by `?4`, unless it was changed in the meantime.
    fn update(self) -> &'static str {
        match self {
            Self::BotToken => "UPDATE bots SET token = ?4 WHERE id = ?1 AND token = ?3",
            Self::ProfileToken => "UPDATE profile_tokens SET token = ?4 WHERE profile_id = ?1 AND token = ?3",
            Self::LinkSecret => "UPDATE booking_bots SET secret = ?4 WHERE bot_id = ?1 AND secret = ?3",
            Self::UserTotp => "UPDATE users SET totp = ?4 WHERE id = ?1 AND totp = ?3",
            Self::Setting => "UPDATE settings SET sealed = ?4 WHERE name = ?2 AND sealed = ?3",
            Self::DraftToken => "UPDATE drafts SET token = ?4 WHERE id = ?2 AND token = ?3",
            Self::DraftUrl => "UPDATE drafts SET old_url = ?4 WHERE id = ?2 AND old_url = ?3",
            Self::EventToken => "UPDATE events SET token = ?4 WHERE id = ?1 AND token = ?3",
        }
    }

    fn place(self, row: &Sealed) -> Place<'_> {
        match self {
            Self::BotToken => Place::BotToken(row.id),
            Self::ProfileToken => Place::ProfileToken(row.id),
            Self::LinkSecret => Place::LinkSecret(row.id),
            Self::UserTotp => Place::UserTotp(row.id),
            Self::Setting => Place::Setting(&row.name),
            Self::DraftToken => Place::DraftToken(&row.name),
            Self::DraftUrl => Place::DraftUrl(&row.name),
            Self::EventToken => Place::EventToken(&row.name),
        }
    }
}

impl Secrets {
    /// Reseals all secrets that are not encrypted with the sealing key, a few in each commit.
    ///
    /// # Errors
    ///
    /// Secrets that were resealed before the error stay resealed.
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

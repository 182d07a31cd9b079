//! Profiles with their webhook keys.

pub(in crate::store) mod cache;
pub(in crate::store) mod changes;
pub(in crate::store) mod drafts;
pub(in crate::store) mod folding;
pub(in crate::store) mod list;
pub(in crate::store) mod sandbox;

use data_encoding::HEXLOWER;
use hookgram::{
    audit::AuditAction,
    bot::SANDBOX_BOT,
    channel::ChannelKind,
    event::EventType,
    profile::{EditedProfile, Profile},
    query,
    secret::BotToken,
};
use sha2::{Digest as _, Sha256};
use sqlx::{FromRow, SqliteConnection};

use crate::{
    secrets::{codes, seal::Sealer},
    store::{
        EditedBot, Profiles, SenderKey, StoreError,
        audit::{self, By, Change, Entry},
        bots::{
            self, open_token,
            suspended::{is_suspended, move_deliveries, resume_deliveries},
        },
        names::{ChannelCode, quoted},
        profiles::folding::{fold, folded},
        unique,
    },
    time::now,
};

/// A stored profile. Its bot's token is in `profile`, unless it cannot be decrypted with the available keys.
#[derive(Clone, Debug)]
pub struct StoredProfile {
    /// The profile's id.
    pub id: i64,
    /// The unique name.
    pub name: String,
    /// Whether the endpoint accepts events.
    pub enabled: bool,
    /// The channel of the messages.
    pub channel: ChannelKind,
    /// The event types for which messages are sent; empty means all.
    pub events: Vec<EventType>,
    /// The parameters.
    pub profile: Profile,
    /// Whether a chat id without a booking bot's code is accepted (contract §4).
    pub bare_ids: bool,
    /// The current webhook key.
    pub key: String,
    /// Telegram's id of the bot that sends the messages.
    pub bot: Option<i64>,
    /// Increases with every change of the profile, its webhook keys or its bot's token.
    pub version: i64,
}

impl StoredProfile {
    /// Telegram's id of the bot, if the bot's token cannot be decrypted with the available keys.
    #[must_use]
    pub fn locked(&self) -> Option<i64> {
        self.bot.filter(|_| self.profile.token.is_none())
    }

    /// A hash of everything that can be changed in the form. It does not include the endpoint's switch, the webhook
    /// keys and the bot's token.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let events: Vec<i64> = self.events.iter().map(|event| event.0).collect();
        let content = (&self.name, self.channel.name(), self.bot, self.bare_ids, events, query::write(&self.profile));
        let hash = Sha256::digest(format!("{content:?}"));
        HEXLOWER.encode(hash.get(..8).unwrap_or_default())
    }

    /// Whether the profile sends messages for events of this type. An event without a type is accepted only by a profile
    /// that accepts all types.
    #[must_use]
    pub fn accepts(&self, event_type: Option<EventType>) -> bool {
        self.events.is_empty() || event_type.is_some_and(|kind| self.events.contains(&kind))
    }

    /// Telegram's id of the bot whose customers the profile writes to, or the id of the sandbox's bot.
    #[must_use]
    pub fn customers_bot(&self) -> Option<i64> {
        if self.channel == ChannelKind::Sandbox { Some(SANDBOX_BOT) } else { self.bot }
    }

    /// Converts the profile into the form that a person edits.
    #[must_use]
    pub fn edited(self) -> EditedProfile {
        EditedProfile {
            name: self.name,
            enabled: Some(self.enabled),
            channel: self.channel,
            bot: self.bot,
            events: self.events,
            profile: self.profile,
            bare_ids: Some(self.bare_ids),
            key: Some(self.key),
        }
    }
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    enabled: bool,
    #[sqlx(try_from = "ChannelCode", rename = "sandbox")]
    channel: ChannelKind,
    events: String,
    token: Option<Vec<u8>>,
    bot_id: Option<i64>,
    parameters: String,
    bare_ids: bool,
    version: i64,
    key: String,
}

/// SQL: selects the columns of a [`Row`], followed by `$rest`.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.name, p.enabled, p.sandbox, p.events, b.token, p.bot_id, p.parameters, p.bare_ids, p.version, k.key
             FROM profiles p LEFT JOIN bots b ON b.id = p.bot_id
             JOIN webhook_keys k ON k.profile_id = p.id AND k.retired_at IS NULL ",
            $rest
        )
    };
}

impl Row {
    fn open(self, sealer: &Sealer) -> Result<StoredProfile, StoreError> {
        let numbers: Vec<i64> =
            serde_json::from_str(&self.events).map_err(|_| StoreError::corrupt("profiles.events"))?;
        let mut profile = query::read(self.parameters.as_bytes()).profile;
        // A profile whose token cannot be decrypted can still be shown.
        let sealed = self.bot_id.zip(self.token.as_deref());
        profile.token = sealed.and_then(|(bot, sealed)| open_token(sealer, bot, sealed).ok());
        Ok(StoredProfile {
            id: self.id,
            name: self.name,
            enabled: self.enabled,
            channel: self.channel,
            events: numbers.into_iter().map(EventType).collect(),
            profile,
            bare_ids: self.bare_ids,
            key: self.key,
            bot: self.bot_id,
            version: self.version,
        })
    }
}

impl Profiles {
    /// All profiles, by name.
    pub async fn all(&self) -> Result<Vec<StoredProfile>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(select!("ORDER BY p.name")).fetch_all(&self.read).await?;
        rows.into_iter().map(|row| row.open(&self.sealer)).collect()
    }

    /// The ids and names of all profiles, by name.
    pub async fn names(&self) -> Result<Vec<(i64, String)>, StoreError> {
        let names = "SELECT id, name FROM profiles WHERE deleted_at IS NULL ORDER BY folded, id";
        Ok(sqlx::query_as(names).fetch_all(&self.read).await?)
    }

    /// The ids and names of up to `limit` profiles whose name contains a text, ignoring case: first the profile with
    /// exactly this name, then those whose name begins with it.
    pub async fn named_like(&self, text: &str, limit: i64) -> Result<Vec<(i64, String)>, StoreError> {
        let named = "SELECT id, name FROM (
                 SELECT id, name, substr(folded, 1, instr(folded, char(10)) - 1) AS own
                 FROM profiles WHERE deleted_at IS NULL)
             WHERE instr(own, ?1) > 0 ORDER BY own <> ?1, name <> ?2, instr(own, ?1) > 1, own, id LIMIT ?3";
        Ok(sqlx::query_as(named).bind(fold(text)).bind(text).bind(limit).fetch_all(&self.read).await?)
    }

    /// The name of a profile; `None` if it does not exist or is deleted.
    pub async fn name_of(&self, id: i64) -> Result<Option<String>, StoreError> {
        let name = "SELECT name FROM profiles WHERE id = ?1 AND deleted_at IS NULL";
        Ok(sqlx::query_scalar(name).bind(id).fetch_optional(&self.read).await?)
    }

    /// Whether there are no profiles.
    pub async fn are_none(&self) -> Result<bool, StoreError> {
        let none = "SELECT NOT EXISTS (SELECT 1 FROM profiles WHERE deleted_at IS NULL)";
        Ok(sqlx::query_scalar(none).fetch_one(&self.read).await?)
    }

    /// One profile.
    pub async fn get(&self, id: i64) -> Result<Option<StoredProfile>, StoreError> {
        let row: Option<Row> = sqlx::query_as(select!("WHERE p.id = ?1")).bind(id).fetch_optional(&self.read).await?;
        row.map(|row| row.open(&self.sealer)).transpose()
    }

    /// The profile with this name.
    pub async fn by_name(&self, name: &str) -> Result<Option<StoredProfile>, StoreError> {
        let id: Option<i64> =
            sqlx::query_scalar("SELECT id FROM profiles WHERE name = ?1").bind(name).fetch_optional(&self.read).await?;
        match id {
            Some(id) => self.get(id).await,
            None => Ok(None),
        }
    }

    /// The profile with this webhook key, which is the current key or a replaced one that still works.
    pub async fn by_key(&self, key: &str) -> Result<Option<StoredProfile>, StoreError> {
        let row: Option<Row> = sqlx::query_as(select!(
            "JOIN webhook_keys asked ON asked.profile_id = p.id
                 WHERE asked.key = ?1 AND (asked.retired_at IS NULL OR asked.retired_at > ?2)"
        ))
        .bind(key)
        .bind(now())
        .fetch_optional(&self.read)
        .await?;
        row.map(|row| row.open(&self.sealer)).transpose()
    }

    /// Stores a new profile (`id` is `None`) or replaces one, except for its webhook key. Returns its id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Taken`] if another profile has its name, [`StoreError::NotFound`] if there is no profile with this
    /// id, [`StoreError::NoSuchBot`] if the chosen bot has been removed.
    pub async fn put(&self, id: Option<i64>, draft: &EditedProfile, by: &By) -> Result<i64, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let action = if id.is_some() { AuditAction::ProfileChanged } else { AuditAction::ProfileMade };
        let id = put(&mut tx, &self.sealer, id, draft, (by, action)).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Replaces a profile, except for its webhook key, if its fingerprint is still `base`. A blank `base` always
    /// replaces it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Outdated`] if the profile has changed since; else those of [`Profiles::put`].
    pub async fn replace(&self, id: i64, base: &str, draft: &EditedProfile, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let stored = present(&mut tx, &self.sealer, id).await?.ok_or(StoreError::NotFound)?;
        if !base.is_empty() && stored.fingerprint() != base {
            return Err(StoreError::Outdated);
        }
        put(&mut tx, &self.sealer, Some(id), draft, (by, AuditAction::ProfileChanged)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Stores several bots and profiles, all or none. Each profile replaces the one with its name. Returns the
    /// profiles' names and webhook keys.
    ///
    /// # Errors
    ///
    /// The error, with the index of the profile that caused it. [`StoreError::KeyTaken`] if a webhook key belongs to
    /// another profile.
    pub async fn put_all(
        &self,
        bots: &[EditedBot],
        drafts: &[EditedProfile],
        by: &By,
    ) -> Result<Vec<(String, String)>, (usize, StoreError)> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await.map_err(|error| (0, error.into()))?;
        for bot in bots {
            crate::store::bots::put_edited(&mut tx, &self.sealer, bot, by).await.map_err(|error| (0, error))?;
        }
        let mut done = Vec::with_capacity(drafts.len());
        for (index, draft) in drafts.iter().enumerate() {
            let at = |error: StoreError| (index, error);
            let id: Option<i64> = sqlx::query_scalar("SELECT id FROM profiles WHERE name = ?1")
                .bind(&draft.name)
                .fetch_optional(&mut *tx)
                .await
                .map_err(|error| at(error.into()))?;
            let id = put(&mut tx, &self.sealer, id, draft, (by, AuditAction::ProfileImported)).await.map_err(at)?;
            let key = sqlx::query_scalar("SELECT key FROM webhook_keys WHERE profile_id = ?1 AND retired_at IS NULL")
                .bind(id)
                .fetch_one(&mut *tx)
                .await
                .map_err(|error| at(error.into()))?;
            done.push((draft.name.clone(), key));
        }
        tx.commit().await.map_err(|error| (0, error.into()))?;
        Ok(done)
    }

    /// Enables or disables a profile's endpoint.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if there is no such profile.
    pub async fn set_enabled(&self, id: i64, enabled: bool, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let before: Option<(String, bool)> =
            sqlx::query_as("SELECT name, enabled FROM profiles WHERE id = ?1 AND deleted_at IS NULL")
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?;
        let (name, was) = before.ok_or(StoreError::NotFound)?;
        sqlx::query("UPDATE profiles SET enabled = ?2, updated_at = ?3 WHERE id = ?1")
            .bind(id)
            .bind(enabled)
            .bind(now())
            .execute(&mut *tx)
            .await?;
        if was != enabled {
            let action = if enabled { AuditAction::ProfileEnabled } else { AuditAction::ProfileDisabled };
            audit::record(&mut tx, &Entry::new(by, action).to(&name, id)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Records in the audit log that profiles were exported, with or without their tokens and webhook keys.
    pub async fn note_export(&self, profiles: &[StoredProfile], with_secrets: bool, by: &By) -> Result<(), StoreError> {
        let entry = Entry::new(by, AuditAction::ProfileExported);
        let (entry, mut changes) = match profiles {
            [one] => (entry.to(&one.name, one.id), Vec::new()),
            all => (entry, vec![Change::new("count", "", all.len().to_string())]),
        };
        changes.push(Change::new("with_secrets", "", with_secrets.to_string()));
        self.note(&entry.with(changes)).await
    }
}

/// A sent test message, for the audit log.
#[derive(Debug)]
pub struct Test<'a> {
    /// The name and the id of the tested profile. An unsaved profile has an empty name and no id.
    pub profile: (&'a str, Option<i64>),
    /// The bot's token; `None` for the sandbox.
    pub token: Option<&'a BotToken>,
    /// The last digits of the chat's id; empty if the chat is that of the sample event.
    pub chat: &'a str,
    /// The result: `sent`, `refused` or `in_sandbox`; `event` for a sample event that is queued.
    pub answer: &'static str,
}

impl Profiles {
    /// Records in the audit log that a test message was sent.
    pub async fn note_test(&self, test: &Test<'_>, by: &By) -> Result<(), StoreError> {
        let mut changes = vec![Change::new("answer", "", test.answer)];
        changes.extend((!test.chat.is_empty()).then(|| Change::new("chat", "", test.chat)));
        changes.extend(test.token.map(|token| Change::new("telegramToken", "", token.masked())));
        let (name, id) = test.profile;
        self.note(&Entry::new(by, AuditAction::ProfileTested).to(name, id).with(changes)).await
    }
}

/// Stores a profile and records `action` in the audit log.
pub(in crate::store) async fn put(
    tx: &mut SqliteConnection,
    sealer: &Sealer,
    id: Option<i64>,
    draft: &EditedProfile,
    (by, action): (&By, AuditAction),
) -> Result<i64, StoreError> {
    let before = match id {
        Some(id) => Some(present(tx, sealer, id).await?.ok_or(StoreError::NotFound)?),
        None => None,
    };
    let is_new = before.is_none();
    let numbers: Vec<i64> = draft.events.iter().map(|event| event.0).collect();
    let events = serde_json::to_string(&numbers).map_err(|_| StoreError::corrupt("profiles.events"))?;
    let parameters = query::write(&draft.profile);
    let folded = folded(&draft.name, draft.profile.field_name.as_deref());
    let id = match id {
        Some(id) => {
            let done = sqlx::query(
                "UPDATE profiles SET name = ?2, enabled = coalesce(?3, enabled), sandbox = ?4, events = ?5,
                 parameters = ?6, updated_at = ?7, folded = ?8 WHERE id = ?1 AND deleted_at IS NULL",
            )
            .bind(id)
            .bind(&draft.name)
            .bind(draft.enabled)
            .bind(ChannelCode::of(draft.channel))
            .bind(&events)
            .bind(&parameters)
            .bind(now())
            .bind(folded)
            .execute(&mut *tx)
            .await
            .map_err(|error| unique(error, StoreError::Taken))?;
            if done.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            id
        }
        None => {
            let id = sqlx::query_scalar(
                "INSERT INTO profiles (name, enabled, sandbox, events, parameters, created_at, updated_at, folded)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7) RETURNING id",
            )
            .bind(&draft.name)
            .bind(draft.enabled.unwrap_or(true))
            .bind(ChannelCode::of(draft.channel))
            .bind(&events)
            .bind(&parameters)
            .bind(now())
            .bind(folded)
            .fetch_one(&mut *tx)
            .await
            .map_err(|error| unique(error, StoreError::Taken))?;
            let key = draft.key.clone().unwrap_or_else(codes::webhook_key);
            sqlx::query("INSERT INTO webhook_keys (key, profile_id, created_at) VALUES (?1, ?2, ?3)")
                .bind(key)
                .bind(id)
                .bind(now())
                .execute(&mut *tx)
                .await
                .map_err(|error| unique(error, StoreError::KeyTaken))?;
            id
        }
    };
    let bot = match &draft.profile.token {
        Some(token) => {
            bots::enter(tx, sealer, token, by).await?;
            Some(token.bot_id())
        }
        None => draft.bot,
    };
    let had = before.as_ref().and_then(|before| before.bot);
    let bare_ids = match (draft.bare_ids, is_new, bot) {
        (None, true, Some(bot)) => Some(!has_booking_bot(tx, bot).await?),
        (bare_ids, ..) => bare_ids,
    };
    if let Some(bare_ids) = bare_ids {
        sqlx::query("UPDATE profiles SET bare_ids = ?2 WHERE id = ?1")
            .bind(id)
            .bind(bare_ids)
            .execute(&mut *tx)
            .await?;
    }
    let mut changes = audit::profile_changes(before.map(StoredProfile::edited).as_ref(), draft);
    if let Some(bot) = bot.filter(|bot| had != Some(*bot)) {
        changes.extend(choose_bot(tx, id, had, bot).await?);
    }
    if is_new || !changes.is_empty() {
        audit::record(tx, &Entry::new(by, action).to(&draft.name, id).with(changes)).await?;
    }
    Ok(id)
}

async fn has_booking_bot(tx: &mut SqliteConnection, bot: i64) -> Result<bool, StoreError> {
    let has = "SELECT EXISTS (SELECT 1 FROM booking_bots WHERE bot_id = ?1 AND enabled)";
    Ok(sqlx::query_scalar(has).bind(bot).fetch_one(tx).await?)
}

/// Sets the bot of a profile and moves the profile's unfinished deliveries to that bot. Returns the change for the
/// audit log.
async fn choose_bot(
    tx: &mut SqliteConnection,
    profile: i64,
    before: Option<i64>,
    bot: i64,
) -> Result<Option<Change>, StoreError> {
    let sender: Vec<u8> = sqlx::query_scalar("SELECT sender FROM bots WHERE id = ?1 AND sender IS NOT NULL")
        .bind(bot)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::NoSuchBot)?;
    let old = match before {
        Some(before) => bots::name(tx, before).await?,
        None => None,
    };
    let new = bots::name(tx, bot).await?;
    sqlx::query("UPDATE profiles SET bot_id = ?2 WHERE id = ?1").bind(profile).bind(bot).execute(&mut *tx).await?;
    move_deliveries(tx, profile, bot, &SenderKey::of_bytes(sender), now()).await?;
    let is_suspended: bool = sqlx::query_scalar(concat!("SELECT ", is_suspended!(), " FROM bots b WHERE id = ?1"))
        .bind(bot)
        .fetch_one(&mut *tx)
        .await?;
    if !is_suspended {
        resume_deliveries(tx, bot, Some(profile), now()).await?;
    }
    Ok(Some(Change::new("bot", old.unwrap_or_default(), new.unwrap_or_default())))
}

/// The profile before a change, read in the transaction of the change.
async fn present(tx: &mut SqliteConnection, sealer: &Sealer, id: i64) -> Result<Option<StoredProfile>, StoreError> {
    let row: Option<Row> = sqlx::query_as(select!("WHERE p.id = ?1")).bind(id).fetch_optional(tx).await?;
    row.map(|row| row.open(sealer)).transpose()
}

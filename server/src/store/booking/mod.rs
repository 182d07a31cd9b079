//! The booking bots: their settings and secrets, and which of their updates are handled.

mod readers;

use hookgram::{
    audit::AuditAction,
    booking::{BookingBot, Trouble},
};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{FromRow, SqliteConnection};

use crate::{
    secrets::{
        codes,
        links::{Codes, LinkKey},
        seal::{Place, Sealer},
    },
    store::{
        Booking, SenderKey, StoreError,
        audit::{self, By, Change, Entry},
        bots,
        names::MaybeNamed,
        secrets::sealing_key,
    },
    time::{Millis, now},
};

/// How a booking bot receives its updates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpdateSource {
    /// Long polling, which needs no public address.
    #[default]
    Polling,
    /// A webhook.
    Webhook,
}

/// A booking bot.
#[derive(Clone, Debug)]
pub struct BookingRecord {
    /// Telegram's id of the bot.
    pub bot: i64,
    /// Whether the booking bot is enabled.
    pub enabled: bool,
    /// The operator's settings.
    pub settings: BookingBot,
    /// Increases with every save.
    pub version: i64,
    /// The key of the bot's links, if it can be decrypted.
    pub links: Option<LinkKey>,
    /// How the bot receives its updates.
    pub source: UpdateSource,
    /// The id of the newest handled update plus one, and when that was handled; `None` once this was confirmed to
    /// Telegram.
    pub next_update: Option<(i64, Millis)>,
    /// Why no updates arrive, and since when.
    pub trouble: Option<(Trouble, Millis)>,
    /// The host of a foreign webhook that receives the updates.
    pub trouble_host: Option<String>,
    /// The SHA-256 of the commands and texts that were last published at Telegram.
    pub published: Option<Vec<u8>>,
}

#[derive(FromRow)]
struct Row {
    bot_id: i64,
    enabled: bool,
    settings: String,
    version: i64,
    secret: Vec<u8>,
    by_webhook: bool,
    next_update: Option<i64>,
    handled_at: Option<Millis>,
    #[sqlx(try_from = "MaybeNamed<Trouble>")]
    trouble: Option<Trouble>,
    trouble_host: Option<String>,
    trouble_since: Option<Millis>,
    published: Option<Vec<u8>>,
}

/// SQL: selects the columns of a [`Row`], followed by `$rest`.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT s.bot_id, s.enabled, s.settings, s.version, s.secret, s.by_webhook, s.next_update, s.handled_at, s.trouble,
             s.trouble_host, s.trouble_since, s.published FROM booking_bots s ",
            $rest
        )
    };
}

impl Row {
    fn open(self, sealer: &Sealer) -> Result<BookingRecord, StoreError> {
        let settings =
            serde_json::from_str(&self.settings).map_err(|_| StoreError::corrupt("booking_bots.settings"))?;
        let secret = sealer.open(Place::LinkSecret(self.bot_id), &self.secret).ok();
        Ok(BookingRecord {
            bot: self.bot_id,
            enabled: self.enabled,
            settings,
            version: self.version,
            links: secret.map(|secret| LinkKey::new(self.bot_id, secret)),
            source: if self.by_webhook { UpdateSource::Webhook } else { UpdateSource::Polling },
            next_update: self.next_update.zip(self.handled_at),
            trouble: self.trouble.zip(self.trouble_since),
            trouble_host: self.trouble_host,
            published: self.published,
        })
    }
}

impl Booking {
    /// The booking bot of a bot; `None` if it was never configured.
    pub async fn get(&self, bot: i64) -> Result<Option<BookingRecord>, StoreError> {
        let row: Option<Row> =
            sqlx::query_as(select!("WHERE s.bot_id = ?1")).bind(bot).fetch_optional(&self.read).await?;
        row.map(|row| row.open(&self.sealer)).transpose()
    }

    /// The enabled booking bots.
    pub async fn enabled(&self) -> Result<Vec<BookingRecord>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(select!("WHERE s.enabled ORDER BY s.bot_id")).fetch_all(&self.read).await?;
        rows.into_iter().map(|row| row.open(&self.sealer)).collect()
    }

    /// The enabled booking bot whose webhook path ends in this segment.
    pub async fn by_webhook(&self, path: &str) -> Result<Option<BookingRecord>, StoreError> {
        let row: Option<Row> = sqlx::query_as(select!("WHERE s.webhook_hash = ?1 AND s.by_webhook AND s.enabled"))
            .bind(codes::hash(path))
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| row.open(&self.sealer)).transpose()
    }

    /// The key of a bot's links, even while the booking bot is disabled, because links remain in use. `sender` must be
    /// that of the bot's token, or `None` if the token is not known to be the bot's own.
    pub async fn link_key(&self, bot: i64, sender: Option<&SenderKey>) -> Result<Option<LinkKey>, StoreError> {
        let sealed: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT s.secret FROM booking_bots s JOIN bots b ON b.id = s.bot_id
             WHERE s.bot_id = ?1 AND (?2 IS NULL OR b.sender = ?2)",
        )
        .bind(bot)
        .bind(sender.map(SenderKey::as_bytes))
        .fetch_optional(&self.read)
        .await?;
        let secret = sealed.and_then(|sealed| self.sealer.open(Place::LinkSecret(bot), &sealed).ok());
        Ok(secret.map(|secret| LinkKey::new(bot, secret)))
    }

    /// The check of the chat ids in a bot's events. For `sender`, see [`Booking::link_key`].
    pub async fn codes(
        &self,
        bot: Option<i64>,
        sender: Option<&SenderKey>,
        bare_ids: bool,
    ) -> Result<Codes, StoreError> {
        let key = match bot {
            Some(bot) => self.link_key(bot, sender).await?,
            None => None,
        };
        Ok(Codes { key, bare_ids })
    }

    /// Stores the settings of a booking bot and how it receives its updates. Generates a secret for its links if there
    /// is none, or if the stored one cannot be decrypted.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`] if there is no such bot; [`StoreError::Outdated`] if the settings have changed since
    /// `version`.
    pub async fn put(
        &self,
        bot: i64,
        version: Option<i64>,
        settings: &BookingBot,
        source: UpdateSource,
        by: &By,
    ) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let stored: Option<i64> = sqlx::query_scalar("SELECT version FROM booking_bots WHERE bot_id = ?1")
            .bind(bot)
            .fetch_optional(&mut *tx)
            .await?;
        if stored != version {
            return Err(StoreError::Outdated);
        }
        put(&mut tx, &self.sealer, bot, (settings, source, None), by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Enables or disables a booking bot.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if it was never set up.
    pub async fn set_enabled(&self, bot: i64, enabled: bool, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        set_enabled(&mut tx, bot, enabled, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records that all updates below this id are handled. `None` records that this was confirmed to Telegram.
    pub async fn handled(&self, bot: i64, next_update: Option<i64>) -> Result<(), StoreError> {
        sqlx::query("UPDATE booking_bots SET next_update = ?2, handled_at = ?3 WHERE bot_id = ?1")
            .bind(bot)
            .bind(next_update)
            .bind(next_update.map(|_| now()))
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Records why no updates arrive, or that they arrive. The time of the first report is kept.
    pub async fn put_trouble(&self, bot: i64, trouble: Option<Trouble>, host: Option<&str>) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE booking_bots SET trouble_since = CASE WHEN ?2 IS NULL THEN NULL WHEN trouble IS ?2 THEN
             trouble_since ELSE ?4 END, trouble = ?2, trouble_host = ?3 WHERE bot_id = ?1",
        )
        .bind(bot)
        .bind(trouble.map(Trouble::name))
        .bind(host)
        .bind(now())
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// Records that a person has replaced the webhook of another program, so that updates arrive again.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if there is no such booking bot.
    pub async fn taken_over(&self, bot: i64, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let name = bots::name(&mut tx, bot).await?.ok_or(StoreError::NotFound)?;
        let host: Option<String> = sqlx::query_scalar("SELECT trouble_host FROM booking_bots WHERE bot_id = ?1")
            .bind(bot)
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(StoreError::NotFound)?;
        sqlx::query(
            "UPDATE booking_bots SET trouble = NULL, trouble_host = NULL, trouble_since = NULL WHERE bot_id = ?1",
        )
        .bind(bot)
        .execute(&mut *tx)
        .await?;
        let change = Change::new("webhook", host.unwrap_or_default(), String::new());
        audit::record(&mut tx, &Entry::new(by, AuditAction::BookingBotTakenOver).to(&name, bot).with(vec![change]))
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Stores the SHA-256 of the commands and texts that were published at Telegram.
    pub async fn published(&self, bot: i64, hash: &[u8]) -> Result<(), StoreError> {
        sqlx::query("UPDATE booking_bots SET published = ?2 WHERE bot_id = ?1")
            .bind(bot)
            .bind(hash)
            .execute(&self.write)
            .await?;
        Ok(())
    }
}

/// Stores the settings of a booking bot, see [`Booking::put`]. `secret` replaces the secret of its links.
pub(in crate::store) async fn put(
    tx: &mut SqliteConnection,
    sealer: &Sealer,
    bot: i64,
    (settings, source, secret): (&BookingBot, UpdateSource, Option<&SecretString>),
    by: &By,
) -> Result<(), StoreError> {
    let name = bots::name(tx, bot).await?.ok_or(StoreError::NoSuchBot)?;
    let stored: Option<Row> = sqlx::query_as(select!("WHERE s.bot_id = ?1")).bind(bot).fetch_optional(&mut *tx).await?;
    let stored = stored.map(|row| row.open(sealer)).transpose()?;
    let json = serde_json::to_string(settings).map_err(|_| StoreError::corrupt("booking_bots.settings"))?;
    match secret {
        Some(secret) => put_secret(tx, sealer, bot, secret.clone()).await?,
        None if stored.as_ref().is_none_or(|stored| stored.links.is_none()) => {
            put_secret(tx, sealer, bot, codes::secret().into()).await?;
        }
        None => {}
    }
    sqlx::query("UPDATE booking_bots SET settings = ?2, by_webhook = ?3, version = version + 1 WHERE bot_id = ?1")
        .bind(bot)
        .bind(json)
        .bind(source == UpdateSource::Webhook)
        .execute(&mut *tx)
        .await?;
    let changes = changes(stored.as_ref(), settings);
    audit::record(tx, &Entry::new(by, AuditAction::BookingBotSet).to(&name, bot).with(changes)).await
}

async fn put_secret(
    tx: &mut SqliteConnection,
    sealer: &Sealer,
    bot: i64,
    secret: SecretString,
) -> Result<(), StoreError> {
    let sealed = sealing_key(tx, sealer).await?.seal(Place::LinkSecret(bot), secret.expose_secret())?;
    let path = LinkKey::new(bot, secret).webhook_path();
    sqlx::query(
        "INSERT INTO booking_bots (bot_id, enabled, settings, version, secret, by_webhook, webhook_hash)
         VALUES (?1, 0, '{}', 0, ?2, 0, ?3) ON CONFLICT (bot_id) DO UPDATE SET secret = ?2, webhook_hash = ?3",
    )
    .bind(bot)
    .bind(sealed)
    .bind(codes::hash(&path))
    .execute(tx)
    .await?;
    Ok(())
}

pub(in crate::store) async fn set_enabled(
    tx: &mut SqliteConnection,
    bot: i64,
    enabled: bool,
    by: &By,
) -> Result<(), StoreError> {
    let name = bots::name(tx, bot).await?.ok_or(StoreError::NotFound)?;
    let was: bool = sqlx::query_scalar("SELECT enabled FROM booking_bots WHERE bot_id = ?1")
        .bind(bot)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::NotFound)?;
    sqlx::query(
        "UPDATE booking_bots SET enabled = ?2, trouble = NULL, trouble_host = NULL, trouble_since = NULL,
         published = NULL WHERE bot_id = ?1",
    )
    .bind(bot)
    .bind(enabled)
    .execute(&mut *tx)
    .await?;
    if was == enabled {
        return Ok(());
    }
    let action = if enabled { AuditAction::BookingBotOn } else { AuditAction::BookingBotOff };
    audit::record(tx, &Entry::new(by, action).to(&name, bot)).await
}

/// The changes for the audit log: the names of changed fields with short values.
fn changes(before: Option<&BookingRecord>, after: &BookingBot) -> Vec<Change> {
    use hookgram::booking::BookingField;

    let default = BookingBot::default();
    let before = before.map_or(&default, |before| &before.settings);
    let mut changes: Vec<Change> = BookingField::ALL
        .into_iter()
        .map(|field| Change::new(field.name(), before.get(field), after.get(field)))
        .filter(|change| change.from != change.to)
        .collect();
    let services =
        |bot: &BookingBot| bot.services.iter().map(|service| service.title.as_str()).collect::<Vec<_>>().join(", ");
    if before.services != after.services {
        changes.push(Change::new("services", services(before), services(after)));
    }
    for (what, from, to) in [
        ("returns", before.returns, after.returns),
        ("deliver_after_start", before.deliver_after_start, after.deliver_after_start),
    ] {
        if from != to {
            changes.push(Change::new(what, from.to_string(), to.to_string()));
        }
    }
    changes
}

//! Bots: their encrypted tokens, and the last response of Telegram about each.

pub(in crate::store) mod answers;
pub(in crate::store) mod moving;
pub(in crate::store) mod suspended;

use hookgram::{
    audit::AuditAction,
    booking::BookingBot,
    bot::{BotState, SANDBOX_BOT, SANDBOX_BOT_NAME},
    secret::BotToken,
};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{FromRow, SqliteConnection};

use crate::{
    secrets::seal::{Place, Sealer},
    store::{
        Booking, BookingRecord, Bots, SenderKey, StoreError, UpdateSource,
        audit::{self, By, Change, Entry},
        booking,
        bots::suspended::{move_deliveries, resume},
        events::strangers::now_known,
        names::{Named, quoted},
        secrets::sealing_key,
    },
    time::{Millis, now},
};

/// A bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bot {
    /// Telegram's id of the bot.
    pub id: i64,
    /// The display name; empty until Telegram has returned it.
    pub name: String,
    /// The `@name`, without the `@`; empty until Telegram has returned it.
    pub username: String,
    /// The state of the token.
    pub state: BotState,
}

/// A bot with its token and related data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotRecord {
    /// The bot.
    pub bot: Bot,
    /// The token, if it can be decrypted.
    pub token: Option<BotToken>,
    /// Since when the bot has its state.
    pub state_since: Millis,
    /// Telegram's description of why it refused the token.
    pub refusal: Option<String>,
    /// When Telegram last answered for the bot, to the minute.
    pub answered_at: Option<Millis>,
    /// The number of profiles that send with the bot.
    pub profiles: i64,
    /// The number of the bot's unfinished deliveries.
    pub waiting: i64,
    /// Whether the booking bot is enabled; `None` if it was never configured.
    pub books: Option<bool>,
}

/// A bot with its booking bot, for export to a file.
#[derive(Clone, Debug)]
pub struct ExportedBot {
    /// The bot.
    pub record: BotRecord,
    /// The booking bot.
    pub booking: Option<BookingRecord>,
}

/// A bot as described in an imported file.
#[derive(Clone, Debug)]
pub struct EditedBot {
    /// Telegram's id of the bot.
    pub id: i64,
    /// The token; `None` keeps the stored one.
    pub token: Option<BotToken>,
    /// The booking bot; `None` keeps the stored one.
    pub booking: Option<EditedBooking>,
}

/// A booking bot as described in an imported file.
#[derive(Clone, Debug)]
pub struct EditedBooking {
    /// Whether the booking bot is enabled.
    pub enabled: bool,
    /// How the bot receives its updates.
    pub source: UpdateSource,
    /// The operator's settings.
    pub settings: BookingBot,
    /// The secret of the bot's links; `None` keeps the stored one.
    pub secret: Option<SecretString>,
}

/// The effect of entering a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// The token was stored.
    Stored,
    /// The bot already had this token.
    Same,
    /// The bot keeps its other token, which works and which Telegram accepted more recently.
    Refused,
}

#[derive(FromRow)]
pub(in crate::store) struct BotRow {
    bot_id: i64,
    bot_name: String,
    username: String,
    token: Option<Vec<u8>>,
    #[sqlx(try_from = "Named<BotState>")]
    bot_state: BotState,
}

/// SQL: the columns of a [`BotRow`], for the bot `b`.
macro_rules! bot_columns {
    () => {
        "b.id AS bot_id, b.name AS bot_name, b.username, b.token, b.state AS bot_state"
    };
}
pub(in crate::store) use bot_columns;

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    bot: BotRow,
    state_since: Millis,
    refusal: Option<String>,
    answered_at: Option<Millis>,
    profiles: i64,
    waiting: i64,
    books: Option<bool>,
}

impl BotRow {
    /// Converts the row into the bot and, if it can be decrypted, its token. A bot whose token cannot be decrypted can
    /// still be shown and be given a new token.
    pub(in crate::store) fn open(self, sealer: &Sealer) -> (Bot, Option<BotToken>) {
        let token = self.token.as_deref().and_then(|sealed| open_token(sealer, self.bot_id, sealed).ok());
        let state = match (self.bot_state, &token) {
            (_, None) => BotState::Locked,
            // The encryption key was restored, but no message has been sent since.
            (BotState::Locked, Some(_)) => BotState::Unknown,
            (state, Some(_)) => state,
        };
        (Bot { id: self.bot_id, name: self.bot_name, username: self.username, state }, token)
    }
}

impl Row {
    fn open(self, sealer: &Sealer) -> BotRecord {
        let (bot, token) = self.bot.open(sealer);
        BotRecord {
            bot,
            token,
            state_since: self.state_since,
            refusal: self.refusal,
            answered_at: self.answered_at,
            profiles: self.profiles,
            waiting: self.waiting,
            books: self.books,
        }
    }
}

/// SQL: selects the columns of a [`Row`] for the bots with a token, followed by `$rest`.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            bot_columns!(),
            ", b.state_since, b.refusal, b.answered_at,
             (SELECT count(*) FROM profiles p WHERE p.bot_id = b.id AND p.deleted_at IS NULL AND p.sandbox = 0) AS profiles,
             (SELECT count(*) FROM profiles p CROSS JOIN deliveries d INDEXED BY deliveries_unfinished
              ON d.profile_id = p.id AND d.finished_at IS NULL AND d.sandbox = 0 WHERE p.bot_id = b.id) AS waiting,
             (SELECT s.enabled FROM booking_bots s WHERE s.bot_id = b.id) AS books
             FROM bots b WHERE b.sender IS NOT NULL ",
            $rest
        )
    };
}

pub(in crate::store) fn open_token(sealer: &Sealer, id: i64, sealed: &[u8]) -> Result<BotToken, StoreError> {
    let text = sealer.open(Place::BotToken(id), sealed)?;
    BotToken::parse(text.expose_secret()).map_err(|_| StoreError::corrupt("bots.token"))
}

impl Bots {
    /// All bots with a token: those with suspended messages first, then by name.
    pub async fn all(&self) -> Result<Vec<BotRecord>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as(select!("ORDER BY b.state IN ('unknown', 'working'), lower(b.username), b.id"))
                .fetch_all(&self.read)
                .await?;
        Ok(rows.into_iter().map(|row| row.open(&self.sealer)).collect())
    }

    /// A bot with a token, or the sandbox's bot.
    pub async fn get(&self, id: i64) -> Result<Option<BotRecord>, StoreError> {
        if id == SANDBOX_BOT {
            return Ok(Some(sandbox_bot()));
        }
        let row: Option<Row> = sqlx::query_as(select!("AND b.id = ?1")).bind(id).fetch_optional(&self.read).await?;
        Ok(row.map(|row| row.open(&self.sealer)))
    }

    /// These bots, or all, with their booking bots.
    pub async fn exported(&self, ids: Option<&[i64]>) -> Result<Vec<ExportedBot>, StoreError> {
        let booking = Booking(self.0.clone());
        let mut exported = Vec::new();
        for record in self.all().await? {
            if ids.is_none_or(|ids| ids.contains(&record.bot.id)) {
                let booking = booking.get(record.bot.id).await?;
                exported.push(ExportedBot { record, booking });
            }
        }
        Ok(exported)
    }

    /// The id of the bot with this `@name`, without the `@` and ignoring case.
    pub async fn by_username(&self, username: &str) -> Result<Option<i64>, StoreError> {
        let bot = "SELECT id FROM bots WHERE sender IS NOT NULL AND username <> '' AND lower(username) = lower(?1)";
        Ok(sqlx::query_scalar(bot).bind(username).fetch_optional(&self.read).await?)
    }

    /// The display name and the `@name` of a bot, as Telegram last returned them. Also works for a bot without a token.
    pub async fn name_of(&self, id: i64) -> Result<Option<(String, String)>, StoreError> {
        Ok(sqlx::query_as("SELECT name, username FROM bots WHERE id = ?1 AND username <> ''")
            .bind(id)
            .fetch_optional(&self.read)
            .await?)
    }

    /// The ids and names of the profiles that refer to a bot, by name. Includes profiles that send to the sandbox.
    pub async fn profiles(&self, id: i64) -> Result<Vec<(i64, String)>, StoreError> {
        Ok(sqlx::query_as("SELECT id, name FROM profiles WHERE bot_id = ?1 AND deleted_at IS NULL ORDER BY folded, id")
            .bind(id)
            .fetch_all(&self.read)
            .await?)
    }

    /// Stores a token that a person entered, for its bot. The bot's suspended messages become due immediately.
    pub async fn enter(&self, token: &BotToken, by: &By) -> Result<Entered, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let entered = enter(&mut tx, &self.sealer, token, by).await?;
        tx.commit().await?;
        Ok(entered)
    }

    /// Whether [`Bots::enter`] would return [`Entered::Refused`] for this token.
    pub async fn keeps_another(&self, token: &BotToken) -> Result<bool, StoreError> {
        let mut reader = self.read.acquire().await?;
        let present = Present::read(&mut reader, token).await?;
        Ok(present.is_some_and(|present| present.outlasts(&self.sealer, token)))
    }

    /// Removes a bot that no profile refers to. Its name stays for the log.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if there is no such bot, [`StoreError::Taken`] if a profile refers to it.
    pub async fn remove(&self, id: i64, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let name = name(&mut tx, id).await?.ok_or(StoreError::NotFound)?;
        let is_used: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM profiles WHERE bot_id = ?1)")
            .bind(id)
            .fetch_one(&mut *tx)
            .await?;
        if is_used {
            return Err(StoreError::Taken);
        }
        sqlx::query(concat!(
            "UPDATE bots SET token = NULL, sender = NULL, refusal = NULL, state_since = ?2, state = ",
            quoted!(BotState::Unknown),
            " WHERE id = ?1"
        ))
        .bind(id)
        .bind(now())
        .execute(&mut *tx)
        .await?;
        sqlx::query("DELETE FROM booking_bots WHERE bot_id = ?1").bind(id).execute(&mut *tx).await?;
        audit::record(&mut tx, &Entry::new(by, AuditAction::BotRemoved).to(&name, id)).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn sandbox_bot() -> BotRecord {
    BotRecord {
        bot: Bot { id: SANDBOX_BOT, name: String::new(), username: String::new(), state: BotState::Working },
        token: None,
        state_since: 0,
        refusal: None,
        answered_at: None,
        profiles: 0,
        waiting: 0,
        books: None,
    }
}

/// The name of a bot with a token, for the audit log: its `@name`, or its id if the `@name` is unknown.
pub(in crate::store) async fn name(tx: &mut SqliteConnection, id: i64) -> Result<Option<String>, StoreError> {
    if id == SANDBOX_BOT {
        return Ok(Some(SANDBOX_BOT_NAME.to_owned()));
    }
    let name =
        "SELECT iif(username = '', CAST(id AS TEXT), '@' || username) FROM bots WHERE id = ?1 AND sender IS NOT NULL";
    Ok(sqlx::query_scalar(name).bind(id).fetch_optional(tx).await?)
}

/// The stored data of the bot to which an entered token belongs.
#[derive(FromRow)]
struct Present {
    sealed: Option<Vec<u8>>,
    sender: Option<Vec<u8>>,
    #[sqlx(try_from = "Named<BotState>")]
    state: BotState,
    accepted_at: Option<Millis>,
    /// When Telegram last accepted the entered token, to the day.
    entered_accepted_at: Option<Millis>,
}

impl Present {
    async fn read(connection: &mut SqliteConnection, token: &BotToken) -> Result<Option<Self>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT b.token AS sealed, b.sender, b.state,
             (SELECT accepted_at FROM accepted_tokens WHERE lane = b.sender) AS accepted_at,
             (SELECT accepted_at FROM accepted_tokens WHERE lane = ?2) AS entered_accepted_at
             FROM bots b WHERE b.id = ?1",
        )
        .bind(token.bot_id())
        .bind(SenderKey::of(token).as_bytes())
        .fetch_optional(connection)
        .await?)
    }

    fn is(&self, sealer: &Sealer, token: &BotToken) -> bool {
        let sealed = self.sealed.as_deref();
        sealed.is_some_and(|sealed| open_token(sealer, token.bot_id(), sealed).is_ok_and(|stored| stored == *token))
    }

    /// Whether the stored token is kept when `token` is entered: it works, and Telegram accepted it more recently.
    fn outlasts(&self, sealer: &Sealer, token: &BotToken) -> bool {
        let opens = |sealed: &Vec<u8>| open_token(sealer, token.bot_id(), sealed).is_ok();
        self.state == BotState::Working
            && self.sealed.as_ref().is_some_and(opens)
            && !self.is(sealer, token)
            && self.accepted_at >= self.entered_accepted_at
    }
}

/// Stores a token for its bot, unless the bot keeps a token that outlasts it. The unfinished deliveries of the bot's
/// profiles move to the token's sender, in order. Suspended deliveries become due immediately, even if the token is
/// unchanged, because by entering it again a person asserts that it works.
pub(in crate::store) async fn enter(
    tx: &mut SqliteConnection,
    sealer: &Sealer,
    token: &BotToken,
    by: &By,
) -> Result<Entered, StoreError> {
    let (id, sender, now) = (token.bot_id(), SenderKey::of(token), now());
    let present = Present::read(tx, token).await?;
    if present.as_ref().is_some_and(|present| present.outlasts(sealer, token)) {
        return Ok(Entered::Refused);
    }
    let is_same = present.as_ref().is_some_and(|present| present.is(sealer, token));
    if !is_same {
        put_token(tx, sealer, token, now).await?;
        // The entered token replaces the tokens that an earlier version stored for each profile.
        sqlx::query("DELETE FROM profile_tokens WHERE bot_id = ?1").bind(id).execute(&mut *tx).await?;
        let name = name(tx, id).await?.unwrap_or_default();
        let is_new = present.is_none_or(|present| present.sender.is_none());
        let action = if is_new { AuditAction::BotAdded } else { AuditAction::BotToken };
        let changes = vec![Change::new("telegramToken", "", token.masked())];
        audit::record(tx, &Entry::new(by, action).to(&name, id).with(changes)).await?;
        now_known(tx, &sender).await?;
    }
    resume(tx, id, now).await?;
    Ok(if is_same { Entered::Same } else { Entered::Stored })
}

pub(in crate::store) async fn put_edited(
    tx: &mut SqliteConnection,
    sealer: &Sealer,
    edited: &EditedBot,
    by: &By,
) -> Result<(), StoreError> {
    if let Some(token) = &edited.token {
        enter(tx, sealer, token, by).await?;
    }
    if let Some(EditedBooking { enabled, source, settings, secret }) = &edited.booking {
        booking::put(tx, sealer, edited.id, (settings, *source, secret.as_ref()), by).await?;
        booking::set_enabled(tx, edited.id, *enabled, by).await?;
    }
    Ok(())
}

/// Sets the token of its bot. The unfinished deliveries of the bot's profiles move to the token's sender. If only the
/// encryption differs, the bot's state is kept.
async fn put_token(
    tx: &mut SqliteConnection,
    sealer: &Sealer,
    token: &BotToken,
    now: Millis,
) -> Result<(), StoreError> {
    let (id, sender) = (token.bot_id(), SenderKey::of(token));
    let sealed = sealing_key(tx, sealer).await?.seal(Place::BotToken(id), token.expose())?;
    sqlx::query(concat!(
        "INSERT INTO bots (id, name, username, token, sender, state, state_since, created_at)
         VALUES (?1, '', '', ?2, ?3, ",
        quoted!(BotState::Unknown),
        ", ?4, ?4) ON CONFLICT (id) DO UPDATE SET token = ?2, sender = ?3, refusal = iif(sender IS ?3, refusal, NULL),
         state_since = iif(sender IS ?3 AND state <> ",
        quoted!(BotState::Locked),
        ", state_since, ?4), state = CASE WHEN sender IS ?3 AND state <> ",
        quoted!(BotState::Locked),
        " THEN state WHEN EXISTS (SELECT 1 FROM accepted_tokens WHERE lane = ?3) THEN ",
        quoted!(BotState::Working),
        " ELSE ",
        quoted!(BotState::Unknown),
        " END"
    ))
    .bind(id)
    .bind(sealed)
    .bind(sender.as_bytes())
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let profiles: Vec<i64> =
        sqlx::query_scalar("SELECT id FROM profiles WHERE bot_id = ?1").bind(id).fetch_all(&mut *tx).await?;
    for profile in profiles {
        move_deliveries(tx, profile, id, &sender, now).await?;
    }
    Ok(())
}

//! Events: accepted with their deliveries in one commit, or recorded as refused.

use hookgram::secret::BotToken;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, SqliteConnection};

use super::{Lane, Store, StoreError, accepting::Order};
use crate::{
    seal::Place,
    time::{Millis, now},
};

/// Whose token an event is delivered with.
#[derive(Clone, Copy, Debug)]
pub enum TokenSource<'a> {
    /// The profile's, as it is when the message is sent.
    Profile(i64),
    /// The one that came with the event, at the stateless door.
    Event(&'a BotToken),
}

/// A body, as it came.
#[derive(Clone, Copy, Debug)]
pub struct Payload<'a>(pub &'a [u8]);

/// An accepted event to keep.
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    /// Its unguessable id.
    pub public_id: &'a str,
    /// Whose token it is delivered with.
    pub token: TokenSource<'a>,
    /// The bot's own id; `None`: sandbox.
    pub bot_id: Option<i64>,
    /// The contact field that held the recipient.
    pub field_name: Option<&'a str>,
    /// Its type's number.
    pub event_type: Option<i64>,
    /// The booking's number.
    pub order_number: Option<&'a str>,
    /// Canonical parameters as applied.
    pub parameters: &'a str,
    /// The body.
    pub payload: Payload<'a>,
    /// Equal for duplicates.
    pub fingerprint: &'a [u8],
    /// When it came.
    pub received_at: Millis,
    /// Narrowed out by its profile: recorded, not delivered.
    pub skipped: bool,
}

/// A message to one participant, rendered.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// Index into the event's participants.
    pub participant: usize,
    /// The chat, or why there is nothing to send.
    pub chat: Result<String, String>,
    /// Telegram's HTML of each part.
    pub parts: Vec<String>,
}

/// What became of an event that was to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// Kept under its id.
    Accepted,
    /// The same had come before, under this public id.
    Duplicate(String),
}

/// A reason in both languages, as the log shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// In Russian.
    pub ru: String,
    /// In English.
    pub en: String,
}

/// A POST that was answered 4xx.
#[derive(Clone, Debug)]
pub struct Rejection<'a> {
    /// The profile, if it came to a short door.
    pub profile_id: Option<i64>,
    /// The bot's own id, where a token of good shape came with it.
    pub bot_id: Option<i64>,
    /// The field that should have held the recipient.
    pub field_name: Option<&'a str>,
    /// Canonical parameters as far as they could be read.
    pub parameters: &'a str,
    /// The body, unless it was too large or not read.
    pub payload: Option<Payload<'a>>,
    /// Its type's number.
    pub event_type: Option<i64>,
    /// The booking's number.
    pub order_number: Option<&'a str>,
    /// What was answered.
    pub http_status: u16,
    /// Why.
    pub reason: &'a Reason,
}

/// An event as the log has it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct EventRecord {
    /// Its id.
    pub id: i64,
    /// Its unguessable id.
    pub public_id: String,
    /// Its profile.
    pub profile_id: Option<i64>,
    /// When it came.
    pub received_at: Millis,
    /// `accepted`, `skipped`, `duplicate`, `rejected`.
    pub outcome: String,
    /// What was answered.
    pub http_status: i64,
    /// Why, as JSON.
    pub reason: Option<String>,
    /// Whether a sealed token is still kept with it.
    pub has_token: bool,
}

impl Store {
    /// Keeps an event and its deliveries in one commit, unless the same came within `window` before.
    /// When this returns, it is on disk.
    ///
    /// # Errors
    /// If it could not be stored: then nothing of it is. [`StoreError::Busy`] if too many wait to be.
    pub async fn accept_event(
        &self,
        event: &NewEvent<'_>,
        deliveries: Vec<NewDelivery>,
        window: Millis,
    ) -> Result<Received, StoreError> {
        let (profile_id, token, lane) = match event.token {
            TokenSource::Profile(id) => (Some(id), None, Lane::sandbox()),
            TokenSource::Event(token) => {
                let sealed = self.sealer.seal(Place::EventToken(event.public_id), token.expose())?;
                (None, Some(sealed), Lane::of(token))
            }
        };
        let order = Order {
            public_id: event.public_id.to_owned(),
            profile_id,
            lane,
            token,
            bot_id: event.bot_id,
            field_name: event.field_name.map(str::to_owned),
            event_type: event.event_type,
            order_number: event.order_number.map(str::to_owned),
            parameters: event.parameters.to_owned(),
            payload: event.payload.0.to_vec(),
            fingerprint: event.fingerprint.to_vec(),
            received_at: event.received_at,
            skipped: event.skipped,
            deliveries,
            window,
        };
        self.orders.give(order).await
    }

    /// Records a POST that was answered 4xx.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn record_rejection(&self, public_id: &str, rejection: &Rejection<'_>) -> Result<(), StoreError> {
        let reason = serde_json::to_string(rejection.reason).map_err(|_| StoreError::Corrupt("events.reason"))?;
        sqlx::query(
            "INSERT INTO events (public_id, profile_id, bot_id, field_name, received_at, event_type, order_number,
             parameters, payload, outcome, http_status, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'rejected', ?10, ?11)",
        )
        .bind(public_id)
        .bind(rejection.profile_id)
        .bind(rejection.bot_id)
        .bind(rejection.field_name)
        .bind(now())
        .bind(rejection.event_type)
        .bind(rejection.order_number)
        .bind(rejection.parameters)
        .bind(rejection.payload.map(|payload| payload.0))
        .bind(i64::from(rejection.http_status))
        .bind(reason)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// The newest events, newest first; of one profile, or of all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn events(&self, profile: Option<i64>, limit: i64) -> Result<Vec<EventRecord>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, public_id, profile_id, received_at, outcome, http_status, reason, token IS NOT NULL AS has_token
             FROM events WHERE ?1 IS NULL OR profile_id = ?1 ORDER BY id DESC LIMIT ?2",
        )
        .bind(profile)
        .bind(limit)
        .fetch_all(&self.read)
        .await?)
    }

    /// The newest event of a profile that says how its deliveries go: when it came, its outcome, its deliveries' states.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn last_event(&self, profile: i64) -> Result<Option<(Millis, String, Vec<String>)>, StoreError> {
        let event: Option<(i64, i64, String)> = sqlx::query_as(
            "SELECT coalesce(duplicate_of, id), received_at, outcome FROM events WHERE profile_id = ?1
             ORDER BY received_at DESC, id DESC LIMIT 1",
        )
        .bind(profile)
        .fetch_optional(&self.read)
        .await?;
        let Some((id, at, outcome)) = event else { return Ok(None) };
        let states = sqlx::query_scalar("SELECT state FROM deliveries WHERE event_id = ?1")
            .bind(id)
            .fetch_all(&self.read)
            .await?;
        Ok(Some((at, outcome, states)))
    }
}

/// Who sends an event's messages, as it is now.
#[derive(FromRow)]
struct Sender {
    bot_id: Option<i64>,
    /// Empty for a sandbox.
    lane: Vec<u8>,
    /// Telegram has refused the token: asking again before there is a new one would be blind.
    parked: bool,
}

impl Order {
    /// The first copy within the window. One whose deliveries have all failed for good does not count.
    pub(super) async fn first_copy(&self, tx: &mut SqliteConnection) -> Result<Option<(i64, String)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT e.id, e.public_id FROM events e
             WHERE e.fingerprint = ?1 AND e.received_at > ?2 AND e.outcome = 'accepted'
             AND EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id AND d.state NOT IN ('failed', 'skipped'))
             ORDER BY e.id LIMIT 1",
        )
        .bind(&self.fingerprint)
        .bind(self.received_at.saturating_sub(self.window))
        .fetch_optional(tx)
        .await?)
    }

    pub(super) async fn insert(
        &self,
        tx: &mut SqliteConnection,
        outcome: &str,
        duplicate_of: Option<i64>,
    ) -> Result<i64, StoreError> {
        // Nothing is sent for a duplicate.
        let token = self.token.as_deref().filter(|_| duplicate_of.is_none());
        Ok(sqlx::query_scalar(
            "INSERT INTO events (public_id, profile_id, bot_id, field_name, received_at, event_type, order_number,
             parameters, token, payload, fingerprint, outcome, http_status, duplicate_of)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 200, ?13) RETURNING id",
        )
        .bind(&self.public_id)
        .bind(self.profile_id)
        .bind(self.bot_id)
        .bind(&self.field_name)
        .bind(self.received_at)
        .bind(self.event_type)
        .bind(&self.order_number)
        .bind(&self.parameters)
        .bind(token)
        .bind(&self.payload)
        .bind(&self.fingerprint)
        .bind(outcome)
        .bind(duplicate_of)
        .fetch_one(tx)
        .await?)
    }

    async fn sender(&self, tx: &mut SqliteConnection) -> Result<Sender, StoreError> {
        match (self.profile_id, self.bot_id) {
            (None, bot_id) => Ok(Sender { bot_id, lane: self.lane.as_bytes().to_vec(), parked: false }),
            (Some(_), None) => Ok(Sender { bot_id: None, lane: Vec::new(), parked: false }),
            (Some(id), Some(_)) => Ok(sqlx::query_as(
                "SELECT bot_id, coalesce(lane, x'') AS lane, parked_since IS NOT NULL AS parked FROM profiles
                 WHERE id = ?1",
            )
            .bind(id)
            .fetch_one(tx)
            .await?),
        }
    }

    pub(super) async fn insert_deliveries(&self, tx: &mut SqliteConnection, event_id: i64) -> Result<(), StoreError> {
        let Sender { bot_id, lane, parked } = self.sender(tx).await?;
        for delivery in &self.deliveries {
            let parts = serde_json::to_string(&delivery.parts).map_err(|_| StoreError::Corrupt("deliveries.parts"))?;
            let (chat, error) = match &delivery.chat {
                Ok(chat) => (Some(chat), None),
                Err(why) => (None, Some(why)),
            };
            let (state, next, finished) = match (chat, parked) {
                (None, _) => ("skipped", None, Some(self.received_at)),
                (Some(_), true) => ("parked", None, None),
                (Some(_), false) => ("waiting", Some(self.received_at), None),
            };
            // It has a time only where it is the head of its chat.
            sqlx::query(
                "INSERT INTO deliveries (event_id, profile_id, participant, chat, bot_id, sandbox, state, parts,
                 created_at, age_from, next_attempt_at, last_error, finished_at, lane, migrated_to)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9,
                 CASE WHEN NOT EXISTS (SELECT 1 FROM deliveries earlier WHERE earlier.finished_at IS NULL
                     AND earlier.state <> 'parked' AND earlier.lane = ?13 AND earlier.chat = ?4) THEN ?10 END,
                 ?11, ?12, ?13, (SELECT moved_to FROM moved_chats WHERE chat = ?4))",
            )
            .bind(event_id)
            .bind(self.profile_id)
            .bind(i64::try_from(delivery.participant).unwrap_or(i64::MAX))
            .bind(chat)
            .bind(bot_id)
            .bind(self.bot_id.is_none())
            .bind(state)
            .bind(parts)
            .bind(self.received_at)
            .bind(next)
            .bind(error)
            .bind(finished)
            .bind(&lane)
            .execute(&mut *tx)
            .await?;
        }
        Ok(())
    }
}

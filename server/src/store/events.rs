//! Events: accepted with their deliveries in one commit, or recorded as refused.

use app::words::causes::Cause;
use hookgram::secret::BotToken;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, Sqlite, SqliteConnection, Transaction};

use super::{
    Store, StoreError,
    deliveries::lane,
    failures::{Failure, add_deliveries, add_event},
};
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
    /// The token of good shape that came with it, or its profile's.
    pub token: Option<&'a BotToken>,
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
    /// Why, where somebody must hear of it.
    pub cause: Option<Cause>,
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
    /// If it could not be stored: then nothing of it is.
    pub async fn accept_event(
        &self,
        event: &NewEvent<'_>,
        deliveries: &[NewDelivery],
        window: Millis,
    ) -> Result<Received, StoreError> {
        // Immediate: the look for duplicates and the insert are one step.
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if !event.skipped
            && window > 0
            && let Some((id, public_id)) = first_copy(&mut tx, event, window).await?
        {
            self.insert(&mut tx, event, "duplicate", Some(id)).await?;
            tx.commit().await?;
            return Ok(Received::Duplicate(public_id));
        }
        let outcome = if event.skipped { "skipped" } else { "accepted" };
        let id = self.insert(&mut tx, event, outcome, None).await?;
        if !event.skipped {
            insert_deliveries(&mut tx, id, event, deliveries).await?;
        }
        tx.commit().await?;
        Ok(Received::Accepted)
    }

    /// Records an event as a duplicate, if the same came within `window` before; the first one's public id.
    ///
    /// # Errors
    /// If it could not be stored: then nothing of it is.
    pub async fn accept_duplicate(&self, event: &NewEvent<'_>, window: Millis) -> Result<Option<String>, StoreError> {
        if event.skipped || window <= 0 {
            return Ok(None);
        }
        let mut reader = self.read.acquire().await?;
        let known = first_copy(&mut reader, event, window).await?.is_some();
        drop(reader);
        if !known {
            return Ok(None);
        }
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        // Looked for again: it may have failed for good in between.
        let Some((id, public_id)) = first_copy(&mut tx, event, window).await? else { return Ok(None) };
        self.insert(&mut tx, event, "duplicate", Some(id)).await?;
        tx.commit().await?;
        Ok(Some(public_id))
    }

    async fn insert(
        &self,
        tx: &mut Transaction<'_, Sqlite>,
        event: &NewEvent<'_>,
        outcome: &str,
        duplicate_of: Option<i64>,
    ) -> Result<i64, StoreError> {
        let (profile_id, token) = match event.token {
            TokenSource::Profile(id) => (Some(id), None),
            TokenSource::Event(_) if duplicate_of.is_some() => (None, None),
            TokenSource::Event(token) => {
                (None, Some(self.sealer.seal(Place::EventToken(event.public_id), token.expose())?))
            }
        };
        Ok(sqlx::query_scalar(
            "INSERT INTO events (public_id, profile_id, bot_id, field_name, received_at, event_type, order_number,
             parameters, token, payload, fingerprint, outcome, http_status, duplicate_of)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 200, ?13) RETURNING id",
        )
        .bind(event.public_id)
        .bind(profile_id)
        .bind(event.bot_id)
        .bind(event.field_name)
        .bind(event.received_at)
        .bind(event.event_type)
        .bind(event.order_number)
        .bind(event.parameters)
        .bind(token)
        .bind(event.payload.0)
        .bind(event.fingerprint)
        .bind(outcome)
        .bind(duplicate_of)
        .fetch_one(&mut **tx)
        .await?)
    }

    /// Records a POST that was answered 4xx.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn record_rejection(&self, public_id: &str, rejection: &Rejection<'_>) -> Result<(), StoreError> {
        let reason = serde_json::to_string(rejection.reason).map_err(|_| StoreError::Corrupt("events.reason"))?;
        let received_at = now();
        let mut tx = self.write.begin().await?;
        let event_id = sqlx::query_scalar(
            "INSERT INTO events (public_id, profile_id, bot_id, field_name, received_at, event_type, order_number,
             parameters, payload, outcome, http_status, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'rejected', ?10, ?11)
             RETURNING id",
        )
        .bind(public_id)
        .bind(rejection.profile_id)
        .bind(rejection.token.map(BotToken::bot_id))
        .bind(rejection.field_name)
        .bind(received_at)
        .bind(rejection.event_type)
        .bind(rejection.order_number)
        .bind(rejection.parameters)
        .bind(rejection.payload.map(|payload| payload.0))
        .bind(i64::from(rejection.http_status))
        .bind(reason)
        .fetch_one(&mut *tx)
        .await?;
        if let Some(cause) = rejection.cause {
            let lane = rejection.token.map(lane);
            let (profile_id, lane) = (rejection.profile_id, lane.as_deref());
            add_event(&mut tx, Failure { profile_id, lane, event_id, cause, at: received_at }).await?;
        }
        tx.commit().await?;
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

/// The first copy within the window. One whose deliveries have all failed for good does not count.
async fn first_copy(
    tx: &mut SqliteConnection,
    event: &NewEvent<'_>,
    window: Millis,
) -> Result<Option<(i64, String)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT e.id, e.public_id FROM events e
         WHERE e.fingerprint = ?1 AND e.received_at > ?2 AND e.outcome = 'accepted'
         AND EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id AND d.state NOT IN ('failed', 'skipped'))
         ORDER BY e.id LIMIT 1",
    )
    .bind(event.fingerprint)
    .bind(event.received_at.saturating_sub(window))
    .fetch_optional(tx)
    .await?)
}

/// Who sends an event's messages, as it is now.
#[derive(Default, FromRow)]
struct Sender {
    profile_id: Option<i64>,
    bot_id: Option<i64>,
    lane: Option<Vec<u8>>,
    /// Telegram has refused the token: asking again before there is a new one would be blind.
    parked: bool,
}

async fn sender(tx: &mut SqliteConnection, event: &NewEvent<'_>) -> Result<Sender, StoreError> {
    match event.token {
        TokenSource::Event(token) => Ok(Sender { bot_id: event.bot_id, lane: Some(lane(token)), ..Sender::default() }),
        TokenSource::Profile(id) if event.bot_id.is_none() => Ok(Sender { profile_id: Some(id), ..Sender::default() }),
        TokenSource::Profile(id) => Ok(sqlx::query_as(
            "SELECT id AS profile_id, bot_id, lane, parked_since IS NOT NULL AS parked FROM profiles WHERE id = ?1",
        )
        .bind(id)
        .fetch_one(tx)
        .await?),
    }
}

async fn insert_deliveries(
    tx: &mut SqliteConnection,
    event_id: i64,
    event: &NewEvent<'_>,
    deliveries: &[NewDelivery],
) -> Result<(), StoreError> {
    let Sender { profile_id, bot_id, lane, parked } = sender(tx, event).await?;
    let mut waiting_for_a_token = Vec::new();
    for delivery in deliveries {
        let parts = serde_json::to_string(&delivery.parts).map_err(|_| StoreError::Corrupt("deliveries.parts"))?;
        let (chat, error) = match &delivery.chat {
            Ok(chat) => (Some(chat), None),
            Err(why) => (None, Some(why)),
        };
        let (state, next, finished) = match (chat, parked) {
            (None, _) => ("skipped", None, Some(event.received_at)),
            (Some(_), true) => ("parked", None, None),
            (Some(_), false) => ("waiting", Some(event.received_at), None),
        };
        let id = sqlx::query_scalar(
            "INSERT INTO deliveries (event_id, profile_id, participant, chat, bot_id, sandbox, state, parts,
             created_at, age_from, next_attempt_at, last_error, finished_at, lane)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12, ?13) RETURNING id",
        )
        .bind(event_id)
        .bind(profile_id)
        .bind(i64::try_from(delivery.participant).unwrap_or(i64::MAX))
        .bind(chat)
        .bind(bot_id)
        .bind(event.bot_id.is_none())
        .bind(state)
        .bind(parts)
        .bind(event.received_at)
        .bind(next)
        .bind(error)
        .bind(finished)
        .bind(&lane)
        .fetch_one(&mut *tx)
        .await?;
        if state == "parked" {
            waiting_for_a_token.push(id);
        }
    }
    let at = event.received_at;
    let failure = Failure { profile_id, lane: lane.as_deref(), event_id, cause: Cause::TokenRefused, at };
    add_deliveries(tx, failure, &waiting_for_a_token).await
}

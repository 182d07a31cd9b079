//! Accepted events: each is stored with its deliveries in one commit.

use std::sync::Arc;

use hookgram::{secret::BotToken, values::Language, webhook::EventOutcome};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::{Lane, Store, StoreError, accepting::Order, names::Named, payloads::Packed, strangers::Stateless};
use crate::{secrets::seal::Place, time::Millis};

/// Whose token an event is delivered with.
#[derive(Clone, Copy, Debug)]
pub enum TokenSource<'a> {
    /// The profile's, as it is when the message is sent.
    Profile(i64),
    /// The one that came with the event, at the stateless endpoint.
    Event(&'a BotToken),
}

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
    /// Those of them that the profile endpoint's query named.
    pub overrides: &'a str,
    /// The body.
    pub payload: &'a Packed,
    /// Equal for duplicates.
    pub fingerprint: &'a [u8],
    /// When it came.
    pub received_at: Millis,
    /// Narrowed out by its profile: recorded, not delivered.
    pub skipped: bool,
    /// Which version of its profile it was judged by, where that must still be the present one.
    pub version: Option<i64>,
    /// How it is bounded, if it came to the stateless endpoint.
    pub stateless: Option<&'a Stateless>,
}

/// A message to one participant, rendered.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// Index into the event's participants.
    pub participant: usize,
    /// The chat, or why there is nothing to send.
    pub chat: Result<String, String>,
    /// Telegram's HTML of each part. Deliveries that share these share one row in the database.
    pub parts: Arc<[String]>,
}

/// What became of an event that was to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// Kept under its id.
    Accepted,
    /// The same had come before, under this public id.
    Duplicate(String),
    /// Not kept: its profile has changed since it was judged.
    Outdated,
    /// Not kept: too much of its token, or of strangers, is waiting.
    Full,
}

/// A reason in both languages, as the log shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// In Russian.
    pub ru: String,
    /// In English.
    pub en: String,
}

impl Reason {
    /// In one of them.
    #[must_use]
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }
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
    /// What became of it when it came.
    #[sqlx(try_from = "Named<EventOutcome>")]
    pub outcome: EventOutcome,
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
                let sealed = self.sealer.present()?.seal(Place::EventToken(event.public_id), token.expose())?;
                (None, Some((token.clone(), sealed)), Lane::of(token))
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
            overrides: event.overrides.to_owned(),
            payload: event.payload.clone(),
            fingerprint: event.fingerprint.to_vec(),
            received_at: event.received_at,
            skipped: event.skipped,
            version: event.version,
            deliveries,
            window,
            stateless: event.stateless.cloned(),
        };
        self.orders.give(order).await
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
}

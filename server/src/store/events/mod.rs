//! Accepted events: each is stored with its deliveries in one commit.

pub(in crate::store) mod accepting;
pub(in crate::store) mod batch;
pub(in crate::store) mod known_tokens;
pub(in crate::store) mod messages;
pub(in crate::store) mod past;
pub(in crate::store) mod payloads;
pub(in crate::store) mod rejections;
pub(in crate::store) mod strangers;

use hookgram::{
    channel::ChannelKind, message::StoredMessage, secret::BotToken, values::Language, webhook::EventOutcome,
};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::{
    store::{
        Events, SenderKey, StoreError,
        events::{payloads::Packed, strangers::Stateless},
        names::Named,
    },
    time::Millis,
};

/// Whose token an event is delivered with.
#[derive(Clone, Debug)]
pub enum TokenSource {
    /// The profile's, as it is when the message is sent.
    Profile(i64),
    /// The one that came with the event, at the stateless endpoint.
    Event {
        /// The token.
        token: BotToken,
        /// Its ordering key.
        sender: SenderKey,
    },
}

impl TokenSource {
    /// A token that comes with its event.
    #[must_use]
    pub fn event(token: BotToken) -> Self {
        Self::Event { sender: SenderKey::of(&token), token }
    }

    /// The profile's id; `None` at the stateless endpoint.
    #[must_use]
    pub fn profile(&self) -> Option<i64> {
        match self {
            Self::Profile(id) => Some(*id),
            Self::Event { .. } => None,
        }
    }

    /// The ordering key of the token that came with the event.
    pub(in crate::store) fn sender(&self) -> Option<&SenderKey> {
        match self {
            Self::Profile(_) => None,
            Self::Event { sender, .. } => Some(sender),
        }
    }
}

/// An accepted event with its messages, from the endpoint to the database.
#[derive(Clone, Debug)]
pub struct AcceptedEvent {
    /// Its unguessable id.
    pub public_id: String,
    /// Whose token it is delivered with.
    pub token: TokenSource,
    /// Where its messages go.
    pub channel: ChannelKind,
    /// The bot's own id, where the channel has bots.
    pub bot_id: Option<i64>,
    /// The contact field that held the recipient.
    pub field_name: Option<String>,
    /// Its type's number.
    pub event_type: Option<i64>,
    /// The booking's number.
    pub order_number: Option<String>,
    /// Canonical parameters as applied.
    pub parameters: String,
    /// Those of them that the profile endpoint's query named.
    pub overrides: String,
    /// The body.
    pub payload: Packed,
    /// Equal for duplicates.
    pub fingerprint: Vec<u8>,
    /// When it came.
    pub received_at: Millis,
    /// How long before it the same counts as its first copy.
    pub duplicate_window: Millis,
    /// Narrowed out by its profile: recorded, not delivered.
    pub skipped: bool,
    /// The version of its profile that judged it, where it must still be the present one.
    pub version: Option<i64>,
    /// How it is bounded, if it came to the stateless endpoint.
    pub stateless: Option<Stateless>,
    /// Its messages, one for each participant.
    pub deliveries: Vec<NewDelivery>,
}

/// A message to one participant, rendered.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// Index into the event's participants.
    pub participant: usize,
    /// The chat, or why there is nothing to send.
    pub chat: Result<String, String>,
    /// What it says; empty where there is nothing to send. Deliveries that share it share one row in the database.
    pub message: StoredMessage,
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

impl Events {
    /// Stores an event and its deliveries in one commit, unless the same came within its duplicate window. When this
    /// returns, it is on disk.
    ///
    /// # Errors
    /// If it could not be stored: then nothing of it is. [`StoreError::Busy`] if too many wait to be.
    pub async fn accept(&self, event: AcceptedEvent) -> Result<Received, StoreError> {
        self.acceptor.accept(event).await
    }

    /// The newest events, newest first; of one profile, or of all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn newest(&self, profile: Option<i64>, limit: i64) -> Result<Vec<EventRecord>, StoreError> {
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

//! Accepted events. Each is stored with its deliveries in one commit.

pub(in crate::store) mod accepting;
pub(in crate::store) mod batch;
pub(in crate::store) mod booking;
pub(in crate::store) mod known_tokens;
pub(in crate::store) mod messages;
pub(in crate::store) mod past;
pub(in crate::store) mod payloads;
pub(in crate::store) mod rejections;
pub(in crate::store) mod replay;
pub(in crate::store) mod strangers;

use hookgram::{
    channel::ChannelKind, message::StoredMessage, secret::BotToken, values::Language, webhook::EventOutcome,
};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::{
    store::{
        Events, SenderKey, StoreError,
        events::{booking::NewBooking, payloads::Packed, replay::EventReplay, strangers::Stateless},
        names::Named,
    },
    time::Millis,
};

/// The source of the token with which an event is delivered.
#[derive(Clone, Debug)]
pub enum TokenSource {
    /// The token that the profile with this id has when the message is sent.
    Profile(i64),
    /// The token that came with the event to the stateless endpoint.
    Event {
        /// The token.
        token: BotToken,
        /// The sender key of the token.
        sender: SenderKey,
    },
}

impl TokenSource {
    /// Wraps a token that came with its event.
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

    /// The sender key, if the token came with the event.
    pub(in crate::store) fn sender(&self) -> Option<&SenderKey> {
        match self {
            Self::Profile(_) => None,
            Self::Event { sender, .. } => Some(sender),
        }
    }
}

/// An accepted event with its messages. The webhook endpoint creates it, and the store inserts it.
#[derive(Clone, Debug)]
pub struct AcceptedEvent {
    /// The event's unguessable id.
    pub public_id: String,
    /// The source of the token.
    pub token: TokenSource,
    /// The channel of the messages.
    pub channel: ChannelKind,
    /// Telegram's id of the bot, if the channel has bots.
    pub bot_id: Option<i64>,
    /// The contact field that held the recipient.
    pub field_name: Option<String>,
    /// The number of the event type.
    pub event_type: Option<i64>,
    /// The order number of the booking.
    pub order_number: Option<String>,
    /// The parameters that were applied, in canonical form.
    pub parameters: String,
    /// The overrides: the parameters that came from the query of the profile endpoint.
    pub overrides: String,
    /// The body.
    pub payload: Packed,
    /// A hash that is equal for copies of the same event.
    pub fingerprint: Vec<u8>,
    /// When the event was received.
    pub received_at: Millis,
    /// How long before this event, in milliseconds, an equal one counts as its first copy.
    pub duplicate_window: Millis,
    /// Whether the profile sends no message for such events. The event is then recorded but not delivered.
    pub skipped: bool,
    /// The version of the profile with which the event was rendered. If the profile has another version at the commit,
    /// the result is [`Received::Outdated`].
    pub version: Option<i64>,
    /// The data for the bounds of the stateless endpoint, if the event came through it.
    pub stateless: Option<Stateless>,
    /// The earlier event that this one replays.
    pub replay: Option<EventReplay>,
    /// The booking of known customers that the event names.
    pub booking: Option<NewBooking>,
    /// The messages, one for each participant.
    pub deliveries: Vec<NewDelivery>,
}

/// A rendered message to one participant.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// The index of the participant in the event.
    pub participant: usize,
    /// The chat, or the reason why there is nothing to send.
    pub chat: Result<String, String>,
    /// The message; empty if there is nothing to send. Deliveries with the same message share one row in the database.
    pub message: StoredMessage,
}

/// The result of storing an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// The event is stored.
    Accepted,
    /// The event is a duplicate. The first copy has this public id.
    Duplicate(String),
    /// The event is not stored, because its profile was changed after the event was rendered.
    Outdated,
    /// The event is not stored, because the event that it would replay has already been replayed, was accepted, or was
    /// deleted.
    Replaced,
    /// The event is not stored, because its token, or all strangers together, have too many waiting events.
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
    /// The text in this language.
    #[must_use]
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }
}

/// An event as the log shows it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct EventRecord {
    /// The event's id.
    pub id: i64,
    /// The event's unguessable id.
    pub public_id: String,
    /// The profile.
    pub profile_id: Option<i64>,
    /// When the event was received.
    pub received_at: Millis,
    /// The outcome when it was received.
    #[sqlx(try_from = "Named<EventOutcome>")]
    pub outcome: EventOutcome,
    /// The HTTP status of the response.
    pub http_status: i64,
    /// The reason, as JSON of a [`Reason`].
    pub reason: Option<String>,
    /// Whether the event's encrypted token is still stored.
    pub has_token: bool,
}

impl Events {
    /// Stores an event and its deliveries in one commit, unless an equal event came within its duplicate window. The
    /// event is on disk when this returns.
    ///
    /// # Errors
    ///
    /// If the event could not be stored. [`StoreError::Busy`] if too many events wait.
    pub async fn accept(&self, event: AcceptedEvent) -> Result<Received, StoreError> {
        self.acceptor.accept(event).await
    }

    /// The newest events of one profile or of all, newest first.
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

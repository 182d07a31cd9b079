//! Deliveries, as a page shows them and as it asks for something to be done with them.

use serde::{Deserialize, Serialize};

use super::{Millis, Outcome};
use crate::{listing::Day, words::replays::Refusal};

/// How a delivery is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplayAs {
    /// The message as it was made; of a split one, what has not arrived.
    ItWas,
    /// A new message of the same event, made with the profile as it is now.
    ItIs,
}

/// What is done to every delivery that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BulkKind {
    /// Replayed.
    Replay(ReplayAs),
    /// Called off.
    Cancel,
}

/// Which deliveries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matching {
    /// Their outcome: to replay, [`Outcome::Failed`], [`Outcome::Uncertain`] or [`Outcome::Cancelled`]; to call off,
    /// [`Outcome::Waiting`] (those that are tried again among them) or [`Outcome::Parked`].
    pub outcome: Outcome,
    /// Of this profile only.
    pub profile: Option<i64>,
    /// Failed for this cause only, by its name.
    pub cause: Option<String>,
    /// Came then or later.
    pub since: Option<Millis>,
    /// Came before.
    pub until: Option<Millis>,
}

/// What became of one delivery that was to be replayed or called off: the id of the delivery that stands for it now,
/// itself or a new one; or why it was left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handled {
    /// The delivery.
    pub id: i64,
    /// What became of it.
    pub done: Result<i64, Refusal>,
}

/// How far something that is done to many has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkProgress {
    /// Its id.
    pub id: i64,
    /// What is done.
    pub kind: BulkKind,
    /// To which.
    pub matching: Matching,
    /// Who asked for it.
    pub asked_by: String,
    /// When.
    pub created_at: Millis,
    /// How many matched at its beginning.
    pub total: u64,
    /// How many are done.
    pub done: u64,
    /// How many were left as they are, by the reason.
    pub refused: Vec<(Refusal, u64)>,
    /// When it came to its end.
    pub finished_at: Option<Millis>,
    /// Whether somebody stopped it.
    pub stopped: bool,
}

impl BulkProgress {
    /// How many have not been looked at yet.
    #[must_use]
    pub fn left(&self) -> u64 {
        let refused: u64 = self.refused.iter().map(|(_, count)| count).sum();
        match self.finished_at {
            Some(_) => 0,
            None => self.total.saturating_sub(self.done).saturating_sub(refused),
        }
    }
}

/// A place in the log: what is older stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPlace {
    /// When the event came.
    pub at: Millis,
    /// The event's id.
    pub event: i64,
    /// The delivery's id; 0 for an event without one.
    pub delivery: i64,
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    /// Newest first.
    pub rows: Vec<LogRow>,
    /// Where the next page begins; `None`: this was the last.
    pub next: Option<LogPlace>,
    /// Whether a search for a text has come no farther than that for now.
    pub unfinished: bool,
}

/// A delivery with its event, or an event without one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    /// The event's id.
    pub event: i64,
    /// The event's public id, as the door has answered.
    pub public_id: String,
    /// When it came.
    pub received_at: Millis,
    /// The booking's number.
    pub order_number: Option<String>,
    /// The event's type, by number.
    pub event_type: Option<i64>,
    /// The profile's id and name; `None`: the stateless door, or a profile that is gone.
    pub profile: Option<(i64, String)>,
    /// The bot's number; `None`: the sandbox, or an event that came to nothing.
    pub bot: Option<i64>,
    /// What became of it.
    pub outcome: Outcome,
    /// What the door answered.
    pub http_status: i64,
    /// Why it was turned away, in the reader's language.
    pub reason: Option<String>,
    /// Of a duplicate, the first copy: its id and public id.
    pub duplicate_of: Option<(i64, String)>,
    /// The delivery, if there is one.
    pub delivery: Option<LogDelivery>,
}

/// The delivery of a [`LogRow`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogDelivery {
    /// Its id.
    pub id: i64,
    /// The chat; `None`: the participant has no usable id.
    pub chat: Option<String>,
    /// Of how many messages, and how many of them have arrived.
    pub parts: (u64, u64),
    /// How many attempts there were.
    pub attempts: u64,
    /// Why it failed, by the cause's name.
    pub cause: Option<String>,
    /// What Telegram said last, or why there is nothing to send.
    pub last_error: Option<String>,
    /// Whether an answer never came: what was sent after it may be a duplicate.
    pub unsure: bool,
    /// When it is tried next.
    pub next_attempt_at: Option<Millis>,
    /// When it came to its end.
    pub finished_at: Option<Millis>,
    /// The delivery that it replays.
    pub replay_of: Option<i64>,
    /// The delivery that replays it.
    pub replaced_by: Option<i64>,
}

/// An attempt to send a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptView {
    /// Which part, from 0.
    pub part: usize,
    /// When it began.
    pub started_at: Millis,
    /// How long the answer took, in milliseconds.
    pub latency: Millis,
    /// The answer's HTTP status.
    pub http_status: Option<u16>,
    /// Whether Telegram took it.
    pub sent: bool,
    /// Whether there was a token to ask Telegram with.
    pub asked: bool,
    /// Telegram's own words, or what was in the way.
    pub description: Option<String>,
}

/// How long after an event came each step of its acceptance was done, in microseconds; `None`: not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// Its recipients were found.
    pub found: Option<i64>,
    /// Its messages were made.
    pub made: Option<i64>,
    /// It was written into the queue.
    pub queued: Option<i64>,
}

/// An event with all that became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDetail {
    /// The event, as the row of one of its deliveries or of itself alone.
    pub row: LogRow,
    /// The contact field that names whom it is for.
    pub field: Option<String>,
    /// Bytes of its body; `None`: it is not kept.
    pub size: Option<usize>,
    /// How it was accepted.
    pub course: Course,
    /// Its deliveries, in their order.
    pub deliveries: Vec<DeliveryDetail>,
    /// What else happened to the same booking, newest first.
    pub related: Vec<LogRow>,
}

/// What became of messages in a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartBar {
    /// Its beginning.
    pub from: Millis,
    /// Its end.
    pub to: Millis,
    /// How many.
    pub outcomes: Day,
}

/// Outcomes over time, and how long messages took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// The oldest first.
    pub bars: Vec<ChartBar>,
    /// Milliseconds from the event to Telegram's receipt, of the last messages: half of them, 95 and 99 of 100 took no
    /// longer; and how many they are.
    pub latency: Option<([Millis; 3], usize)>,
}

/// A delivery with all that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryDetail {
    /// The row of the log.
    pub row: LogRow,
    /// Telegram's HTML of each part.
    pub parts: Vec<String>,
    /// Every attempt, in their order.
    pub attempts: Vec<AttemptView>,
}

//! Deliveries, as a page shows them.

use hookgram::{
    Millis,
    delivery::{FailureCause, Outcome},
    log_query::LogPlace,
    message::Part,
    profile_list::Day,
};

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPage {
    /// Newest first.
    pub rows: Vec<LogRow>,
    /// Where the next page begins; `None`: this was the last.
    pub next: Option<LogPlace>,
    /// Whether a search for a text has come no farther than that for now.
    pub unfinished: bool,
}

/// A delivery with its event, or an event without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// The event's id.
    pub event: i64,
    /// The event's public id, as the endpoint has answered.
    pub public_id: String,
    /// When it came.
    pub received_at: Millis,
    /// The booking's number.
    pub order_number: Option<String>,
    /// The event's type, by number.
    pub event_type: Option<i64>,
    /// The profile's id and name; `None`: the stateless endpoint, or a profile that is gone.
    pub profile: Option<(i64, String)>,
    /// The bot's number; `None`: the sandbox, or an event that came to nothing.
    pub bot: Option<i64>,
    /// What became of it.
    pub outcome: Outcome,
    /// What the endpoint answered.
    pub http_status: i64,
    /// Why it was turned away, in the reader's language.
    pub reason: Option<String>,
    /// Of a duplicate, the first copy: its id and public id.
    pub duplicate_of: Option<(i64, String)>,
    /// The delivery, if there is one.
    pub delivery: Option<LogDelivery>,
}

/// The delivery of a [`LogRow`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDelivery {
    /// Its id.
    pub id: i64,
    /// The chat; `None`: the participant has no usable id.
    pub chat: Option<String>,
    /// Of how many messages, and how many of them have arrived.
    pub parts: (u64, u64),
    /// How many attempts there were.
    pub attempts: u64,
    /// Why it failed.
    pub cause: Option<FailureCause>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// An event with all that became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDetail {
    /// The event, as the row of one of its deliveries or of itself alone.
    pub row: LogRow,
    /// The contact field that names whom it is for.
    pub field: Option<String>,
    /// Bytes of its body; `None`: it is not kept.
    pub size: Option<usize>,
    /// Its deliveries, in their order.
    pub deliveries: Vec<DeliveryDetail>,
    /// What else happened to the same booking, newest first.
    pub related: Vec<LogRow>,
}

/// What became of messages in a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartBar {
    /// Its beginning.
    pub from: Millis,
    /// Its end.
    pub to: Millis,
    /// How many.
    pub outcomes: Day,
}

/// Outcomes over time, and how long messages took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// The oldest first.
    pub bars: Vec<ChartBar>,
    /// Milliseconds from the event to Telegram's receipt, of the last messages: half of them, 95 and 99 of 100 took no
    /// longer; and how many they are.
    pub latency: Option<([Millis; 3], usize)>,
}

/// A delivery with all that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryDetail {
    /// The row of the log.
    pub row: LogRow,
    /// What it says.
    pub parts: Vec<Part>,
    /// Every attempt, in their order.
    pub attempts: Vec<AttemptView>,
}

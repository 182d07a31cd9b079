//! View models of deliveries.

use hookgram::{
    Millis,
    channel::ChannelKind,
    delivery::{FailureCause, Outcome},
    log_query::LogPlace,
    message::Part,
    person::Person,
    profile_list::Day,
};

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPage {
    /// The rows, newest first.
    pub rows: Vec<LogRow>,
    /// The position after which the next page begins; `None` on the last page.
    pub next: Option<LogPlace>,
    /// Whether a text search stopped before the end of the log.
    pub unfinished: bool,
}

/// A delivery with its event, or an event without deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// The event's id.
    pub event: i64,
    /// The event's public id, as the endpoint returned it.
    pub public_id: String,
    /// When the event was received.
    pub received_at: Millis,
    /// The booking's number.
    pub order_number: Option<String>,
    /// The number of the event's type.
    pub event_type: Option<i64>,
    /// The profile's id and name; `None` for the stateless endpoint or a deleted profile.
    pub profile: Option<(i64, String)>,
    /// The bot's Telegram id; `None` for the sandbox or an event without deliveries.
    pub bot: Option<i64>,
    /// The outcome.
    pub outcome: Outcome,
    /// The status that the endpoint returned.
    pub http_status: i64,
    /// Why the event was refused, in the reader's language.
    pub reason: Option<String>,
    /// For a duplicate, the id and public id of the first copy.
    pub duplicate_of: Option<(i64, String)>,
    /// The public id of the event that replays this one, if this one was refused or unwanted.
    pub replayed_as: Option<String>,
    /// The public id of the event that this one replays.
    pub replayed_event: Option<String>,
    /// The participant that the delivery is for. For an event without deliveries, the first participant.
    pub person: Person,
    /// The delivery, if there is one.
    pub delivery: Option<LogDelivery>,
}

impl LogRow {
    /// Whether the event itself may be replayed. Deliveries are replayed separately.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        self.delivery.is_none()
            && matches!(self.outcome, Outcome::Rejected | Outcome::Skipped)
            && self.profile.is_some()
            && self.replayed_as.is_none()
    }
}

/// The delivery of a [`LogRow`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDelivery {
    /// Its id.
    pub id: i64,
    /// The channel.
    pub channel: ChannelKind,
    /// The chat; `None` if the participant has no usable id.
    pub chat: Option<String>,
    /// The name of the customer whose chat it is, if it is known.
    pub customer: Option<String>,
    /// The number of parts, and how many of them have arrived.
    pub parts: (u64, u64),
    /// The number of attempts.
    pub attempts: u64,
    /// Why it failed.
    pub cause: Option<FailureCause>,
    /// Telegram's last error text, or why there is nothing to send.
    pub last_error: Option<String>,
    /// Whether an answer was lost. A part sent after that may have been delivered twice.
    pub unsure: bool,
    /// When the next attempt is due.
    pub next_attempt_at: Option<Millis>,
    /// When the delivery ended.
    pub finished_at: Option<Millis>,
    /// The delivery that it replays.
    pub replay_of: Option<i64>,
    /// The delivery that replays it.
    pub replaced_by: Option<i64>,
}

/// An attempt to send a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptView {
    /// The index of the part, from 0.
    pub part: usize,
    /// When the attempt started.
    pub started_at: Millis,
    /// The time until the answer, in milliseconds.
    pub latency: Millis,
    /// The HTTP status of the answer.
    pub http_status: Option<u16>,
    /// Whether Telegram accepted the part.
    pub sent: bool,
    /// Whether a request was sent, which needs a token.
    pub asked: bool,
    /// Telegram's error text, or what prevented the attempt.
    pub description: Option<String>,
}

/// The body of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventBody {
    /// It is stored and has this size in bytes.
    Kept(usize),
    /// It is not stored.
    Gone,
    /// The reader may not see it.
    Hidden,
}

/// An event with its deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDetail {
    /// The event, as the row of one of its deliveries, or of the event itself if it has none.
    pub row: LogRow,
    /// The contact field that contains the recipient.
    pub field: Option<String>,
    /// The body.
    pub body: EventBody,
    /// The deliveries in order.
    pub deliveries: Vec<DeliveryDetail>,
    /// Other events of the same booking, newest first.
    pub related: Vec<LogRow>,
}

/// The outcomes within a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartBar {
    /// The start of the span.
    pub from: Millis,
    /// The end of the span.
    pub to: Millis,
    /// The counts.
    pub outcomes: Day,
}

/// Outcomes over time, and latencies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// The bars, the oldest first.
    pub bars: Vec<ChartBar>,
    /// The latency of the last messages, from the event to Telegram's acceptance: the 50th, 95th and 99th percentile in
    /// milliseconds, and the number of messages.
    pub latency: Option<([Millis; 3], usize)>,
}

/// A delivery with its attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryDetail {
    /// The row of the log.
    pub row: LogRow,
    /// The message.
    pub parts: Vec<Part>,
    /// The attempts in order.
    pub attempts: Vec<AttemptView>,
}

/// The filter of the log by a profile's name.
#[derive(Clone, Debug, Default)]
pub struct ProfileFilter {
    /// The name, as chosen or as typed.
    pub text: String,
    /// Why the typed name does not match a profile.
    pub fault: Option<&'static str>,
    /// The profiles that the typed name may match: their ids and names.
    pub candidates: Vec<(i64, String)>,
    /// The names to choose from without scripts; empty if there are too many.
    pub names: Vec<String>,
}

//! Data for the browser. It contains no secrets.

mod bots;
mod customers;
mod deliveries;
mod find_chat;
mod list;
mod share;

use hookgram::{
    Millis,
    delivery::{FailureCause, Outcome},
};
use serde::{Deserialize, Serialize};

pub use self::deliveries::{
    AttemptView, Chart, ChartBar, DeliveryDetail, EventBody, EventDetail, LogDelivery, LogPage, LogRow, ProfileFilter,
};
pub use self::{
    bots::{BotDetail, BotView},
    customers::{CustomerBookingView, CustomerBot, CustomerPlace, CustomerQuery, CustomerView, Reach, full_name},
    find_chat::{ChatLinks, ChatSearch, ChatTrouble},
    list::{ListPage, ListRow, Why},
    share::{Address, BookingStep, Obstacle, QrCode, SampleForm, SecondText, Shared, TOKEN_PLACE},
};
use crate::{error::FieldFault, form::ProfileForm};

/// The target of a profile's messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetView {
    /// The sandbox, which sends nothing.
    Sandbox,
    /// A bot; `None` if the profile has none.
    Bot(Option<BotView>),
}

/// The last event of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastDelivery {
    /// The outcome.
    pub outcome: Outcome,
    /// When it was received.
    pub at: Millis,
}

/// The newest event of a profile, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastEventView {
    /// The outcome.
    pub outcome: Outcome,
    /// When it was received.
    pub at: Millis,
    /// The event's type and the booking's number.
    pub about: String,
    /// Why it failed and what to do; empty if it did not fail.
    pub why: String,
}

/// A row of the list of profiles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileRow {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The target of its messages.
    pub target: TargetView,
    /// Whether its endpoint accepts events.
    pub enabled: bool,
    /// The outcome of its last event.
    pub last: Option<LastDelivery>,
}

/// A profile for the builder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileDetail {
    /// The row.
    pub row: ProfileRow,
    /// A fingerprint of everything that the form can change.
    pub fingerprint: String,
    /// The numbers of the event types that it accepts; empty means all.
    pub events: Vec<i64>,
    /// The id of its bot; a sandbox profile may have one too.
    pub bot: Option<i64>,
    /// Whether it accepts only ids with the code of a booking bot's link; `None` if there is no such choice, because
    /// its bot is no booking bot.
    pub coded_ids: Option<bool>,
    /// Its parameters as a canonical query (contract §3), without the token.
    pub parameters: String,
}

/// The result of a test message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TestOutcome {
    /// The sandbox has stored it.
    InSandbox,
    /// Telegram accepted it.
    Sent {
        /// The number of parts.
        parts: usize,
    },
    /// Telegram refused it for a known cause that no other variant has.
    Failed(FailureCause),
    /// The group has become a supergroup.
    Moved {
        /// Its new id.
        chat: String,
    },
    /// Telegram's rate limit is exceeded.
    TooMany {
        /// Seconds after which to retry.
        seconds: u64,
    },
    /// Nothing was sent, because that would exceed Telegram's rate limit.
    Wait {
        /// Seconds after which to retry.
        seconds: u64,
    },
    /// Telegram could not be reached.
    Unreachable,
    /// Something other than Telegram answered, such as a proxy.
    NotTelegram,
    /// Telegram answered with a server error.
    Trouble {
        /// The HTTP status.
        code: u16,
    },
    /// Telegram refused it for another reason.
    Refused {
        /// Telegram's error text.
        description: String,
    },
    /// The message would be empty: everything is hidden and the operator has written no text.
    Empty,
}

/// A message in the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxMessage {
    /// An increasing id.
    pub id: i64,
    /// The profile's id.
    pub profile_id: i64,
    /// The profile's name.
    pub profile: String,
    /// The chat that a bot would have sent it to.
    pub chat: String,
    /// The message as Telegram's HTML.
    pub html: String,
    /// When it arrived.
    pub at: Millis,
}

/// The data that the builder is drawn from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuilderData {
    /// The time that the samples are dated by, the same for the server and the browser.
    pub now: Millis,
    /// The stored profile; `None` for a new one.
    pub detail: Option<ProfileDetail>,
    /// The bots to choose from.
    pub bots: Vec<BotView>,
    /// The bot that the page's address names, for a new profile.
    pub bot: Option<i64>,
    /// The field with the chat's id that a new profile reads, if a booking bot fills it.
    pub field: Option<String>,
    /// The base of links in messages, without a trailing slash.
    pub booking_host: String,
    /// The draft in the page's address.
    pub draft: Option<DraftView>,
    /// Whether the address names a draft that no longer exists.
    pub draft_lost: bool,
    /// The data of the preview besides the form.
    pub preview: PreviewData,
    /// Whether the profile has just been saved.
    pub saved: bool,
    /// Whether the reader opened the page to paste an old URL.
    pub old_url_first: bool,
}

/// The data of the preview besides the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewData {
    /// The last chat that the reader used for a test; empty if there is none.
    pub test_chat: String,
    /// The URL of the stateless endpoint without a query; `None` if the endpoint is disabled.
    pub stateless_endpoint: Option<String>,
    /// The profile's newest events, newest first.
    pub past: Vec<PastEvent>,
}

/// An event that a profile has received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastEvent {
    /// Its id.
    pub id: i64,
    /// When it was received, in the reader's language and zone.
    pub when: String,
    /// The booking's number or the event's type; may be empty.
    pub about: String,
}

/// A comparison of the messages of an event with the stored and with the changed profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// The event.
    pub event: PastEvent,
    /// Whether the message is empty with the stored profile, and with the changed one.
    pub says_nothing: (bool, bool),
    /// The changed lines with their neighbours; empty if nothing changes.
    pub lines: Vec<ComparedLine>,
}

/// A line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedLine {
    /// The change of the line.
    pub mark: LineMark,
    /// Telegram's HTML; `None` marks the boundary between two parts of a split message.
    pub html: Option<String>,
}

/// The change of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineMark {
    /// Unchanged.
    Same,
    /// Present only with the changed profile.
    Added,
    /// Present only with the stored profile.
    Removed,
    /// A gap in place of unchanged lines.
    LeftOut,
}

/// Unsaved input of the builder, typed or read from an old URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftView {
    /// Its id.
    pub id: String,
    /// The form. Its token field is blank.
    pub form: ProfileForm,
    /// The masked token, at most `7001002003:AAH…abcd`; `None` if the draft has none.
    pub masked_token: Option<String>,
    /// Why saving failed; empty before the first attempt to save.
    pub faults: Vec<FieldFault>,
    /// The import, if the draft was read from an old URL.
    pub import: Option<ImportView>,
}

/// The result of reading an old URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportView {
    /// The parts of the URL that could not be imported, one sentence each.
    pub lost: Vec<String>,
    /// The remedy if the URL names the shared bot of the booking service.
    pub shared_bot: Option<String>,
    /// The messages that the old URL would have sent, as Telegram's HTML: the parts of each, in the order of
    /// `Sample::ALL`.
    pub messages: Vec<Vec<String>>,
}

//! What travels between server and browser. No secret is among it.

mod deliveries;
mod find_chat;
mod list;
mod share;

use hookgram::{Millis, delivery::Outcome};
use serde::{Deserialize, Serialize};

pub use self::deliveries::{AttemptView, Chart, ChartBar, DeliveryDetail, EventDetail, LogDelivery, LogPage, LogRow};
pub use self::{
    find_chat::{ChatLinks, ChatSearch, ChatTrouble},
    list::{ListPage, ListRow, Why},
    share::{Address, Obstacle, QrCode, Shared, TOKEN_PLACE},
};
use crate::{error::FieldFault, form::ProfileForm};

/// A bot, as Telegram introduced it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotView {
    /// Its name for people.
    pub name: String,
    /// Its `@name`, without the `@`.
    pub username: String,
}

/// Where a profile's messages go, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetView {
    /// The sandbox: nothing leaves the house.
    Sandbox,
    /// A bot.
    Bot {
        /// At most `7001002003:AAH…abcd`; `None` while no token is stored.
        masked_token: Option<String>,
        /// What Telegram said of it, once asked.
        bot: Option<BotView>,
        /// Why the stored token must be entered again, in words, where it must.
        locked: Option<String>,
    },
}

/// The last event of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastDelivery {
    /// What became of it.
    pub outcome: Outcome,
    /// When it was received.
    pub at: Millis,
}

/// The newest event of a profile, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastEventView {
    /// What became of it.
    pub outcome: Outcome,
    /// When it was received.
    pub at: Millis,
    /// What it is about: its type, the booking's number.
    pub about: String,
    /// Why it did not go well, and what to do; empty where there is nothing to say.
    pub why: String,
}

/// A row of the list of profiles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileRow {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Where its messages go.
    pub target: TargetView,
    /// Whether its endpoint is open.
    pub enabled: bool,
    /// What became of its last event.
    pub last: Option<LastDelivery>,
}

/// A profile, as the builder opens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileDetail {
    /// The row.
    pub row: ProfileRow,
    /// The types of event it wants, by number; empty means all.
    pub events: Vec<i64>,
    /// Its parameters as a canonical query (contract §3), without the token.
    pub parameters: String,
}

/// How a test message went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TestOutcome {
    /// It arrived in the sandbox.
    InSandbox,
    /// Telegram took it; how many messages it became.
    Sent {
        /// How many.
        parts: usize,
    },
    /// Telegram does not know the token.
    TokenRefused,
    /// Telegram does not know the chat, or the person never pressed Start.
    ChatNotFound,
    /// The person blocked the bot, left, or is gone.
    ChatForbidden,
    /// Too many messages; wait this long.
    TooMany {
        /// Seconds.
        seconds: u64,
    },
    /// Nothing was sent: more would be too much for Telegram now.
    Wait {
        /// Seconds.
        seconds: u64,
    },
    /// Telegram could not be reached, or answered in no way we know.
    Unreachable,
    /// Telegram refused for another reason, in its own words.
    Refused {
        /// Its words.
        description: String,
    },
    /// Nothing would be said: everything is hidden and there is no text.
    Empty,
}

/// A message in the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxMessage {
    /// Its id; grows.
    pub id: i64,
    /// Whose.
    pub profile_id: i64,
    /// The profile's name.
    pub profile: String,
    /// The chat it would have gone to.
    pub chat: String,
    /// The message as Telegram's HTML.
    pub html: String,
    /// When it arrived.
    pub at: Millis,
}

/// What the builder starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuilderData {
    /// The stored profile; `None` for a new one.
    pub detail: Option<ProfileDetail>,
    /// What links in messages start with, without a slash at the end.
    pub booking_host: String,
    /// The draft that was asked for.
    pub draft: Option<DraftView>,
    /// A draft was asked for that is there no more.
    pub draft_lost: bool,
    /// What the preview needs besides.
    pub preview: PreviewData,
    /// Whether it has just been saved.
    pub saved: bool,
    /// Whether the reader came to paste an old URL.
    pub old_url_first: bool,
}

/// What the preview needs besides the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewData {
    /// The stateless endpoint's address without a query; `None` where it is shut.
    pub stateless_endpoint: Option<String>,
    /// The profile's last events, newest first.
    pub past: Vec<PastEvent>,
}

/// An event that came to a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastEvent {
    /// Its id.
    pub id: i64,
    /// When it came, in the reader's words and zone.
    pub when: String,
    /// The booking's number, or what kind of event it is; may be empty.
    pub about: String,
}

/// What an event says with a profile as it is stored, and as it would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// The event.
    pub event: PastEvent,
    /// Whether no message goes out, as it is and as it would be.
    pub says_nothing: (bool, bool),
    /// The lines that change, and those beside them; none where nothing does.
    pub lines: Vec<ComparedLine>,
}

/// A line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedLine {
    /// What becomes of it.
    pub mark: LineMark,
    /// Telegram's HTML; `None`: here begins the next of the messages that a long one is split into.
    pub html: Option<String>,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineMark {
    /// It stays.
    Same,
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// Lines that stay are left out here.
    LeftOut,
}

/// What was typed into the builder, or read from an old URL, and is not stored yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftView {
    /// Its id.
    pub id: String,
    /// The form; its field for a token is blank.
    pub form: ProfileForm,
    /// At most `7001002003:AAH…abcd`; `None` where it holds no token.
    pub masked_token: Option<String>,
    /// Why it was not stored; none where nobody tried to.
    pub faults: Vec<FieldFault>,
    /// What the old URL said that it was read from.
    pub import: Option<ImportView>,
}

/// What became of an old URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportView {
    /// What stood in it and could not be carried over, a sentence each.
    pub lost: Vec<String>,
    /// The messages that the old URL makes, as Telegram's HTML: the parts of each, in the order of `Sample::ALL`.
    pub messages: Vec<Vec<String>>,
}

//! Channels: the services that carry messages to people. A channel is a folder here, a [`ChannelKind`], and a line in
//! [`Channels`].

pub mod pacing;
pub mod sandbox;
pub mod telegram;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use hookgram::{
    channel::ChannelKind,
    delivery::{AttemptClass, FailureCause},
    message::Part,
    secret::BotToken,
};
use parking_lot::{Mutex, MutexGuard};

use self::{pacing::Pacing, sandbox::Sandbox, telegram::TelegramChannel};
use crate::store::SenderKey;

/// A service that carries messages to people.
#[async_trait]
pub trait Channel: fmt::Debug + Send + Sync {
    /// Encodes a part for [`Channel::send`]; without formatting if `plain`.
    fn encode(&self, chat: &str, part: &Part, plain: bool) -> String;

    /// Sends one encoded part. Failures are values of [`Answer`].
    async fn send(&self, call: Call<'_>) -> Answer;

    /// Classifies an answer for the retry policy.
    fn classify(&self, answer: &Answer) -> Classified;

    /// The pacing of the channel's calls; `None` if it has no limits.
    fn pacing(&self) -> Option<&Mutex<Pacing>>;
}

/// One call that sends a part of a message.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The sender's token, where the channel needs one.
    pub token: Option<&'a BotToken>,
    /// The profile that sends it.
    pub profile: Option<i64>,
    /// The delivery that the part belongs to; `None` for a test message.
    pub delivery: Option<i64>,
    /// The part's index in the message.
    pub part: usize,
    /// The recipient.
    pub chat: &'a str,
    /// The part as [`Channel::encode`] has encoded it.
    pub body: &'a str,
}

/// The answer to a [`Call`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The channel took the message.
    Sent {
        /// The message's id in the chat.
        message_id: i64,
    },
    /// The channel, or something before it, answered with a refusal.
    Refused {
        /// The HTTP status, or the channel's own code where it differs.
        code: u16,
        /// Whether the channel itself answered. Otherwise something between here and the channel did (a proxy, a
        /// captive portal, a wrong address), and the answer says nothing about the token, the chat or the message.
        genuine: bool,
        /// The channel's explanation.
        description: String,
        /// Seconds to wait.
        retry_after: Option<u64>,
        /// The chat's new id, if the chat was moved.
        migrate_to: Option<i64>,
    },
    /// There was no answer.
    Unreachable {
        /// Whether the call failed before anything was written, so that the message cannot have arrived. Otherwise it
        /// may have.
        before_write: bool,
        /// What happened, without any URL.
        description: String,
    },
}

impl Answer {
    /// The HTTP status, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Sent { .. } => Some(200),
            Self::Refused { code, .. } => Some(*code),
            Self::Unreachable { .. } => None,
        }
    }

    /// The class under which the attempt is recorded.
    #[must_use]
    pub fn class(&self) -> AttemptClass {
        match self {
            Self::Sent { .. } => AttemptClass::Sent,
            Self::Refused { .. } => AttemptClass::Refused,
            Self::Unreachable { before_write: true, .. } => AttemptClass::Unreachable,
            Self::Unreachable { before_write: false, .. } => AttemptClass::BrokenOff,
        }
    }

    /// The description, unless the message was taken.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        match self {
            Self::Sent { .. } => None,
            Self::Refused { description, .. } | Self::Unreachable { description, .. } => Some(description),
        }
    }
}

/// What an [`Answer`] means for its delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classified {
    /// The meaning for the retry policy.
    pub meaning: Meaning,
    /// The cause, if the delivery is given up after this answer.
    pub cause: FailureCause,
    /// Whether the channel itself, and nothing before it, has answered for this sender.
    pub heard: bool,
}

/// The meaning of an answer for the retry policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The part has arrived.
    Sent,
    /// The part has not arrived. A retry may succeed, but not earlier than the channel asks for.
    Later {
        /// Seconds to wait, if the channel named them.
        after: Option<u64>,
    },
    /// The same, because too many calls were made.
    Limited {
        /// Seconds to wait, if the channel named them.
        after: Option<u64>,
    },
    /// The part may have arrived: it was written, and no answer came.
    Unsure,
    /// The chat has a new id.
    Moved {
        /// The new id.
        chat: String,
    },
    /// The channel cannot parse the part's formatting.
    BadFormatting,
    /// The channel does not accept the sender's token.
    TokenRefused,
    /// The channel refuses the message; a retry would fail too.
    Refused,
}

/// Every channel. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Channels {
    telegram: Arc<TelegramChannel>,
    sandbox: Arc<Sandbox>,
}

impl Channels {
    /// The channels of a server.
    #[must_use]
    pub fn new(telegram: TelegramChannel, sandbox: Sandbox) -> Self {
        Self { telegram: Arc::new(telegram), sandbox: Arc::new(sandbox) }
    }

    /// The channel of a kind.
    #[must_use]
    pub fn of(&self, kind: ChannelKind) -> &dyn Channel {
        match kind {
            ChannelKind::Telegram => &*self.telegram,
            ChannelKind::Sandbox => &*self.sandbox,
        }
    }

    /// The pacing of a sender's channel, locked; `None` if the channel has no limits.
    pub(crate) fn pacing(&self, sender: &SenderKey) -> Option<MutexGuard<'_, Pacing>> {
        self.of(sender.channel()).pacing().map(Mutex::lock)
    }
}

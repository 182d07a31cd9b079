//! Channels: the services that carry messages to people. Each channel has a folder here, a [`ChannelKind`] and a field
//! of [`Channels`].

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
    /// Encodes a part for [`Channel::send`], without formatting if `plain`.
    fn encode(&self, chat: &str, part: &Part, plain: bool) -> String;

    /// Sends one encoded part. Failures are returned as an [`Answer`].
    async fn send(&self, call: Call<'_>) -> Answer;

    /// Classifies an answer for the retry policy.
    fn classify(&self, answer: &Answer) -> Classified;

    /// The rate limits of the channel's calls; `None` if there are none.
    fn pacing(&self) -> Option<&Mutex<Pacing>>;
}

/// One call, which sends a part of a message.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The sender's token, if the channel uses tokens.
    pub token: Option<&'a BotToken>,
    /// The id of the profile that sends the message.
    pub profile: Option<i64>,
    /// The id of the delivery; `None` for a test message.
    pub delivery: Option<i64>,
    /// The part's index in the message.
    pub part: usize,
    /// The recipient.
    pub chat: &'a str,
    /// The part as [`Channel::encode`] has encoded it.
    pub body: &'a str,
}

/// The response to a [`Call`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The channel accepted the message.
    Sent {
        /// The message's id in the chat.
        message_id: i64,
    },
    /// The channel, or a proxy before it, refused the message.
    Refused {
        /// The HTTP status, or the channel's own error code if it differs.
        code: u16,
        /// Whether the channel itself answered. If not, a proxy, a captive portal or a wrong server did, and the answer
        /// says nothing about the token, the chat or the message.
        genuine: bool,
        /// The error description.
        description: String,
        /// Seconds to wait before a retry.
        retry_after: Option<u64>,
        /// The chat's new id, if the chat was migrated.
        migrate_to: Option<i64>,
    },
    /// No response was received.
    Unreachable {
        /// Whether the call failed before any byte was written, so that the message cannot have arrived. If false, it
        /// may have arrived.
        before_write: bool,
        /// The error description, without URLs.
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

    /// The error description; `None` if the message was accepted.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        match self {
            Self::Sent { .. } => None,
            Self::Refused { description, .. } | Self::Unreachable { description, .. } => Some(description),
        }
    }
}

/// The meaning of an [`Answer`] for its delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classified {
    /// The meaning for the retry policy.
    pub meaning: Meaning,
    /// The failure cause, if the delivery is given up after this answer.
    pub cause: FailureCause,
    /// Whether the channel itself, not a proxy, has answered for this sender.
    pub heard: bool,
}

/// The meaning of an answer for the retry policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The part has arrived.
    Sent,
    /// The part has not arrived. A retry may succeed after the delay that the channel asks for.
    Later {
        /// Seconds to wait, if the channel named them.
        after: Option<u64>,
    },
    /// The part has not arrived because of a rate limit.
    Limited {
        /// Seconds to wait, if the channel named them.
        after: Option<u64>,
    },
    /// The part may have arrived: the request was written, but no response was received.
    Unsure,
    /// The chat was migrated to a new id.
    Moved {
        /// The new id.
        chat: String,
    },
    /// The channel cannot parse the part's formatting.
    BadFormatting,
    /// The channel refuses the sender's token.
    TokenRefused,
    /// The channel refuses the message, and would refuse a retry.
    Refused,
}

/// All channels. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Channels {
    telegram: Arc<TelegramChannel>,
    sandbox: Arc<Sandbox>,
}

impl Channels {
    /// Collects the channels of a server.
    #[must_use]
    pub fn new(telegram: TelegramChannel, sandbox: Sandbox) -> Self {
        Self { telegram: Arc::new(telegram), sandbox: Arc::new(sandbox) }
    }

    /// The channel of this kind.
    #[must_use]
    pub fn of(&self, kind: ChannelKind) -> &dyn Channel {
        match kind {
            ChannelKind::Telegram => &*self.telegram,
            ChannelKind::Sandbox => &*self.sandbox,
        }
    }

    /// Locks the pacing of a sender's channel; `None` if the channel has no rate limits.
    pub(crate) fn pacing(&self, sender: &SenderKey) -> Option<MutexGuard<'_, Pacing>> {
        self.of(sender.channel()).pacing().map(Mutex::lock)
    }
}

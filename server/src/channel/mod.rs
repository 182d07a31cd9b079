//! Channels: the services that carry messages to people. A channel is a folder here, a [`ChannelKind`], and a line in
//! [`Channels`].

pub mod pacing;
pub mod sandbox;
pub mod telegram;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use hookgram::{
    channel::{ChannelKind, Limits},
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
    /// The limits that a message is split by.
    fn limits(&self) -> &'static Limits;

    /// Encodes a part for [`Channel::send`]; without its formatting where `plain`.
    fn encode(&self, chat: &str, part: &Part, plain: bool) -> String;

    /// Sends one encoded part. Whatever goes wrong is an [`Answer`].
    async fn send(&self, call: Call<'_>) -> Answer;

    /// Says what an answer means for its delivery.
    fn classify(&self, answer: &Answer) -> Classified;

    /// The pace that the channel asks for; `None`: any.
    fn pacing(&self) -> Option<&Mutex<Pacing>>;
}

/// One part of a message, to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The sender's token, where the channel needs one.
    pub token: Option<&'a BotToken>,
    /// The profile that sends it.
    pub profile: Option<i64>,
    /// The delivery that it belongs to; `None` for a test message.
    pub delivery: Option<i64>,
    /// Its index among the parts of the message.
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
        /// Its id in the chat.
        message_id: i64,
    },
    /// The channel, or something before it, answered with a refusal.
    Refused {
        /// The HTTP status, or the channel's own code where it differs.
        code: u16,
        /// Whether these are the channel's own words. Otherwise something on the way answered (a proxy, a captive portal, a
        /// wrong address), and it says nothing about the token, the chat or the message.
        genuine: bool,
        /// The words.
        description: String,
        /// Seconds to wait.
        retry_after: Option<u64>,
        /// The chat's new id.
        migrate_to: Option<i64>,
    },
    /// There was no answer.
    Unreachable {
        /// Nothing had been written: the message cannot have arrived. Otherwise it may have.
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

    /// How the attempt is recorded.
    #[must_use]
    pub fn class(&self) -> AttemptClass {
        match self {
            Self::Sent { .. } => AttemptClass::Sent,
            Self::Refused { .. } => AttemptClass::Refused,
            Self::Unreachable { before_write: true, .. } => AttemptClass::Unreachable,
            Self::Unreachable { before_write: false, .. } => AttemptClass::BrokenOff,
        }
    }

    /// What was said, where the message was not taken.
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
    /// The meaning.
    pub meaning: Meaning,
    /// The cause, if the delivery is given up after this answer.
    pub cause: FailureCause,
    /// Whether the channel itself has answered for this sender.
    pub heard: bool,
}

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The part has arrived.
    Sent,
    /// It has not arrived, and may later; not before so many seconds, where they are said.
    Later {
        /// Seconds.
        after: Option<u64>,
    },
    /// The same, because too much was sent.
    Limited {
        /// Seconds.
        after: Option<u64>,
    },
    /// It may have arrived: no answer came after it was written.
    Unsure,
    /// The chat has another id now.
    Moved {
        /// That id.
        chat: String,
    },
    /// The channel cannot read its formatting.
    BadFormatting,
    /// The channel does not accept the sender's token.
    TokenRefused,
    /// It is refused for good.
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

    /// The pace of a sender's channel.
    pub(crate) fn pacing(&self, sender: &SenderKey) -> Option<MutexGuard<'_, Pacing>> {
        self.of(sender.channel()).pacing().map(Mutex::lock)
    }
}

//! Channels, the services that carry messages to people. This module has the properties that messages and profiles
//! depend on. The server sends the messages.

use crate::closed_set::closed_set;

closed_set! {
    /// A channel.
    pub enum ChannelKind {
        /// Telegram, by its Bot API.
        Telegram = "telegram",
        /// The sandbox: a page of Hookgram that shows messages instead of sending them.
        Sandbox = "sandbox",
    }
}

impl ChannelKind {
    /// The limits that a message is split by. The sandbox has Telegram's limits, so that it shows the same parts.
    #[must_use]
    pub const fn limits(self) -> &'static Limits {
        match self {
            Self::Telegram | Self::Sandbox => &Limits::TELEGRAM,
        }
    }

    /// Whether the channel needs a bot token to send.
    #[must_use]
    pub const fn needs_token(self) -> bool {
        match self {
            Self::Telegram => true,
            Self::Sandbox => false,
        }
    }
}

/// The limits of one message. A longer message is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// UTF-16 units of text without markup.
    pub units: usize,
    /// Formatted runs. The channel drops formatting beyond this number.
    pub entities: usize,
    /// Bytes of text with markup.
    pub bytes: usize,
}

impl Limits {
    /// Telegram's limits (contract §5). It drops entities after the hundredth. It refuses longer HTML before it parses
    /// it.
    pub const TELEGRAM: Self = Self { units: 4096, entities: 100, bytes: 32_768 };
}

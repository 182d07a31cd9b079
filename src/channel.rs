//! Channels, the services that carry messages to people: the properties that messages and profiles depend on. The
//! server does the sending.

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
    /// The limits that a message is split by. The sandbox shows what Telegram would.
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
    /// UTF-16 units of text, markup not counted.
    pub units: usize,
    /// Formatted runs. A channel drops the formatting beyond this number.
    pub entities: usize,
    /// Bytes of the text with its markup.
    pub bytes: usize,
}

impl Limits {
    /// Telegram's limits (contract §5). It drops entities after the hundredth, and refuses longer HTML before parsing
    /// it.
    pub const TELEGRAM: Self = Self { units: 4096, entities: 100, bytes: 32_768 };
}

//! Channels: the services that carry messages to people, as far as messages and profiles depend on them. The server sends
//! through them.

use crate::closed_set::closed_set;

closed_set! {
    /// A channel.
    pub enum ChannelKind {
        /// Telegram, by its Bot API.
        Telegram = "telegram",
        /// The sandbox: a page of Hookgram's own, for trying things out.
        Sandbox = "sandbox",
    }
}

impl ChannelKind {
    /// Whether messages are sent with the token of a bot.
    #[must_use]
    pub const fn needs_token(self) -> bool {
        match self {
            Self::Telegram => true,
            Self::Sandbox => false,
        }
    }
}

/// The limits of one message, by which a longer one is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// UTF-16 units of text, markup not counted.
    pub units: usize,
    /// Formatted runs: a channel drops those beyond this number.
    pub entities: usize,
    /// Bytes of the text with its markup.
    pub bytes: usize,
}

impl Limits {
    /// Telegram's (contract §5). It drops entities beyond the hundredth, and refuses longer HTML before it parses it.
    pub const TELEGRAM: Self = Self { units: 4096, entities: 100, bytes: 32_768 };
}

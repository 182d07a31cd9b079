//! The ordering key of a sender: a bot token, or the sandbox. Messages from one sender to one chat are sent in order.

use data_encoding::HEXUPPER;
use hookgram::{channel::ChannelKind, secret::BotToken};

use crate::secrets::codes;

/// The length of a key in bytes, which rules out collisions.
const LENGTH: usize = 16;

/// The key of a sender: the first half of the SHA-256 of its token. It distinguishes tokens without revealing them. All
/// messages to the sandbox have one sender, whose key is empty. The column is called `lane`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SenderKey(Vec<u8>);

impl SenderKey {
    /// The key of the sender with this token.
    #[must_use]
    pub fn of(token: &BotToken) -> Self {
        let mut hash = codes::hash(token.expose());
        hash.truncate(LENGTH);
        Self(hash)
    }

    /// Wraps stored bytes.
    #[must_use]
    pub fn of_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes to store, or `None` for the sandbox.
    #[must_use]
    pub fn of_a_token(&self) -> Option<&[u8]> {
        Some(self.as_bytes()).filter(|bytes| !bytes.is_empty())
    }

    /// The key as SQLite's `hex` writes it.
    pub(super) fn hex(&self) -> String {
        HEXUPPER.encode(&self.0)
    }

    /// The channel of this sender's messages.
    #[must_use]
    pub fn channel(&self) -> ChannelKind {
        if self.0.is_empty() { ChannelKind::Sandbox } else { ChannelKind::Telegram }
    }
}

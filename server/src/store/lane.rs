//! Lanes: of a chat in one lane, messages go in order.

use data_encoding::HEXUPPER;
use hookgram::{channel::ChannelKind, secret::BotToken};

use crate::secrets::codes;

/// Bytes of a token's lane: enough that two tokens never share one.
const LENGTH: usize = 16;

/// What all messages sent with one token have in common: half a SHA-256 of it. Equal for equal tokens only, and useless
/// to whoever wants the token. Sandboxes have a lane of their own, which is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lane(Vec<u8>);

impl Lane {
    /// The lane of a token.
    #[must_use]
    pub fn of(token: &BotToken) -> Self {
        let mut hash = codes::hash(token.expose());
        hash.truncate(LENGTH);
        Self(hash)
    }

    /// A lane as it is stored.
    #[must_use]
    pub fn of_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// As it is stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As it is stored, unless it is the sandboxes'.
    #[must_use]
    pub fn of_a_token(&self) -> Option<&[u8]> {
        Some(self.as_bytes()).filter(|bytes| !bytes.is_empty())
    }

    /// As SQLite's `hex` writes it.
    pub(super) fn hex(&self) -> String {
        HEXUPPER.encode(&self.0)
    }

    /// The channel that its messages go to.
    #[must_use]
    pub fn channel(&self) -> ChannelKind {
        if self.0.is_empty() { ChannelKind::Sandbox } else { ChannelKind::Telegram }
    }
}

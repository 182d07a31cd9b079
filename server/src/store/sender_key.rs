//! The key of a sender. Messages with one sender and one chat go in order.

use data_encoding::HEXUPPER;
use hookgram::{channel::ChannelKind, secret::BotToken};

use crate::secrets::codes;

/// Bytes of a key: enough that two tokens never share one.
const LENGTH: usize = 16;

/// The key of a sender: half a SHA-256 of its token. It tells tokens apart and does not reveal them. All messages to the
/// sandbox have one sender, whose key is empty. The database calls it `lane`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SenderKey(Vec<u8>);

impl SenderKey {
    /// The key of a token.
    #[must_use]
    pub fn of(token: &BotToken) -> Self {
        let mut hash = codes::hash(token.expose());
        hash.truncate(LENGTH);
        Self(hash)
    }

    /// A key as it is stored.
    #[must_use]
    pub fn of_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// As it is stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As it is stored; `None` for the sandbox.
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

//! View models of finding a chat's id by a link.

use super::QrCode;

/// A search for a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatSearch {
    /// The link has not been opened yet.
    Waiting(ChatLinks),
    /// A person has opened the link.
    Found {
        /// The chat's id.
        chat: i64,
        /// The person's first name, or the group's title.
        who: String,
        /// Whether it is a group.
        is_group: bool,
    },
    /// The search cannot succeed.
    Failed {
        /// The reason.
        why: ChatTrouble,
        /// The links, if another search may succeed.
        links: Option<ChatLinks>,
    },
}

/// The links of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatLinks {
    /// The code of the search.
    pub code: String,
    /// The bot's `@name`, without the `@`.
    pub bot: String,
    /// The link that opens the bot for a person.
    pub person: String,
    /// The link that adds the bot to a group.
    pub group: String,
    /// The link for a person as a QR code; `None` if it is too long for one.
    pub qr: Option<QrCode>,
}

/// Why a chat cannot be found by a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatTrouble {
    /// No token is typed or stored.
    NoToken,
    /// Telegram refuses the token.
    TokenRefused,
    /// The bot has a webhook, which receives all of its updates.
    Webhook {
        /// The host of the webhook; empty if it is unknown.
        host: String,
    },
    /// Another program reads the bot's updates.
    OtherReader,
    /// The bot has too many unread updates. Reading the newest one would confirm the others, and their real reader
    /// would lose them.
    TooMuchUnread,
    /// Telegram's rate limit is exceeded.
    Busy {
        /// Seconds after which to retry.
        seconds: u64,
    },
    /// Telegram could not be reached.
    Unreachable,
    /// The link has expired, or belongs to another user's search.
    Over,
}

impl ChatTrouble {
    /// The name for addresses. It does not contain a variant's data.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NoToken => "no-token",
            Self::TokenRefused => "token-refused",
            Self::Webhook { .. } => "webhook",
            Self::OtherReader => "other-reader",
            Self::TooMuchUnread => "too-much-unread",
            Self::Busy { .. } => "busy",
            Self::Unreachable => "unreachable",
            Self::Over => "over",
        }
    }

    /// The variant with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let all = [
            Self::NoToken,
            Self::TokenRefused,
            Self::Webhook { host: String::new() },
            Self::OtherReader,
            Self::TooMuchUnread,
            Self::Busy { seconds: 60 },
            Self::Unreachable,
            Self::Over,
        ];
        all.into_iter().find(|trouble| trouble.name() == name)
    }
}

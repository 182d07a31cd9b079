//! Finding the id of a chat by a link that a person opens.

use super::QrCode;

/// A search for a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatSearch {
    /// Nobody has come by the link yet.
    Waiting(ChatLinks),
    /// Somebody has.
    Found {
        /// The chat's id.
        chat: i64,
        /// The person's first name, or the group's title.
        who: String,
        /// Whether it is a group.
        is_group: bool,
    },
    /// It cannot be found so.
    Failed {
        /// Why.
        why: ChatTrouble,
        /// The links, where it is worth looking once more.
        links: Option<ChatLinks>,
    },
}

/// The links of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatLinks {
    /// What the search is called.
    pub code: String,
    /// The bot's `@name`, without the `@`.
    pub bot: String,
    /// Leads a person to the bot.
    pub person: String,
    /// Adds the bot to a group.
    pub group: String,
    /// The link for a person as a QR code; `None` where it is too long for one.
    pub qr: Option<QrCode>,
}

/// Why a chat cannot be found by a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatTrouble {
    /// Neither typed nor stored.
    NoToken,
    /// Telegram does not know the token.
    TokenRefused,
    /// The bot has a webhook, at this host (empty where it cannot be told): its messages go there alone.
    Webhook {
        /// The host.
        host: String,
    },
    /// Another program reads the bot's messages.
    OtherReader,
    /// So much is unread that the newest message cannot be seen without taking the others away from whom they are for.
    TooMuchUnread,
    /// Telegram asks for patience.
    Busy {
        /// Seconds.
        seconds: u64,
    },
    /// Telegram does not answer.
    Unreachable,
    /// The link is too old, or of somebody else's search.
    Over,
}

impl ChatTrouble {
    /// Its name in an address; what else it knows is lost there.
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

    /// The trouble of a name.
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

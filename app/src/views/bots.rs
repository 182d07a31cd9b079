//! View models of bots.

use hookgram::{Millis, bot::BotState};
use serde::{Deserialize, Serialize};

/// A bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotView {
    /// Telegram's id of the bot.
    pub id: i64,
    /// The display name; empty until Telegram returns it.
    pub name: String,
    /// The `@name` without the `@`; empty until Telegram returns it.
    pub username: String,
    /// The state of its token.
    pub state: BotState,
}

impl BotView {
    /// The `@name`, or the id if that is unknown.
    #[must_use]
    pub fn title(&self) -> String {
        if self.username.is_empty() { self.id.to_string() } else { format!("@{}", self.username) }
    }

    /// The sender's name above its messages: the display name, else the `@name`; `None` if both are unknown.
    #[must_use]
    pub fn sender(&self) -> Option<String> {
        match (self.name.trim(), self.username.is_empty()) {
            ("", true) => None,
            ("", false) => Some(self.title()),
            (name, _) => Some(name.to_owned()),
        }
    }
}

/// A bot with details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotDetail {
    /// The bot.
    pub bot: BotView,
    /// At most `7001002003:AAH…abcd`; `None` if the token cannot be decrypted, and for readers who may not change it.
    pub masked_token: Option<String>,
    /// When the token's state last changed.
    pub state_since: Millis,
    /// Telegram's reason for refusing the token.
    pub refusal: Option<String>,
    /// When Telegram last answered a request of the bot.
    pub answered_at: Option<Millis>,
    /// The number of profiles that send with it.
    pub profiles: i64,
    /// The number of its messages that are not sent yet.
    pub waiting: i64,
    /// Whether its booking bot is switched on; `None` if it was never set up.
    pub books: Option<bool>,
}

//! View models of bots.

use hookgram::{Millis, bot::BotState};
use serde::{Deserialize, Serialize};

/// A bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotView {
    /// Telegram's id of the bot.
    pub id: i64,
    /// The display name; empty until Telegram has told it.
    pub name: String,
    /// Its `@name`, without the `@`; empty until Telegram has told it.
    pub username: String,
    /// What is known about its token.
    pub state: BotState,
}

impl BotView {
    /// The `@name`, or the id until Telegram has told that.
    #[must_use]
    pub fn title(&self) -> String {
        if self.username.is_empty() { self.id.to_string() } else { format!("@{}", self.username) }
    }

    /// What stands above its messages: the display name, or else the `@name`. `None` until Telegram has told either.
    #[must_use]
    pub fn sender(&self) -> Option<String> {
        match (self.name.trim(), self.username.is_empty()) {
            ("", true) => None,
            ("", false) => Some(self.title()),
            (name, _) => Some(name.to_owned()),
        }
    }
}

/// A bot with all that is known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotDetail {
    /// The bot.
    pub bot: BotView,
    /// At most `7001002003:AAH…abcd`; `None` if the token cannot be decrypted, and for readers who may not change it.
    pub masked_token: Option<String>,
    /// Since when its state is what it is.
    pub state_since: Millis,
    /// Telegram's description of why it refused the token.
    pub refusal: Option<String>,
    /// When Telegram last answered for the bot.
    pub answered_at: Option<Millis>,
    /// The number of profiles that send with it.
    pub profiles: i64,
    /// The number of its messages that are not sent yet.
    pub waiting: i64,
    /// Whether its booking bot is on; `None` if that was never set up.
    pub books: Option<bool>,
}

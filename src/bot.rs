//! A bot of Telegram as an object of its own.

use crate::{closed_set::closed_set, delivery::FailureCause};

closed_set! {
    /// What is known about a bot's token.
    pub enum BotState {
        /// Telegram has not been asked yet.
        Unknown = "unknown",
        /// Telegram accepted the token when it was last asked.
        Working = "working",
        /// Telegram refused the token when it was last asked.
        Refused = "refused",
        /// The token cannot be decrypted with the keys at hand.
        Locked = "locked",
    }
}

/// The id of the sandbox's bot, which has no token. Telegram's ids are positive.
pub const SANDBOX_BOT: i64 = 0;

/// The name of the sandbox's bot in the audit log. Names of other bots begin with `@` or are numbers.
pub const SANDBOX_BOT_NAME: &str = "sandbox";

impl BotState {
    /// Why the bot's messages are suspended; `None` if they are sent.
    #[must_use]
    pub fn suspended_for(self) -> Option<FailureCause> {
        match self {
            Self::Unknown | Self::Working => None,
            Self::Refused => Some(FailureCause::TokenRefused),
            Self::Locked => Some(FailureCause::TokenLocked),
        }
    }
}

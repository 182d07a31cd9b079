//! Telegram bots.

use crate::{closed_set::closed_set, delivery::FailureCause};

closed_set! {
    /// The state of a bot's token.
    pub enum BotState {
        /// The token has not been checked with Telegram yet.
        Unknown = "unknown",
        /// Telegram accepted the token at the last check.
        Working = "working",
        /// Telegram refused the token at the last check.
        Refused = "refused",
        /// The token cannot be decrypted with the configured keys.
        Locked = "locked",
    }
}

/// The id of the sandbox's bot, which has no token. Ids of Telegram bots are positive.
pub const SANDBOX_BOT: i64 = 0;

/// The name of the sandbox's bot in the audit log. Names of other bots begin with `@` or are numbers.
pub const SANDBOX_BOT_NAME: &str = "sandbox";

impl BotState {
    /// The reason why the bot's messages are suspended, or `None` if they are not.
    #[must_use]
    pub fn suspended_for(self) -> Option<FailureCause> {
        match self {
            Self::Unknown | Self::Working => None,
            Self::Refused => Some(FailureCause::TokenRefused),
            Self::Locked => Some(FailureCause::TokenLocked),
        }
    }
}

//! Reasons why a booking bot does not receive its updates.

use crate::closed_set::closed_set;

closed_set! {
    /// Why a booking bot does not receive customers' messages. A refused token is not listed here, because it is a
    /// state of the bot.
    pub enum Trouble {
        /// Another host has set a webhook, which receives the updates (Bot API: 409).
        OtherWebhook = "other_webhook",
        /// Another program reads the updates by long polling (Bot API: 409).
        OtherReader = "other_reader",
        /// Telegram does not answer.
        Unreachable = "unreachable",
        /// Telegram refuses the webhook.
        WebhookRefused = "webhook_refused",
        /// The secrets of the booking bot cannot be decrypted.
        Locked = "locked",
    }
}

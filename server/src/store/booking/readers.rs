//! The profiles that read customers' chats from the bookings of a booking bot.

use hookgram::{bot::SANDBOX_BOT, profile::Profile, query};

use crate::store::{Booking, StoreError};

impl Booking {
    /// The parameters, without the token, of the enabled profiles that send with a bot, oldest first. Profiles that
    /// send to the sandbox belong to the sandbox's bot only.
    pub async fn readers(&self, bot: i64) -> Result<Vec<Profile>, StoreError> {
        let profiles: Vec<String> = sqlx::query_scalar(
            "SELECT parameters FROM profiles
             WHERE iif(?2, sandbox = 1, sandbox = 0 AND bot_id = ?1) AND enabled AND deleted_at IS NULL ORDER BY id",
        )
        .bind(bot)
        .bind(bot == SANDBOX_BOT)
        .fetch_all(&self.read)
        .await?;
        Ok(profiles.iter().map(|parameters| query::read(parameters.as_bytes()).profile).collect())
    }
}

//! Sets what people see of a booking bot before they write to it: its commands and descriptions.

use hookgram::{
    booking::{commands, description, short_description},
    secret::BotToken,
    values::Language,
};

use super::Consumer;
use crate::{
    channel::telegram::{CallError, MenuButton},
    secrets::codes,
    state::AppState,
    store::UpdateSource,
};

/// The values of the Bot API's `language_code`. `None` is the default for all other languages.
const LANGUAGES: [(Option<&str>, Language); 2] = [(None, Language::En), (Some("ru"), Language::Ru)];

impl Consumer {
    /// Sets the commands and descriptions in both languages, unless they are already set.
    pub(super) async fn publish(&self) {
        let hash = codes::hash(&format!(
            "{:?}",
            LANGUAGES.map(|(_, language)| (commands(language), description(language), short_description(language)))
        ));
        if self.record.published.as_ref() == Some(&hash) {
            return;
        }
        match self.set_all().await {
            Ok(()) => {
                if let Err(error) = self.state.store.booking.published(self.bot.id, &hash).await {
                    tracing::warn!(
                        bot = self.bot.id,
                        %error,
                        "the hash of a bot's published commands could not be stored"
                    );
                }
            }
            // The next start of the consumer retries.
            Err(error) => tracing::warn!(bot = self.bot.id, %error, "a bot's commands could not be set"),
        }
    }

    async fn set_all(&self) -> Result<(), CallError> {
        let telegram = &self.state.telegram;
        for (code, language) in LANGUAGES {
            telegram.set_commands(&self.token, code, &commands(language)).await?;
            telegram.set_description(&self.token, code, description(language)).await?;
            telegram.set_short_description(&self.token, code, short_description(language)).await?;
        }
        telegram.set_menu_button(&self.token, None, &MenuButton::Commands).await
    }
}

/// Removes the commands, descriptions and webhook of a booking bot that was switched off. Failures are only logged,
/// because the bot is already off.
pub(super) async fn withdraw(state: &AppState, token: &BotToken, source: UpdateSource) {
    let telegram = &state.telegram;
    let mut results = Vec::new();
    for (code, _) in LANGUAGES {
        results.push(telegram.delete_commands(token, code).await);
    }
    results.push(telegram.set_menu_button(token, None, &MenuButton::Default).await);
    if source == UpdateSource::Webhook {
        results.push(telegram.delete_webhook(token).await);
    }
    for error in results.into_iter().filter_map(Result::err) {
        tracing::warn!(
            bot = token.bot_id(),
            %error,
            "the commands, descriptions or webhook of a disabled booking bot could not be removed"
        );
    }
}

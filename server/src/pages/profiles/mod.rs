//! Profiles: the list, actions on one profile, its address, finding a chat, import and export.

pub(super) mod actions;
pub(super) mod export;
pub mod find_chat;
pub(super) mod import;
pub(super) mod list;
pub(super) mod share;
pub(super) mod urls;

use app::{
    error::AppError,
    i18n::causes,
    views::{BotView, LastDelivery, ProfileRow, TargetView},
};
use hookgram::{
    channel::ChannelKind,
    delivery::{FailureCause, Outcome},
    profile::Profile,
    secret::BotToken,
    values::Language,
};

pub use self::{
    list::list_page,
    share::{last_event, shared},
};
use super::{PageRequest, internal};
use crate::store::StoredProfile;

/// A profile with its bot and its last event.
pub(super) async fn row(request: &PageRequest, stored: &StoredProfile) -> Result<ProfileRow, AppError> {
    let target = if stored.channel == ChannelKind::Sandbox {
        TargetView::Sandbox
    } else {
        let token = stored.profile.token.as_ref();
        let bot = match token.map(BotToken::bot_id).or(stored.locked) {
            Some(bot) => request.state.store.queue.bot(bot).await.map_err(internal)?,
            None => None,
        };
        TargetView::Bot {
            masked_token: token.map(BotToken::masked),
            bot: bot.map(|bot| BotView { name: bot.name, username: bot.username }),
            locked: stored.locked.map(|_| must_be_entered(request.language)),
        }
    };
    let last = request.state.store.log.newest_event(stored.id).await.map_err(internal)?;
    let last =
        last.map(|event| LastDelivery { outcome: Outcome::of_event(event.outcome, &event.states()), at: event.at });
    Ok(ProfileRow { id: stored.id, name: stored.name.clone(), target, enabled: stored.enabled, last })
}

/// The token in the profile, or else the one that is stored with the profile `id`.
pub(super) async fn token(
    request: &PageRequest,
    id: Option<i64>,
    profile: &Profile,
) -> Result<Option<BotToken>, AppError> {
    match (&profile.token, id) {
        (Some(token), _) => Ok(Some(token.clone())),
        (None, Some(id)) => Ok(request.stored_profile(id).await?.profile.token),
        (None, None) => Ok(None),
    }
}

/// The advice to enter a stored token again.
fn must_be_entered(language: Language) -> String {
    causes::advice(language, FailureCause::TokenLocked).to_owned()
}

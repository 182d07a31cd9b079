//! Profiles: the list, actions on one profile, its short URL, finding a chat, import and export.

pub(super) mod actions;
pub(super) mod export;
pub mod find_chat;
pub(super) mod import;
pub(super) mod list;
pub(super) mod share;
pub(super) mod urls;

use app::{
    error::AppError,
    views::{LastDelivery, ProfileRow, TargetView},
};
use hookgram::{channel::ChannelKind, delivery::Outcome, secret::BotToken};

pub use self::{
    list::list_page,
    share::{last_event, shared},
};
use super::{PageRequest, internal};
pub(super) use crate::health::bot_view;
use crate::store::StoredProfile;

/// A profile with its bot and its last event.
pub(super) async fn row(request: &PageRequest, stored: &StoredProfile) -> Result<ProfileRow, AppError> {
    let target = if stored.channel == ChannelKind::Sandbox {
        TargetView::Sandbox
    } else {
        let bot = match stored.bot {
            Some(id) => request.state.store.bots.get(id).await.map_err(internal)?,
            None => None,
        };
        TargetView::Bot(bot.map(|record| bot_view(record.bot)))
    };
    let last = request.state.store.log.newest_event(stored.id).await.map_err(internal)?;
    let last =
        last.map(|event| LastDelivery { outcome: Outcome::of_event(event.outcome, &event.states()), at: event.at });
    Ok(ProfileRow { id: stored.id, name: stored.name.clone(), target, enabled: stored.enabled, last })
}

/// The typed token, else that of the chosen bot, else that of the bot of the stored profile `id`.
pub(super) async fn token(
    request: &PageRequest,
    id: Option<i64>,
    bot: Option<i64>,
    typed: Option<&BotToken>,
) -> Result<Option<BotToken>, AppError> {
    match (typed, bot, id) {
        (Some(token), ..) => Ok(Some(token.clone())),
        (None, Some(bot), _) => {
            Ok(request.state.store.bots.get(bot).await.map_err(internal)?.and_then(|record| record.token))
        }
        (None, None, Some(id)) => Ok(request.stored_profile(id).await?.profile.token),
        (None, None, None) => Ok(None),
    }
}

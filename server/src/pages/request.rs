//! The part of a request that pages and server functions share.

use app::{
    error::AppError,
    pages::Clock,
    session::{Operator, Viewer},
};
use axum::http::HeaderMap;
use hookgram::{
    role::Account,
    values::{Language, TimeZone},
};

use super::internal;
use crate::{
    http::client::Client,
    state::AppState,
    store::{StoredProfile, audit::By},
    time::now,
};

/// A request for a page, or by a server function.
#[derive(Clone)]
pub struct PageRequest {
    /// The shared state of all handlers.
    pub state: AppState,
    /// The client that sent it.
    pub client: Client,
    /// The reader's language.
    pub language: Language,
    /// The reader's time zone; `None` if the browser has not sent it.
    pub zone: Option<TimeZone>,
}

impl PageRequest {
    /// Reads the language and the time zone from the cookies and headers of a request.
    pub(super) fn new(state: &AppState, client: &Client, headers: &HeaderMap) -> Self {
        Self {
            state: state.clone(),
            client: client.clone(),
            language: app::preferences::of_headers(headers).language,
            zone: app::preferences::zone(headers),
        }
    }

    /// The author of an audit entry.
    pub(super) fn by(&self, account: &Account) -> By {
        self.client.by(&account.email)
    }

    pub(super) fn clock(&self) -> Clock {
        Clock { zone: self.zone, now: now() }
    }

    /// Chooses the sentence in the reader's language.
    pub(super) fn say<'a>(&self, ru: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Ru => ru,
            Language::En => en,
        }
    }

    /// The profile with this id, or [`AppError::NotFound`].
    pub(super) async fn stored_profile(&self, id: i64) -> Result<StoredProfile, AppError> {
        self.state.store.profiles.get(id).await.map_err(internal)?.ok_or(AppError::NotFound)
    }

    /// The short URL with this webhook key; `None` for an account that may not send messages.
    pub(super) fn short_url(&self, viewer: &Viewer, key: &str) -> Option<String> {
        may_send(viewer).then(|| self.state.short_url(key))
    }
}

/// Whether an account may send messages. Only such an account sees the URLs that send them.
pub(super) fn may_send(viewer: &Viewer) -> bool {
    Operator::of(viewer.account().clone()).is_ok()
}

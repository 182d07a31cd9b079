//! The interface's ports, over the store and Telegram; a file a port. One set a request: it knows who asks.

mod accounts;
mod chats;
mod deliveries;
mod drafts;
mod listing;
pub(crate) mod personal;
mod previews;
mod profiles;
pub mod qr;
mod sandbox;
mod share;

use std::sync::Arc;

use app::{
    error::AppError,
    ports::Ports,
    session::{Operator, Viewer},
};
use hookgram::{
    role::Account,
    values::{Language, TimeZone},
};

use crate::{auth::session::CurrentSession, http::client::Client, state::AppState, store::audit::By};

pub(crate) use self::deliveries::MOST;

/// Who asks.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Whence.
    pub client: Client,
    /// With which session.
    pub session: Option<CurrentSession>,
    /// In which language they read.
    pub language: Language,
    /// In which zone their times are; `None`: their browser has not named it yet.
    pub zone: Option<TimeZone>,
}

#[derive(Clone)]
struct Port {
    state: AppState,
    asking: Asking,
}

impl Port {
    /// The short URL of a key, for whoever may send with it.
    fn short_url(&self, viewer: &Viewer, key: &str) -> Option<String> {
        may_send(viewer).then(|| self.state.short_url(key))
    }

    /// Who does what is done.
    fn by(&self, account: &Account) -> By {
        self.asking.client.by(&account.email)
    }
}

/// Whether somebody may send messages, and so see the addresses that do.
fn may_send(viewer: &Viewer) -> bool {
    Operator::of(viewer.account().clone()).is_ok()
}

/// The ports for one request.
#[must_use]
pub fn ports(state: &AppState, asking: Asking) -> Ports {
    let port = Arc::new(Port { state: state.clone(), asking });
    Ports {
        accounts: port.clone(),
        chats: port.clone(),
        deliveries: port.clone(),
        drafts: port.clone(),
        previews: port.clone(),
        profiles: port.clone(),
        sandbox: port.clone(),
        sharing: port,
    }
}

/// Logs a fault of ours; the caller hears only that there was one.
pub(crate) fn internal(error: impl std::fmt::Display) -> AppError {
    tracing::error!(%error, "a page could not be served");
    AppError::Internal
}

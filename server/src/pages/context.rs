//! What pages and server functions find in their reactive context.

use axum::http::request::Parts;
use leptos::{
    config::LeptosOptions,
    context::{provide_context, use_context},
};

use crate::{
    auth::session::CurrentSession,
    http::client::Client,
    ports::{self, Asking},
    state::AppState,
};

/// What every page and server function finds in its context: the ports, the account that asks, leptos' options.
pub(crate) fn context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let state = state.clone();
    move || {
        let Some(parts) = use_context::<Parts>() else { return };
        let extensions = &parts.extensions;
        let account = extensions.get::<hookgram::role::Account>().cloned();
        if let (Some(client), session) = (extensions.get::<Client>(), extensions.get::<CurrentSession>()) {
            let language = app::preferences::of_headers(&parts.headers).language;
            let zone = app::preferences::zone(&parts.headers);
            let asking = Asking { client: client.clone(), session: session.cloned(), language, zone };
            provide_context(ports::ports(&state, asking));
        }
        provide_context::<LeptosOptions>(state.leptos.clone());
        let role = account.as_ref().map(|account| account.role);
        provide_context(app::session::NeedsYou(state.health.is_red(role)));
        if let Some(account) = &account {
            provide_context(account.clone());
        }
        provide_context(account);
    }
}

//! The reactive context of pages and server functions.

use std::sync::Arc;

use app::backend::Backend;
use axum::http::request::Parts;
use leptos::{
    config::LeptosOptions,
    context::{provide_context, use_context},
};

use super::PageRequest;
use crate::{http::client::Client, state::AppState};

/// Provides the context that every page and server function reads: the backend of server functions, the signed-in
/// account, and leptos' options.
pub(crate) fn context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let state = state.clone();
    move || {
        let Some(parts) = use_context::<Parts>() else { return };
        let extensions = &parts.extensions;
        let account = extensions.get::<hookgram::role::Account>().cloned();
        if let Some(client) = extensions.get::<Client>() {
            let request = PageRequest::new(&state, client, &parts.headers);
            provide_context::<Arc<dyn Backend>>(Arc::new(request));
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

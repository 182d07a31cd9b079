//! Pages for whoever is not signed in.

use app::quiet::AlonePage;
use axum::{
    extract::{Path, Query, Request, State},
    response::Response,
};

use super::show_alone;
use crate::{codes, state::AppState, store::LinkKind};

/// `GET /login`
pub(super) async fn login(State(state): State<AppState>, request: Request) -> Response {
    let asked = Query::<Vec<(String, String)>>::try_from_uri(request.uri()).map(|Query(pairs)| pairs);
    let next = asked.unwrap_or_default().into_iter().find(|(name, _)| name == "next");
    let page = AlonePage::SignIn { next: next.map(|(_, next)| next).unwrap_or_default() };
    show_alone(&state, request, page).await
}

/// `GET /setup/{code}`
pub(super) async fn setup(State(state): State<AppState>, Path(code): Path<String>, request: Request) -> Response {
    let open = state.store.link_is_open(&codes::hash(&code), LinkKind::Setup).await.unwrap_or_default();
    show_alone(&state, request, AlonePage::SetUp { code, open }).await
}

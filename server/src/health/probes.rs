//! Endpoints for monitoring: `/healthz`, `/readyz` and `/metrics` (contract §6).

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use secrecy::ExposeSecret as _;

use crate::{http::client::Client, observe::metrics::CONTENT_TYPE, secrets::codes, state::AppState};

/// `GET /healthz`: succeeds while the process runs.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: succeeds if the database answers and the worker runs.
pub async fn ready(State(state): State<AppState>) -> Response {
    let no = |why: &'static str| (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    if let Err(error) = state.store.ping().await {
        tracing::error!(%error, "not ready");
        return no("the database does not answer\n");
    }
    if !state.worker.is_running() {
        return no("the delivery worker does not run\n");
    }
    "ready\n".into_response()
}

/// `GET /metrics`: for requests from this machine that came through no proxy, or with the bearer token.
pub async fn metrics(State(state): State<AppState>, client: Client, headers: HeaderMap) -> Response {
    let direct = client.peer.is_loopback() && !client.forwarded;
    if !direct && !has_bearer(&state, &headers) {
        return (StatusCode::FORBIDDEN, "a bearer token is needed: HOOKGRAM_METRICS_TOKEN\n").into_response();
    }
    let mut gauges = Vec::new();
    match state.store.queue.totals().await {
        Ok(totals) => gauges.extend([
            ("deliveries_open", "Deliveries not finished", totals.open),
            ("deliveries_parked", "Of them waiting for a token", totals.suspended),
        ]),
        Err(error) => tracing::warn!(%error, "the deliveries could not be counted"),
    }
    match state.store.events.strangers_waiting().await {
        Ok(waiting) => {
            let waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
            gauges.push(("stranger_events_waiting", "Undelivered events of unknown bots", waiting));
        }
        Err(error) => tracing::warn!(%error, "strangers' events could not be counted"),
    }
    match state.store.mails.waiting().await {
        Ok(waiting) => gauges.push(("mails_waiting", "Error mails not finished", waiting)),
        Err(error) => tracing::warn!(%error, "the error mails could not be counted"),
    }
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], state.metrics.text(&gauges)).into_response()
}

fn has_bearer(state: &AppState, headers: &HeaderMap) -> bool {
    let Some(expected) = &state.config.metrics_token else { return false };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer "));
    // Hashes are compared, so that the duration reveals nothing about the token.
    given.is_some_and(|given| codes::hash(given) == codes::hash(expected.expose_secret()))
}

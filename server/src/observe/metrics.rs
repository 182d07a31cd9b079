//! How the server is: alive, ready, and counted (contract §6).

use std::sync::atomic::{AtomicU64, Ordering};

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use secrecy::ExposeSecret as _;

use crate::{auth::client::Client, codes, state::AppState};

/// Counters since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    accepted: AtomicU64,
    duplicates: AtomicU64,
    rejected: AtomicU64,
    unstored: AtomicU64,
    attempts: AtomicU64,
    delivered: AtomicU64,
    failed: AtomicU64,
    mails_sent: AtomicU64,
    mails_not_sent: AtomicU64,
    mails_failed: AtomicU64,
    mails_unconfirmed: AtomicU64,
}

impl Metrics {
    /// An event was accepted.
    pub fn accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    /// An event had come before.
    pub fn duplicate(&self) {
        self.duplicates.fetch_add(1, Ordering::Relaxed);
    }

    /// A POST was answered 4xx.
    pub fn rejected(&self) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
    }

    /// An event could not be stored.
    pub fn unstored(&self) {
        self.unstored.fetch_add(1, Ordering::Relaxed);
    }

    /// Telegram was asked to send something.
    pub fn attempted(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// A delivery arrived whole.
    pub fn delivered(&self) {
        self.delivered.fetch_add(1, Ordering::Relaxed);
    }

    /// A delivery was given up.
    pub fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// Somebody has an error mail.
    pub fn mail_sent(&self) {
        self.mails_sent.fetch_add(1, Ordering::Relaxed);
    }

    /// An error mail may not, or cannot, be sent.
    pub fn mail_not_sent(&self) {
        self.mails_not_sent.fetch_add(1, Ordering::Relaxed);
    }

    /// An error mail was given up.
    pub fn mail_failed(&self) {
        self.mails_failed.fetch_add(1, Ordering::Relaxed);
    }

    /// An error mail did not go to an address that has not confirmed.
    pub fn mail_unconfirmed(&self) {
        self.mails_unconfirmed.fetch_add(1, Ordering::Relaxed);
    }

    fn text(&self) -> String {
        let rows = [
            ("accepted_total", "Events stored for delivery", &self.accepted),
            ("duplicates_total", "Events that had come before", &self.duplicates),
            ("rejected_total", "POSTs answered 4xx", &self.rejected),
            ("unstored_total", "Events answered 503", &self.unstored),
            ("attempts_total", "Messages sent or tried", &self.attempts),
            ("delivered_total", "Deliveries that arrived", &self.delivered),
            ("failed_total", "Deliveries given up", &self.failed),
            ("mails_sent_total", "Error mails sent", &self.mails_sent),
            ("mails_not_sent_total", "Error mails that may not or cannot be sent", &self.mails_not_sent),
            ("mails_failed_total", "Error mails given up", &self.mails_failed),
            (
                "mails_unconfirmed_total",
                "Times that an error mail did not go to an address that has not confirmed",
                &self.mails_unconfirmed,
            ),
        ];
        let line = |(name, help, value): (&str, &str, &AtomicU64)| {
            let value = value.load(Ordering::Relaxed);
            format!("# HELP hookgram_{name} {help}.\n# TYPE hookgram_{name} counter\nhookgram_{name} {value}\n")
        };
        rows.into_iter().map(line).collect()
    }
}

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers and the worker runs.
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

/// `GET /metrics`: for this machine (not through a proxy), or with the bearer token.
pub async fn metrics(State(state): State<AppState>, client: Client, headers: HeaderMap) -> Response {
    let direct = client.peer.is_loopback() && !client.forwarded;
    if !direct && !has_bearer(&state, &headers) {
        return (StatusCode::FORBIDDEN, "a bearer token is needed: HOOKGRAM_METRICS_TOKEN\n").into_response();
    }
    let mut text = state.metrics.text();
    match state.store.totals().await {
        Ok(totals) => {
            text += &gauge("deliveries_open", "Deliveries not finished", totals.open);
            text += &gauge("deliveries_parked", "Of them waiting for a token", totals.parked);
        }
        Err(error) => tracing::warn!(%error, "the deliveries could not be counted"),
    }
    match state.store.strangers_waiting().await {
        Ok(waiting) => {
            let waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
            text += &gauge("stranger_events_waiting", "Undelivered events of unknown bots", waiting);
        }
        Err(error) => tracing::warn!(%error, "the events of strangers could not be counted"),
    }
    match state.store.mails_waiting().await {
        Ok(waiting) => text += &gauge("mails_waiting", "Error mails not finished", waiting),
        Err(error) => tracing::warn!(%error, "the error mails could not be counted"),
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn gauge(name: &str, help: &str, value: i64) -> String {
    format!("# HELP hookgram_{name} {help}.\n# TYPE hookgram_{name} gauge\nhookgram_{name} {value}\n")
}

fn has_bearer(state: &AppState, headers: &HeaderMap) -> bool {
    let Some(expected) = &state.config.metrics_token else { return false };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer "));
    // Hashes are compared, so that the time it takes says nothing about the token.
    given.is_some_and(|given| codes::hash(given) == codes::hash(expected.expose_secret()))
}

//! `/telegram/{path}`: the webhook endpoints for updates of booking bots (Bot API: setWebhook).

use std::{sync::Arc, time::Duration};

use app::pages::WebhookOffer;
use axum::{
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use hookgram::booking::Trouble;
use reqwest::Url;
use secrecy::ExposeSecret as _;
use tokio::time::sleep;

use super::{Consumer, polling::ALLOWED};
use crate::{
    channel::telegram::{CallError, Update, WebhookInfo},
    state::AppState,
};

pub(crate) const PATH: &str = "/telegram/";
/// The ports that Telegram supports for webhooks.
const PORTS: [u16; 4] = [443, 80, 88, 8443];
/// The maximum size of an update, in bytes.
const LONGEST: usize = 1024 * 1024;
/// The interval between two checks of a webhook.
const CHECK: Duration = Duration::from_secs(5 * 60);
/// The delay after a failed attempt to set a webhook.
const AGAIN: Duration = Duration::from_secs(60);
const SECRET: &str = "x-telegram-bot-api-secret-token";

/// Whether Telegram can send updates to this public URL.
#[must_use]
pub fn offer(public_url: &str) -> WebhookOffer {
    let url = Url::parse(public_url).ok();
    match url.as_ref().map(|url| (url.scheme(), url.port_or_known_default())) {
        Some(("https", Some(port))) if PORTS.contains(&port) => WebhookOffer::Possible,
        Some(("https", _)) => WebhookOffer::WrongPort,
        _ => WebhookOffer::NoHttps,
    }
}

/// `POST /telegram/{path}`. An unknown path and a wrong secret get the same answer.
pub async fn receive(
    State(state): State<AppState>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> StatusCode {
    let found = match state.store.booking.by_webhook(&path).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "an update could not be handled");
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    };
    let given = headers.get(SECRET).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(record) = found.filter(|record| {
        record.links.as_ref().is_some_and(|links| is_equal(links.webhook_secret().expose_secret(), given))
    }) else {
        return StatusCode::NOT_FOUND;
    };
    let read = tokio::time::timeout(state.config.patience.body, to_bytes(body, LONGEST)).await;
    let Ok(Ok(bytes)) = read else { return StatusCode::BAD_REQUEST };
    // Answer 200 to an unparsable update, or Telegram would send it again and again.
    let Some(update) = Update::parse(&bytes) else { return StatusCode::OK };
    let found = match state.store.bots.get(record.bot).await {
        Ok(Some(found)) => found,
        Ok(None) => return StatusCode::NOT_FOUND,
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE,
    };
    let Some(token) = found.token else { return StatusCode::SERVICE_UNAVAILABLE };
    let Some(_turn) = state.updates.turn(record.bot) else { return StatusCode::TOO_MANY_REQUESTS };
    let consumer = Consumer::new(&state, found.bot, Arc::new(record), token);
    // Telegram repeats an update until it is answered 200.
    if consumer.handle(vec![update]).await { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

/// Compares two strings in constant time.
fn is_equal(right: &str, given: &str) -> bool {
    let differences = right.bytes().zip(given.bytes()).fold(0, |seen, (right, given)| seen | (right ^ given));
    right.len() == given.len() && differences == 0
}

impl Consumer {
    /// Sets the webhook and checks periodically that it is still set and works.
    pub(super) async fn keep_webhook(&self) {
        let Some(links) = &self.record.links else { return };
        let url = self.webhook_url();
        let secret = links.webhook_secret();
        loop {
            let done = match self.state.telegram.webhook_info(&self.token).await {
                Ok(info) if info.is_at(&url) => Ok(Some(info)),
                // Another host has set its own webhook. A person must decide which one to keep.
                Ok(info) if info.is_set() && !self.is_ours(&info) => {
                    self.report_if_new(Some(Trouble::OtherWebhook), Some(&info.host())).await;
                    sleep(AGAIN).await;
                    continue;
                }
                Ok(_) => {
                    let set = self.state.telegram.set_webhook(&self.token, &url, secret.expose_secret(), &ALLOWED, 1);
                    set.await.map(|()| None)
                }
                Err(error) => Err(error),
            };
            match done {
                Ok(info) => {
                    let fails = info.is_some_and(|info| info.pending > 0 && info.last_error.is_some());
                    self.report_if_new(fails.then_some(Trouble::WebhookRefused), None).await;
                    sleep(CHECK).await;
                }
                Err(CallError::Refused) => {
                    if let Err(error) = self.state.store.bots.refused(&self.token).await {
                        tracing::warn!(%error, "Telegram's response about a bot could not be stored");
                    }
                    return;
                }
                Err(error) => {
                    tracing::warn!(bot = self.bot.id, %error, "a webhook could not be set");
                    let trouble = match error {
                        CallError::Rejected { .. } => Trouble::WebhookRefused,
                        _ => Trouble::Unreachable,
                    };
                    self.report_if_new(Some(trouble), None).await;
                    sleep(AGAIN).await;
                }
            }
        }
    }

    fn webhook_url(&self) -> String {
        let path = self.record.links.as_ref().map(|links| links.webhook_path()).unwrap_or_default();
        format!("{}{PATH}{path}", self.state.public_url)
    }

    /// Whether this server has set the webhook.
    pub(super) fn is_ours(&self, info: &WebhookInfo) -> bool {
        info.is_at(&self.webhook_url())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_offered_for_https_and_four_ports_only() {
        for (url, expected) in [
            ("https://hooks.example.com", WebhookOffer::Possible),
            ("https://hooks.example.com:8443", WebhookOffer::Possible),
            ("https://hooks.example.com:88", WebhookOffer::Possible),
            ("https://hooks.example.com:3000", WebhookOffer::WrongPort),
            ("http://hooks.example.com:443", WebhookOffer::NoHttps),
            ("", WebhookOffer::NoHttps),
        ] {
            assert_eq!(offer(url), expected, "{url}");
        }
    }

    #[test]
    fn secrets_are_equal_only_if_every_byte_is() {
        assert!(is_equal("abc", "abc"));
        assert!(!is_equal("abc", "ab") && !is_equal("abc", "abd") && !is_equal("abc", "abcd") && !is_equal("abc", ""));
    }
}

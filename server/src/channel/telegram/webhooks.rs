//! A bot's webhook, to which Telegram sends its updates (Bot API: setWebhook, deleteWebhook, getWebhookInfo).

use hookgram::secret::{BotToken, redact};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{CallError, Telegram, UpdateKind, call::NoParameters};

/// The response of `getWebhookInfo`. The URL is private because it may contain a secret.
#[derive(Clone, Debug)]
pub struct WebhookInfo {
    url: Option<SecretString>,
    /// The number of updates that wait to be read or delivered.
    pub pending: usize,
    /// The most recent failure of a delivery to the webhook.
    pub last_error: Option<WebhookFault>,
}

/// A failed delivery of an update to a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookFault {
    /// The time in seconds since 1970; 0 if Telegram does not name it.
    pub at: i64,
    /// Telegram's description, with tokens masked.
    pub description: String,
}

#[derive(Serialize)]
struct SetWebhook<'a> {
    url: &'a str,
    secret_token: &'a str,
    max_connections: u8,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    allowed_updates: &'a [UpdateKind],
}

#[derive(Deserialize)]
struct Info {
    #[serde(default)]
    url: String,
    #[serde(default)]
    pending_update_count: usize,
    last_error_date: Option<i64>,
    last_error_message: Option<String>,
}

impl WebhookInfo {
    /// Whether a webhook is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.url.is_some()
    }

    /// The host of the webhook's URL; empty if the URL has none or there is no webhook.
    #[must_use]
    pub fn host(&self) -> String {
        let url = self.url.as_ref().and_then(|url| Url::parse(url.expose_secret()).ok());
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Whether the webhook's URL is exactly this one.
    #[must_use]
    pub fn is_at(&self, url: &str) -> bool {
        self.url.as_ref().is_some_and(|own| own.expose_secret() == url)
    }
}

impl From<Info> for WebhookInfo {
    fn from(info: Info) -> Self {
        let last_error = info.last_error_message.map(|description| WebhookFault {
            at: info.last_error_date.unwrap_or_default(),
            description: redact(&description),
        });
        let url = (!info.url.is_empty()).then(|| SecretString::from(info.url));
        Self { url, pending: info.pending_update_count, last_error }
    }
}

impl Telegram {
    /// Sets a bot's webhook. Telegram sends each update in one request, with `secret_token` in the header
    /// `X-Telegram-Bot-Api-Secret-Token`, over at most `max_connections` (1 to 100) connections. An empty `allowed`
    /// keeps the bot's stored `allowed_updates`.
    ///
    /// # Errors
    ///
    /// [`CallError::Rejected`] if Telegram cannot use the URL.
    pub async fn set_webhook(
        &self,
        token: &BotToken,
        url: &str,
        secret_token: &str,
        allowed: &[UpdateKind],
        max_connections: u8,
    ) -> Result<(), CallError> {
        let body = SetWebhook { url, secret_token, max_connections, allowed_updates: allowed };
        self.change(token, "setWebhook", &body).await
    }

    /// Removes a bot's webhook. Waiting updates are kept.
    pub async fn delete_webhook(&self, token: &BotToken) -> Result<(), CallError> {
        self.change(token, "deleteWebhook", &NoParameters {}).await
    }

    /// Returns the state of a bot's webhook.
    pub async fn webhook_info(&self, token: &BotToken) -> Result<WebhookInfo, CallError> {
        self.call::<Info>(token, "getWebhookInfo", &NoParameters {}).await.map(WebhookInfo::from)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn info(info: Value) -> WebhookInfo {
        serde_json::from_value::<Info>(info).unwrap().into()
    }

    #[test]
    fn the_url_of_a_webhook_can_be_compared_but_is_not_printed() {
        let url = "https://salon.example/telegram/s3cr3t-path";
        let set = info(json!({"url": url, "pending_update_count": 3, "last_error_date": 1_754_000_000,
            "last_error_message": "Wrong response from the webhook: 502 Bad Gateway"}));
        assert!(set.is_set() && set.is_at(url) && !set.is_at("https://salon.example/telegram/other"));
        assert_eq!((set.host().as_str(), set.pending), ("salon.example", 3));
        let description = "Wrong response from the webhook: 502 Bad Gateway".to_owned();
        assert_eq!(set.last_error, Some(WebhookFault { at: 1_754_000_000, description }));
        assert!(!format!("{set:?}").contains("s3cr3t"));
        let none = info(json!({"url": "", "has_custom_certificate": false, "pending_update_count": 0}));
        assert!(!none.is_set() && !none.is_at("") && none.host().is_empty() && none.last_error.is_none());
    }
}

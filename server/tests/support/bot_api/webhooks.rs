//! The webhooks of bots: the simulated Telegram as the client of another server.

use std::time::Duration;

use reqwest::Url;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    Refusal,
    bots::{Bot, State, now},
    refuse,
};

/// The longest time that one request may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The shortest and the longest pause after failures.
const SHORTEST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_millis(640);

#[derive(Clone, Debug)]
pub struct Hook {
    pub url: String,
    secret: Option<String>,
    /// The time and the description.
    last_error: Option<(u64, String)>,
}

impl Hook {
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), secret: None, last_error: None }
    }
}

/// Checks a `setWebhook` by Telegram's rules.
pub fn judge(body: &Value, allows_http: bool) -> Result<(), Refusal> {
    let bad = |why: &str| Err(refuse(400, &format!("Bad Request: bad webhook: {why}")));
    let address = body["url"].as_str().unwrap_or_default();
    if address.is_empty() {
        return Ok(());
    }
    let Ok(url) = Url::parse(address) else { return bad("invalid URL specified") };
    if !allows_http {
        if url.scheme() != "https" {
            return bad("An HTTPS URL must be provided for webhook");
        }
        if !matches!(url.port_or_known_default(), Some(443 | 80 | 88 | 8443)) {
            return bad("Webhook can be set up only on ports 80, 88, 443 or 8443");
        }
        if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            return bad("IP address is reserved");
        }
    }
    let secret = body["secret_token"].as_str().unwrap_or_default();
    if !secret.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) || secret.len() > 256 {
        return Err(refuse(400, "Bad Request: secret token contains unallowed characters"));
    }
    Ok(())
}

/// Sets or removes a webhook, and delivers to it until it is replaced.
pub fn set(bot: &Bot, body: &Value) {
    let url = body["url"].as_str().unwrap_or_default();
    let secret = body["secret_token"].as_str().map(str::to_owned);
    let hook = (!url.is_empty()).then(|| Hook { secret, ..Hook::at(url) });
    let is_set = hook.is_some();
    bot.change(|state| {
        state.allow(body);
        if body["drop_pending_updates"] == true {
            state.updates.clear();
        }
        state.replace_webhook(hook);
    });
    if is_set {
        let bot = bot.clone();
        tokio::spawn(async move { deliver(&bot).await });
    }
}

pub fn info(state: &State) -> Value {
    let url = state.webhook.as_ref().map_or("", |hook| &hook.url);
    let mut info = json!({"url": url, "has_custom_certificate": false, "pending_update_count": state.updates.len()});
    if let Some((at, why)) = state.webhook.as_ref().and_then(|hook| hook.last_error.as_ref()) {
        info["last_error_date"] = (*at).into();
        info["last_error_message"] = why.as_str().into();
    }
    info
}

/// Sends the updates one at a time and in order, each until it is accepted.
async fn deliver(bot: &Bot) {
    let number = bot.read(|state| state.hook_number);
    let mut changes = bot.0.subscribe();
    let client = super::super::client();
    let mut pause = SHORTEST;
    loop {
        let is_due = |state: &State| state.hook_number != number || !state.updates.is_empty();
        let next = changes.wait_for(is_due).await.map(|state| (state.webhook.clone(), state.updates.front().cloned()));
        let Ok((Some(hook), Some(update))) = next else { return };
        if bot.read(|state| state.hook_number != number) {
            return;
        }
        let mut request = client.post(&hook.url).timeout(PATIENCE).json(&update);
        if let Some(secret) = &hook.secret {
            request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
        }
        let error = match request.send().await {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("Wrong response from the webhook: {}", response.status())),
            Err(error) if error.is_timeout() => Some("Read timeout expired".to_owned()),
            Err(_) => Some("Connection refused".to_owned()),
        };
        let failed = error.is_some();
        bot.change(|state| {
            if state.hook_number != number {
                return;
            }
            match (error, &mut state.webhook) {
                (Some(why), Some(hook)) => hook.last_error = Some((now(), why)),
                _ => state.updates.retain(|waiting| waiting["update_id"] != update["update_id"]),
            }
        });
        if !failed {
            pause = SHORTEST;
            continue;
        }
        // A pause ends early if the webhook is replaced.
        let _ = timeout(pause, changes.wait_for(|state| state.hook_number != number)).await;
        pause = (pause * 2).min(LONGEST);
    }
}

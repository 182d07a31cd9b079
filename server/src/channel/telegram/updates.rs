//! Reads messages to a bot (Bot API: getUpdates) to find the chat of a person who opened a link: `/start` commands
//! with a code. Nothing else is evaluated or kept.
//!
//! Reading changes nothing for other readers of the bot: without `offset` no update is confirmed, so they still get all
//! updates; without `allowed_updates` the bot's stored choice stays.

use std::time::Duration;

use hookgram::secret::BotToken;
use serde::{Deserialize, Serialize};

use super::{ASK, Reply, Telegram, parse, read};

/// The most updates that Telegram returns at once. Newer ones cannot be seen without confirming older ones.
pub(crate) const MOST: usize = 100;
/// Most bytes that are read of an answer: 100 updates of the longest messages fit.
const LONGEST: usize = 4 * 1024 * 1024;

/// A `/start` command with a code, from a private chat or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The code.
    pub code: String,
    /// The chat's id.
    pub chat: i64,
    /// The person's first name, or the group's title.
    pub who: String,
    /// Whether the chat is a group.
    pub is_group: bool,
}

/// The result of `getUpdates`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Updates {
    /// The unread messages, the oldest first.
    Some {
        /// `/start` commands with a code.
        starts: Vec<Start>,
        /// Telegram returned as many updates as it can, so newer ones cannot be seen.
        is_full: bool,
    },
    /// The bot has a webhook, so Telegram refuses `getUpdates`.
    Webhook,
    /// Another program is reading the bot's updates.
    OtherReader,
    /// Telegram does not accept the token.
    Refused,
    /// Telegram asks to wait.
    Busy {
        /// Seconds to wait.
        seconds: u64,
    },
    /// There was no answer, or none from the Bot API.
    Unreachable,
}

/// The result of `getWebhookInfo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Webhook {
    /// There is no webhook.
    None {
        /// How many updates are unread.
        pending: usize,
    },
    /// There is a webhook. Its URL may contain a secret, so only the host is kept.
    At {
        /// The host; empty if the URL has none.
        host: String,
    },
    /// Telegram does not accept the token.
    Refused,
    /// Telegram asks to wait.
    Busy {
        /// Seconds to wait.
        seconds: u64,
    },
    /// There was no answer, or none from the Bot API.
    Unreachable,
}

#[derive(Serialize)]
struct GetUpdates {
    timeout: u64,
    limit: usize,
}

#[derive(Deserialize)]
struct Update {
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    chat: Chat,
    from: Option<User>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Chat {
    id: i64,
    title: Option<String>,
}

#[derive(Deserialize)]
struct User {
    #[serde(default)]
    first_name: String,
}

#[derive(Deserialize)]
struct WebhookInfo {
    #[serde(default)]
    url: String,
    #[serde(default)]
    pending_update_count: usize,
}

impl Telegram {
    /// Reads the unread messages of a bot. If there are none, Telegram waits up to `patience` (whole seconds) for the
    /// next.
    pub async fn updates(&self, token: &BotToken, patience: Duration) -> Updates {
        let body = GetUpdates { timeout: patience.as_secs(), limit: MOST };
        let call = self.client.post(self.url(token, "getUpdates")).json(&body).timeout(patience.saturating_add(ASK));
        let Ok(response) = call.send().await else { return Updates::Unreachable };
        let bytes = read(response, LONGEST).await.unwrap_or_default();
        match parse::<Vec<serde_json::Value>>(&bytes) {
            Reply { ok: true, result: Some(updates), .. } => Updates::Some {
                is_full: updates.len() >= MOST,
                starts: updates.into_iter().filter_map(start).collect(),
            },
            Reply { ok: false, error_code: Some(409), description, .. } => {
                match description.is_some_and(|words| words.contains("webhook")) {
                    true => Updates::Webhook,
                    false => Updates::OtherReader,
                }
            }
            Reply { ok: false, error_code: Some(401 | 404), .. } => Updates::Refused,
            Reply { ok: false, error_code: Some(429), parameters, .. } => {
                Updates::Busy { seconds: parameters.unwrap_or_default().retry_after.unwrap_or(1) }
            }
            _ => Updates::Unreachable,
        }
    }

    /// Asks whether a bot has a webhook. Its messages cannot be read then.
    pub async fn webhook(&self, token: &BotToken) -> Webhook {
        let call = self.client.post(self.url(token, "getWebhookInfo")).timeout(ASK);
        let Ok(response) = call.send().await else { return Webhook::Unreachable };
        let bytes = read(response, super::LONGEST_ANSWER).await.unwrap_or_default();
        match parse::<WebhookInfo>(&bytes) {
            Reply { ok: true, result: Some(info), .. } if info.url.is_empty() => {
                Webhook::None { pending: info.pending_update_count }
            }
            Reply { ok: true, result: Some(info), .. } => {
                let url = reqwest::Url::parse(&info.url).ok();
                Webhook::At { host: url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default() }
            }
            Reply { ok: false, error_code: Some(401 | 404), .. } => Webhook::Refused,
            Reply { ok: false, error_code: Some(429), parameters, .. } => {
                Webhook::Busy { seconds: parameters.unwrap_or_default().retry_after.unwrap_or(1) }
            }
            _ => Webhook::Unreachable,
        }
    }
}

/// Reads `/start CODE`, or `/start@name_bot CODE` as groups have it. Any other update is `None`.
fn start(update: serde_json::Value) -> Option<Start> {
    let message = serde_json::from_value::<Update>(update).ok()?.message?;
    let text = message.text?;
    let mut words = text.split_ascii_whitespace();
    let command = words.next()?;
    if command != "/start" && !command.starts_with("/start@") {
        return None;
    }
    let code = words.next()?.to_owned();
    let is_group = message.chat.title.is_some();
    let who = message.chat.title.or(message.from.map(|user| user.first_name)).unwrap_or_default();
    Some(Start { code, chat: message.chat.id, who, is_group })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_starts_with_a_code_are_read() {
        let private = json!({"update_id": 1, "message": {"chat": {"id": 5, "type": "private", "first_name": "Анна"},
            "from": {"id": 5, "first_name": "Анна"}, "text": "/start abc"}});
        let found = Start { code: "abc".into(), chat: 5, who: "Анна".into(), is_group: false };
        assert_eq!(start(private), Some(found));
        let group = json!({"update_id": 2, "message": {"chat": {"id": -100, "type": "group", "title": "Администраторы"},
            "from": {"first_name": "Анна"}, "text": "/start@salon_bot abc"}});
        let found =
            Start { code: "abc".into(), chat: -100, who: "Администраторы".into(), is_group: true };
        assert_eq!(start(group), Some(found));
        for other in [
            json!({"message": {"chat": {"id": 5}, "text": "/start"}}),
            json!({"message": {"chat": {"id": 5}, "text": "/started abc"}}),
            json!({"message": {"chat": {"id": 5}, "photo": []}}),
            json!({"message": {"chat": "5", "text": "/start abc"}}),
            json!({"callback_query": {"id": "1"}}),
            json!(7),
        ] {
            assert_eq!(start(other.clone()), None, "{other}");
        }
    }
}

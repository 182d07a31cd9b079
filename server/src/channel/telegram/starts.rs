//! Reads `/start` commands with a code, to find the chat of a person who opened a link. Nothing else is evaluated or
//! kept.
//!
//! Reading changes nothing for other readers of the bot: without `offset` no update is confirmed, so they still get all
//! updates; without `allowed_updates` the bot's stored choice stays.

use std::time::Duration;

use hookgram::secret::BotToken;

use super::{CallError, Conflict, Telegram, Update, UpdateContent, updates::MOST};

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

/// The result of reading a bot's starts.
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

impl Telegram {
    /// Reads the starts among the unread messages of a bot, and confirms none. If there are no messages, Telegram waits
    /// up to `patience` (whole seconds) for the next.
    pub async fn updates(&self, token: &BotToken, patience: Duration) -> Updates {
        match self.get_updates(token, None, patience, &[]).await {
            Ok(updates) => Updates::Some {
                is_full: updates.len() >= MOST,
                starts: updates.into_iter().filter_map(start).collect(),
            },
            Err(CallError::Conflict(Conflict::Webhook)) => Updates::Webhook,
            Err(CallError::Conflict(Conflict::OtherReader)) => Updates::OtherReader,
            Err(CallError::Refused) => Updates::Refused,
            Err(CallError::Busy { seconds }) => Updates::Busy { seconds },
            Err(CallError::Rejected { .. } | CallError::Unreachable) => Updates::Unreachable,
        }
    }
}

/// Reads `/start CODE`, or `/start@name_bot CODE` as groups have it. Any other update is `None`.
fn start(update: Update) -> Option<Start> {
    let UpdateContent::Message(message) = update.content else { return None };
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
    use serde_json::{Value, json};

    use super::*;

    fn read(update: &Value) -> Option<Start> {
        start(Update::parse(update.to_string().as_bytes()).unwrap())
    }

    #[test]
    fn only_starts_with_a_code_are_read() {
        let private = json!({"update_id": 1, "message": {"chat": {"id": 5, "type": "private", "first_name": "Анна"},
            "from": {"id": 5, "first_name": "Анна"}, "text": "/start abc"}});
        let found = Start { code: "abc".into(), chat: 5, who: "Анна".into(), is_group: false };
        assert_eq!(read(&private), Some(found));
        let group = json!({"update_id": 2, "message": {"chat": {"id": -100, "type": "group", "title": "Администраторы"},
            "from": {"first_name": "Анна"}, "text": "/start@salon_bot abc"}});
        let found =
            Start { code: "abc".into(), chat: -100, who: "Администраторы".into(), is_group: true };
        assert_eq!(read(&group), Some(found));
        for other in [
            json!({"update_id": 3, "message": {"chat": {"id": 5}, "text": "/start"}}),
            json!({"update_id": 3, "message": {"chat": {"id": 5}, "text": "/started abc"}}),
            json!({"update_id": 3, "message": {"chat": {"id": 5}, "photo": []}}),
            json!({"update_id": 3, "message": {"chat": "5", "text": "/start abc"}}),
            json!({"update_id": 3, "callback_query": {"id": "1"}}),
        ] {
            assert_eq!(read(&other), None, "{other}");
        }
    }
}

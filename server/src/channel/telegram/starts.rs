//! Reads `/start` commands with a code, to find the chat of a person who opened a link. Other content is neither
//! evaluated nor stored.

use super::{Message, Update, UpdateContent};

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

impl Start {
    /// Parses `/start CODE`, or `/start@name_bot CODE` as groups have it. Returns `None` for any other message.
    #[must_use]
    pub fn of(message: &Message) -> Option<Self> {
        let mut words = message.text.as_deref()?.split_ascii_whitespace();
        let command = words.next()?;
        if command != "/start" && !command.starts_with("/start@") {
            return None;
        }
        let code = words.next()?.to_owned();
        let title = message.chat.title.clone();
        let is_group = title.is_some();
        let who = title.or_else(|| message.from.as_ref().map(|user| user.first_name.clone())).unwrap_or_default();
        Some(Self { code, chat: message.chat.id, who, is_group })
    }
}

pub(super) fn start(update: Update) -> Option<Start> {
    match update.content {
        UpdateContent::Message(message) => Start::of(&message),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(update: &Value) -> Option<Start> {
        start(Update::parse(update.to_string().as_bytes()).unwrap())
    }

    #[test]
    fn only_start_commands_with_a_code_are_read() {
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

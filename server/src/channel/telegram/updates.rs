//! Reads a bot's updates (Bot API: getUpdates, Update).
//!
//! Every update keeps its id, even if nothing else of it can be read, so that a reader can confirm it.

use std::time::Duration;

use hookgram::secret::BotToken;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    Telegram,
    call::{ASK, CallError, receive},
};

/// The maximum number of updates that Telegram returns in one call. Newer updates are returned only after older ones
/// are confirmed.
pub(crate) const MOST: usize = 100;
/// The maximum number of bytes read of a response.
const LONGEST: usize = 4 * 1024 * 1024;
/// The `limit` of successive attempts: smaller after a response longer than [`LONGEST`].
const LIMITS: [usize; 3] = [MOST, 10, 1];

/// The kinds of updates that this program reads, for `allowed_updates`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateKind {
    /// A new message in any chat with the bot.
    Message,
    /// A change of the bot's own membership in a chat. In a private chat, the person has blocked or unblocked the bot.
    MyChatMember,
}

/// One update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The update's id. The ids of a bot increase, but Telegram continues at a random id after a week without updates.
    pub id: i64,
    /// The content.
    pub content: UpdateContent,
}

/// The content of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateContent {
    /// A message.
    Message(Message),
    /// A change of the bot's own membership.
    MyChatMember(MyChatMember),
    /// An update of another kind, or one that cannot be read.
    Other,
}

/// A message to the bot, or in a chat with it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Message {
    /// The message's id within the chat; 0 if it is missing.
    #[serde(rename = "message_id", default)]
    pub id: i64,
    /// The date in seconds since 1970; 0 if it is missing.
    #[serde(default)]
    pub date: i64,
    /// The chat.
    pub chat: Chat,
    /// The author. Posts of a channel have none.
    #[serde(default, deserialize_with = "readable")]
    pub from: Option<User>,
    /// The text. Photos, stickers and the like have none.
    #[serde(default, deserialize_with = "readable")]
    pub text: Option<String>,
}

/// A change of the bot's membership in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MyChatMember {
    /// The chat.
    pub chat: Chat,
    /// The person who changed it.
    pub from: Option<User>,
    /// The bot's new status. In a private chat [`MemberStatus::Kicked`] means that the person blocked the bot.
    pub status: MemberStatus,
}

/// A chat.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Chat {
    /// The chat's id. A private chat has the id of the person.
    pub id: i64,
    /// Its kind.
    #[serde(rename = "type", default)]
    pub kind: ChatKind,
    /// The title of a group or channel.
    #[serde(default, deserialize_with = "readable")]
    pub title: Option<String>,
}

/// The kind of a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatKind {
    /// A private chat.
    Private,
    /// A group.
    Group,
    /// A large group, or one with topics.
    Supergroup,
    /// A channel.
    Channel,
    /// An unknown or missing kind.
    #[default]
    #[serde(other)]
    Other,
}

/// A person, or another bot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct User {
    /// The id.
    pub id: i64,
    /// Whether it is a bot.
    #[serde(default)]
    pub is_bot: bool,
    /// The first name, as the person entered it.
    #[serde(default)]
    pub first_name: String,
    /// The last name.
    #[serde(default, deserialize_with = "readable")]
    pub last_name: Option<String>,
    /// The `@name`, without the `@`.
    #[serde(default, deserialize_with = "readable")]
    pub username: Option<String>,
    /// The language of the person's app, an IETF tag such as `ru` or `pt-br`.
    #[serde(default, deserialize_with = "readable")]
    pub language_code: Option<String>,
}

/// A bot's membership status in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    /// A member. In a private chat, the person has unblocked the bot.
    Member,
    /// An administrator.
    Administrator,
    /// A member with restrictions.
    Restricted,
    /// No longer a member.
    Left,
    /// Removed. In a private chat, blocked.
    Kicked,
    /// An unknown status.
    #[serde(other)]
    Other,
}

#[derive(Serialize)]
struct GetUpdates<'a> {
    timeout: u64,
    limit: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    allowed_updates: &'a [UpdateKind],
}

#[derive(Deserialize)]
struct ChatMemberUpdated {
    chat: Chat,
    #[serde(default, deserialize_with = "readable")]
    from: Option<User>,
    new_chat_member: ChatMember,
}

#[derive(Deserialize)]
struct ChatMember {
    status: MemberStatus,
}

impl Telegram {
    /// Reads at most 100 unread updates of a bot, oldest first (Bot API: getUpdates). If there are none, Telegram waits
    /// up to `patience` (whole seconds) for the next.
    ///
    /// `offset` confirms every update with a smaller id. `None` confirms nothing. An empty `allowed` keeps the bot's
    /// stored `allowed_updates`.
    pub async fn get_updates(
        &self,
        token: &BotToken,
        offset: Option<i64>,
        patience: Duration,
        allowed: &[UpdateKind],
    ) -> Result<Vec<Update>, CallError> {
        for limit in LIMITS {
            let body = GetUpdates { timeout: patience.as_secs(), limit, offset, allowed_updates: allowed };
            let request = self.polling.post(self.url(token, "getUpdates")).json(&body);
            let received = receive(request.timeout(patience.saturating_add(ASK)), LONGEST).await?;
            if received.bytes.len() <= LONGEST {
                let updates = received.result::<Vec<Value>>()?;
                return Ok(updates.into_iter().filter_map(Update::read).collect());
            }
        }
        Err(CallError::Unreachable)
    }
}

impl Update {
    /// Parses the body with which a webhook delivers one update. Returns `None` if it is not JSON or has no id. The
    /// caller bounds its size.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        Self::read(serde_json::from_slice(bytes).ok()?)
    }

    fn read(mut update: Value) -> Option<Self> {
        let id = update.get("update_id")?.as_i64()?;
        let content = part(&mut update, "message").map(UpdateContent::Message);
        let content = content.or_else(|| {
            let ChatMemberUpdated { chat, from, new_chat_member } = part(&mut update, "my_chat_member")?;
            Some(UpdateContent::MyChatMember(MyChatMember { chat, from, status: new_chat_member.status }))
        });
        Some(Self { id, content: content.unwrap_or(UpdateContent::Other) })
    }
}

/// Removes and parses a field of an update. Returns `None` if the field is missing or has another shape.
fn part<T: DeserializeOwned>(update: &mut Value, key: &str) -> Option<T> {
    serde_json::from_value(update.get_mut(key)?.take()).ok()
}

/// Reads an optional field. A value of another type counts as missing.
fn readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(from)?).ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(update: Value) -> Option<UpdateContent> {
        Update::parse(update.to_string().as_bytes()).map(|update| update.content)
    }

    #[test]
    fn a_message_update_is_read_with_its_chat_and_sender() {
        let update = json!({"update_id": 877, "message": {"message_id": 12, "date": 1_754_000_000,
            "chat": {"id": 5, "type": "private", "first_name": "Анна"},
            "from": {"id": 5, "is_bot": false, "first_name": "Анна", "last_name": "Ким", "username": "anna_kim",
                "language_code": "ru"},
            "text": "/start 1b5f03ed96001255550ebaa2c51b7d31", "entities": [{"type": "bot_command"}]}});
        let anna = User {
            id: 5,
            is_bot: false,
            first_name: "Анна".into(),
            last_name: Some("Ким".into()),
            username: Some("anna_kim".into()),
            language_code: Some("ru".into()),
        };
        let message = Message {
            id: 12,
            date: 1_754_000_000,
            chat: Chat { id: 5, kind: ChatKind::Private, title: None },
            from: Some(anna),
            text: Some("/start 1b5f03ed96001255550ebaa2c51b7d31".into()),
        };
        let expected = Update { id: 877, content: UpdateContent::Message(message) };
        assert_eq!(Update::parse(update.to_string().as_bytes()), Some(expected));
    }

    #[test]
    fn each_kind_of_chat_and_each_status_is_read() {
        for (name, kind) in [
            ("private", ChatKind::Private),
            ("group", ChatKind::Group),
            ("supergroup", ChatKind::Supergroup),
            ("channel", ChatKind::Channel),
            ("something_new", ChatKind::Other),
        ] {
            let update = json!({"update_id": 1, "message": {"chat": {"id": -7, "type": name, "title": "Салон"}}});
            let Some(UpdateContent::Message(message)) = read(update) else { panic!("{name}") };
            assert_eq!(message.chat, Chat { id: -7, kind, title: Some("Салон".into()) });
        }
        for (name, status) in [
            ("member", MemberStatus::Member),
            ("administrator", MemberStatus::Administrator),
            ("restricted", MemberStatus::Restricted),
            ("left", MemberStatus::Left),
            ("kicked", MemberStatus::Kicked),
            ("something_new", MemberStatus::Other),
        ] {
            let update = json!({"update_id": 1, "my_chat_member": {"chat": {"id": 5, "type": "private"}, "date": 1,
                "from": {"id": 5, "is_bot": false, "first_name": "Анна"}, "old_chat_member": {"status": "member"},
                "new_chat_member": {"status": name, "until_date": 0}}});
            let Some(UpdateContent::MyChatMember(change)) = read(update) else { panic!("{name}") };
            assert_eq!((change.chat.id, change.from.map(|from| from.id), change.status), (5, Some(5), status));
        }
    }

    #[test]
    fn an_update_that_cannot_be_read_keeps_its_id() {
        for rest in [
            json!({"callback_query": {"id": "1"}}),
            json!({"message": {"chat": "5", "text": "/start abc"}}),
            json!({"message": 7}),
            json!({"my_chat_member": {"chat": {"id": 5}}}),
            json!({}),
        ] {
            let mut update = rest;
            update["update_id"] = 9.into();
            let expected = Update { id: 9, content: UpdateContent::Other };
            assert_eq!(Update::parse(update.to_string().as_bytes()), Some(expected), "{update}");
        }
        for not_an_update in ["", "7", "null", "[]", "{}", r#"{"update_id":"1"}"#, r#"{"update_id":1"#] {
            assert_eq!(Update::parse(not_an_update.as_bytes()), None, "{not_an_update}");
        }
    }

    #[test]
    fn a_malformed_optional_field_does_not_lose_the_message() {
        let update = json!({"update_id": 1, "message": {"chat": {"id": 5, "title": 7}, "from": {"first_name": "Анна"},
            "text": ["?"]}});
        let Some(UpdateContent::Message(message)) = read(update) else { panic!() };
        assert_eq!((message.chat.id, message.chat.title, message.from, message.text), (5, None, None, None));
    }

    #[test]
    fn unset_request_fields_are_left_out() {
        let body = GetUpdates { timeout: 10, limit: 100, offset: None, allowed_updates: &[] };
        assert_eq!(serde_json::to_string(&body).unwrap(), r#"{"timeout":10,"limit":100}"#);
        let allowed_updates = &[UpdateKind::Message, UpdateKind::MyChatMember];
        let body = GetUpdates { timeout: 0, limit: 1, offset: Some(-1), allowed_updates };
        let expected = r#"{"timeout":0,"limit":1,"offset":-1,"allowed_updates":["message","my_chat_member"]}"#;
        assert_eq!(serde_json::to_string(&body).unwrap(), expected);
    }
}

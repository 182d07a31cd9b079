//! The people who write to bots, and functions for tests to set and read a bot's state.

use serde_json::{Value, json};

use super::{BotApi, appearance, bots::State, webhooks::Hook};

/// A person who writes to a bot.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: i64,
    pub first_name: String,
    pub language: String,
}

impl From<i64> for Person {
    fn from(id: i64) -> Self {
        Self { id, first_name: "Анна".to_owned(), language: "ru".to_owned() }
    }
}

impl From<(i64, &str, &str)> for Person {
    /// Makes a person of the id, the first name and the language.
    fn from((id, first_name, language): (i64, &str, &str)) -> Self {
        Self { id, first_name: first_name.to_owned(), language: language.to_owned() }
    }
}

impl Person {
    pub fn user(&self) -> Value {
        json!({"id": self.id, "is_bot": false, "first_name": self.first_name, "language_code": self.language})
    }

    pub fn chat(&self) -> Value {
        json!({"id": self.id, "type": "private", "first_name": self.first_name})
    }
}

/// Functions for the bot of the tests' token.
impl BotApi {
    /// Writes messages to the bot. `getUpdates` returns them until they are confirmed.
    pub fn write(&self, messages: impl IntoIterator<Item = Value>) {
        messages.into_iter().for_each(|message| self.write_to(Self::BOT, message));
    }

    /// Returns how many updates wait to be confirmed.
    pub fn unread(&self) -> usize {
        self.unread_of(Self::BOT)
    }

    /// Sets or removes a webhook of another program for the bot. Nothing is delivered there.
    pub fn set_webhook(&self, url: &str) {
        let hook = (!url.is_empty()).then(|| Hook::at(url));
        self.change(Self::BOT, |state| state.replace_webhook(hook));
    }
}

/// Functions for any bot, by its id.
impl BotApi {
    /// Writes this message to the bot unchanged.
    pub fn write_to(&self, bot: i64, message: Value) {
        self.change(bot, |state| state.push("message", message));
    }

    /// Adds an update of any kind.
    pub fn update(&self, bot: i64, kind: &str, content: Value) {
        self.change(bot, |state| state.push(kind, content));
    }

    /// A person presses Start, after a link with a payload unless it is empty. This unblocks a blocked bot.
    pub fn press_start(&self, bot: i64, person: impl Into<Person>, payload: &str) {
        let person = person.into();
        self.unblock(bot, person.clone());
        self.say(bot, person, format!("/start {payload}").trim_end());
    }

    pub fn say(&self, bot: i64, person: impl Into<Person>, text: &str) {
        let person = person.into();
        self.change(bot, |state| {
            assert!(!state.blocked.contains(&person.id), "{} has blocked the bot", person.id);
            let message = state.message(&person.chat(), &person.user(), text);
            state.push("message", message);
        });
    }

    /// A person writes in a group that the bot is in.
    pub fn say_in_group(&self, bot: i64, group: i64, person: impl Into<Person>, text: &str) {
        let person = person.into();
        let chat = json!({"id": group, "type": "supergroup", "title": "Администраторы"});
        self.change(bot, |state| {
            let message = state.message(&chat, &person.user(), text);
            state.push("message", message);
        });
    }

    pub fn block(&self, bot: i64, person: impl Into<Person>) {
        let person = person.into();
        self.change(bot, |state| {
            if state.blocked.insert(person.id) {
                state.membership(&person, "member", "kicked");
            }
        });
    }

    pub fn unblock(&self, bot: i64, person: impl Into<Person>) {
        let person = person.into();
        self.change(bot, |state| {
            if state.blocked.remove(&person.id) {
                state.membership(&person, "kicked", "member");
            }
        });
    }

    /// Refuses messages to people who never pressed Start, from now on.
    pub fn strict_chats(&self, bot: i64) {
        self.change(bot, |state| state.strict = true);
    }

    /// Starts or stops another program that reads the bot's updates all the time and confirms none.
    pub fn foreign_poller(&self, bot: i64, reads: bool) {
        self.change(bot, |state| state.foreign_poller = reads);
    }

    /// Later updates have ids from this one on, as after a week without updates. No update may be waiting.
    pub fn restart_ids(&self, bot: i64, first: i64) {
        self.change(bot, |state| state.restart_ids(first));
    }

    /// Sets the bot's name and username in `getMe`.
    pub fn name_bot(&self, bot: i64, name: &str, username: &str) {
        self.change(bot, |state| {
            name.clone_into(&mut state.name);
            username.clone_into(&mut state.username);
        });
    }

    /// Returns how many updates wait to be confirmed, or to be accepted by the webhook.
    pub fn unread_of(&self, bot: i64) -> usize {
        self.read(bot, |state| state.updates.len())
    }

    /// Returns how many `getUpdates` are in flight. One whose caller has disconnected counts until its connection has
    /// ended.
    pub fn polls(&self, bot: i64) -> usize {
        self.read(bot, |state| state.polls)
    }

    /// Returns the highest number of `getUpdates` in flight at once.
    pub fn most_polls(&self, bot: i64) -> usize {
        self.read(bot, |state| state.most_polls)
    }

    /// Returns the webhook's URL; empty for none.
    pub fn webhook_of(&self, bot: i64) -> String {
        self.read(bot, |state| state.webhook.as_ref().map(|hook| hook.url.clone()).unwrap_or_default())
    }

    /// Returns the commands for private chats in a language (empty: every other language), with their descriptions.
    pub fn commands(&self, bot: i64, language: &str) -> Vec<(String, String)> {
        let key = ("all_private_chats".to_owned(), language.to_owned());
        self.read(bot, |state| state.commands.get(&key).cloned().unwrap_or_default())
    }

    /// Returns the description and the short description in a language.
    pub fn descriptions(&self, bot: i64, language: &str) -> (String, String) {
        let of = |state: &State, method: &str| {
            state.descriptions.get(&(method.to_owned(), language.to_owned())).cloned().unwrap_or_default()
        };
        self.read(bot, |state| (of(state, "setMyDescription"), of(state, "setMyShortDescription")))
    }

    /// Returns the menu button of one chat; without a chat, the bot's default.
    pub fn menu_button(&self, bot: i64, chat: Option<i64>) -> Value {
        self.read(bot, |state| appearance::menu_button(state, chat))
    }

    fn change(&self, bot: i64, change: impl FnOnce(&mut State)) {
        self.stage.bot_by_id(bot).change(change);
    }

    fn read<T>(&self, bot: i64, read: impl FnOnce(&State) -> T) -> T {
        self.stage.bot_by_id(bot).read(read)
    }
}

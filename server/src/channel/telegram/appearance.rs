//! The appearance of a bot apart from its messages: its commands, descriptions and menu button.

use hookgram::secret::BotToken;
use serde::{Serialize, Serializer};

use super::{CallError, Telegram};

/// The button beside the message field of a chat (Bot API: MenuButton).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MenuButton {
    /// The button opens the list of commands.
    Commands,
    /// The button opens a page inside Telegram.
    WebApp {
        /// The button's text.
        text: String,
        /// The page's URL, which must be https.
        #[serde(rename = "web_app", serialize_with = "web_app")]
        url: String,
    },
    /// In a chat, the bot's own button. For the bot, Telegram's default.
    Default,
}

#[derive(Serialize)]
struct Commands<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    commands: &'a [Command<'a>],
    scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_code: Option<&'a str>,
}

#[derive(Serialize)]
struct Command<'a> {
    command: &'a str,
    description: &'a str,
}

#[derive(Serialize)]
struct Scope {
    #[serde(rename = "type")]
    kind: &'static str,
}

/// The commands are shown in private chats only, because a booking bot does not answer in groups.
const PRIVATE_CHATS: Scope = Scope { kind: "all_private_chats" };

#[derive(Serialize)]
struct Description<'a> {
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_code: Option<&'a str>,
}

#[derive(Serialize)]
struct ShortDescription<'a> {
    short_description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_code: Option<&'a str>,
}

#[derive(Serialize)]
struct SetMenuButton<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_id: Option<i64>,
    menu_button: &'a MenuButton,
}

impl Telegram {
    /// Sets the commands for private chats, as pairs of name (without `/`) and description (Bot API: setMyCommands).
    /// `language` is a two-letter code. `None` sets the default for users whose language has no commands of its own.
    pub async fn set_commands(
        &self,
        token: &BotToken,
        language: Option<&str>,
        commands: &[(&str, &str)],
    ) -> Result<(), CallError> {
        let commands: Vec<Command<'_>> =
            commands.iter().map(|(command, description)| Command { command, description }).collect();
        let body = Commands { commands: &commands, scope: PRIVATE_CHATS, language_code: language };
        self.change(token, "setMyCommands", &body).await
    }

    /// Removes the commands for private chats in a language (Bot API: deleteMyCommands).
    pub async fn delete_commands(&self, token: &BotToken, language: Option<&str>) -> Result<(), CallError> {
        let body = Commands { commands: &[], scope: PRIVATE_CHATS, language_code: language };
        self.change(token, "deleteMyCommands", &body).await
    }

    /// Sets the text that is shown in an empty chat with the bot (Bot API: setMyDescription). An empty text removes it.
    pub async fn set_description(
        &self,
        token: &BotToken,
        language: Option<&str>,
        description: &str,
    ) -> Result<(), CallError> {
        self.change(token, "setMyDescription", &Description { description, language_code: language }).await
    }

    /// Sets the text that is shown on the bot's profile page and with links to it (Bot API: setMyShortDescription). An
    /// empty text removes it.
    pub async fn set_short_description(
        &self,
        token: &BotToken,
        language: Option<&str>,
        short_description: &str,
    ) -> Result<(), CallError> {
        let body = ShortDescription { short_description, language_code: language };
        self.change(token, "setMyShortDescription", &body).await
    }

    /// Sets the menu button of one private chat, or the default for all private chats (Bot API: setChatMenuButton).
    pub async fn set_menu_button(
        &self,
        token: &BotToken,
        chat: Option<i64>,
        button: &MenuButton,
    ) -> Result<(), CallError> {
        self.change(token, "setChatMenuButton", &SetMenuButton { chat_id: chat, menu_button: button }).await
    }
}

/// The Bot API's WebAppInfo.
fn web_app<S: Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct WebAppInfo<'a> {
        url: &'a str,
    }
    WebAppInfo { url }.serialize(serializer)
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn a_menu_button_is_serialised_as_the_bot_api_expects() {
        assert_eq!(to_value(MenuButton::Commands).unwrap(), json!({"type": "commands"}));
        assert_eq!(to_value(MenuButton::Default).unwrap(), json!({"type": "default"}));
        let button = MenuButton::WebApp { text: "Записаться".into(), url: "https://e.org/b".into() };
        let expected = json!({"type": "web_app", "text": "Записаться", "web_app": {"url": "https://e.org/b"}});
        assert_eq!(to_value(&button).unwrap(), expected);
        let for_all = SetMenuButton { chat_id: None, menu_button: &MenuButton::Commands };
        assert_eq!(to_value(for_all).unwrap(), json!({"menu_button": {"type": "commands"}}));
    }
}

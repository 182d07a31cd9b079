//! A bot's appearance: its commands, its descriptions, its menu button.

use serde_json::{Value, json};

use super::{
    Refusal,
    bots::State,
    messages::{chat, is_web_app},
    refuse,
};

/// Checks a call that changes a bot's appearance by Telegram's rules.
pub fn judge(method: &str, body: &Value) -> Result<(), Refusal> {
    let language = body["language_code"].as_str().unwrap_or_default();
    if !matches!(language.len(), 0 | 2) || !language.bytes().all(|b| b.is_ascii_lowercase()) {
        return Err(refuse(400, "Bad Request: invalid language code specified"));
    }
    match method {
        "setMyCommands" => {
            let commands = body["commands"].as_array().filter(|commands| commands.len() <= 100);
            let commands = commands.ok_or_else(|| refuse(400, "Bad Request: BOT_COMMANDS_TOO_MUCH"))?;
            commands.iter().try_for_each(judge_command)
        }
        "setMyDescription" if length(&body["description"]) > 512 => {
            Err(refuse(400, "Bad Request: bot description is too long"))
        }
        "setMyShortDescription" if length(&body["short_description"]) > 120 => {
            Err(refuse(400, "Bad Request: bot short description is too long"))
        }
        "setChatMenuButton" => {
            if body.get("chat_id").is_some() && chat(body).is_none_or(|chat| chat <= 0) {
                return Err(refuse(400, "Bad Request: chat not found"));
            }
            let button = &body["menu_button"];
            match button["type"].as_str() {
                Some("commands" | "default") | None => Ok(()),
                Some("web_app") if length(&button["text"]) == 0 => {
                    Err(refuse(400, "Bad Request: menu button text must be non-empty"))
                }
                Some("web_app") if is_web_app(&button["web_app"]) => Ok(()),
                _ => Err(refuse(400, "Bad Request: BUTTON_URL_INVALID")),
            }
        }
        _ => Ok(()),
    }
}

fn judge_command(command: &Value) -> Result<(), Refusal> {
    let name = command["command"].as_str().unwrap_or_default();
    let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if !(1..=32).contains(&name.len()) || !name.bytes().all(is_name) {
        return Err(refuse(400, "Bad Request: BOT_COMMAND_INVALID"));
    }
    if !(1..=256).contains(&length(&command["description"])) {
        return Err(refuse(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"));
    }
    Ok(())
}

fn length(text: &Value) -> usize {
    text.as_str().unwrap_or_default().chars().count()
}

pub fn change(state: &mut State, method: &str, body: &Value) {
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let scope = body["scope"]["type"].as_str().unwrap_or("default").to_owned();
    match method {
        "setMyCommands" => {
            let part = |command: &Value, key: &str| command[key].as_str().unwrap().to_owned();
            let commands = body["commands"].as_array().unwrap().iter();
            let commands = commands.map(|command| (part(command, "command"), part(command, "description")));
            state.commands.insert((scope, text("language_code")), commands.collect());
        }
        "deleteMyCommands" => drop(state.commands.remove(&(scope, text("language_code")))),
        "setMyDescription" => {
            state.descriptions.insert((method.to_owned(), text("language_code")), text("description"));
        }
        "setMyShortDescription" => {
            state.descriptions.insert((method.to_owned(), text("language_code")), text("short_description"));
        }
        _ => {
            let button = body.get("menu_button").cloned().unwrap_or(json!({"type": "default"}));
            state.menu_buttons.insert(chat(body).unwrap_or(0), button);
        }
    }
}

/// Returns the menu button of one chat; without a chat, the bot's default.
pub fn menu_button(state: &State, chat: Option<i64>) -> Value {
    let own = |chat: i64| state.menu_buttons.get(&chat).filter(|button| button["type"] != "default");
    chat.and_then(own).or_else(|| own(0)).cloned().unwrap_or(json!({"type": "default"}))
}

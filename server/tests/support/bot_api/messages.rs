//! Telegram's rules for a message to be sent: its text, its buttons, its chat.

use reqwest::Url;
use serde_json::{Value, json};

use super::{Refusal, bots::State, refuse};
use crate::support::telegram;

/// The maximal number of buttons below a message.
const MOST_BUTTONS: usize = 100;

/// Checks a message's text by Telegram's rules, with a parser of its HTML that is independent of the product's.
pub fn judge_text(body: &Value) -> Result<(), Refusal> {
    let text = body["text"].as_str().unwrap_or_default();
    let read = match body.get("parse_mode").and_then(Value::as_str) {
        Some("HTML") => telegram::arrive(text).map(drop),
        _ if text.trim().is_empty() => Err("message text is empty".to_owned()),
        _ if text.encode_utf16().count() > 4096 => Err("message is too long".to_owned()),
        _ => Ok(()),
    };
    read.map_err(|error| match error.as_str() {
        "text is too long" | "message is too long" | "message text is empty" => {
            refuse(400, &format!("Bad Request: {error}"))
        }
        _ => refuse(400, "Bad Request: can't parse entities: at byte offset 0"),
    })
}

/// Checks the buttons below a message by Telegram's rules.
pub fn judge_keyboard(body: &Value) -> Result<(), Refusal> {
    let Some(markup) = body.get("reply_markup") else { return Ok(()) };
    if !markup.is_object() {
        return Err(refuse(400, "Bad Request: object expected as reply markup"));
    }
    let Some(keyboard) = markup.get("inline_keyboard") else { return Ok(()) };
    let rows: Option<Vec<&Vec<Value>>> =
        keyboard.as_array().and_then(|rows| rows.iter().map(Value::as_array).collect());
    let Some(rows) = rows else {
        return Err(refuse(400, "Bad Request: field \"inline_keyboard\" must be of type Array"));
    };
    if rows.iter().map(|row| row.len()).sum::<usize>() > MOST_BUTTONS {
        return Err(refuse(400, "Bad Request: reply markup is too long"));
    }
    let is_private = chat(body).is_some_and(|chat| chat > 0);
    rows.into_iter().flatten().try_for_each(|button| judge_button(button, is_private))
}

fn judge_button(button: &Value, is_private: bool) -> Result<(), Refusal> {
    if button["text"].as_str().is_none_or(|text| text.trim().is_empty()) {
        return Err(refuse(400, "Bad Request: can't parse inline keyboard button: field \"text\" must be non-empty"));
    }
    let kinds: Vec<&str> =
        ["url", "web_app", "callback_data"].into_iter().filter(|kind| button.get(kind).is_some()).collect();
    let invalid = || refuse(400, "Bad Request: BUTTON_TYPE_INVALID");
    match kinds[..] {
        [] => Err(refuse(
            400,
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        )),
        ["url"] => {
            let url = button["url"].as_str().unwrap_or_default();
            judge_url(url).map_err(|why| {
                refuse(400, &format!("Bad Request: inline keyboard button URL '{url}' is invalid: {why}"))
            })
        }
        ["web_app"] => {
            let is_page = is_private && is_web_app(&button["web_app"]);
            is_page.then_some(()).ok_or_else(invalid)
        }
        ["callback_data"] => {
            let fits = button["callback_data"].as_str().is_some_and(|data| (1..=64).contains(&data.len()));
            fits.then_some(()).ok_or_else(|| refuse(400, "Bad Request: BUTTON_DATA_INVALID"))
        }
        _ => Err(invalid()),
    }
}

/// Tells whether this button opens a page inside Telegram.
pub fn is_web_app(page: &Value) -> bool {
    let url = page["url"].as_str().and_then(|url| Url::parse(url).ok());
    url.is_some_and(|url| url.scheme() == "https" && url.host_str().is_some_and(|host| host.contains('.')))
}

fn judge_url(text: &str) -> Result<(), &'static str> {
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&with_scheme).map_err(|_| "Wrong HTTP URL")?;
    match url.scheme() {
        "tg" | "ton" => Ok(()),
        "http" | "https" if url.host_str().is_some_and(|host| host.contains('.')) => Ok(()),
        "http" | "https" => Err("Wrong HTTP URL"),
        _ => Err("Unsupported URL protocol"),
    }
}

/// Checks that the bot may write to the chat.
pub fn judge_chat(state: &State, body: &Value) -> Result<(), Refusal> {
    let Some(chat) = chat(body) else { return Ok(()) };
    if state.blocked.contains(&chat) {
        return Err(refuse(403, "Forbidden: bot was blocked by the user"));
    }
    if state.strict && chat > 0 && !state.started.contains(&chat) {
        return Err(match state.met.contains(&chat) {
            true => refuse(403, "Forbidden: bot can't initiate conversation with a user"),
            false => refuse(400, "Bad Request: chat not found"),
        });
    }
    Ok(())
}

/// Checks that the message to be forwarded exists.
pub fn judge_source(state: &State, body: &Value) -> Result<(), Refusal> {
    let source = (number(&body["from_chat_id"]), body["message_id"].as_i64());
    match source {
        (Some(chat), Some(id)) if state.received.contains(&(chat, id)) => Ok(()),
        _ => Err(refuse(400, "Bad Request: message to forward not found")),
    }
}

/// Returns the chat of a call, unless it is named by `@name`.
pub fn chat(body: &Value) -> Option<i64> {
    number(&body["chat_id"])
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Returns the result that `sendMessage` answers with.
pub fn sent(body: &Value) -> Value {
    json!({"message_id": 7, "chat": {"id": body["chat_id"]}})
}

//! The request body sent to Telegram (Bot API `sendMessage`).

use serde::Serialize;

use super::{Message, Span};
use crate::booking::Button;

/// A message to send.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The chat: a number or `@channel`.
    pub chat: &'a str,
    /// The text.
    pub text: &'a str,
    /// Whether the text is Telegram's HTML.
    pub html: bool,
}

#[derive(Serialize)]
struct SendMessage<'a> {
    chat_id: &'a str,
    text: &'a str,
    // Telegram would read a JSON null as the text "null", so an unset key is omitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    parse_mode: Option<&'static str>,
    link_preview_options: LinkPreview,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_markup: Option<InlineKeyboard<'a>>,
}

#[derive(Serialize)]
struct LinkPreview {
    is_disabled: bool,
}

#[derive(Serialize)]
struct InlineKeyboard<'a> {
    inline_keyboard: Vec<[&'a Button; 1]>,
}

impl<'a> Outgoing<'a> {
    /// The JSON body of `sendMessage`. The server sends exactly these bytes, and the preview shows them.
    #[must_use]
    pub fn body(self) -> String {
        self.body_with(&[])
    }

    /// Like [`Outgoing::body`], with buttons below the message, one per row.
    #[must_use]
    pub fn body_with(self, keyboard: &'a [Button]) -> String {
        let inline_keyboard: Vec<_> = keyboard.iter().map(|button| [button]).collect();
        let body = SendMessage {
            chat_id: self.chat,
            text: self.text,
            parse_mode: self.html.then_some("HTML"),
            link_preview_options: LinkPreview { is_disabled: true },
            reply_markup: (!inline_keyboard.is_empty()).then_some(InlineKeyboard { inline_keyboard }),
        };
        // Serialising cannot fail, because the body contains only texts and a bool.
        serde_json::to_string(&body).unwrap_or_default()
    }
}

impl Message {
    /// Creates a message that is not rendered from an event.
    pub(crate) fn from_spans(spans: Vec<Span>) -> Self {
        Self { spans }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::ButtonTarget;

    #[test]
    fn the_body_has_the_documented_bot_api_format() {
        let html = Outgoing { chat: "@salon", text: "<b>Анна</b> \"a\\b\"\n\u{1}", html: true };
        let expected = "{\"chat_id\":\"@salon\",\"text\":\"<b>Анна</b> \\\"a\\\\b\\\"\\n\\u0001\",\"parse_mode\":\"HTML\",\
                        \"link_preview_options\":{\"is_disabled\":true}}";
        assert_eq!(html.body(), expected);
        let plain = Outgoing { chat: "-100200", text: "1 < 2", html: false };
        assert_eq!(plain.body(), r#"{"chat_id":"-100200","text":"1 < 2","link_preview_options":{"is_disabled":true}}"#);
    }

    #[test]
    fn each_button_has_its_own_row_and_survives_a_round_trip() {
        let keyboard = [
            Button { text: "\"Book\"".into(), target: ButtonTarget::of("https://a.b/?x=1&y".into()) },
            Button { text: "Open".into(), target: ButtonTarget::of("http://127.0.0.1:3000/".into()) },
        ];
        let body = Outgoing { chat: "7", text: "x", html: false }.body_with(&keyboard);
        let expected = r#"{"chat_id":"7","text":"x","link_preview_options":{"is_disabled":true},"reply_markup":{"inline_keyboard":[[{"text":"\"Book\"","web_app":{"url":"https://a.b/?x=1&y"}}],[{"text":"Open","url":"http://127.0.0.1:3000/"}]]}}"#;
        assert_eq!(body, expected);
        let json = serde_json::to_string(&keyboard).expect("JSON");
        assert_eq!(serde_json::from_str::<[Button; 2]>(&json).expect("buttons"), keyboard);
    }
}

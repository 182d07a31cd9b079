//! The request that is sent to Telegram (Bot API `sendMessage`).

use serde::Serialize;

/// One message to send.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The chat: a number, or `@channel`.
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
    // A JSON null would arrive as the text "null", so an unset key is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    parse_mode: Option<&'static str>,
    link_preview_options: LinkPreview,
}

#[derive(Serialize)]
struct LinkPreview {
    is_disabled: bool,
}

impl Outgoing<'_> {
    /// The JSON body of `sendMessage`. The sender and the preview use these same bytes.
    #[must_use]
    pub fn body(self) -> String {
        let body = SendMessage {
            chat_id: self.chat,
            text: self.text,
            parse_mode: self.html.then_some("HTML"),
            link_preview_options: LinkPreview { is_disabled: true },
        };
        // Serialising cannot fail: the body has only texts and a bool.
        serde_json::to_string(&body).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_what_the_bot_api_documents() {
        let html = Outgoing { chat: "@salon", text: "<b>Анна</b> \"a\\b\"\n\u{1}", html: true };
        let expected = "{\"chat_id\":\"@salon\",\"text\":\"<b>Анна</b> \\\"a\\\\b\\\"\\n\\u0001\",\"parse_mode\":\"HTML\",\
                        \"link_preview_options\":{\"is_disabled\":true}}";
        assert_eq!(html.body(), expected);
        let plain = Outgoing { chat: "-100200", text: "1 < 2", html: false };
        assert_eq!(plain.body(), r#"{"chat_id":"-100200","text":"1 < 2","link_preview_options":{"is_disabled":true}}"#);
    }
}

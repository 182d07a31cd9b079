//! A client for the part of the Bot API that Hookgram uses: sending and forwarding messages, reading updates, and
//! setting how a bot appears to people. Failures are values of the returned type.

mod appearance;
mod call;
pub mod chats;
pub(crate) mod classify;
pub mod identities;
pub mod new_bots;
mod sending;
mod starts;
mod updates;
mod webhooks;

use hookgram::secret::{BotToken, redact};
use reqwest::{Client, header::CONTENT_TYPE};
use serde::{Deserialize, Serialize};

use self::call::{
    LONGEST_ANSWER, NoParameters, Parameters, Reply, describe, parse, read, retry_after, seconds_in_words,
};
pub(crate) use self::updates::MOST as MOST_UPDATES;
pub use self::{
    appearance::MenuButton,
    call::{CallError, Conflict},
    sending::TelegramChannel,
    starts::Start,
    updates::{Chat, ChatKind, MemberStatus, Message, MyChatMember, Update, UpdateContent, UpdateKind, User},
    webhooks::{WebhookFault, WebhookInfo},
};
#[cfg(test)]
pub(crate) use self::{classify::classify, sending::RATES};
pub use super::Answer;

/// The description that is logged for a response that did not come from the Bot API.
pub(crate) const NOT_TELEGRAMS: &str = "an answer that is not the Bot API's";

/// A client of a Bot API server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Telegram {
    client: Client,
    /// The client for `getUpdates`, with a connection for each call. If calls shared an HTTP/2 connection, long polls
    /// would use up its streams.
    polling: Client,
    base: String,
}

/// The result of `getMe`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The token belongs to this bot.
    Bot {
        /// The bot's display name.
        name: String,
        /// Its `@name`, without the `@`.
        username: String,
    },
    /// Telegram refuses the token.
    Refused,
    /// Telegram, or a rate limit of this server, asks to wait.
    Busy {
        /// Seconds to wait.
        seconds: u64,
    },
    /// There was no response, or none that says whether the token is valid.
    Unreachable,
}

#[derive(Deserialize)]
struct SentMessage {
    message_id: i64,
}

#[derive(Deserialize)]
struct Me {
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    username: String,
}

#[derive(Serialize)]
struct ForwardMessage<'a> {
    chat_id: &'a str,
    from_chat_id: i64,
    message_id: i64,
}

impl Telegram {
    /// Creates a client of the Bot API server at `base`, which has no trailing slash.
    ///
    /// # Errors
    ///
    /// If TLS cannot be set up.
    pub fn new(base: &str) -> Result<Self, reqwest::Error> {
        // Fails if a provider is already installed, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self { client: call::client(false)?, polling: call::client(true)?, base: base.to_owned() })
    }

    /// Sends one message. `body` is the JSON of `sendMessage`.
    pub async fn send(&self, token: &BotToken, body: &str) -> Answer {
        self.deliver(token, "sendMessage", body.to_owned()).await
    }

    /// Forwards a message from one chat to another (Bot API: forwardMessage). `to_chat` is a number or `@channel`.
    pub async fn forward_message(&self, token: &BotToken, to_chat: &str, from_chat: i64, message_id: i64) -> Answer {
        let body = ForwardMessage { chat_id: to_chat, from_chat_id: from_chat, message_id };
        // Serialising cannot fail: the body has only strings and numbers.
        let body = serde_json::to_string(&body).unwrap_or_default();
        self.deliver(token, "forwardMessage", body).await
    }

    /// Calls a method that sends a message.
    async fn deliver(&self, token: &BotToken, method: &str, body: String) -> Answer {
        let request = self.client.post(self.url(token, method)).header(CONTENT_TYPE, "application/json").body(body);
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                return Answer::Unreachable { before_write: error.is_connect(), description: describe(error) };
            }
        };
        let (status, told) = (response.status(), retry_after(response.headers()));
        let bytes = match read(response, LONGEST_ANSWER).await {
            Ok(bytes) => bytes,
            Err(error) if status.is_success() => {
                return Answer::Unreachable { before_write: false, description: describe(error) };
            }
            Err(_) => Vec::new(),
        };
        let reply = parse::<SentMessage>(&bytes);
        match reply {
            Reply { ok: true, result: Some(SentMessage { message_id }), .. } => Answer::Sent { message_id },
            Reply { ok: false, error_code: Some(code), description, parameters, .. } => {
                let Parameters { retry_after, migrate_to_chat_id } = parameters.unwrap_or_default();
                let description = description.unwrap_or_default();
                Answer::Refused {
                    code,
                    genuine: true,
                    // A proxy may repeat the URL, which contains the token.
                    description: redact(&description),
                    retry_after: retry_after.or(told).or_else(|| seconds_in_words(&description)),
                    migrate_to: migrate_to_chat_id,
                }
            }
            // The status says success, but the body is not the Bot API's JSON. The message may have arrived.
            _ if status.is_success() => {
                Answer::Unreachable { before_write: false, description: NOT_TELEGRAMS.to_owned() }
            }
            _ => Answer::Refused {
                code: status.as_u16(),
                genuine: false,
                description: NOT_TELEGRAMS.to_owned(),
                retry_after: None,
                migrate_to: None,
            },
        }
    }

    /// Asks Telegram which bot a token belongs to (Bot API: getMe).
    pub async fn who_is(&self, token: &BotToken) -> Identity {
        match self.call::<Me>(token, "getMe", &NoParameters {}).await {
            Ok(me) => Identity::Bot { name: me.first_name, username: me.username },
            Err(CallError::Refused) => Identity::Refused,
            Err(CallError::Busy { seconds }) => Identity::Busy { seconds },
            Err(_) => Identity::Unreachable,
        }
    }
}

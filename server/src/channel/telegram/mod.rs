//! A client for the part of the Bot API that Hookgram needs: `sendMessage`, `getMe`, and the methods that find a chat
//! (`updates`). Every failure is a value of the answer's type.

pub mod chats;
mod classify;
pub mod identities;
pub mod new_bots;
mod sending;
mod updates;

use std::time::Duration;

use hookgram::secret::{BotToken, redact};
use reqwest::{Client, Response, header::CONTENT_TYPE};
use serde::Deserialize;

pub(crate) use self::updates::MOST as MOST_UPDATES;
#[cfg(test)]
pub(crate) use self::{classify::classify, sending::RATES};
pub use self::{
    sending::TelegramChannel,
    updates::{Start, Updates, Webhook},
};
pub use super::Answer;

/// Time limit for connecting.
const CONNECT: Duration = Duration::from_secs(5);
/// Time limit for a whole call; shorter than a delivery's lease.
const CALL: Duration = Duration::from_secs(20);
/// Time limit for a check of a token, for which a person or a caller waits.
const ASK: Duration = Duration::from_secs(8);
/// Most bytes that are read of an answer.
const LONGEST_ANSWER: usize = 64 * 1024;
/// The description that is logged for an answer that did not come from the Bot API.
pub(crate) const NOT_TELEGRAMS: &str = "an answer that is not the Bot API's";

/// A client of a Bot API server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Telegram {
    client: Client,
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
    /// Telegram does not accept the token.
    Refused,
    /// Telegram, or a limit of this server, asks to wait.
    Busy {
        /// Seconds to wait.
        seconds: u64,
    },
    /// There was no answer, or none that says whether the token is accepted.
    Unreachable,
}

#[derive(Deserialize)]
struct Reply<T> {
    #[serde(default)]
    ok: bool,
    result: Option<T>,
    error_code: Option<u16>,
    description: Option<String>,
    parameters: Option<Parameters>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
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

impl Telegram {
    /// A client of the Bot API server at `base`, which has no trailing slash.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(base: &str) -> Result<Self, reqwest::Error> {
        // Fails if a provider is installed already, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(CALL)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .user_agent(concat!("hookgram/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(reqwest::Error::without_url)?;
        Ok(Self { client, base: base.to_owned() })
    }

    /// Sends one message. `body` is the JSON of `sendMessage`.
    pub async fn send(&self, token: &BotToken, body: &str) -> Answer {
        let request = self.client.post(self.url(token, "sendMessage"));
        let request = request.header(CONTENT_TYPE, "application/json").body(body.to_owned());
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                return Answer::Unreachable { before_write: error.is_connect(), description: describe(error) };
            }
        };
        let status = response.status();
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
                Answer::Refused {
                    code,
                    genuine: true,
                    // A server between here and the Bot API may repeat the URL, which contains the token.
                    description: redact(&description.unwrap_or_default()),
                    retry_after,
                    migrate_to: migrate_to_chat_id,
                }
            }
            // A success without the Bot API's JSON: the message may have arrived.
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
        let Ok(response) = self.client.post(self.url(token, "getMe")).timeout(ASK).send().await else {
            return Identity::Unreachable;
        };
        let reply = parse::<Me>(&read(response, LONGEST_ANSWER).await.unwrap_or_default());
        match reply {
            Reply { ok: true, result: Some(me), .. } => Identity::Bot { name: me.first_name, username: me.username },
            Reply { ok: false, error_code: Some(401 | 404), .. } => Identity::Refused,
            Reply { ok: false, error_code: Some(429), parameters, .. } => {
                Identity::Busy { seconds: parameters.unwrap_or_default().retry_after.unwrap_or(1) }
            }
            _ => Identity::Unreachable,
        }
    }

    fn url(&self, token: &BotToken, method: &str) -> String {
        format!("{}/bot{}/{method}", self.base, token.expose())
    }
}

/// Reads the body, and stops soon after `most` bytes.
async fn read(mut response: Response, most: usize) -> Result<Vec<u8>, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > most {
            break;
        }
    }
    Ok(bytes)
}

/// Parses the Bot API's JSON. Anything else becomes an empty reply.
fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Reply<T> {
    serde_json::from_slice(bytes).unwrap_or(Reply {
        ok: false,
        result: None,
        error_code: None,
        description: None,
        parameters: None,
    })
}

/// The messages of the error and of its causes, without the URL, which contains the token.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

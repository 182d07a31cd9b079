//! The Bot API, as far as it is needed: `sendMessage`, `getMe`, and what finds a chat (`updates`). What comes back is a
//! value, whatever it was.

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

/// How long the connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a whole call may take; shorter than a delivery's lease.
const CALL: Duration = Duration::from_secs(20);
/// How long somebody at an endpoint or a form waits for Telegram's word on a token.
const ASK: Duration = Duration::from_secs(8);
/// More of an answer is not read.
const LONGEST_ANSWER: usize = 64 * 1024;
/// What the log says of an answer from something else.
pub(crate) const NOT_TELEGRAMS: &str = "an answer that is not the Bot API's";

/// The client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Telegram {
    client: Client,
    base: String,
}

/// What a call to `getMe` came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The bot.
    Bot {
        /// Its name for people.
        name: String,
        /// Its `@name`, without the `@`.
        username: String,
    },
    /// Telegram does not know the token.
    Refused,
    /// Too much has been asked; there was no answer for that.
    Busy {
        /// How long to wait.
        seconds: u64,
    },
    /// No answer, or none that says either.
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
    /// A client of the Bot API server at `base` (without a slash at the end).
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(base: &str) -> Result<Self, reqwest::Error> {
        // Fails where a provider has been installed before: then there is one.
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

    /// Sends one message: the JSON that `sendMessage` takes.
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
                    // Whoever stands before the Bot API may repeat the address, and the token in it.
                    description: redact(&description.unwrap_or_default()),
                    retry_after,
                    migrate_to: migrate_to_chat_id,
                }
            }
            // A success without Telegram's own words for it: the message may have arrived.
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

    /// Asks who a bot is.
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

/// The body, up to about `most` bytes.
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

/// What is not the Bot API's JSON is an empty reply.
fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Reply<T> {
    serde_json::from_slice(bytes).unwrap_or(Reply {
        ok: false,
        result: None,
        error_code: None,
        description: None,
        parameters: None,
    })
}

/// The error's words and those of its causes, never with the URL, which holds the token.
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

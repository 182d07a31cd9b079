//! One call of the Bot API: request, response and errors.

use std::{fmt, time::Duration};

use hookgram::secret::{BotToken, redact};
use reqwest::{
    Client, RequestBuilder, Response,
    header::{HeaderMap, RETRY_AFTER},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::Telegram;

/// The timeout for connecting.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
/// The timeout for a call that sends a message. It is shorter than a delivery's lease.
pub(super) const CALL: Duration = Duration::from_secs(20);
/// The timeout for all other calls. A person or a webhook caller may be waiting.
pub(super) const ASK: Duration = Duration::from_secs(8);
/// The maximum number of bytes read of a response.
pub(super) const LONGEST_ANSWER: usize = 64 * 1024;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The Bot API refuses the token (401, 404).
    #[error("the Bot API does not accept the token")]
    Refused,
    /// Another consumer takes the bot's updates (409).
    #[error("the bot's updates are read by {0}")]
    Conflict(Conflict),
    /// The Bot API asks to wait (429).
    #[error("the Bot API asks to wait {seconds} s")]
    Busy {
        /// Seconds to wait.
        seconds: u64,
    },
    /// The Bot API rejected this call with another 4xx.
    #[error("the Bot API rejected the call: {code} {description}")]
    Rejected {
        /// The Bot API's `error_code`.
        code: u16,
        /// The Bot API's `description`, with tokens masked.
        description: String,
    },
    /// There was no response, the response was not from the Bot API, or the Bot API failed temporarily (5xx).
    #[error("there is no answer from the Bot API")]
    Unreachable,
}

/// The other consumer of a bot's updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// A webhook. It may have been set during the call.
    Webhook,
    /// Another call of `getUpdates`.
    OtherReader,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Webhook => "a webhook",
            Self::OtherReader => "another program",
        })
    }
}

#[derive(Deserialize)]
pub(super) struct Reply<T> {
    #[serde(default)]
    pub(super) ok: bool,
    pub(super) result: Option<T>,
    pub(super) error_code: Option<u16>,
    pub(super) description: Option<String>,
    pub(super) parameters: Option<Parameters>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    pub(super) retry_after: Option<u64>,
    pub(super) migrate_to_chat_id: Option<i64>,
}

#[derive(Serialize)]
pub(super) struct NoParameters {}

impl Telegram {
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        token: &BotToken,
        method: &str,
        body: &impl Serialize,
    ) -> Result<T, CallError> {
        let request = self.client.post(self.url(token, method)).json(body).timeout(ASK);
        receive(request, LONGEST_ANSWER).await?.result()
    }

    /// Calls a method whose `result` is always `true`.
    pub(super) async fn change(&self, token: &BotToken, method: &str, body: &impl Serialize) -> Result<(), CallError> {
        self.call::<serde::de::IgnoredAny>(token, method, body).await.map(drop)
    }

    pub(super) fn url(&self, token: &BotToken, method: &str) -> String {
        format!("{}/bot{}/{method}", self.base, token.expose())
    }
}

/// Creates an HTTP client for the Bot API. It does not retry, because the Bot API has no idempotency keys.
pub(super) fn client(http1_only: bool) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .connect_timeout(CONNECT)
        .timeout(CALL)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .user_agent(concat!("hookgram/", env!("CARGO_PKG_VERSION")));
    let builder = if http1_only { builder.http1_only() } else { builder };
    builder.build().map_err(reqwest::Error::without_url)
}

/// A response before parsing.
pub(super) struct Received {
    pub(super) bytes: Vec<u8>,
    pub(super) retry_after: Option<u64>,
}

/// Sends a request and reads at most about `most` bytes of the response body.
pub(super) async fn receive(request: RequestBuilder, most: usize) -> Result<Received, CallError> {
    let response = request.send().await.map_err(|_| CallError::Unreachable)?;
    let retry_after = retry_after(response.headers());
    let bytes = read(response, most).await.map_err(|_| CallError::Unreachable)?;
    Ok(Received { bytes, retry_after })
}

pub(super) fn retry_after(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

/// The seconds in a description such as `Too Many Requests: retry after 35`.
pub(super) fn seconds_in_words(description: &str) -> Option<u64> {
    let words = description.to_ascii_lowercase();
    let (_, rest) = words.split_once("retry after ")?;
    rest.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// Reads the body, and stops soon after `most` bytes.
pub(super) async fn read(mut response: Response, most: usize) -> Result<Vec<u8>, reqwest::Error> {
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
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Reply<T> {
    serde_json::from_slice(bytes).unwrap_or(Reply {
        ok: false,
        result: None,
        error_code: None,
        description: None,
        parameters: None,
    })
}

impl Received {
    pub(super) fn result<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        result(&self.bytes, self.retry_after)
    }
}

/// Returns the `result` of a response, or its error. `retry_after` is the header's value in seconds.
fn result<T: DeserializeOwned>(bytes: &[u8], retry_after: Option<u64>) -> Result<T, CallError> {
    let Reply { ok, result, error_code, description, parameters } = parse(bytes);
    if let (true, Some(result)) = (ok, result) {
        return Ok(result);
    }
    let description = description.unwrap_or_default();
    let words = description.to_ascii_lowercase();
    Err(match error_code {
        _ if ok => CallError::Unreachable,
        Some(401) => CallError::Refused,
        // Older Bot API servers answer "Not Found: method not found" for a method that they do not have.
        Some(404) if !words.contains("method") => CallError::Refused,
        Some(409) if words.contains("webhook") => CallError::Conflict(Conflict::Webhook),
        Some(409) => CallError::Conflict(Conflict::OtherReader),
        Some(429) => {
            let named = parameters.unwrap_or_default().retry_after.or(retry_after);
            CallError::Busy { seconds: named.or_else(|| seconds_in_words(&description)).unwrap_or(1) }
        }
        // A proxy may repeat the URL, which contains the token.
        Some(code @ 400..500) => CallError::Rejected { code, description: redact(&description) },
        _ => CallError::Unreachable,
    })
}

/// The messages of the error and of its causes, without the URL, which contains the token.
pub(super) fn describe(error: reqwest::Error) -> String {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOKEN: &str = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";

    #[test]
    fn each_bot_api_refusal_becomes_its_call_error() {
        let rejected = |code, description: &str| CallError::Rejected { code, description: description.to_owned() };
        for (code, description, parameters, error) in [
            (401, "Unauthorized", json!({}), CallError::Refused),
            (404, "Not Found", json!({}), CallError::Refused),
            (404, "Not Found: method not found", json!({}), rejected(404, "Not Found: method not found")),
            (
                409,
                "Conflict: can't use getUpdates method while webhook is active",
                json!({}),
                CallError::Conflict(Conflict::Webhook),
            ),
            (409, "Conflict: terminated by setWebhook request", json!({}), CallError::Conflict(Conflict::Webhook)),
            (
                409,
                "Conflict: terminated by other getUpdates request",
                json!({}),
                CallError::Conflict(Conflict::OtherReader),
            ),
            (429, "Too Many Requests", json!({"retry_after": 7}), CallError::Busy { seconds: 7 }),
            (429, "Too Many Requests", json!({}), CallError::Busy { seconds: 1 }),
            (400, "Bad Request: BUTTON_TYPE_INVALID", json!({}), rejected(400, "Bad Request: BUTTON_TYPE_INVALID")),
            (500, "Internal Server Error", json!({}), CallError::Unreachable),
        ] {
            let answer = json!({"ok": false, "error_code": code, "description": description, "parameters": parameters});
            assert_eq!(result::<bool>(answer.to_string().as_bytes(), None), Err(error), "{code} {description}");
        }
    }

    #[test]
    fn the_wait_of_a_429_is_read_from_parameters_then_the_header_then_the_description() {
        for (description, parameters, header, seconds) in [
            ("Too Many Requests: retry after 35", json!({"retry_after": 7}), Some(9), 7),
            ("Too Many Requests: retry after 35", json!({}), Some(9), 9),
            ("Too Many Requests: retry after 35", json!({}), None, 35),
            ("Too Many Requests: retry after 35", json!(null), None, 35),
            ("FLOOD: Retry after 10072 seconds", json!({}), None, 10_072),
            ("Too Many Requests: retry after a while", json!({}), None, 1),
            ("Too Many Requests: retry after 99999999999999999999", json!({}), None, 1),
        ] {
            let mut answer = json!({"ok": false, "error_code": 429, "description": description});
            if !parameters.is_null() {
                answer["parameters"] = parameters;
            }
            let error = result::<bool>(answer.to_string().as_bytes(), header);
            assert_eq!(error, Err(CallError::Busy { seconds }), "{answer}");
        }
    }

    #[test]
    fn an_answer_that_is_not_from_the_bot_api_counts_as_unreachable() {
        for answer in
            ["", "<html>", "null", "[]", "{}", r#"{"ok":false}"#, r#"{"ok":true}"#, r#"{"ok":true,"result":"?"}"#]
        {
            assert_eq!(result::<bool>(answer.as_bytes(), None), Err(CallError::Unreachable), "{answer}");
        }
        assert_eq!(result::<bool>(br#"{"ok":true,"result":true,"description":"Webhook was set"}"#, None), Ok(true));
    }

    #[test]
    fn a_token_in_an_error_description_is_masked() {
        let answer = json!({"ok": false, "error_code": 418, "description": format!("no /bot{TOKEN}/getMe")});
        let error = result::<bool>(answer.to_string().as_bytes(), None).unwrap_err();
        for shown in [format!("{error}"), format!("{error:?}")] {
            assert!(shown.contains("418") && !shown.contains("AAHk"), "{shown}");
        }
    }
}

//! The two webhook endpoints (contract §1). Handlers read the request, `accept` checks it, `answer` is the response.

mod accept;
mod answer;

use std::{
    borrow::Cow,
    net::{IpAddr, Ipv4Addr},
};

use axum::{
    body::{Body, Bytes},
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use hookgram::{query, values::Language, webhook::WebhookError};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

pub(crate) use self::accept::{check_offline, unconfirmed};
pub use self::{
    accept::{Arrival, Endpoint, accept, check},
    answer::{EndpointAnswer, Outcome, Refusal},
};
use crate::{
    channel::telegram::identities::Asker,
    http::{
        client::Client,
        rate_limits::{self, Source},
        request_limits::{Arriving, Unread},
    },
    limits::memory::Share,
    secrets::codes,
    state::AppState,
    store::{SenderKey, StoreError},
};
pub use crate::{
    rendering::{Parsed, Rendering, SenderKind},
    store::KnownTokens,
};

/// The largest body of a stranger's event, in bytes.
const STRANGERS_BODY: usize = 128 * 1024;
/// `Retry-After` while too many undelivered events are waiting, in seconds.
const FULL_AGAIN: u64 = 60;
/// The methods that the endpoints accept.
const ALLOW: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, OPTIONS");

/// `/webhook/telegram`, the stateless endpoint.
pub async fn stateless(State(state): State<AppState>, request: Request) -> Response {
    at_endpoint(&state, None, request).await
}

/// Whether a path belongs to the webhook endpoints. Their callers are programs, so errors are JSON.
pub(crate) fn is_endpoint(path: &str) -> bool {
    ["/h/", "/webhook"].iter().any(|endpoint| path.starts_with(endpoint))
}

/// The normalised path of an endpoint with a sloppy spelling: doubled slashes, a slash at the end, or white space
/// around a segment (contract §1). `None` for every other path.
pub(crate) fn tidy(uri: &Uri) -> Option<Uri> {
    let path = tidy_path(uri.path())?;
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.parse().ok()?);
    Uri::from_parts(parts).ok()
}

fn tidy_path(path: &str) -> Option<String> {
    let steps: Vec<Cow<'_, str>> = path.split('/').map(tidy_step).filter(|step| !step.is_empty()).collect();
    let tidy = format!("/{}", steps.join("/"));
    (matches!(steps.first().map(Cow::as_ref), Some("h" | "webhook")) && tidy != path).then_some(tidy)
}

fn tidy_step(step: &str) -> Cow<'_, str> {
    let Ok(text) = percent_decode_str(step).decode_utf8() else { return step.into() };
    let is_blank = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    let trimmed = text.trim_matches(is_blank);
    if trimmed.len() == text.len() {
        return step.into();
    }
    utf8_percent_encode(trimmed, NON_ALPHANUMERIC).to_string().into()
}

/// The response to a request that is refused before it reaches its endpoint.
pub(crate) fn refused(fault: WebhookError, headers: &HeaderMap) -> Response {
    EndpointAnswer::refused(fault).into_response(preferred(headers))
}

/// `/h/{key}`, the endpoint of a profile.
pub async fn short(
    State(state): State<AppState>,
    key: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    // A path that is not UTF-8 cannot be a webhook key.
    let key = key.map(|Path(key)| key).unwrap_or_default();
    at_endpoint(&state, Some(key), request).await
}

/// Handles unknown paths below the endpoints. Such a path may contain parameters or a token by mistake, so the JSON
/// response does not repeat it.
pub async fn beside(request: Request) -> Response {
    refused(WebhookError::UnknownKey, request.headers())
}

async fn at_endpoint(state: &AppState, key: Option<String>, request: Request) -> Response {
    let language = preferred(request.headers());
    let (parts, body) = request.into_parts();
    let client = parts.extensions.get::<Client>().map_or(Ipv4Addr::UNSPECIFIED.into(), |client| client.address);
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    match parts.method {
        Method::OPTIONS => (StatusCode::NO_CONTENT, [(header::ALLOW, ALLOW)]).into_response(),
        Method::GET | Method::HEAD => {
            let answer = match open(state, key, query, client).await {
                Ok(endpoint) => match within(state, &endpoint, query, false).await {
                    Ok(()) => check(state, &endpoint, query, Asker::Stranger(client)).await,
                    Err(answer) => answer,
                },
                Err(answer) => answer,
            };
            answer.into_response(language)
        }
        Method::POST => post(state, key, client, &parts.headers, query, body).await.into_response(language),
        _ => {
            let answer = EndpointAnswer::refused(WebhookError::Method);
            ([(header::ALLOW, ALLOW)], answer.into_response(language)).into_response()
        }
    }
}

/// Responds to a POST only after its body has arrived, even if the request is refused earlier, because a client that is
/// still sending would not read the response.
async fn post(
    state: &AppState,
    key: Option<String>,
    client: IpAddr,
    headers: &HeaderMap,
    query: &[u8],
    body: Body,
) -> EndpointAnswer {
    let mut body = Arriving::new(headers, body, state.config.patience.body);
    let answer = judge(state, key, client, headers, query, &mut body).await;
    body.discard().await;
    answer
}

/// Checks the request with the cached profile first. If that profile would refuse it, the profile is loaded from the
/// database and decides.
async fn judge(
    state: &AppState,
    key: Option<String>,
    client: IpAddr,
    headers: &HeaderMap,
    query: &[u8],
    body: &mut Arriving,
) -> EndpointAnswer {
    let remembered = key.as_deref().and_then(|key| state.store.profiles.known_endpoint(key));
    let (endpoint, remembered) = match remembered {
        Some(profile) => (Ok(Endpoint::Profile(profile)), true),
        None => (open(state, key.clone(), query, client).await, false),
    };
    let refuse = |answer: EndpointAnswer| {
        state.metrics.rejected.inc();
        answer
    };
    let endpoint = match endpoint {
        Ok(endpoint) => endpoint,
        Err(answer) => return refuse(answer),
    };
    if let Err(answer) = within(state, &endpoint, query, true).await {
        return refuse(answer);
    }
    // The memory for the body is reserved until the response is known.
    let mut share = state.rendering.bodies(endpoint.sender()).share();
    let (body, fault) = judge_body(state, &endpoint, headers, body, &mut share).await;
    let arrival = Arrival { endpoint: &endpoint, query, body: body.as_ref(), fault: fault.as_ref(), remembered };
    if let Some(answer) = accept(state, arrival).await {
        return answer;
    }
    match open(state, key, query, client).await {
        Ok(endpoint) => {
            let arrival = Arrival { endpoint: &endpoint, remembered: false, ..arrival };
            accept(state, arrival).await.unwrap_or_else(|| EndpointAnswer::refused(WebhookError::NotStored))
        }
        Err(answer) => refuse(answer),
    }
}

/// Counts a request and refuses it if it exceeds its rate limit. A stranger's event is also refused while too many
/// events of strangers are waiting. A profile's refused events are recorded, at a limited rate.
async fn within(state: &AppState, endpoint: &Endpoint, query: &[u8], is_event: bool) -> Result<(), EndpointAnswer> {
    let source = endpoint.source();
    if let Err(seconds) = state.limits.webhook(&source) {
        // At the stateless endpoint, only refusals with 422 are recorded. A 429 must not use up their quota.
        let records = is_event && matches!(source, Source::Profile(_)) && state.limits.records(&source);
        return Err(accept::over(state, endpoint, query, seconds, records).await);
    }
    match endpoint.stateless(state).filter(|_| is_event && source.stranger().is_some()) {
        Some(stateless) => match state.store.events.is_full_for_stranger(&stateless).await {
            Ok(false) => Ok(()),
            Ok(true) => Err(EndpointAnswer::refused(WebhookError::StrangersFull { seconds: FULL_AGAIN })),
            Err(error) => Err(unreadable(&error)),
        },
        None => Ok(()),
    }
}

fn unreadable(error: &StoreError) -> EndpointAnswer {
    tracing::error!(%error, "the sender of a request could not be looked up");
    EndpointAnswer::refused(WebhookError::NotStored)
}

/// Finds the endpoint. A request to an endpoint that does not exist counts against the strangers' limit of its address.
async fn open(state: &AppState, key: Option<String>, query: &[u8], client: IpAddr) -> Result<Endpoint, EndpointAnswer> {
    let stranger = |fault: WebhookError| match state.limits.stranger(client) {
        Ok(()) => EndpointAnswer::refused(fault),
        Err(seconds) => EndpointAnswer::refused(WebhookError::TooManyRequests { seconds }),
    };
    let Some(key) = key else {
        if !state.settings.now().stateless {
            return Err(stranger(WebhookError::StatelessOff));
        }
        let token = query::read(query).profile.token.map(|token| SenderKey::of(&token));
        return match token {
            Some(token)
                if state.known_tokens.has(&state.store, &token).await.map_err(|error| unreadable(&error))? =>
            {
                Ok(Endpoint::Stateless(Source::Token(token)))
            }
            _ => Ok(Endpoint::Stateless(Source::Stranger(rate_limits::network(client)))),
        };
    };
    match state.store.profiles.endpoint(&key).await {
        Ok(Some(profile)) => Ok(Endpoint::Profile(profile)),
        Ok(None) => Err(stranger(WebhookError::UnknownKey)),
        Err(error) => {
            tracing::error!(key = codes::shortened(&key), %error, "a profile could not be looked up");
            Err(EndpointAnswer::refused(WebhookError::NotStored))
        }
    }
}

/// Checks the body's headers and reads the body. For a profile, a body with a refused content type is read too, so that
/// the log can store it.
async fn judge_body(
    state: &AppState,
    endpoint: &Endpoint,
    headers: &HeaderMap,
    body: &mut Arriving,
    share: &mut Share,
) -> (Option<Bytes>, Option<WebhookError>) {
    let fault = header_fault(headers);
    if fault.is_some() && matches!(endpoint, Endpoint::Stateless(_)) {
        return (None, fault);
    }
    let limit = state.settings.now().max_body;
    let limit = if endpoint.source().stranger().is_some() { limit.min(STRANGERS_BODY) } else { limit };
    match body.read(limit, Some(share)).await {
        Ok(bytes) => (Some(bytes), fault),
        Err(unread) => {
            let unread = match unread {
                Unread::TooLong => WebhookError::TooLarge { limit },
                Unread::Broken | Unread::Late => WebhookError::Incomplete,
                Unread::NoRoom => WebhookError::NotStored,
            };
            (None, Some(fault.unwrap_or(unread)))
        }
    }
}

fn header_fault(headers: &HeaderMap) -> Option<WebhookError> {
    let text = |name: header::HeaderName| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    if let Some(value) = text(header::CONTENT_TYPE)
        && !is_json(&value)
    {
        return Some(WebhookError::ContentType { given: value.chars().take(80).collect() });
    }
    if let Some(value) = text(header::CONTENT_ENCODING)
        && !value.trim().is_empty()
    {
        return Some(WebhookError::ContentEncoding { given: value.chars().take(80).collect() });
    }
    None
}

/// `application/json` or `*/*+json` with any parameters, or no type at all.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.is_empty()
        || essence == "application/json"
        || essence.split_once('/').is_some_and(|(kind, sub)| !kind.is_empty() && sub.ends_with("+json"))
}

/// Russian if `Accept-Language` prefers it, otherwise English.
fn preferred(headers: &HeaderMap) -> Language {
    let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    app::preferences::preferred_language(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surplus_slashes_and_trailing_spaces_in_a_path_are_ignored() {
        for (path, expected) in [
            ("//h/KEY", Some("/h/KEY")),
            ("/h//KEY", Some("/h/KEY")),
            ("///h///KEY///", Some("/h/KEY")),
            ("/h/KEY/", Some("/h/KEY")),
            ("/h/KEY%20", Some("/h/KEY")),
            ("/h/KEY%0A", Some("/h/KEY")),
            ("/h/KEY%0D%0A", Some("/h/KEY")),
            ("/h/KEY%C2%A0", Some("/h/KEY")),
            ("/h/KEY%E2%80%8B/%20", Some("/h/KEY")),
            ("/h/%20KEY", Some("/h/KEY")),
            ("/%20h/KEY", Some("/h/KEY")),
            ("/h/", Some("/h")),
            ("//webhook//telegram/", Some("/webhook/telegram")),
            ("/webhook/telegram%20", Some("/webhook/telegram")),
            ("/h/KEY%20%FF", None),
            ("/h/KEY", None),
            ("/h/KEY%20X", None),
            ("/webhook/telegram", None),
            ("/h", None),
            ("/", None),
            ("//", None),
            ("//profiles", None),
            ("/profiles/3/", None),
            ("/hh/KEY/", None),
            ("/H/KEY/", None),
        ] {
            assert_eq!(tidy_path(path).as_deref(), expected, "{path}");
        }
        let uri = tidy(&Uri::from_static("//h/KEY%0A?message=%20a+b")).unwrap();
        assert_eq!(uri, "/h/KEY?message=%20a+b");
        let uri = tidy(&Uri::from_static("http://x.y//h/KEY")).unwrap();
        assert_eq!(uri, "http://x.y/h/KEY");
    }

    #[test]
    fn json_content_types_are_accepted_and_others_are_not() {
        for good in ["", "application/json", "Application/JSON; charset=utf-8", "application/cloudevents+json"] {
            assert!(is_json(good), "{good}");
        }
        for bad in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "+json"] {
            assert!(!is_json(bad), "{bad}");
        }
    }
}

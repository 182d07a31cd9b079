//! Limits that apply to every request before its handler. The webhook endpoints refuse in JSON, other routes with a
//! sentence.

use std::net::Ipv4Addr;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use hookgram::webhook::WebhookError;

use crate::{
    booking,
    http::{
        client::Client,
        connections::{Counted, TooMany},
    },
    state::AppState,
    webhook,
};

/// The most bytes of a request's path and query: enough for five thousand encoded Cyrillic letters.
const LONGEST_TARGET: usize = 32 * 1024;
/// The most bytes of a request's headers, names and values together.
const MOST_HEADERS: usize = 16 * 1024;
/// `Retry-After` for a client with too many requests in flight, in seconds.
const AGAIN: u64 = 5;

/// Refuses a request with a target or headers that are too long before its body is read. Refuses compressed bodies,
/// which the server does not decompress.
pub(crate) async fn judge(request: Request, next: Next) -> Response {
    let (uri, headers) = (request.uri(), request.headers());
    let is_endpoint = webhook::is_endpoint(uri.path());
    let (status, fault, sentence) = if length(uri) > LONGEST_TARGET {
        let fault = WebhookError::LongTarget { limit: LONGEST_TARGET };
        (StatusCode::URI_TOO_LONG, fault, "this address is too long\n")
    } else if size(headers) > MOST_HEADERS {
        let fault = WebhookError::LongHeaders { limit: MOST_HEADERS };
        (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, fault, "the request has too much in its headers\n")
    } else if !is_endpoint && headers.contains_key(header::CONTENT_ENCODING) {
        // The webhook endpoints check this themselves, in the order of contract §1.
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "send this uncompressed\n").into_response();
    } else {
        return next.run(request).await;
    };
    if is_endpoint { webhook::refused(fault, headers) } else { (status, sentence).into_response() }
}

/// Counts a client's request until its response is sent. If the client has too many in flight, refuses the request
/// before its body arrives, and closes its connection.
pub(crate) async fn count_requests(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // Telegram sends the updates of all bots from few addresses. They are limited per bot instead.
    if request.uri().path().starts_with(booking::webhook::PATH) {
        return next.run(request).await;
    }
    let client = request.extensions().get::<Client>().map_or(Ipv4Addr::UNSPECIFIED.into(), |client| client.address);
    match state.requests.begin(client, &state.config.trusted_proxies) {
        Ok(None) => next.run(request).await,
        Ok(Some(place)) => next.run(request).await.map(|body| Body::new(Counted::new(body, place))),
        Err(TooMany) => {
            let mut response = if webhook::is_endpoint(request.uri().path()) {
                webhook::refused(WebhookError::TooManyRequests { seconds: AGAIN }, request.headers())
            } else {
                let wait = [(header::RETRY_AFTER, AGAIN.to_string())];
                (StatusCode::TOO_MANY_REQUESTS, wait, "too many requests at once: wait a moment\n").into_response()
            };
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
    }
}

fn length(uri: &Uri) -> usize {
    uri.path_and_query().map_or(0, |target| target.as_str().len())
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len().saturating_add(value.len())).sum()
}

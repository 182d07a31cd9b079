//! Limits that every request meets before its handler. They are refused in the form that its caller can read: JSON at the
//! webhook endpoints, a sentence elsewhere.

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
    http::{
        client::Client,
        connections::{Counted, TooMany},
    },
    state::AppState,
    webhook,
};

/// Bytes of a request's path and query: five thousand Cyrillic letters, encoded.
const LONGEST_TARGET: usize = 32 * 1024;
/// Bytes of its headers, names and values together.
const MOST_HEADERS: usize = 16 * 1024;
/// Seconds after which a client with too many requests in flight may ask again.
const AGAIN: u64 = 5;

/// Refuses what is too long before its body, and packed bodies everywhere: nothing here unpacks anything.
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
        // The endpoints say so in an order of their own.
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "send this uncompressed\n").into_response();
    } else {
        return next.run(request).await;
    };
    if is_endpoint { webhook::refused(fault, headers) } else { (status, sentence).into_response() }
}

/// Counts a request of a client from its head to the end of its response. One that is too many is refused before its body
/// has come, and its connection ended.
pub(crate) async fn count_requests(State(state): State<AppState>, request: Request, next: Next) -> Response {
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

//! How much is taken of a request, and how long it may take to arrive. What is refused here is refused by its head alone.

use std::time::Duration;

use app::words::doors::DoorFault;
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::time::timeout;

use crate::webhook;

/// Bytes of a request's path and query: five thousand Cyrillic letters, encoded.
const LONGEST_TARGET: usize = 32 * 1024;
/// Bytes of its headers, names and values together.
const MOST_HEADERS: usize = 16 * 1024;
/// Bytes of a head as the connection reads it: what is longer is answered 431 without a word.
pub(crate) const LONGEST_HEAD: usize = 64 * 1024;

/// How long is waited for whoever is slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// A request's head must have arrived by then; a connection that nothing comes over is ended.
    pub head: Duration,
    /// An event's body, or that of a small form.
    pub body: Duration,
    /// A form that may hold a file.
    pub form: Duration,
    /// Whoever takes nothing of an answer for so long has gone, or holds it up on purpose.
    pub write: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(15),
            body: Duration::from_secs(30),
            form: Duration::from_secs(60),
            write: Duration::from_secs(30),
        }
    }
}

/// Refuses what is too long before its body, and packed bodies everywhere: nothing here unpacks anything.
pub(crate) async fn judge(request: Request, next: Next) -> Response {
    let (uri, headers) = (request.uri(), request.headers());
    let is_door = ["/h/", "/webhook"].iter().any(|door| uri.path().starts_with(door));
    let (status, fault, sentence) = if length(uri) > LONGEST_TARGET {
        let fault = DoorFault::LongTarget { limit: LONGEST_TARGET };
        (StatusCode::URI_TOO_LONG, fault, "this address is too long\n")
    } else if size(headers) > MOST_HEADERS {
        let fault = DoorFault::LongHeaders { limit: MOST_HEADERS };
        (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, fault, "the request has too much in its headers\n")
    } else if !is_door && headers.contains_key(header::CONTENT_ENCODING) {
        // The doors say so in an order of their own.
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "send this uncompressed\n").into_response();
    } else {
        return next.run(request).await;
    };
    if is_door { webhook::refused(fault, headers) } else { (status, sentence).into_response() }
}

/// The whole of a form.
///
/// # Errors
/// 413 where it is longer, 408 where it does not arrive in time, 400 where it does not arrive whole.
pub(crate) async fn whole(body: Body, longest: usize, time: Duration) -> Result<Bytes, (StatusCode, &'static str)> {
    match timeout(time, to_bytes(body, longest)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_long(&error) => Err((StatusCode::PAYLOAD_TOO_LARGE, "too much for a form\n")),
        Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, "the form did not arrive whole\n")),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "the form did not arrive in time\n")),
    }
}

/// Whether a body could not be read because it is longer than it may be.
pub(crate) fn is_too_long(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(inner) = cause {
        // The type is of a crate beneath axum; its words are all that can be told from here.
        if inner.to_string() == "length limit exceeded" {
            return true;
        }
        cause = inner.source();
    }
    false
}

fn length(uri: &Uri) -> usize {
    uri.path_and_query().map_or(0, |target| target.as_str().len())
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len().saturating_add(value.len())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_form_that_trickles_in_is_given_up() {
        let time = Patience::default().body;
        let never = Body::from_stream(tokio_stream::pending::<Result<Bytes, std::io::Error>>());
        let status = |read: Result<Bytes, (StatusCode, _)>| read.unwrap_err().0;
        assert_eq!(status(whole(never, 9, Duration::from_millis(1)).await), StatusCode::REQUEST_TIMEOUT);
        assert_eq!(status(whole(Body::from("0123456789"), 9, time).await), StatusCode::PAYLOAD_TOO_LARGE);
        let broken = Body::from_stream(tokio_stream::once(Err::<Bytes, _>(std::io::Error::other("gone"))));
        assert_eq!(status(whole(broken, 9, time).await), StatusCode::BAD_REQUEST);
        assert_eq!(whole(Body::from("a=b"), 9, time).await.unwrap(), "a=b");
    }
}

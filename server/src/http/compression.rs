//! Compresses responses. The length of a compressed response can reveal its content to an attacker who controls a part
//! of it and sees the length (BREACH). So only requests that Hookgram's own pages or the user cause directly get
//! compressed responses. A request that another site causes gets an uncompressed one.

use axum::{
    extract::Request,
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer, Predicate,
        predicate::{NotForContentType, SizeAbove},
    },
};

/// The minimum size in bytes. A shorter response fits into one packet uncompressed.
const SHORT: u16 = 1024;
/// The gzip level, of 9. Higher levels take twice the time and save a twentieth.
const LEVEL: i32 = 4;

/// Compresses a response if the client accepts it and the response has no coding yet. Images are left out, and so are
/// event streams, whose events must be sent immediately.
pub(crate) fn layer() -> CompressionLayer<impl Predicate> {
    let worth_it = SizeAbove::new(SHORT).and(NotForContentType::SSE).and(NotForContentType::IMAGES);
    CompressionLayer::new().gzip(true).quality(CompressionLevel::Precise(LEVEL)).compress_when(worth_it)
}

/// Removes `Accept-Encoding` from requests that another site causes. Must run before [`layer`].
pub(crate) async fn guard(mut request: Request, next: Next) -> Response {
    if !is_own(request.headers()) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
}

/// Whether a page of Hookgram, or the user directly, caused the request. Browsers that send no `Sec-Fetch-Site` get
/// uncompressed responses.
fn is_own(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin" || site == "none")
}

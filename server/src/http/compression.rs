//! Pages go compressed. How well something compresses tells what is in it to whoever chooses a part of it and sees its
//! length (BREACH), so only what somebody asked for from here or by hand is: what another site has a browser fetch goes as
//! it is.

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

/// Bytes: what is shorter goes in one packet as it is.
const SHORT: u16 = 1024;
/// Of 9. A higher one takes twice the time for a twentieth less.
const LEVEL: i32 = 4;

/// Compresses what is asked for so, is not compressed yet and does not come in pieces of its own time.
pub(crate) fn layer() -> CompressionLayer<impl Predicate> {
    let worth_it = SizeAbove::new(SHORT).and(NotForContentType::SSE).and(NotForContentType::IMAGES);
    CompressionLayer::new().gzip(true).quality(CompressionLevel::Precise(LEVEL)).compress_when(worth_it)
}

/// Has what another site causes answered as if its browser could not unpack anything. Stands before [`layer`].
pub(crate) async fn guard(mut request: Request, next: Next) -> Response {
    if !is_own(request.headers()) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
}

/// Whether one of our pages or the person asks. Browsers that do not say so get more bytes.
fn is_own(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin" || site == "none")
}

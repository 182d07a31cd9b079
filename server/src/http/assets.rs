//! The static files of the pages: styles, WebAssembly and its JavaScript. A release build embeds them, a debug build
//! reads them from disk.

use std::borrow::Cow;

use axum::{
    body::Bytes,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
struct Site;

/// The base name of the files.
pub const NAME: &str = "hookgram";

/// The folder of the files: `pkg/hookgram-<hash>`, or `pkg/hookgram` if the site was not built.
#[must_use]
pub fn folder() -> String {
    let manifest = Site::get("manifest").and_then(|file| String::from_utf8(file.data.into_owned()).ok());
    let name = manifest.as_deref().and_then(|text| text.lines().next()).map(str::trim).filter(|name| !name.is_empty());
    format!("pkg/{}", name.unwrap_or(NAME))
}

/// `GET /pkg/{folder}/{file}`. The folder's name contains a hash of its content, so browsers may cache the files
/// forever.
pub async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let path = format!("pkg/{file}");
    // A debug build reads from disk, so the path must not leave the folder.
    let is_plain = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    if !file.split('/').all(is_plain) {
        return StatusCode::NOT_FOUND.into_response();
    }
    // Compressed variants are served only under the name of the original file.
    if file.ends_with(".br") || file.ends_with(".gz") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let compressed = [("br", ".br"), ("gzip", ".gz")].into_iter().find_map(|(coding, suffix)| {
        let file = accepts(accepted, coding).then(|| Site::get(&format!("{path}{suffix}"))).flatten()?;
        Some((file, Some(coding)))
    });
    let Some((content, coding)) = compressed.or_else(|| Site::get(&path).map(|file| (file, None))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let bytes = match content.data {
        Cow::Borrowed(embedded) => Bytes::from_static(embedded),
        Cow::Owned(read) => Bytes::from(read),
    };
    let mut response = bytes.into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(&file)));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    out.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(coding) = coding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// `GET /favicon.ico`, which browsers request for responses without an icon link.
pub async fn favicon() -> impl IntoResponse {
    const ICON: &[u8] = include_bytes!("../../../style/icon.svg");
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")], ICON)
}

/// `GET /robots.txt`. Crawlers must not fetch the endpoints, whose URLs are secrets. All other pages require a session.
pub async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /h/\nDisallow: /webhook\n"
}

/// Whether `Accept-Encoding` contains a coding without `q=0`.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|item| {
        let mut pieces = item.split(';').map(str::trim);
        let named = pieces.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused = pieces
            .filter_map(|piece| piece.strip_prefix("q="))
            .any(|quality| quality.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
        named && !refused
    })
}

fn content_type(file: &str) -> &'static str {
    match file.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        "json" | "map" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn content_codings_are_negotiated() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("br;q=0.5", "br"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("", "gzip") && !accepts("brotli", "br"));
    }
}

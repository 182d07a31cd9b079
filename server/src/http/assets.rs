//! The pages' files: styles, the WebAssembly and its glue. Embedded in a release build, read from disk in a debug one.

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

/// What the files are called, each with an ending of its own.
pub const NAME: &str = "hookgram";

/// Where they are: `pkg/hookgram-<hash>`; without a built site, `pkg/hookgram`.
#[must_use]
pub fn folder() -> String {
    let manifest = Site::get("manifest").and_then(|file| String::from_utf8(file.data.into_owned()).ok());
    let name = manifest.as_deref().and_then(|text| text.lines().next()).map(str::trim).filter(|name| !name.is_empty());
    format!("pkg/{}", name.unwrap_or(NAME))
}

/// `GET /pkg/{folder}/{file}`: the folder's name changes with what is in it, so a browser may keep it for good.
pub async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let path = format!("pkg/{file}");
    // A debug build asks the disk: a path is names with slashes between, and none leads up.
    let is_plain = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    if !file.split('/').all(is_plain) {
        return StatusCode::NOT_FOUND.into_response();
    }
    // A compressed neighbour is no file of its own.
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

/// `GET /favicon.ico`: for browsers that show what is no page of ours and so names no icon.
pub async fn favicon() -> impl IntoResponse {
    const ICON: &[u8] = include_bytes!("../../../style/icon.svg");
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")], ICON)
}

/// `GET /robots.txt`: whoever crawls must not try the endpoints, whose addresses are secrets; all else asks to sign in.
pub async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /h/\nDisallow: /webhook\n"
}

/// Whether `Accept-Encoding` allows a coding: named, and not with `q=0`.
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
    fn codings_are_negotiated() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("br;q=0.5", "br"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("", "gzip") && !accepts("brotli", "br"));
    }
}

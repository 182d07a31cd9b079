//! The one table of routes (contract §1, §6, §7), and what stands before all of them.

mod limits;

use std::{iter::repeat, time::Instant};

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{any, get},
};
use leptos::server_fn::axum::server_fn_paths;

pub use crate::pages::routes::Route;
use crate::{
    auth::guard,
    health::probes,
    http::{assets, request_limits},
    pages::{self, context::context, live, routes::Routes},
    state::AppState,
    webhook,
};

/// More than this is no form of ours.
const LONGEST_FORM: usize = 256 * 1024;

/// Methods as the log names them.
const KNOWN_METHODS: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::DELETE,
    Method::PATCH,
    Method::OPTIONS,
    Method::TRACE,
    Method::CONNECT,
];

/// The policy of what is no page.
const NOTHING: &str = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The server's whole service.
pub fn router(state: AppState) -> Router {
    let (router, _) = routes().finish();
    router
        .fallback(pages::not_found)
        .layer(middleware::from_fn_with_state(state.clone(), guard::protect))
        .layer(middleware::from_fn_with_state(state.clone(), limits::count_requests))
        .layer(middleware::from_fn_with_state(state.clone(), guard::identify))
        .layer(middleware::from_fn(limits::judge))
        .layer(middleware::from_fn_with_state(state.clone(), headers))
        .layer(middleware::from_fn(log))
        .with_state(state)
}

fn routes() -> Routes {
    Routes::default()
        .open("/webhook/telegram", "ANY", any(webhook::stateless))
        .open("/webhook/telegram/", "ANY", any(webhook::stateless))
        .open("/webhook", "ANY", any(webhook::beside))
        .open("/webhook/", "ANY", any(webhook::beside))
        .open("/webhook/{*rest}", "ANY", any(webhook::beside))
        // A key, with or without a slash after it; all else is nobody's key.
        .open("/h/{*key}", "ANY", any(webhook::short))
        .open("/h", "ANY", any(webhook::beside))
        .open("/h/", "ANY", any(webhook::beside))
        .open("/healthz", "GET", get(probes::alive))
        .open("/readyz", "GET", get(probes::ready))
        .open("/metrics", "GET", get(probes::metrics))
        .open("/pkg/{*file}", "GET", get(assets::serve))
        .open("/favicon.ico", "GET", get(assets::favicon))
        .open("/robots.txt", "GET", get(assets::robots))
        // Each of them has an entry of its own in the table.
        .open("/rpc/{*function}", "ANY", any(server_function))
        .get("/live/sandbox", live::sandbox)
        .get("/live/deliveries", live::deliveries)
        .get("/live/profiles/{id}", live::profile)
        .merge(pages::routes().compressed())
}

/// Every route and every server function, and whom it is open to.
#[must_use]
pub fn table() -> Vec<Route> {
    let (_, mut table) = routes().finish();
    for (path, _) in server_fn_paths() {
        table.push(Route { needs: guard::needs(path), path: path.to_owned(), method: "POST" });
    }
    table.sort();
    table
}

async fn server_function(State(state): State<AppState>, request: Request) -> Response {
    // What it would be answered otherwise repeats the path.
    if !server_fn_paths().any(|(path, _)| path == request.uri().path()) {
        return (StatusCode::NOT_FOUND, "no such function\n").into_response();
    }
    // Server functions read whatever comes: the limit is set before them.
    let (parts, body) = request.into_parts();
    let bytes = match request_limits::whole(&parts.headers, body, LONGEST_FORM, state.config.patience.body).await {
        Ok(bytes) => bytes,
        Err(refusal) => return refusal.into_response(),
    };
    let request = Request::from_parts(parts, Body::from(bytes));
    leptos_axum::handle_server_fns_with_context(context(&state), request).await.into_response()
}

/// Headers that every answer carries. Pages are never cached; what sets its own caching keeps it.
async fn headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let set = |headers: &mut HeaderMap, name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Redirects after a form without JavaScript need the referrer of the same site.
    set(headers, header::REFERRER_POLICY, "same-origin");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    // Pages bring a policy of their own; nothing else has anything to load.
    set(headers, header::CONTENT_SECURITY_POLICY, NOTHING);
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(headers, HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()");
    set(headers, header::CACHE_CONTROL, "no-store");
    if state.public_url.is_https() {
        set(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Logs one line a request: never its query, and of its path only what a route names.
async fn log(request: Request, next: Next) -> Response {
    // Anything may be sent as a method, too.
    let method = match request.method() {
        method if KNOWN_METHODS.contains(method) => method.to_string(),
        _ => "(unknown method)".to_owned(),
    };
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let path = loggable(route, request.uri().path());
    let clock = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    if path.starts_with("/pkg/") || path == "/healthz" || path == "/readyz" {
        tracing::debug!(%method, path, status, ms, "request");
    } else {
        tracing::info!(%method, path, status, ms, "request");
    }
    response
}

/// A path as the log may show it: its route, with short numbers and the names of server functions filled in. Any other
/// part of a path may be a key, a code or a token, and a path of no route may be the URL of a webhook with a slip in it.
fn loggable(route: Option<&str>, path: &str) -> String {
    let Some(route) = route else { return "(unknown path)".to_owned() };
    if server_fn_paths().any(|(function, _)| function == path) {
        return path.to_owned();
    }
    let is_number = |step: &str| (1..=10).contains(&step.len()) && step.bytes().all(|byte| byte.is_ascii_digit());
    let steps = route.split('/').zip(path.split('/').map(Some).chain(repeat(None)));
    let shown = steps.map(|(of_route, given)| match given {
        Some(given) if of_route.starts_with('{') && !of_route.starts_with("{*") && is_number(given) => given,
        _ => of_route,
    });
    shown.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_logged_as_its_route_with_numbers() {
        for (route, path, expected) in [
            ("/h/{*key}", "/h/k7Rm2Qx9TvB4nWpL", "/h/{*key}"),
            ("/h/{*key}", "/h/1234567890123456", "/h/{*key}"),
            ("/h/{*key}", "/h/7", "/h/{*key}"),
            ("/setup/{code}", "/setup/abcdefghijk", "/setup/{code}"),
            ("/confirm-email/{code}", "/confirm-email/abcdefghijk", "/confirm-email/{code}"),
            ("/profiles/{id}", "/profiles/3", "/profiles/3"),
            ("/profiles/{id}/share", "/profiles/3/share", "/profiles/3/share"),
            ("/profiles/{id}", "/profiles/k7Rm2Qx9TvB4nWpL", "/profiles/{id}"),
            ("/profiles/{id}", "/profiles/12345678901", "/profiles/{id}"),
            ("/webhook/telegram", "/webhook/telegram", "/webhook/telegram"),
            ("/webhook/{*rest}", "/webhook/telegram&telegramToken=7001002003:AAH", "/webhook/{*rest}"),
            ("/rpc/{*function}", "/rpc/operator/save-profile", "/rpc/operator/save-profile"),
            ("/rpc/{*function}", "/rpc/k7Rm2Qx9TvB4nWpL", "/rpc/{*function}"),
            ("/", "/", "/"),
        ] {
            assert_eq!(loggable(Some(route), path), expected, "{path}");
        }
        assert_eq!(loggable(None, "/H/k7Rm2Qx9TvB4nWpL"), "(unknown path)");
    }
}

//! The table of all routes (contract §1, §6, §7), and the middleware in front of them.

mod limits;

use std::{iter::repeat, time::Instant};

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{any, get, post},
};
use leptos::server_fn::axum::server_fn_paths;

pub use crate::pages::routes::Route;
use crate::{
    auth::guard,
    booking,
    health::probes,
    http::{assets, request_limits},
    pages::{self, context::context, live, routes::Routes},
    state::AppState,
    webhook,
};

/// The most bytes of a server function's form. No form of the builder is longer.
const LONGEST_FORM: usize = 256 * 1024;

/// The methods that the log names.
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

/// The Content-Security-Policy of responses that are not pages.
const NOTHING: &str = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The server's whole service, with its middleware.
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
        // `webhook::tidy` has already normalised sloppy spellings of these paths.
        .open("/webhook/telegram", "ANY", any(webhook::stateless))
        .open("/webhook", "ANY", any(webhook::beside))
        .open("/webhook/{*rest}", "ANY", any(webhook::beside))
        // The path is a webhook key. Any other path gets the response for an unknown webhook key.
        .open("/h/{*key}", "ANY", any(webhook::short))
        .open("/h", "ANY", any(webhook::beside))
        .open("/telegram/{path}", "POST", post(booking::webhook::receive))
        .open("/healthz", "GET", get(probes::alive))
        .open("/readyz", "GET", get(probes::ready))
        .open("/metrics", "GET", get(probes::metrics))
        .open("/pkg/{*file}", "GET", get(assets::serve))
        .open("/favicon.ico", "GET", get(assets::favicon))
        .open("/robots.txt", "GET", get(assets::robots))
        // Each server function has its own entry in the table.
        .open("/rpc/{*function}", "ANY", any(server_function))
        .get("/live/sandbox", live::sandbox)
        .get("/live/deliveries", live::deliveries)
        .get("/live/profiles/{id}", live::profile)
        .merge(pages::routes().compressed())
}

/// Every route and every server function, with the role that may call it.
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
    // Leptos' own response would repeat the path.
    if !server_fn_paths().any(|(path, _)| path == request.uri().path()) {
        return (StatusCode::NOT_FOUND, "no such function\n").into_response();
    }
    // Leptos reads a body of any size, so the limit is applied here.
    let (parts, body) = request.into_parts();
    let bytes = match request_limits::whole(&parts.headers, body, LONGEST_FORM, state.config.patience.body).await {
        Ok(bytes) => bytes,
        Err(refusal) => return refusal.into_response(),
    };
    let request = Request::from_parts(parts, Body::from(bytes));
    leptos_axum::handle_server_fns_with_context(context(&state), request).await.into_response()
}

/// Sets the headers of every response. Responses are not cached unless their handler allows it.
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
    // Pages set their own policy. Other responses load nothing.
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

/// Logs one line for each request, without the query and with only the part of the path that a route names.
async fn log(request: Request, next: Next) -> Response {
    // A method may be any text.
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

/// The form of a path for the log: its route, with short numbers and names of server functions filled in. Any other
/// part may be a webhook key, a code or a token, and a path without a route may be a mistyped webhook URL.
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
    fn a_path_is_logged_as_its_route_with_numeric_ids() {
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

//! The one table of routes (contract §1, §6, §7), and what stands before all of them.

use std::time::Instant;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{any, get},
};
use hookgram::secret::redact;
use leptos::{
    config::LeptosOptions,
    context::{provide_context, use_context},
    server_fn::axum::server_fn_paths,
};

use crate::{
    assets,
    auth::{client::Client, guard, session::CurrentSession},
    codes, intake, live, observe, pages,
    ports::{self, Asking},
    routes::{Route, Routes},
    state::AppState,
    webhook,
};

/// More than this is no form of ours.
const LONGEST_FORM: usize = 256 * 1024;

/// The policy of what is no page.
const NOTHING: &str = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The server's whole service.
pub fn router(state: AppState) -> Router {
    let (router, _) = routes().finish();
    router
        .fallback(pages::not_found)
        .layer(middleware::from_fn_with_state(state.clone(), guard::protect))
        .layer(middleware::from_fn_with_state(state.clone(), guard::identify))
        .layer(middleware::from_fn(intake::judge))
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
        .open("/healthz", "GET", get(observe::alive))
        .open("/readyz", "GET", get(observe::ready))
        .open("/metrics", "GET", get(observe::metrics))
        .open("/pkg/{*file}", "GET", get(assets::serve))
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

/// What every page and server function finds in its context: the ports, the account that asks, leptos' options.
pub(crate) fn context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let state = state.clone();
    move || {
        let Some(parts) = use_context::<Parts>() else { return };
        let extensions = &parts.extensions;
        let account = extensions.get::<app::session::Account>().cloned();
        if let (Some(client), session) = (extensions.get::<Client>(), extensions.get::<CurrentSession>()) {
            let language = app::preferences::of_headers(&parts.headers).language;
            let zone = app::preferences::zone(&parts.headers);
            let asking = Asking { client: client.clone(), session: session.cloned(), language, zone };
            provide_context(ports::ports(&state, asking));
        }
        provide_context::<LeptosOptions>(state.leptos.clone());
        let role = account.as_ref().map(|account| account.role);
        provide_context(app::session::NeedsYou(state.health.is_red(role)));
        if let Some(account) = &account {
            provide_context(account.clone());
        }
        provide_context(account);
    }
}

async fn server_function(State(state): State<AppState>, request: Request) -> Response {
    // What it would be answered otherwise repeats the path.
    if !server_fn_paths().any(|(path, _)| path == request.uri().path()) {
        return (StatusCode::NOT_FOUND, "no such function\n").into_response();
    }
    // Server functions read whatever comes: the limit is set before them.
    let (parts, body) = request.into_parts();
    let bytes = match intake::whole(&parts.headers, body, LONGEST_FORM, state.config.patience.body).await {
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

/// One line a request: never its query, no more of a key or a code than its first letters, and no token.
async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = loggable(request.uri().path());
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

/// A path as the log may show it. A slip in a door's URL puts its query into the path, encoded or not.
fn loggable(path: &str) -> String {
    let plain = String::from_utf8_lossy(&guard::decoded(path)).into_owned();
    let mut steps = plain.split('/').filter(|step| !step.is_empty());
    match (steps.next(), steps.next()) {
        (Some("webhook"), Some(door)) if door != "telegram" || steps.next().is_some() => "/webhook/…".to_owned(),
        (Some(open @ ("h" | "setup" | "invite" | "reset")), Some(secret)) => {
            format!("/{open}/{}", codes::shortened(secret))
        }
        _ if redact(&plain) != plain => redact(&plain).chars().take(200).collect(),
        _ => path.chars().take(200).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";

    #[test]
    fn secrets_in_paths_are_shortened() {
        assert_eq!(loggable("/h/k7Rm2Qx9TvB4nWpL"), "/h/k7Rm…");
        assert_eq!(loggable("/setup/abcdefghijk"), "/setup/abcd…");
        assert_eq!(loggable("//h//k7Rm2Qx9TvB4nWpL/x"), "/h/k7Rm…");
        assert_eq!(loggable("/profiles/3"), "/profiles/3");
        assert_eq!(loggable("/webhook/telegram"), "/webhook/telegram");
    }

    #[test]
    fn a_token_in_a_path_is_not_logged() {
        for path in [
            format!("/webhook/telegram&telegramToken={TOKEN}"),
            format!("/webhook/telegram%3FtelegramToken={}", TOKEN.replace(':', "%3A")),
            format!("/Webhook/telegram%3FtelegramToken={}", TOKEN.replace("tUv", "%74%55%76")),
            format!("/{TOKEN}"),
        ] {
            assert!(!loggable(&path).contains("pQ_r"), "{}", loggable(&path));
        }
    }
}

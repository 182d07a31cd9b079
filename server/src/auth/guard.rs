//! Middleware before every handler: identifies the client and the session, and refuses requests without the required
//! permission.

use std::net::Ipv4Addr;

use app::{
    error::AppError,
    i18n::{SignInWords, Words as _, app_error},
};
use axum::{
    Json,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use hookgram::{
    role::{Account, Role},
    secret::redact,
};
use percent_encoding::percent_decode_str;

use crate::{
    auth::{
        confirmed::Confirmed,
        cookies::{self, Cookies},
        entry::{Entry, SignInAttempt},
        second_factor,
        session::{self, CurrentSession},
    },
    http::{
        client::{Client, Peer},
        request_limits,
    },
    secrets::codes,
    state::AppState,
    store::StoreError,
};

/// The largest form of a page that needs no session, in bytes.
pub(crate) const LONGEST_FORM: usize = 64 * 1024;

/// Identifies a request's client and session, and puts both into its extensions.
pub async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer =
        request.extensions().get::<Peer>().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.ip().to_canonical());
    let client = Client::of(peer, request.headers(), &state.config.trusted_proxies);
    let address = client.address;
    if client.is_unannounced(&state.config.trusted_proxies) {
        state.health.unannounced_proxy(peer);
    }
    request.extensions_mut().insert(client);
    let is_machine = is_machine_route(&request);
    if is_machine && request.uri().path() != "/metrics" {
        return next.run(request).await;
    }
    if let Err(seconds) = state.limits.page(address) {
        let wait = seconds.to_string();
        let answer =
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, wait)], "too many requests: wait a moment\n");
        return answer.into_response();
    }
    if is_machine {
        return next.run(request).await;
    }
    match session::load(&state.store, Cookies::of(&state), request.headers()).await {
        Ok(Some((current, session))) => {
            app::preferences::apply(session.kept, request.headers_mut());
            request.extensions_mut().insert(session.kept);
            if let Some(confirmed) = Confirmed::of(&session.account, &current) {
                request.extensions_mut().insert(confirmed);
            }
            request.extensions_mut().insert(current);
            request.extensions_mut().insert(session.account);
        }
        Ok(None) => {}
        Err(error) => {
            tracing::error!(%error, "a session could not be looked up");
            return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], "try again soon\n").into_response();
        }
    }
    next.run(request).await
}

/// Passes on requests to paths that contract §7 leaves open, and requests with a sufficient session. Refuses changes
/// that another site triggered.
pub async fn protect(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if is_machine_route(&request) {
        return next.run(request).await;
    }
    let path = request.uri().path();
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && is_cross_site(request.headers(), &state.public_url) {
        return refuse_foreign(&state, &request);
    }
    let request = if !safe && is_open_page(path) {
        // Anybody may send these forms, so the whole body is read before the handler runs, within a time limit.
        let (parts, body) = request.into_parts();
        match request_limits::whole(&parts.headers, body, LONGEST_FORM, state.config.patience.body).await {
            Ok(bytes) => Request::from_parts(parts, Body::from(bytes)),
            Err(refusal) => return refusal.into_response(),
        }
    } else {
        request
    };
    let path = request.uri().path();
    if safe
        && path == "/login"
        && let Some(link) = SignInLink::of(&request)
    {
        return link.follow(&state).await;
    }
    let is_page = safe && !path.starts_with("/rpc/") && !path.starts_with("/live/") && !path.starts_with("/api/");
    let Some(role) = needs(path) else { return next.run(request).await };
    if let (Some(account), Some(session)) =
        (request.extensions().get::<Account>(), request.extensions().get::<CurrentSession>())
    {
        if account.role < role {
            return refused(&request, StatusCode::FORBIDDEN, AppError::Forbidden);
        }
        let lacks_factor = second_factor::is_missing(&state, account.role, session.has_second_factor);
        if !lacks_factor || leads_to_factor(path) {
            return next.run(request).await;
        }
        if is_page {
            return Redirect::to("/account/second-factor").into_response();
        }
        return (StatusCode::FORBIDDEN, "set up the second factor first\n").into_response();
    }
    if is_page {
        return Redirect::to(&login_address(request.uri())).into_response();
    }
    refused(&request, StatusCode::UNAUTHORIZED, AppError::SignedOut)
}

/// The response to a request of an insufficient account: an encoded error for a script, a sentence for a person.
fn refused(request: &Request, status: StatusCode, error: AppError) -> Response {
    let headers = request.headers();
    let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if request.uri().path().starts_with("/rpc/") && !accepts.contains("text/html") {
        return (status, Json(error)).into_response();
    }
    let sentence = app_error(app::preferences::of_headers(headers).language, &error);
    (status, format!("{sentence}\n")).into_response()
}

/// Refuses a request that another site triggered, or that a page of this site sent after it was opened over plain http.
fn refuse_foreign(state: &AppState, request: &Request) -> Response {
    let origin = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    let public = &*state.public_url;
    let without_tls = public.strip_prefix("https://").map(|host| format!("http://{host}"));
    if is_open_page(request.uri().path()) && without_tls.is_some_and(|without| origin.eq_ignore_ascii_case(&without)) {
        let w = SignInWords::of(app::preferences::of_headers(request.headers()).language);
        return (StatusCode::FORBIDDEN, format!("{} {public}/login\n", w.insecure)).into_response();
    }
    (StatusCode::FORBIDDEN, "this request came from another site\n").into_response()
}

/// Whether a route is a webhook endpoint, a probe or an asset, which renders no page and needs no session. The matched
/// route decides, not the path: a path that only looks like one of these reaches the fallback, which renders a page.
fn is_machine_route(request: &Request) -> bool {
    let Some(route) = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) else { return false };
    matches!(route, "/webhook" | "/h" | "/healthz" | "/readyz" | "/metrics" | "/favicon.ico" | "/robots.txt")
        || ["/webhook/", "/h/", "/pkg/", "/telegram/"].iter().any(|open| route.starts_with(open))
}

fn is_open_page(path: &str) -> bool {
    matches!(path, "/login" | "/login/second" | "/logout" | "/forgot")
        || ["/setup/", "/invite/", "/reset/", "/confirm-email/"].iter().any(|open| path.starts_with(open))
}

/// Whether a path stays open to an account that must still set up its second factor: the setup page and `/confirm`.
fn leads_to_factor(path: &str) -> bool {
    matches!(path, "/account/second-factor" | "/confirm")
}

/// The lowest role for a path; `None` if the path is open to everybody. A server function's path names its role
/// (`/rpc/operator/…`), so that the role is part of the function's declaration. Pages and server functions check their
/// permission again.
pub(crate) fn needs(path: &str) -> Option<Role> {
    match path.strip_prefix("/rpc/").and_then(|function| function.split_once('/')) {
        Some(("open", _)) => None,
        Some(("operator", _)) => Some(Role::Operator),
        Some(("admin", _)) => Some(Role::Admin),
        _ if is_open_page(path) => None,
        _ => Some(Role::Viewer),
    }
}

/// The sign-in page's address, with the page to return to. A path that is not a page of contract §7 may be a mistyped
/// webhook URL, so it is dropped. A query that may contain a secret is dropped too.
fn login_address(target: &Uri) -> String {
    if target.path() == "/" || !is_page(target.path()) {
        return "/login".to_owned();
    }
    let query = target.query().filter(|query| is_harmless(query)).map(|query| format!("?{query}"));
    let next: String = format!("{}{}", target.path(), query.unwrap_or_default())
        .bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect();
    format!("/login?next={next}")
}

/// Whether a path is a page that needs a session (contract §7).
fn is_page(path: &str) -> bool {
    let is_id = |text: &str| (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
    let mut steps = path.split('/').skip(1);
    match (steps.next(), steps.next(), steps.next(), steps.next()) {
        (Some("deliveries" | "sandbox" | "health" | "users" | "settings" | "account" | "audit"), None, ..) => true,
        (Some("account"), Some("second-factor"), None, _) => true,
        (Some("profiles" | "deliveries" | "users"), Some(id), None, _) => is_id(id),
        (Some("profiles"), Some(id), Some("share" | "key" | "delete"), None) => is_id(id),
        _ => false,
    }
}

/// Whether a query can be repeated in another address, because it contains no secret.
fn is_harmless(query: &str) -> bool {
    let plain = percent_decode_str(query).decode_utf8_lossy();
    redact(&plain) == plain && redact(query) == query && !plain.to_ascii_lowercase().contains("token")
}

/// Whether the browser's headers show that another site sent the request: the origin is neither the request's host nor
/// the public address, whose host a proxy may have replaced in the request. A client that is not a browser sends no
/// such header and passes: it has no cookie that it did not set itself.
fn is_cross_site(headers: &HeaderMap, public_origin: &str) -> bool {
    // `Sec-Fetch-Site` is the browser's own judgement, which includes scheme and port.
    if headers.get_all("sec-fetch-site").iter().any(|site| site != "same-origin" && site != "none") {
        return true;
    }
    if headers.get_all(header::ORIGIN).iter().nth(1).is_some() {
        return true;
    }
    let text = |value: &HeaderValue| value.to_str().map(str::to_ascii_lowercase).unwrap_or_default();
    let Some(origin) = headers.get(header::ORIGIN).map(text) else { return false };
    if origin == public_origin {
        return false;
    }
    let host_of = |origin: &str| origin.split_once("://").map(|(_, host)| host.to_owned());
    let (origin, host) = (host_of(&origin), headers.get(header::HOST).map(text));
    // The public host counts only with its own scheme: an attacker may have changed a page that was loaded over plain
    // HTTP.
    origin.is_none() || origin != host || origin == host_of(public_origin)
}

/// `GET /login?code=…`: uses up the link, signs in and redirects to `/`. An invalid code redirects to the sign-in page.
struct SignInLink {
    /// `None` for a `HEAD` or `OPTIONS` request, which must not use up the link.
    code_hash: Option<Vec<u8>>,
    client: Option<Client>,
    headers: HeaderMap,
    replaced: Option<CurrentSession>,
}

impl SignInLink {
    fn of(request: &Request) -> Option<Self> {
        let code = request.uri().query()?.split('&').find_map(|pair| pair.strip_prefix("code="))?;
        Some(Self {
            code_hash: (request.method() == Method::GET).then(|| codes::hash(code)),
            client: request.extensions().get().cloned(),
            headers: request.headers().clone(),
            replaced: request.extensions().get().cloned(),
        })
    }

    async fn follow(self, state: &AppState) -> Response {
        let (to, cookies) = match self.sign_in(state).await {
            Ok(Some(Entry::Open(cookies))) => ("/", cookies),
            Ok(Some(Entry::Half(cookie))) => ("/login/second", vec![cookie]),
            Ok(None) => ("/login", Vec::new()),
            Err(error) => {
                tracing::error!(%error, "a sign-in link could not be used");
                ("/login", Vec::new())
            }
        };
        let mut response = Redirect::to(to).into_response();
        cookies::hand_over(&mut response, cookies);
        response
    }

    async fn sign_in(self, state: &AppState) -> Result<Option<Entry>, StoreError> {
        let (Some(hash), Some(client)) = (self.code_hash, self.client) else { return Ok(None) };
        let Some(id) = state.store.accounts.use_sign_in_link(&hash).await? else { return Ok(None) };
        let Some(user) = state.store.accounts.user(id).await? else { return Ok(None) };
        let attempt = SignInAttempt { state, client: &client, headers: &self.headers, session: self.replaced.as_ref() };
        Ok(Some(attempt.after_password(&user).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::client::tests::headers;

    #[test]
    fn requests_from_another_site_are_detected() {
        let host = ("host", "localhost:3000");
        for (list, crossed) in [
            (vec![host], false),
            (vec![host, ("origin", "http://localhost:3000")], false),
            (vec![host, ("origin", "http://evil.example")], true),
            (vec![host, ("origin", "null")], true),
            (vec![host, ("origin", "https://hooks.example.com")], false),
            (vec![host, ("origin", "http://hooks.example.com")], true),
            (vec![host, ("origin", "http://localhost:3001")], true),
            (vec![host, ("origin", "http://localhost")], true),
            (vec![host, ("origin", "")], true),
            (vec![("origin", "http://localhost:3000")], true),
            (vec![("host", "hooks.example.com"), ("origin", "https://hooks.example.com")], false),
            (vec![("host", "hooks.example.com"), ("origin", "http://hooks.example.com")], true),
            (vec![("host", "hooks.example.com"), ("origin", "https://www.hooks.example.com")], true),
            (vec![host, ("origin", "http://localhost:3000"), ("sec-fetch-site", "cross-site")], true),
            (vec![host, ("origin", "http://localhost:3000"), ("sec-fetch-site", "same-origin")], false),
            (vec![host, ("sec-fetch-site", "same-origin")], false),
            (vec![host, ("sec-fetch-site", "none")], false),
            (vec![host, ("sec-fetch-site", "cross-site")], true),
            (vec![host, ("sec-fetch-site", "same-site")], true),
        ] {
            assert_eq!(is_cross_site(&headers(&list), "https://hooks.example.com"), crossed, "{list:?}");
        }
    }

    #[test]
    fn the_next_parameter_of_the_login_address_is_encoded() {
        let to = |target: &'static str| login_address(&Uri::from_static(target));
        assert_eq!(to("/"), "/login");
        assert_eq!(to("/profiles/3?a=b&c=%D1%8F"), "/login?next=/profiles/3%3Fa%3Db%26c%3D%25D1%258F");
        assert_eq!(to("/profiles/3/share"), "/login?next=/profiles/3/share");
        let event = "/deliveries/0mfK3xqWc8Rt5Yb2Nd7Hg4Jp9";
        assert_eq!(to(event), format!("/login?next={event}"));
    }

    #[test]
    fn the_login_address_leads_back_only_to_pages_and_carries_no_secret() {
        let to = |target: &'static str| login_address(&Uri::from_static(target));
        for target in ["/nowhere", "/webhooks/x", "/profiles/3/x", "/profiles/3/share/x", "/deliveries/7001002003:AAHk"]
        {
            assert_eq!(to(target), "/login", "{target}");
        }
        for query in [
            "telegramToken=7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd",
            "x=%37001002003%3AAAHk2Lm9-pQ_rStUvW%78Yz0123456789abcd",
        ] {
            let target = format!("/profiles/new?{query}").parse().unwrap();
            assert_eq!(login_address(&target), "/login?next=/profiles/new", "{query}");
        }
    }
}

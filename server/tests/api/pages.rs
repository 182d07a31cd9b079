//! Who gets access, and which headers every answer has (contract §7).

use std::io::Read as _;

use hookgram::{role::Role, values::Language};
use secrecy::SecretString;
use server::{
    config::PublicUrl,
    http::client::Client,
    pages::PageRequest,
    secrets::codes,
    store::{LinkKind, NewLink, audit::COMMAND_LINE},
    time::now,
};

use crate::support::TestServer;

/// Returns a client on this machine.
pub fn local_client() -> Client {
    let here = std::net::IpAddr::from([127, 0, 0, 1]);
    Client { peer: here, address: here, forwarded: false, user_agent: "test".into() }
}

/// Returns a request from this machine that prefers English.
pub fn page_request(server: &TestServer) -> PageRequest {
    PageRequest { state: server.state.clone(), client: local_client(), language: Language::En, zone: None }
}

/// Returns a session's cookie, as a browser sends it back.
pub async fn cookie(server: &TestServer, role: Role) -> String {
    let account = server
        .state
        .store
        .accounts
        .add_user(&format!("{}@example.com", role.name()), role, None, &COMMAND_LINE)
        .await
        .unwrap();
    let user = server.state.store.accounts.user(account.id).await.unwrap().unwrap();
    let cookie = server::auth::session::open(&server.state, &user, &local_client(), None).await.unwrap();
    cookie.0.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn pages_are_compressed_except_for_requests_from_other_sites() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let cookie = cookie(&server, Role::Admin).await;
    let ask = async |path: &str, site: Option<&str>, coding: &str| {
        let mut request = server.http.get(server.url(path)).header("cookie", &cookie).header("accept-encoding", coding);
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let is_packed = response.headers().get("content-encoding").is_some_and(|coding| coding == "gzip");
        assert!(!is_packed || response.headers()["vary"].to_str().unwrap().contains("accept-encoding"), "{path}");
        (is_packed, response.bytes().await.unwrap())
    };
    for (site, coding, expected) in [
        (Some("none"), "gzip, br", true),
        (Some("same-origin"), "gzip", true),
        (Some("same-origin"), "identity", false),
        (Some("same-site"), "gzip", false),
        (Some("cross-site"), "gzip", false),
        (None, "gzip", false),
    ] {
        let (is_packed, bytes) = ask("/settings", site, coding).await;
        assert_eq!(is_packed, expected, "{site:?} {coding}");
        let mut page = String::new();
        let read = if is_packed {
            flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut page)
        } else {
            (&*bytes).read_to_string(&mut page)
        };
        assert!(read.is_ok() && page.contains("</html>"), "{site:?} {coding}: {page}");
        assert!(!is_packed || bytes.len() * 3 < page.len(), "{} of {}", bytes.len(), page.len());
    }
    assert!(!ask("/healthz", Some("none"), "gzip").await.0, "too short to gain anything");
    server.stop().await;
}

#[tokio::test]
async fn without_a_session_only_the_open_routes_answer() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    for (path, status, location) in [
        ("/", 303, "/login"),
        ("/profiles/new", 303, "/login?next=/profiles/new"),
        ("/profiles/1?x=1", 303, "/login?next=/profiles/1%3Fx%3D1"),
        ("/deliveries", 303, "/login?next=/deliveries"),
        ("/sandbox", 303, "/login?next=/sandbox"),
        ("/settings", 303, "/login?next=/settings"),
        ("/nowhere", 303, "/login"),
        ("/live/sandbox", 401, ""),
        ("/rpc/list_profiles123", 401, ""),
        ("/api/v1/profiles", 401, ""),
        ("/healthz", 200, ""),
        ("/readyz", 200, ""),
        ("/metrics", 200, ""),
        ("/pkg/nothing.js", 404, ""),
        ("/robots.txt", 200, ""),
    ] {
        let response = server.http.get(server.url(path)).send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        let to = response.headers().get("location").map_or("", |value| value.to_str().unwrap());
        assert_eq!(to, location, "{path}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["referrer-policy"], "same-origin");
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
    }
    // A browser gets a page in the visitor's language; a script gets the function's error.
    let post = |path: &str, accept: &str| {
        server.http.post(server.url(path)).header("accept", accept).header("accept-language", "ru").send()
    };
    for (path, accept, told) in [
        ("/profiles/1/delete", "text/html", "Сессия закончилась."),
        ("/rpc/operator/save-profile", "text/html", "Сессия закончилась."),
        ("/rpc/operator/save-profile", "application/json", "\"SignedOut\""),
    ] {
        let answer = post(path, accept).await.unwrap();
        assert_eq!(answer.status(), 401, "{path}");
        let text = answer.text().await.unwrap();
        assert!(text.starts_with(told), "{path} {accept}: {text}");
    }
    let closed = ["/login", "/setup/x"].map(|path| server.http.get(server.url(path)).send());
    for response in closed {
        assert_ne!(response.await.unwrap().status(), 303);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_session_gives_access_to_pages_but_not_to_requests_from_other_sites() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let cookie = cookie(&server, Role::Admin).await;
    let page = server.http.get(server.url("/")).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    let crossed =
        server.http.post(server.url("/rpc/x")).header("cookie", &cookie).header("origin", "http://evil.example");
    assert_eq!(crossed.send().await.unwrap().status(), 403);
    let own = server.http.post(server.url("/rpc/x")).header("cookie", &cookie).header("origin", &server.base);
    assert_ne!(own.send().await.unwrap().status(), 403);
    let other = server.http.get(server.url("/")).header("cookie", "hookgram_session=guess").send().await.unwrap();
    assert_eq!(other.status(), 303);
    server.stop().await;
}

#[tokio::test]
async fn metrics_require_a_local_client_or_the_bearer_token() {
    let token = SecretString::from("metrics-token");
    let server = TestServer::start_with("http://127.0.0.1:9", |config| config.metrics_token = Some(token)).await;
    let get = || server.http.get(server.url("/metrics"));
    assert_eq!(get().send().await.unwrap().status(), 200);
    let through = || get().header("x-forwarded-for", "127.0.0.1");
    assert_eq!(through().send().await.unwrap().status(), 403);
    assert_eq!(through().bearer_auth("guess").send().await.unwrap().status(), 403);
    assert_eq!(through().bearer_auth("metrics-token").send().await.unwrap().status(), 200);
    server.stop().await;
}

#[tokio::test]
async fn https_makes_cookies_secure() {
    let public = PublicUrl::parse("https://hooks.example.com");
    let server = TestServer::start_with("http://127.0.0.1:9", |config| config.public_url = public).await;
    let account = server.state.store.accounts.add_user("a@b.c", Role::Viewer, None, &COMMAND_LINE).await.unwrap();
    let user = server.state.store.accounts.user(account.id).await.unwrap().unwrap();
    let cookie = server::auth::session::open(&server.state, &user, &local_client(), None).await.unwrap().0;
    assert!(cookie.starts_with("__Host-hookgram_session=") && cookie.ends_with("; Secure"), "{cookie}");
    let page = server.http.get(server.url("/healthz")).send().await.unwrap();
    assert!(page.headers().contains_key("strict-transport-security"));
    server.stop().await;
}

#[tokio::test]
async fn a_sign_in_link_works_once_and_a_head_request_does_not_use_it_up() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let account = server.state.store.accounts.add_user("a@b.c", Role::Viewer, None, &COMMAND_LINE).await.unwrap();
    let link = NewLink {
        code_hash: &codes::hash("code"),
        kind: LinkKind::SignIn,
        user_id: Some(account.id),
        expires_at: now() + 60_000,
    };
    server.state.store.accounts.add_link(link, &COMMAND_LINE).await.unwrap();
    let url = server.url("/login?code=code");
    assert!(!server.http.head(&url).send().await.unwrap().headers().contains_key("set-cookie"));
    let first = server.http.get(&url).send().await.unwrap();
    assert_eq!(first.headers()["location"], "/");
    assert!(first.headers().contains_key("set-cookie"));
    let second = server.http.get(&url).send().await.unwrap();
    assert_eq!(second.headers()["location"], "/login");
    assert!(!second.headers().contains_key("set-cookie"));
    server.stop().await;
}
